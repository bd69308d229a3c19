"""The views over landed parts find exactly these, wherever the workspace lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from dagster_project.config import Settings
from dagster_project.raw import create_raw_views

if TYPE_CHECKING:
    from tests.conftest import Bench


def viewed(bench: Bench, **files: str) -> duckdb.DuckDBPyConnection:
    """Create the views over what was landed from `files` into stream `records`."""
    source = bench.source(records={"format": "csv", "path": "teams.csv", **files})
    connection = duckdb.connect()
    settings = Settings(config_file=bench.folder / "careloop.yml", sources=[source])
    create_raw_views(connection, settings, {("crm", "records"): bench.zone.parts("crm", "records")})
    return connection


@pytest.mark.parametrize(("name", "matched"), [("a[b]*", "abc"), ("a?", "ab"), ("it's", "its")])
def test_a_workspace_whose_path_looks_like_a_pattern_shows_its_own_rows(bench: Bench, name: str, matched: str) -> None:
    above = bench.folder
    bench.folder = above / name
    bench.zone.folder = bench.folder / "landing"
    bench.put("teams.csv", "id,name\n1,Ann\n")
    bench.land("teams.csv")
    (part,) = bench.zone.parts("crm", "records")
    without_rows = above / matched / part.path.relative_to(bench.folder)  # which the pattern would find instead
    without_rows.parent.mkdir(parents=True)
    pq.write_table(pq.read_table(part.path).slice(0, 0), without_rows)

    assert viewed(bench).execute("select team_id, name from raw.teams").fetchall() == [("1", "Ann")]


def test_a_part_that_was_replaced_is_neither_seen_nor_counted_again(bench: Bench) -> None:
    bench.put("teams.csv", "id,name\n1,Ann\rLee\n2,Bob\n")
    bench.land("teams.csv")
    (batch,) = bench.land("teams.csv", line_ending="lf")

    connection = viewed(bench, line_ending="lf")

    rows = connection.execute("select team_id, name, _position from raw.teams order by all").fetchall()
    assert rows == [("1", "Ann\rLee", 1), ("2", "Bob", 2)]
    loads = connection.execute("select load_id, row_count, reject_count from raw.loads").fetchall()
    assert loads == [(batch.load_id, 2, 0)]
