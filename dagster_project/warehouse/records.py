"""The audit record: what is known of one version, in a small JSON file beside its database.

What belongs here: its shape, and reading and writing it. The verdict is the audit's, the use of it publishing's.
"""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator

from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.files import write_whole
from dagster_project.warehouse.workspace import Workspace


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableFigures(_Record):
    """One published table: its rows, a checksum over all values in any order, its columns and their types."""

    table: str
    rows: int
    checksum: str
    columns: dict[str, str]


class AuditRecord(_Record):
    """The audit of one candidate. `passed` means that there are no refusals; `published_at` is set when published.

    `large_tables` gives the rows of the tables that stand in the version's exports only. `inputs_sha256` is the
    fingerprint of what the version was made of; None where a run by hand built some of it only. `full_build` names the
    full build that its build goes back to; None where that is not known.
    """

    run: str
    file_name: str
    sha256: str
    size_bytes: int
    suites_sha256: str
    inputs_sha256: str | None = None
    full_build: str | None = None
    duckdb_version: str
    tables: tuple[TableFigures, ...]
    large_tables: dict[str, int] = {}
    gates_passed: int
    gates_failed: int
    gates_warned: int
    passed: bool
    refusals: tuple[str, ...]
    published_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _passed_without_refusals(self) -> Self:
        if self.passed == bool(self.refusals):
            raise ValueError("`passed` must be true exactly where there are no refusals")
        return self


def write_audit_record(workspace: Workspace, record: AuditRecord) -> None:
    """Write the record of a run's candidate or version, in one step."""
    write_whole(workspace.audit_file(record.run), record.model_dump_json(indent=1) + "\n")


def read_audit_record(workspace: Workspace, run: str) -> AuditRecord | None:
    """Read the record of a run's candidate or version; None where there is none.

    Raises:
        PublishError: the file is not an audit record.
    """
    file = workspace.audit_file(run)
    try:
        return AuditRecord.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        found = error.errors()[0]["msg"]
        raise PublishError(
            f"{file}: not an audit record ({found}); bring it back from a backup, or remove it with its database file"
        ) from None
