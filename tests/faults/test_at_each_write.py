"""Before and after every write of a whole run, a kill would leave everything whole: as it was, or as it becomes."""

from __future__ import annotations

import hashlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from dagster_project.landing import LandingZone
from dagster_project.warehouse import Workspace
from dagster_project.warehouse.runs import read_run_records
from tests.companies import careloop
from tests.faults.test_killed import ROWS, company, watched

# Its rows come gate by gate; what the next run begins with are those of earlier runs.
FILLED_IN_PARTS = "quality.gate_result"
# The notes of the run that builds. With `built` among them the next run keeps these layers, without it none.
NOTES, BUILT, KEPT = "increment.", "increment.built", ("intermediate.", "core.", "kpi.")
Content = tuple[int, int]


@dataclass(frozen=True)
class Left:
    """What a kill would leave: tables of the build file, batches, how runs ended, the published version's content."""

    tables: dict[str, Content]
    batches: int
    statuses: tuple[str, ...]
    version: str


def tables(build: Path) -> dict[str, Content]:
    """Open a build file as the next run does, which replays its log, and read every table whole: rows and a hash."""
    with duckdb.connect(str(build)) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
        read = "select count(*), coalesce(sum(hash(it)), 0)::hugeint from {} as it"
        found = {name: connection.execute(read.format(name)).fetchone() for (name,) in names}
    return {name: (row[0], row[1]) for name, row in found.items() if row}


class Looking:
    """Looks at a workspace whose run holds still; the build file as a copy, for the run has it open."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace, self.folder = workspace, folder
        self._seen: dict[str, dict[str, Content]] = {}

    def look(self) -> Left:
        zone = LandingZone(self.workspace.landing)
        batches = [batch for entity in ROWS for batch in zone.batches("helpdesk", entity)]
        for batch in batches:
            batch.verify()
        statuses = tuple(record.status for record in read_run_records(self.workspace))
        version = hashlib.sha256(self.workspace.database_link.read_bytes()).hexdigest()
        return Left(self._tables(), len(batches), statuses, version)

    def _tables(self) -> dict[str, Content]:
        self.folder.mkdir()
        copies = [shutil.copy(it, self.folder) for it in sorted(self.workspace.folder.glob("build.duckdb*"))]
        key = " ".join(hashlib.sha256(Path(it).read_bytes()).hexdigest() for it in copies)
        if key not in self._seen:
            self._seen[key] = tables(self.folder / "build.duckdb")
        shutil.rmtree(self.folder)
        return self._seen[key]


@pytest.mark.full
def test_whatever_is_there_before_and_after_each_write_is_whole(tmp_path: Path) -> None:
    config, waiting = company(tmp_path), tmp_path / "waiting"
    assert careloop("run", config=config).returncode == 0
    looking = Looking(Workspace(tmp_path / "warehouse"), tmp_path / "copy")
    before = looking.look()
    tickets = tmp_path / "helpdesk" / "tickets.csv"
    tickets.write_text(tickets.read_text().replace(",email,", ",phone,"))
    left = []
    with watched(config, {"pause": True, "waiting": str(waiting)}) as run:
        while run.poll() is None:
            if waiting.exists():
                left.append(looking.look())
                waiting.unlink()
            time.sleep(0.02)
        assert run.returncode == 0, run.communicate()
    after = looking.look()
    assert before.tables["core.fct_ticket"] != after.tables["core.fct_ticket"]
    assert before.batches < after.batches
    assert len(left) > 500
    whole = {name: {before.tables.get(name), after.tables.get(name)} for name in before.tables | after.tables}
    broken = {
        (name, content)
        for it in left
        for name, content in it.tables.items()
        if name != FILLED_IN_PARTS and not name.startswith(NOTES) and content not in whole.get(name, ())
    }
    assert broken == set()
    for it in left:
        if BUILT in it.tables:
            side = before if it.tables[BUILT] == before.tables[BUILT] else after
            assert _kept(it) == _kept(side)
    assert any(BUILT not in it.tables for it in left)
    gate_rows = [it.tables[FILLED_IN_PARTS][0] for it in left]
    assert gate_rows == sorted(gate_rows)
    versions = [it.version for it in left]
    assert versions == sorted(versions, key=[before.version, after.version].index)
    assert {it.batches for it in left} == {before.batches, after.batches}
    assert {it.statuses for it in left} <= {("published",), ("published", "running"), ("published", "published")}


def _kept(it: Left) -> dict[str, Content]:
    return {name: content for name, content in it.tables.items() if name.startswith(KEPT)}
