"""Landing what a live system gave: only rows that are new or changed, together with how far it was read.

What belongs here: everything that databases and APIs share once their rows lie in a file as text. How rows are got
from a system belongs in the module of its kind.

A crash anywhere is harmless. Cursor and rows become visible by one rename; a child's batch comes before its parent's,
so that children of a parent that is not landed yet are asked for again; and what was landed before is known by key and
content, and not landed again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from dagster_project.landing import REJECTS, Batch, LandingZone
from dagster_project.manifest import Identity, LandedFile, LiveState
from dagster_project.mapping import mapped_columns
from dagster_project.quoting import identifier
from dagster_project.source_config.live import DELETED_COLUMN, LiveStream
from dagster_project.source_config.rest import RestSource
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.changes import BOUNDED, Comparison, find_changes
from dagster_project.sources.drift import Drift, drift
from dagster_project.sources.engine import reading_engine
from dagster_project.sources.errors import SourceError
from dagster_project.sources.parts import RejectWriter, Target, usable_names
from dagster_project.warehouse.files import sha256

log = logging.getLogger("careloop")

LiveSource = SqlSource | RestSource
Check = Callable[[str, str, tuple[str, ...]], None]
"""Called with stream, name and columns of a first load; raises where the columns do not do."""

_MEMORY_LIMIT = "256MB"
_NOT_READING = {"null_values", "drift"}


@dataclass(frozen=True)
class Extracted:
    """What one stream of a system gave in this load, before it is compared with what is landed.

    Attributes:
        file: Parquet, every column text, in the order received.
        extracted_at: when, by the system's own clock.
        kinds: column → kind of value, such as `number` or a database's type; of columns that hold any value.
        cursor: how far this load came, to be saved with its rows; None keeps what was saved before.
        listed: Parquet with the key of every row there is now; only for streams whose `deletions` are `absent`.
    """

    file: Path
    extracted_at: datetime
    kinds: dict[str, str]
    cursor: str | None = None
    listed: Path | None = None


@dataclass(frozen=True)
class Changes:
    """The new or changed rows of a stream: a Parquet file with the source's own columns, all text."""

    file: Path
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Ready:
    """A stream that is extracted and compared, and waits to be landed."""

    stream: str
    extracted_at: datetime
    comparison: Comparison
    state: LiveState
    is_news: bool


class Load:
    """One load of a source: `add` each stream, parents first, then `commit`. Made by `loading`."""

    def __init__(self, source: LiveSource, zone: LandingZone, check: Check, scratch: Path) -> None:
        self.scratch = scratch
        self._source = source
        self._zone = zone
        self._check = check
        # One thread keeps rows in order by itself, so that the size of row groups can be bounded in bytes.
        self._connection = reading_engine(scratch / "spill", memory_limit=_MEMORY_LIMIT, threads=1, keeps_order=False)
        self._ready: list[_Ready] = []

    def close(self) -> None:
        self._connection.close()

    def cursor(self, stream: str) -> str | None:
        """Give the saved cursor; none before a first load, and none once something else is asked for than before."""
        return saved_cursor(self._source, self._zone, stream)

    def add(self, stream: str, extracted: Extracted) -> Changes:
        """Compare what was extracted with what is landed.

        Raises:
            SourceError: a list is suddenly empty, columns cannot be told apart, or drifted where `drift` is `stop`.
        """
        settings = self._source.streams[stream]
        state = self._zone.live_state(self._source.name, stream)
        batches = self._zone.batches(self._source.name, stream)
        sequences = {it.load_id: it.manifest.live.sequence for it in batches if it.manifest.live}
        columns = usable_names(pq.read_schema(extracted.file).names)
        parts = self._zone.parts(self._source.name, stream)
        row_count = pq.ParquetFile(extracted.file).metadata.num_rows
        if not state and row_count:
            self._check(stream, stream, columns)
        if extracted.listed and any(part.rows for part in parts):
            _must_list_something(self._source.name, stream, extracted.listed)
        mapped = [name for name in mapped_columns(self._source, stream) if name != DELETED_COLUMN]
        found = drift(state.kinds if state and row_count else {}, extracted.kinds, columns=columns, mapped=mapped)
        self._tell(stream, found)
        comparison = find_changes(
            self._connection,
            self.scratch / f"{stream}.changes",
            extracted=extracted.file,
            listed=extracted.listed,
            # What no record has ever had is not in its columns, and is NULL all the same.
            columns=[*columns, *(name for name in mapped if name not in columns)] if self._is_sparse else [*columns],
            key=settings.key,
            marks_deleted=settings.deletions == "absent",
            parts=[(part, sequences.get(part.load_id, 0)) for part in parts],
            rejected=[it.rejects for it in batches if it.rejects],
            drift=found if settings.drift == "quarantine" else None,
        )
        reading = _reading(self._source, stream)
        kinds = {**(state.kinds if state else {}), **extracted.kinds}
        if settings.drift == "quarantine" and state:
            kinds.update({name: state.kinds[name] for name in found.retyped})
        self._ready.append(
            _Ready(
                stream,
                _after(batches, extracted.extracted_at),
                comparison,
                LiveState(
                    sequence=state.sequence + 1 if state else 1,
                    reading_sha256=reading,
                    # Rows that do not fit are asked for again until they do, or until they may pass.
                    cursor=self.cursor(stream) if comparison.misfits else extracted.cursor or self.cursor(stream),
                    kinds=kinds,
                ),
                is_news=bool(comparison.rows or comparison.rejects) or not state or state.reading_sha256 != reading,
            )
        )
        return Changes(comparison.file, comparison.rows, comparison.columns)

    def commit(self) -> list[Batch]:
        """Land what is new, children before their parents; a stream without anything new gets no batch."""
        return [self._land(ready) for ready in reversed(self._ready) if ready.is_news]

    @property
    def _is_sparse(self) -> bool:
        return isinstance(self._source, RestSource)

    def _tell(self, stream: str, found: Drift) -> None:
        where = f"source {self._source.name!r}, stream {stream!r}"
        if found.new:
            log.warning("%s: new column(s), landed as they are: %s", where, ", ".join(found.new))
        if not found.reasons:
            return
        mode = self._source.streams[stream].drift
        if mode == "stop":
            raise SourceError(
                f"{where}: {'; '.join(found.reasons)}; nothing was landed, since `drift` is stop. "
                "Mend the mapping, or let it pass once with `drift: tolerate`"
            )
        outcome = "rows go to quarantine" if mode == "quarantine" else "mapped as it is, or as NULL"
        log.warning("%s: %s: %s", where, outcome, "; ".join(found.reasons))

    def _land(self, ready: _Ready) -> Batch:
        name, found = self._source.name, ready.comparison
        chain = f"{ready.state.sequence} {ready.state.cursor} {ready.extracted_at} {sha256(found.file)}"
        identity = Identity(
            sha256=hashlib.sha256(f"{chain} {found.rejects_sha256}".encode()).hexdigest(),
            settings_sha256=ready.state.reading_sha256,
        )
        with self._zone.landing(name, ready.stream, [identity]) as landing:
            part = landing.next_part
            with RejectWriter(landing.folder / REJECTS) as rejects:
                target = Target(
                    source=name,
                    load_id=landing.load_id,
                    extracted_at=ready.extracted_at.replace(tzinfo=None),
                    file=ready.stream,
                    part=landing.folder / part,
                    scratch=landing.scratch,
                    rejects=rejects,
                    connection=self._connection,
                    check=partial(self._check, ready.stream, ready.stream),
                )
                values = [identifier(column) for column in found.columns]
                rows = target.copy(
                    found.columns, values, position=found.position, relation=found.relation, options=BOUNDED
                )
                for position, reason, text in found.rejected_rows():
                    target.reject(position, position, reason, text)
            landing.add(
                LandedFile(
                    **identity.model_dump(),
                    file=ready.stream,
                    part=part,
                    rows=rows,
                    rejected=found.rejects,
                    unchanged=found.unchanged,
                    counted=found.counted,
                    columns=found.columns,
                    extracted_at=ready.extracted_at,
                )
            )
            return landing.commit(ready.state)


@contextmanager
def loading(source: LiveSource, zone: LandingZone, *, check: Check) -> Iterator[Load]:
    """Begin a load of a source; what was not committed when the block ends is gone."""
    scratch = zone.folder / source.name / ".unfinished-load"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    load = Load(source, zone, check, scratch)
    try:
        yield load
    finally:
        load.close()
        shutil.rmtree(scratch)


def saved_cursor(source: LiveSource, zone: LandingZone, stream: str) -> str | None:
    """Give the cursor that the newest batch of a stream saved, as `Load.cursor` does."""
    state = zone.live_state(source.name, stream)
    return state.cursor if state and state.reading_sha256 == _reading(source, stream) else None


def _reading(source: LiveSource, stream: str) -> str:
    """Hash what decides which rows a system is asked for; another hash makes a saved cursor void."""
    asked: LiveStream = source.streams[stream]
    stated = asked.model_dump(mode="json", exclude=_NOT_READING, exclude_defaults=True)
    address = source.base_url if isinstance(source, RestSource) else source.url_variable
    return hashlib.sha256(json.dumps([address, stated], sort_keys=True).encode()).hexdigest()


def _after(batches: list[Batch], extracted_at: datetime) -> datetime:
    """Later than every load before, whose order decides between versions: a server's clock may stand, or go back."""
    earlier = [file.extracted_at for batch in batches for file in batch.manifest.files]
    return max([extracted_at.astimezone(UTC), *(at + timedelta(microseconds=1) for at in earlier)])


def _must_list_something(source: str, stream: str, listed: Path) -> None:
    if not pq.ParquetFile(listed).metadata.num_rows:
        raise SourceError(
            f"source {source!r}, stream {stream!r}: the system lists no row any more, where rows were landed before; "
            "nothing was marked as deleted. Check what the account may see; "
            f"if all rows are really gone, remove `deletions: absent` and {DELETED_COLUMN} from the mapping"
        )
