"""What tests of several folders share: a place to put source files, and to see what is landed from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dagster_project.landing import LINEAGE, Batch, LandingZone
from dagster_project.pseudonyms import KEY_VARIABLE
from dagster_project.source_config.files import FileSource
from dagster_project.sources.files import Check, extract

# Inherited by the processes that tests start.
PSEUDONYM_KEY = "the key of the companies that tests make up"
os.environ[KEY_VARIABLE] = PSEUDONYM_KEY

# Their tests read one run of a whole job, so that one process takes them all; of other folders, it takes a file.
SHARED_RUNS = ("tests/integration/sample_company/", "tests/sql/hand_worked/")
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class ByRun(LoadScopeScheduling):
    """Gives each process tests that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in SHARED_RUNS if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRun:
    return ByRun(config, log)


class Bench:
    """A configuration folder with source files, and a landing zone of its own. Reads back without DuckDB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zone = LandingZone(folder / "warehouse" / "landing")

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, **files: dict[str, Any]) -> FileSource:
        mapping = {"from": next(iter(files)), "columns": {"team_id": "id", "name": "name"}}
        settings = {"name": "crm", "kind": "files", "files": files, "entities": {"teams": mapping}}
        return FileSource.model_validate(settings, context={"folder": self.folder})

    def land(self, path: str | Sequence[str], *, check: Check = lambda *_: None, **settings: Any) -> list[Batch]:
        """Land one file set as stream `records`; its format is CSV unless stated."""
        return self.land_streams(records={"format": "csv", **settings, "path": path}, check=check)

    def land_streams(self, *, check: Check = lambda *_: None, **files: dict[str, Any]) -> list[Batch]:
        return extract(self.source(**files), self.zone, config_folder=self.folder, check=check)

    def rows(self, stream: str = "records") -> list[dict[str, Any]]:
        """All rows in force with their lineage, ordered by file and position."""
        rows = [row for part in self.zone.parts("crm", stream) for row in pq.read_table(part.path).to_pylist()]
        return sorted(rows, key=lambda row: (row["_file"], row["_position"]))

    def values(self, stream: str = "records") -> list[tuple[str | None, ...]]:
        """Return the rows' own values, in order."""
        return [tuple(value for name, value in row.items() if name not in LINEAGE) for row in self.rows(stream)]

    def rejects(self, stream: str = "records") -> list[tuple[str, int, str, str]]:
        """Return file, line number, reason and text of all rejects, in order."""
        found = [pq.read_table(it.rejects).to_pylist() for it in self.zone.batches("crm", stream) if it.rejects]
        return sorted((row["_file"], row["line_number"], row["reason"], row["text"]) for rows in found for row in rows)


@pytest.fixture(scope="session")
def new_bench(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Bench]:
    """Make benches; for property tests, which need one an example."""
    return lambda: Bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture
def bench(new_bench: Callable[[], Bench]) -> Bench:
    return new_bench()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the project; a test that asks for it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data is not here: {SHARED_DATA}")
    return SHARED_DATA
