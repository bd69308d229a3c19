"""What can go wrong in the warehouse, as the caller has to tell it apart."""

from __future__ import annotations


class WorkspaceBusy(Exception):  # noqa: N818 -- being busy is a state to wait for, not a mistake
    """Somebody else is writing to the workspace; the same call works once they are done (exit status 75)."""

    def __init__(self, path: object, held_by: str) -> None:
        super().__init__(f"{path}: busy, held by {held_by}; try again when that has ended")
        self.held_by = held_by


class BuildFileError(Exception):
    """The build file is missing, damaged or cannot be read; the message says what to do."""


class PublishError(Exception):
    """A version could not be made, published or restored; what readers see is unchanged."""


class AuditRefused(PublishError):  # noqa: N818 -- a refusal is the audit at work
    """The file is not the one that passed the audit, or the audit did not pass."""
