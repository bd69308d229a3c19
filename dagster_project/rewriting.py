"""A landed batch written anew without some of its rows: the one way in which anything ever leaves the landing zone.

What belongs here: taking rows out of parts, and putting the batch together again. Which rows go, and what is left in
their place, is the business of `erasure` and `retention`: they make a table `place` of what goes, by lineage.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from dagster_project.config import Settings
from dagster_project.landing import Batch, LandingZone
from dagster_project.manifest import LandedFile, LandingError
from dagster_project.quoting import literal
from dagster_project.raw import parquet

PLACE = "_source, _load_id, _file, _position"
_AT_PLACE = f"({PLACE}) in (select {PLACE} from place)"


class Rewriting:
    """A batch that is being written anew; nothing is changed before `commit`.

    Args:
        connection: where the views `raw.<entity>` and the table `place` are.
        zone: where the batch lies.
        batch: the batch.
        settings: whose mappings the views were made of.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, zone: LandingZone, batch: Batch, settings: Settings
    ) -> None:
        self.mappings = _mappings(settings, batch)
        """Entity → the numbers of its mappings from the batch's stream."""
        self._connection = connection
        self._zone = zone
        self._batch = batch
        self._files: dict[str, Path] = {}
        self._landed: dict[str, LandedFile] = {}
        self._scratch = zone.folder / ".rewriting"
        shutil.rmtree(self._scratch, ignore_errors=True)

    def has_place_in(self, landed: LandedFile) -> bool:
        """Whether a row of a part is to go.

        Raises:
            LandingError: it cannot be told from the rows of another part.
        """
        found = self.count("place", self._of(landed)) > 0
        if found and [it.file for it in self._batch.manifest.files].count(landed.file) > 1:
            raise LandingError(
                f"{self._batch.folder}: two files of this batch are named {landed.file!r}, and rows are to be removed "
                "from one of them; rename it in its source, delete the batch and run again"
            )
        return found

    def rows_of(self, entity: str, landed: LandedFile) -> str:
        """Write a condition on `raw.<entity>`: the rows that describe it, and go from the part."""
        numbers = ", ".join(map(str, self.mappings[entity]))
        return f"{_AT_PLACE} and {self._of(landed)} and _mapping in ({numbers})"

    def count(self, relation: str, condition: str) -> int:
        counted = self._connection.execute(f"select count(*) from {relation} where {condition}").fetchone()
        assert counted is not None
        return int(counted[0])

    def write(self, name: str, query: str) -> int:
        """Write a file of the new batch; returns its rows."""
        self._scratch.mkdir(exist_ok=True)
        file = self._files[name] = self._scratch / name
        self._connection.execute(f"copy ({query}) to {literal(str(file))} (format parquet, compression zstd)")
        return pq.read_metadata(file).num_rows

    def keep_rest(self, name: str, condition: str = f"not {_AT_PLACE}") -> int:
        """Write a file of the batch without the rows that go; returns those that stay."""
        return self.write(name, f"select * from {parquet([self._batch.folder / name])} where {condition}")

    def describe(self, landed: LandedFile, **changed: Any) -> None:
        """Say what the manifest is to tell of a part from now on."""
        self._landed[landed.part] = landed.model_copy(update=changed)

    def commit(self) -> None:
        """Put the new files in the place of the old ones, if there are any."""
        if self._files:
            manifest = self._batch.manifest
            files = tuple(self._landed.get(it.part, it) for it in manifest.files)
            self._zone.rewrite(self._batch, manifest.model_copy(update={"files": files}), self._files)
            self._scratch.rmdir()

    def _of(self, landed: LandedFile) -> str:
        values = {"_source": self._batch.manifest.source, "_load_id": self._batch.load_id, "_file": landed.file}
        return " and ".join(f"{name} = {literal(value)}" for name, value in values.items())


def _mappings(settings: Settings, batch: Batch) -> Mapping[str, list[int]]:
    (source,) = [source for source in settings.sources if source.name == batch.manifest.source]
    numbers = {
        entity: [number for number, mapping in enumerate(mappings) if mapping.from_ == batch.manifest.stream]
        for entity, mappings in source.entities.items()
    }
    return {entity: found for entity, found in numbers.items() if found}
