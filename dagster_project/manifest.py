"""What a landed batch says of itself: its files, counts and hashes, and what makes two inputs the same.

What belongs here: the shape of manifest.json and the identities it is built on. Where batches lie and how they come
into being is the business of landing.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

MANIFEST = "manifest.json"
WAY_BACK = "restore the batch's folder from a backup, or delete it and run again while its source files are there"


class LandingError(Exception):
    """A batch is not what it must be; the message names the batch, the file and the next step."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Record):
    """What makes two inputs the same: the hash of their content, and that of the settings it is parsed with."""

    sha256: str
    settings_sha256: str


class ErasedRows(_Record):
    """Rows of an entity that were a person's, and how many of them stay as facts about nobody."""

    rows: int
    facts: int


class LandedFile(Identity):
    """One part of a batch and what it was read from.

    `counted` is an independent count of the records and equals `rows + rejected + unchanged`; `unchanged` are rows
    of a live system that were landed before, and are not again. `columns` are the source's own, without lineage.
    `extracted_at` belongs to the data; it is never the time of landing. Where people were erased, `erased` counts their
    rows that are not in the part any more, by entity; `expired` those that had become older than is allowed.
    """

    file: str
    part: str
    rows: int
    rejected: int
    unchanged: int = 0
    counted: int
    columns: tuple[str, ...]
    extracted_at: AwareDatetime
    erased: dict[str, ErasedRows] = {}
    expired: dict[str, int] = {}

    @property
    def identity(self) -> Identity:
        return Identity(sha256=self.sha256, settings_sha256=self.settings_sha256)

    def facts_file(self, entity: str) -> str:
        """Name the file beside the part that holds an entity's facts about nobody."""
        return f"facts-{self.part.removeprefix('part-').removesuffix('.parquet')}-{entity}.parquet"


class Replaced(_Record):
    """An earlier part that readers leave out, since the same content was landed again with other settings."""

    load_id: str
    part: str
    file: str


class LiveState(_Record):
    """How far a live system has been read with this batch: saved with its rows, so that neither is there alone.

    `sequence` counts the stream's batches from 1; `reading_sha256` is the hash of what was asked for; `kinds` has the
    kind of value that each column was last seen with.
    """

    sequence: int
    reading_sha256: str
    cursor: str | None
    kinds: dict[str, str]


class Manifest(_Record):
    """What manifest.json holds. `parquet_sha256` has every Parquet file of the batch, by name."""

    source: str
    stream: str
    load_id: str
    files: tuple[LandedFile, ...]
    replaces: tuple[Replaced, ...]
    live: LiveState | None = None
    parquet_sha256: dict[str, str]

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a batch.

        Raises:
            LandingError: it is missing, or not a manifest.
        """
        path = folder / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise LandingError(f"{path}: not the manifest of a batch: {error}; {WAY_BACK}") from None


def load_id_of(identities: Iterable[Identity], replaces: Iterable[Replaced]) -> str:
    """Name the batch that holds these inputs: 16 hex characters, the same whenever it is landed again.

    What it replaces counts too: settings that are changed and changed back make a third batch, not the first again.
    """
    content = sorted((it.sha256, it.settings_sha256) for it in identities)
    replaced = sorted((it.load_id, it.part) for it in replaces)
    return hashlib.sha256(json.dumps([content, replaced]).encode()).hexdigest()[:16]
