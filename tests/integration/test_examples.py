"""The example configurations on real data that nobody here wrote; the reference figures are those published with it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from tests.companies import careloop
from tests.incident_log import (
    Incident,
    median_full_resolution_minutes,
    read_incidents,
    reopen_share,
    transition_minutes,
    waiting_minutes,
)


def published(name: str, folder: Path, shared_data: Path) -> duckdb.DuckDBPyConnection:
    """Run an example in a folder of its own, reading the data where it lies."""
    config: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "examples" / f"{name}.yml").read_text(encoding="utf-8"))
    config["workspace"] = str(folder / "warehouse")
    for source in config["sources"]:
        for files in source["files"].values():
            files["path"] = str(shared_data / Path(files["path"]).relative_to("../../shared/data"))
    path = folder / f"{name}.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    result = careloop("run", config=path)
    assert result.returncode == 0, result.stderr
    return duckdb.connect(str(folder / "warehouse" / "careloop.duckdb"), read_only=True)


def test_the_french_retailers_nps_is_53_42_over_13612_answers(tmp_path: Path, shared_data: Path) -> None:
    with published("nps", tmp_path, shared_data) as connection:
        figure = connection.execute(
            "select round(value, 2), sample_size from kpi.kpi_value "
            "where kpi = 'nps' and period_grain = 'quarter' and dimension = 'overall'"
        ).fetchall()
        account = connection.execute(
            "select landed_rows, not_selected_rows, accepted_rows, unaccounted_rows from quality.row_account"
        ).fetchall()
    assert figure == [(53.42, 13_612)]
    # 13,954 questionnaires seen three times: recommendation, satisfaction, and the comments that were written.
    ((landed, not_selected, accepted, unaccounted),) = account
    assert landed == 3 * 13_954
    assert accepted == landed - not_selected
    assert unaccounted == 0


def test_1154_of_1285_root_mentions_are_answered_in_11_99_minutes(tmp_path: Path, shared_data: Path) -> None:
    with published("tweets", tmp_path, shared_data) as connection:
        figures = connection.execute(
            "select count(*), count(brand_response_minutes), round(median(brand_response_minutes), 2) "
            "from core.fct_social_post where is_root_mention"
        ).fetchone()
        posts = connection.execute("select count(*) from core.fct_social_post").fetchone()
        quarters = "from kpi.kpi_value where period_grain = 'quarter'"
        mentions = connection.execute(
            f"select sum(value) {quarters} and kpi = 'mention_volume' and dimension_value = 'root mention'"
        ).fetchone()
        answered = connection.execute(
            f"select sum(sample_size) {quarters} "
            "and kpi = 'brand_response_minutes' and statistic = 'median' and dimension = 'overall'"
        ).fetchone()
        # Percentiles do not add up: all but four of the answered mentions fall into one quarter.
        newest = connection.execute(
            f"select round(value, 2), sample_size {quarters} "
            "and kpi = 'brand_response_minutes' and statistic = 'median' and dimension = 'overall' "
            "order by period_start desc limit 1"
        ).fetchone()
    assert figures == (1285, 1154, 11.99)
    assert posts == (5000,)
    assert (mentions, answered) == ((1285,), (1154,))
    assert newest == (11.99, 1150)


@pytest.fixture(scope="module")
def incident_log(shared_data: Path) -> Path:
    (log,) = (shared_data / "incidents").glob("*.csv")
    return log


@pytest.fixture(scope="module")
def incidents(incident_log: Path) -> dict[str, Incident]:
    return read_incidents(incident_log)


@pytest.fixture(scope="module")
def incident_warehouse(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    with published("incidents", tmp_path_factory.mktemp("incidents"), shared_data) as connection:
        yield connection


def test_every_update_of_the_incident_log_is_accounted_for(
    incident_log: Path, incident_warehouse: duckdb.DuckDBPyConnection
) -> None:
    # Independent of the readers under test: the log has no line breaks inside its fields.
    updates = [line.split(",") for line in incident_log.read_text(encoding="utf-8").splitlines()[1:]]
    incidents = {update[0] for update in updates}
    tickets = incident_warehouse.execute("select count(*) from core.fct_ticket").fetchone()
    account = incident_warehouse.execute(
        "select accepted_rows, superseded_rows + duplicate_rows, unaccounted_rows from quality.row_account "
        "where entity = 'tickets'"
    ).fetchone()
    orphans = incident_warehouse.execute(
        "select count(*) from core.fct_ticket_event anti join core.fct_ticket using (ticket_key)"
    ).fetchone()
    assert tickets == (len(incidents),)
    assert account == (len(incidents), len(updates) - len(incidents), 0)
    assert orphans == (0,)


def test_the_incident_logs_reopen_share_and_resolution_time_are_those_of_its_rows(
    incidents: dict[str, Incident], incident_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = incident_warehouse.execute(
        "select as_of, count(*) filter (where is_reopened_in_window and is_reopen_settled), "
        "count(*) filter (where is_reopen_settled), median(full_resolution_minutes), count(full_resolution_minutes) "
        "from core.fct_ticket cross join core.as_of group by as_of"
    ).fetchone()
    assert found is not None
    as_of, reopened, settled, median_minutes, resolved = found
    published_rate = incident_warehouse.execute(
        "select sum(numerator), sum(denominator) from kpi.kpi_value "
        "where kpi = 'reopen_rate' and period_grain = 'month' and dimension = 'overall'"
    ).fetchone()
    assert (reopened, settled) == reopen_share(incidents, as_of.replace(tzinfo=UTC))
    assert published_rate == (reopened, settled)
    assert (median_minutes, resolved) == (median_full_resolution_minutes(incidents), len(incidents))


def test_the_incident_logs_steps_follow_one_another_as_in_its_rows(
    incidents: dict[str, Incident], incident_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = incident_warehouse.execute(
        "select from_activity, to_activity, transitions, median_minutes from kpi.process_flow "
        "where dimension = 'overall' and from_activity <> 'start' and to_activity <> 'end'"
    ).fetchall()
    expected = {
        steps: (len(minutes), pytest.approx(statistics.median(minutes)))
        for steps, minutes in transition_minutes(incidents).items()
    }
    assert {(start, end): (transitions, median) for start, end, transitions, median in found} == expected
    longest = sorted((row for row in found if row[2] >= 30), key=lambda row: -row[3])[:3]
    assert [row[:2] for row in longest] == [("assigned", "closed"), ("team changed", "closed"), ("solved", "closed")]


def test_the_incident_logs_longest_waits_are_those_of_its_rows(
    incidents: dict[str, Incident], incident_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = incident_warehouse.execute(
        "select step, waiting_minutes, share_of_waiting from kpi.bottleneck where period_grain = 'all' "
        "order by bottleneck_rank"
    ).fetchall()
    expected = waiting_minutes(incidents)
    whole = sum(expected.values())
    # A step in which nobody waited a minute (statuses that changed at once) is no bottleneck.
    assert {step: (minutes, share) for step, minutes, share in found} == {
        step: (pytest.approx(minutes), pytest.approx(minutes / whole)) for step, minutes in expected.items() if minutes
    }
    assert [step for step, *_ in found[:3]] == sorted(expected, key=lambda step: -expected[step])[:3]


@pytest.mark.parametrize("name", ["incidents", "nps", "tweets"])
def test_an_example_holds_no_data(name: str) -> None:
    assert (PROJECT_ROOT / "examples" / f"{name}.yml").stat().st_size < 10_000
