"""What is said of streams that are read from a live system: how rows are told apart, what is new, what is gone."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from dagster_project.source_config.mapping import Stream, one_or_many
from dagster_project.source_config.values import Name
from dagster_project.yaml_file import problem

DELETED_COLUMN = "careloop_deleted"
"""Column of a stream with `deletions: absent`: `true` in the last known state of a row that is gone, else `false`."""

Drift = Literal["tolerate", "quarantine", "stop"]


class LiveStream(Stream):
    """Rows of a live system: asked for again at each load, of which only what is new or changed is landed."""

    key: Annotated[list[str], BeforeValidator(one_or_many)] = Field(
        min_length=1, description="columns that together tell one row from another"
    )
    deletions: Literal["ignore", "absent"] = Field(
        default="ignore",
        description=f"absent: a row no longer listed is landed once more, with {DELETED_COLUMN} = true",
    )
    drift: Drift = Field(
        default="tolerate", description="what becomes of rows in which a mapped column vanished or changed its type"
    )


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        # Said as a problem, which does not repeat what was found: it may be the secret itself.
        raise problem(
            "expected the name of an environment variable, such as CRM_DATABASE_URL; secrets stand there only"
        )
    return name


CredentialVariable = Annotated[str, AfterValidator(_variable)]
Credentials = dict[Name, CredentialVariable]
"""Name of a secret → the environment variable that holds it."""
