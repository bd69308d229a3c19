"""The example configurations on real data that nobody here wrote; the reference figures are those published with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import PROJECT_ROOT
from tests.companies import careloop


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


def test_every_update_of_the_incident_log_is_accounted_for(tmp_path: Path, shared_data: Path) -> None:
    (log,) = (shared_data / "incidents").glob("*.csv")
    # Independent of the readers under test: the log has no line breaks inside its fields.
    updates = [line.split(",") for line in log.read_text(encoding="utf-8").splitlines()[1:]]
    incidents = {update[0] for update in updates}
    with published("incidents", tmp_path, shared_data) as connection:
        tickets = connection.execute("select count(*) from core.fct_ticket").fetchone()
        account = connection.execute(
            "select accepted_rows, superseded_rows + duplicate_rows, unaccounted_rows from quality.row_account "
            "where entity = 'tickets'"
        ).fetchone()
        orphans = connection.execute(
            "select count(*) from core.fct_ticket_event anti join core.fct_ticket using (ticket_key)"
        ).fetchone()
    assert tickets == (len(incidents),)
    assert account == (len(incidents), len(updates) - len(incidents), 0)
    assert orphans == (0,)


@pytest.mark.parametrize("name", ["incidents", "nps", "tweets"])
def test_an_example_holds_no_data(name: str) -> None:
    assert (PROJECT_ROOT / "examples" / f"{name}.yml").stat().st_size < 10_000
