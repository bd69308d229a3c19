"""The landing zone: immutable batches of Parquet with a manifest each, the log that every replay starts from.

What belongs here: where batches lie, how one comes into being whole or not at all, which parts are in force, and
whether a batch is still what was written. How records are read out of a kind of source belongs in `sources`; what
the rows mean belongs in staging.

    <zone>/<source>/<stream>/<load_id>/   part-00000.parquet …   one for each thing read: a file, a range of pages
                                          rejects.parquet        records that could not be parsed, if any
                                          facts-00000-tickets.parquet   what stays of erased people's rows, if any
                                          manifest.json          counts and hashes (manifest.py)

A part holds the source's own columns, all VARCHAR, and those of `LINEAGE`. Nothing in a batch bears the time of
landing: the same input gives the same batch, again after a crash.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.manifest import (
    MANIFEST,
    WAY_BACK,
    ErasedRows,
    Identity,
    LandedFile,
    LandingError,
    LiveState,
    Manifest,
    Replaced,
    load_id_of,
)
from dagster_project.warehouse.files import fsync

LINEAGE = ("_source", "_load_id", "_extracted_at", "_file", "_position")
REJECTS = "rejects.parquet"
_UNFINISHED = ".unfinished-"
_REWRITTEN, _OUTGOING = ".rewritten-", ".outgoing-"


@dataclass(frozen=True)
class Part:
    """One Parquet file in force, and what its manifest says about it."""

    path: Path
    load_id: str
    file: str
    rows: int
    rejected: int
    columns: tuple[str, ...]
    sha256: str
    erased: Mapping[str, ErasedRows] = field(default_factory=dict)
    expired: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Path] = field(default_factory=dict)
    """Entity → the file of what stays of erased people's rows, in the contract's columns and those of lineage."""


@dataclass(frozen=True)
class Batch:
    """One landed batch."""

    folder: Path
    manifest: Manifest

    @property
    def load_id(self) -> str:
        return self.manifest.load_id

    @property
    def rejects(self) -> Path | None:
        """The Parquet file of records that could not be parsed, if there are any."""
        return self.folder / REJECTS if REJECTS in self.manifest.parquet_sha256 else None

    def verify(self) -> None:
        """Read every byte of the batch again.

        Raises:
            LandingError: a file is missing, was added, or has another content than when it was landed.
        """
        found = _hashes(self.folder)
        expected = self.manifest.parquet_sha256
        for name in sorted(found.keys() | expected.keys()):
            if found.get(name) != expected.get(name):
                raise LandingError(
                    f"{self.folder / name}: expected {_described(expected, name)}, found {_described(found, name)}; "
                    f"{WAY_BACK}"
                )
        if load_id_of(self.manifest.files, self.manifest.replaces) != self.folder.name:
            raise LandingError(f"{self.folder / MANIFEST}: lists other files than those of this batch; {WAY_BACK}")


class LandingZone:
    """The landed batches below one folder. One process at a time may land."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def batches(self, source: str, stream: str) -> list[Batch]:
        """List all batches of a stream, by load id.

        Raises:
            LandingError: a manifest cannot be read.
        """
        folders = sorted((self.folder / source / stream).glob("[0-9a-f]*"))
        return [Batch(folder, Manifest.read(folder)) for folder in folders]

    def parts(self, source: str, stream: str) -> list[Part]:
        """List the parts in force: those of all batches, without the ones that a later batch replaces."""
        return [
            Part(
                batch.folder / it.part,
                batch.load_id,
                it.file,
                it.rows,
                it.rejected,
                it.columns,
                batch.manifest.parquet_sha256[it.part],
                it.erased,
                it.expired,
                {entity: batch.folder / it.facts_file(entity) for entity, rows in it.erased.items() if rows.facts},
            )
            for batch, it in self._in_force(source, stream)
        ]

    def live_state(self, source: str, stream: str) -> LiveState | None:
        """How far a live system has been read: what its newest batch says."""
        states = [batch.manifest.live for batch in self.batches(source, stream) if batch.manifest.live]
        return max(states, key=lambda state: state.sequence, default=None)

    def missing(self, source: str, stream: str, identities: Iterable[Identity]) -> list[Identity]:
        """Those identities, each once and in their order, that no part in force has."""
        landed = {it.identity for _, it in self._in_force(source, stream)}
        return [identity for identity in dict.fromkeys(identities) if identity not in landed]

    def rewrite(self, batch: Batch, manifest: Manifest, files: Mapping[str, Path]) -> None:
        """Put other files in the place of some of a batch's, the only change that a batch ever sees.

        Args:
            batch: the batch.
            manifest: what it says of itself from then on; the hashes of its files are made here.
            files: name in the batch → the file to move there.
        """
        fresh = batch.folder.with_name(f"{_REWRITTEN}{batch.load_id}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name in batch.manifest.parquet_sha256.keys() - files.keys():
            (fresh / name).hardlink_to(batch.folder / name)
        for name, file in files.items():
            file.rename(fresh / name)
        manifest.model_copy(update={"parquet_sha256": _hashes(fresh)}).write(fresh)
        for path in [*fresh.iterdir(), fresh]:
            fsync(path)
        batch.folder.rename(batch.folder.with_name(f"{_OUTGOING}{batch.load_id}"))
        self.settle(batch.manifest.source, batch.manifest.stream)

    def settle(self, source: str, stream: str) -> None:
        """Finish what was begun by `rewrite`: of two folders of a batch the new one stays, the old one goes."""
        folder = self.folder / source / stream
        for outgoing in folder.glob(f"{_OUTGOING}*"):
            load_id = outgoing.name.removeprefix(_OUTGOING)
            if not (folder / load_id).exists():
                (folder / f"{_REWRITTEN}{load_id}").rename(folder / load_id)
                fsync(folder)
            shutil.rmtree(outgoing)
        for unused in folder.glob(f"{_REWRITTEN}*"):
            shutil.rmtree(unused)

    @contextmanager
    def landing(self, source: str, stream: str, identities: Sequence[Identity]) -> Iterator[Landing]:
        """Begin a batch with one part for each of these (`missing`) identities.

        What has not been committed when the block ends is removed, and so is what a killed run left behind.
        """
        folder = self.folder / source / stream
        self.sweep(folder)
        contents = {identity.sha256 for identity in identities}
        replaces = tuple(
            Replaced(load_id=batch.load_id, part=it.part, file=it.file)
            for batch, it in self._in_force(source, stream)
            if it.sha256 in contents
        )
        landing = Landing(folder, source, stream, load_id_of(identities, replaces), replaces)
        landing.folder.mkdir(parents=True)
        landing.scratch.mkdir()
        try:
            yield landing
        finally:
            shutil.rmtree(landing.scratch.parent)

    def sweep(self, folder: Path | None = None) -> None:
        """Remove what killed runs left behind, of all streams or below one stream's folder; it holds source rows."""
        for leftover in (folder or self.folder).rglob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)

    def _in_force(self, source: str, stream: str) -> list[tuple[Batch, LandedFile]]:
        batches = self.batches(source, stream)
        replaced = {(it.load_id, it.part) for batch in batches for it in batch.manifest.replaces}
        return [
            (batch, it) for batch in batches for it in batch.manifest.files if (batch.load_id, it.part) not in replaced
        ]


class Landing:
    """A batch being written: put parts and rejects into `folder`, temporary files into `scratch`, then commit."""

    def __init__(self, parent: Path, source: str, stream: str, load_id: str, replaces: tuple[Replaced, ...]) -> None:
        self.source = source
        self.stream = stream
        self.load_id = load_id
        self.folder = parent / f"{_UNFINISHED}{load_id}" / "batch"
        self.scratch = self.folder.with_name("scratch")
        self._target = parent / load_id
        self._replaces = replaces
        self._files: list[LandedFile] = []

    @property
    def next_part(self) -> str:
        """Name of the part to write into `folder` before the next `add`."""
        return f"part-{len(self._files):05d}.parquet"

    def add(self, landed: LandedFile) -> None:
        """Record a part that was written.

        Raises:
            LandingError: its counts do not add up.
        """
        if landed.rows + landed.rejected + landed.unchanged != landed.counted:
            raise LandingError(
                f"source {self.source!r}, stream {self.stream!r}, file {landed.file!r}: {landed.rows} rows and "
                f"{landed.rejected} rejects were read, where an independent count finds "
                f"{landed.counted - landed.unchanged} records; "
                "nothing was landed. This is a defect of the reader: please report what is special about the file"
            )
        self._files.append(landed)

    def commit(self, live: LiveState | None = None) -> Batch:
        """Make the batch durable, then visible by one rename, and with it how far a live system was read."""
        if load_id_of(self._files, self._replaces) != self.load_id:
            raise LandingError(f"batch {self.load_id} of {self.source}/{self.stream} lacks parts that it was begun for")
        manifest = Manifest(
            source=self.source,
            stream=self.stream,
            load_id=self.load_id,
            files=tuple(self._files),
            replaces=self._replaces,
            live=live,
            parquet_sha256=_hashes(self.folder),
        )
        manifest.write(self.folder)
        for path in [*self.folder.iterdir(), self.folder]:
            fsync(path)
        self.folder.rename(self._target)
        for path in [self._target.parent, self._target.parent.parent, self._target.parent.parent.parent]:
            fsync(path)
        return Batch(self._target, manifest)


def _hashes(folder: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _described(hashes: dict[str, str], name: str) -> str:
    return f"sha256 {hashes[name]}" if name in hashes else "no such file"
