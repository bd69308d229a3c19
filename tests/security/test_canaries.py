"""Personal data stays where it belongs: a mark in every personal column is found in landing and `personal` alone."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from dagster_project.contract import ENTITIES
from dagster_project.pseudonyms import pseudonym
from tests.companies import careloop, write_csv
from tests.conftest import PSEUDONYM_KEY
from tests.security.conftest import IDENTIFIERS, Ran, mark, row, written
from tests.security.searching import places, tables_with

CUSTOMERS = ["kunde-7731", "kunde-7732", "kunde-7733", "kunde-7734"]
MARKS = ["mark-of-", *IDENTIFIERS, *CUSTOMERS]


@pytest.fixture(scope="module")
def beyond_landing(ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything in the workspace but the landing zone and the build file."""
    copy = tmp_path_factory.mktemp("beyond_landing") / "warehouse"
    shutil.copytree(ran.workspace, copy, symlinks=True, ignore=shutil.ignore_patterns("landing", "build.duckdb"))
    return copy


def test_the_marks_stand_in_every_personal_column(ran: Ran) -> None:
    # Else nothing below would mean anything.
    with duckdb.connect(str(ran.workspace / "build.duckdb"), read_only=True) as connection:
        for entity in ENTITIES.values():
            for column in entity.columns.values():
                if column.personal:
                    found = connection.execute(
                        f"select count(*) from personal.typed_{entity.name} where {column.name} like 'mark-of-%'"
                    ).fetchone()
                    assert found is not None
                    assert found[0] > 0, f"{entity.name}.{column.name}"
        rows = connection.execute("select count(*) from personal.quarantine_tickets where row_text like '%mark-of-%'")
        assert rows.fetchone() == (1,)
    assert places(ran.workspace / "landing" / "desk" / "customers", ["mark-of-a-rejected-line"])


def test_no_mark_is_in_published_files_exports_histories_or_targets(beyond_landing: Path) -> None:
    assert {path.name for path in beyond_landing.iterdir()} >= {
        "published",
        "runs",
        "dagster",
        "dbt",
        "careloop.duckdb",
    }
    assert places(beyond_landing, MARKS) == []


def test_no_mark_is_in_the_build_file_outside_of_its_restricted_schema(ran: Ran) -> None:
    assert tables_with(ran.workspace / "build.duckdb", MARKS, leaving_out=("personal", "raw")) == []


def test_no_mark_is_printed_by_a_run_or_by_any_listing(ran: Ran) -> None:
    assert "created_at: not an instant" in ran.printed  # the quarantine was listed
    for text in MARKS:
        assert text not in ran.printed


def test_identifying_numbers_in_free_text_are_gone_behind_staging_what_was_said_is_not(ran: Ran) -> None:
    with duckdb.connect(str(ran.workspace / "build.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select description from personal.typed_tickets where ticket_key = 'desk:t4'"
        ).fetchall()
        values = connection.execute(
            "select to_value from core.fct_ticket_event where ticket_event_key = 'desk:e4'"
        ).fetchall()
    assert found == values == [("Mail [email] or call [phone], IBAN [iban], [link]",)]


def test_customers_go_by_the_keyed_hash_of_their_number(ran: Ran) -> None:
    with duckdb.connect(str(ran.workspace / "careloop.duckdb"), read_only=True) as connection:
        found = connection.execute("select customer_key from core.fct_ticket where ticket_key = 'desk:t1'").fetchone()
    assert found == (pseudonym(PSEUDONYM_KEY, "desk:kunde-7731"),)


def test_the_key_is_in_no_file(ran: Ran) -> None:
    assert places(ran.workspace, [PSEUDONYM_KEY]) == []


def test_only_the_owner_can_read_the_workspace(ran: Ran) -> None:
    for path in [ran.workspace, *ran.workspace.rglob("*")]:
        if not path.is_symlink():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.fixture(scope="module")
def erased(ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A copy of the company without its first customer, whom an old file wants to bring back."""
    folder = tmp_path_factory.mktemp("erased")
    shutil.copytree(ran.config.parent, folder, symlinks=True, dirs_exist_ok=True)
    config = folder / ran.config.name
    config.write_text(config.read_text(encoding="utf-8").replace(str(ran.config.parent), str(folder)), encoding="utf-8")
    old = row("customers", 5, customer_id="kunde-7731", segment="private", updated_at="2026-01-01T10:00:00Z")
    write_csv(folder / "desk" / "customers_old.csv", *written("customers", [old]))
    result = careloop("erase-customer", "desk", "kunde-7731", config=config)
    assert result.returncode == 0, result.stderr
    return Ran(config, result.stdout)


def test_no_byte_of_an_erased_customer_is_left_anywhere(ran: Ran, erased: Ran) -> None:
    theirs = ["kunde-7731", pseudonym(PSEUDONYM_KEY, "desk:kunde-7731")]
    for entity, numbers in {
        "customers": (1, 3, 5),
        "tickets": (1, 3),
        "ticket_events": (1, 2),
        "survey_responses": (1,),
        "social_posts": (1, 2),
    }.items():
        columns = [column.name for column in ENTITIES[entity].columns.values() if column.personal]
        theirs += [mark(entity, column, number) for column in columns for number in numbers]
    assert places(ran.workspace, theirs)
    assert places(erased.workspace, theirs) == []
    for counted in ("2 of customers", "2 of tickets", "3 of ticket_events", "2 of social_posts", "1 of orders"):
        assert counted in erased.printed
    assert len(list((erased.workspace / "published").glob("careloop-*.duckdb"))) == 1


def test_figures_that_need_no_identity_stay(ran: Ran, erased: Ran) -> None:
    figures = (
        "select kpi, statistic, period_grain, period_start, dimension_value, numerator, denominator from kpi.kpi_value "
        "where dimension = 'overall' and kpi in ('tickets_created', 'tickets_solved', 'first_response_minutes', "
        "'first_contact_resolution_rate', 'csat_rate', 'repeat_contact_rate', 'active_customers') order by all"
    )
    found = []
    for company in (ran, erased):
        with duckdb.connect(str(company.workspace / "careloop.duckdb"), read_only=True) as connection:
            found.append(connection.execute(figures).fetchall())
    assert len({row[0] for row in found[0]}) == 7
    assert found[0] == found[1]


def test_the_account_says_how_many_rows_were_taken_out(erased: Ran) -> None:
    with duckdb.connect(str(erased.workspace / "careloop.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select entity, sum(erased_rows), sum(unaccounted_rows) from quality.row_account "
            "where erased_rows > 0 group by entity order by entity"
        ).fetchall()
    # Two versions of the profile, and one of the old file that came later.
    assert found == [("customers", 3, 0), ("social_posts", 2, 0)]
