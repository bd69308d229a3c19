"""Who was erased and when, without saying who: <workspace>/erasures.json.

A person stands in it as a keyed digest of source and number. That is enough to know them again when an old file brings
them back, and tells nothing to who has not the key.
"""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from dagster_project.pseudonyms import pseudonym
from dagster_project.warehouse import Workspace
from dagster_project.warehouse.files import write_whole


class ErasureError(Exception):
    """A person cannot be erased, or what was erased cannot be kept out; the message says what to do."""


class Erasure(BaseModel):
    """One erased person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str
    erased_at: AwareDatetime


class Erasures(BaseModel):
    """All of them. `cleared` names the batches without a row of any of them; `key_digest` tells whose key it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_digest: str
    erased: tuple[Erasure, ...] = ()
    cleared: tuple[str, ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(it.digest for it in self.erased)

    def write(self, workspace: Workspace) -> None:
        write_whole(workspace.erasures_file, self.model_dump_json(indent=1) + "\n")


def digest_of(key: str, source: str, customer_id: str) -> str:
    """Make a digest that is not the person's pseudonym, which copies of published files may still hold."""
    return pseudonym(key, f"erased:{source}:{customer_id}")


def read_erasures(workspace: Workspace, key: str) -> Erasures:
    """Read the list; an empty one where nobody was erased.

    Raises:
        ErasureError: it is not readable, or was made with another key, under which nobody in it would be known again.
    """
    file = workspace.erasures_file
    key_digest = pseudonym(key, "erasures")
    try:
        erasures = Erasures.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Erasures(key_digest=key_digest)
    except ValidationError as error:
        raise ErasureError(
            f"{file}: not a list of erasures: {error.errors()[0]['msg']}; bring it back from a backup, or old files "
            "may bring back people who were erased"
        ) from None
    if erasures.key_digest != key_digest:
        raise ErasureError(
            f"{file}: people were erased under another pseudonym key, and would not be known again under this one; "
            "set the key of then"
        )
    return erasures
