"""What a gate says about real DuckDB files, and what stops a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.quality.expectations import SuiteError
from dagster_project.quality.gate import CheckResult, blocking, run_gate
from dagster_project.quality.suites import load_suites
from dagster_project.warehouse import Workspace, engine_settings

Check = Callable[..., dict[str, CheckResult]]

# Eight tickets; T2, T5 and T7 have no customer, T8 has a negative duration.
TICKETS = """
create table core.ticket as
select * from (values
    ('T1', 'C1', 10.0), ('T2', null, 20.0), ('T3', 'C1', 30.0), ('T4', 'C2', 40.0),
    ('T5', null, 50.0), ('T6', 'C3', 60.0), ('T7', null, 70.0), ('T8', 'C9', -1.0)
) as t(ticket_key, customer_key, minutes);
create table core.customer as select unnest(['C1', 'C2', 'C3']) as customer_key;
"""


def test_a_violated_critical_expectation_blocks_and_reports_counts_rate_and_keys(check: Check) -> None:
    results = check(
        TICKETS,
        """
        - type: expect_column_values_to_not_be_null
          kwargs: {column: customer_key}
          severity: critical
          meta: {risk: Tickets without a customer vanish from every cut by segment.}
        """,
    )
    assert results == {
        "not_null_customer_key": CheckResult(
            layer="core",
            table="ticket",
            check="not_null_customer_key",
            expectation_type="expect_column_values_to_not_be_null",
            column="customer_key",
            severity="critical",
            risk="Tickets without a customer vanish from every cut by segment.",
            outcome="failed",
            observed="3 of 8 rows",
            allowed="not null",
            unexpected_count=3,
            unexpected_rate=0.375,
            sample_keys=({"ticket_key": "T2"}, {"ticket_key": "T5"}, {"ticket_key": "T7"}),
            message=(
                "core.ticket, not_null_customer_key: found 3 of 8 rows, allowed not null; for example "
                "ticket_key=T2; ticket_key=T5; ticket_key=T7. "
                "Risk: Tickets without a customer vanish from every cut by segment."
            ),
        )
    }
    assert blocking(list(results.values())) == list(results.values())


def test_a_violated_warning_is_reported_but_does_not_block(check: Check) -> None:
    (result,) = check(
        TICKETS,
        """
        - type: expect_column_values_to_be_between
          kwargs: {column: minutes, min_value: 0, max_value: 60}
          severity: warning
          meta: {risk: Durations out of range.}
        """,
    ).values()
    assert (result.outcome, result.unexpected_count, result.unexpected_rate) == ("failed", 2, 0.25)
    assert result.allowed == "at least 0 and at most 60"
    assert result.sample_keys == ({"ticket_key": "T7"}, {"ticket_key": "T8"})
    assert blocking([result]) == []


def test_a_fulfilled_expectation_passes_with_a_count_of_zero(check: Check) -> None:
    (result,) = check(
        TICKETS,
        """
        - type: expect_column_values_to_be_unique
          kwargs: {column: ticket_key}
          severity: critical
          meta: {risk: Tickets counted twice.}
        """,
    ).values()
    assert (result.outcome, result.unexpected_count, result.sample_keys, result.message) == ("passed", 0, (), "")
    assert blocking([result]) == []


def test_an_expectation_that_raises_is_an_error_that_blocks_at_any_severity_and_spoils_no_other(check: Check) -> None:
    results = check(
        TICKETS,
        """
        - type: expect_column_values_to_be_between   # text against a number
          kwargs: {column: customer_key, min_value: 0}
          severity: warning
          meta: {risk: Any.}
        - type: unexpected_rows_expectation
          name: no_such_table
          kwargs: {unexpected_rows_query: "from core.elsewhere"}
          severity: warning
          meta: {risk: Any.}
        - type: expect_column_values_to_not_be_null   # a misspelt argument
          name: misspelt
          kwargs: {column: ticket_key, mosty: 0.9}
          severity: warning
          meta: {risk: Any.}
        - type: expect_column_values_to_not_be_null
          kwargs: {column: ticket_key}
          severity: warning
          meta: {risk: Any.}
        - type: expect_column_values_to_not_be_null
          kwargs: {column: customer_key}
          severity: warning
          meta: {risk: Any.}
        """,
    )
    assert {name: result.outcome for name, result in results.items()} == {
        "between_customer_key": "error",
        "no_such_table": "error",
        "misspelt": "error",
        "not_null_ticket_key": "passed",
        "not_null_customer_key": "failed",
    }
    assert [r.check for r in blocking(list(results.values()))] == ["between_customer_key", "no_such_table", "misspelt"]
    assert "Cannot compare values of type VARCHAR" in results["between_customer_key"].message
    assert "elsewhere does not exist" in results["no_such_table"].message
    assert "mosty" in results["misspelt"].message
    assert "core/ticket.yml" in results["misspelt"].message
    assert results["misspelt"].unexpected_count is None


NOT_NULL = """
- type: expect_column_values_to_not_be_null
  kwargs: {column: %s}
  severity: warning
  meta: {risk: Any.}
"""


def test_a_missing_table_is_an_error_of_every_check(check: Check) -> None:
    results = check("create table core.other (ticket_key text)", NOT_NULL % "ticket_key" + NOT_NULL % "customer_key")
    assert [result.outcome for result in results.values()] == ["error", "error"]
    assert len(blocking(list(results.values()))) == 2
    assert "Table with name ticket does not exist" in results["not_null_ticket_key"].message


def test_a_missing_column_is_an_error_that_lists_the_columns_there_are(check: Check) -> None:
    results = check(TICKETS, NOT_NULL % "agent_key" + NOT_NULL % "ticket_key")
    assert {name: result.outcome for name, result in results.items()} == {
        "not_null_agent_key": "error",
        "not_null_ticket_key": "passed",
    }
    assert (
        "there is no column agent_key; there are ticket_key, customer_key, minutes"
        in results["not_null_agent_key"].message
    )


def test_a_missing_key_column_is_an_error_even_where_nothing_is_violated(check: Check) -> None:
    (result,) = check(TICKETS, NOT_NULL % "ticket_key", key="[ticket_id]").values()
    assert result.outcome == "error"
    assert "there is no column ticket_id" in result.message


def test_a_view_whose_table_is_gone_is_an_error(check: Check) -> None:
    sql = "create table core.gone (ticket_key text); create view core.ticket as from core.gone; drop table core.gone"
    (result,) = check(sql, NOT_NULL % "ticket_key").values()
    assert result.outcome == "error"
    assert "gone" in result.message


def test_a_gate_without_suites_or_without_results_is_refused(make_database: Callable[[str], Path]) -> None:
    with pytest.raises(SuiteError, match="no suites"):
        run_gate(make_database(TICKETS), [])
    with pytest.raises(SuiteError, match="no results"):
        blocking([])


def test_the_file_stays_as_it_is_and_is_free_for_writing_afterwards(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    folder, database = write_suite(NOT_NULL % "customer_key"), make_database(TICKETS)
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    files = sorted(path.name for path in tmp_path.iterdir())
    with duckdb.connect(str(database), read_only=True) as reader:  # a writer would not let others in, nor get in
        assert run_gate(database, load_suites(folder, "core"))[0].outcome == "failed"
        assert reader.execute("select count(*) from core.ticket").fetchall() == [(8,)]
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    with duckdb.connect(str(database)) as writer:
        writer.execute("drop table core.ticket")


def test_the_file_is_free_for_writing_even_after_checks_that_raised(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path]
) -> None:
    folder = write_suite(
        """
        - type: unexpected_rows_expectation
          name: raises_late
          kwargs: {unexpected_rows_query: "from {batch} where ticket_key::int > 0"}
          severity: critical
          meta: {risk: Any.}
        - type: expect_column_values_to_be_between
          kwargs: {column: customer_key, min_value: 0}
          severity: critical
          meta: {risk: Any.}
        """
    )
    database = make_database(TICKETS)
    results = run_gate(database, load_suites(folder, "core"))
    assert [result.outcome for result in results] == ["error", "error"]
    duckdb.connect(str(database)).close()


def test_a_query_that_would_write_is_an_error(check: Check) -> None:
    results = check(
        TICKETS,
        """
        - type: unexpected_rows_expectation
          name: writes
          kwargs: {unexpected_rows_query: "select 1) as t; drop table core.customer; select (1"}
          severity: critical
          meta: {risk: Any.}
        """,
    )
    assert results["writes"].outcome == "error"


def test_tables_of_the_same_name_in_two_schemas_are_not_confused(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path]
) -> None:
    database = make_database(
        """
        create table core.ticket as select 'A' as ticket_key, 1 as only_core, 5 as minutes;
        create table staging.ticket as select 'B' as ticket_key, 1 as only_staging, -5 as minutes from range(3);
        """
    )
    minutes = """
    - type: expect_column_values_to_be_between
      kwargs: {column: minutes, min_value: 0}
      severity: critical
      meta: {risk: Any.}
    """
    exists = """
    - type: expect_column_to_exist
      kwargs: {column: only_staging}
      severity: critical
      meta: {risk: Any.}
    """
    folder = write_suite(minutes + exists)
    write_suite(minutes + NOT_NULL.replace("\n", "\n    ") % "only_staging", layer="staging")
    suites = [*load_suites(folder, "staging"), *load_suites(folder, "core")]
    found = [(r.layer, r.check, r.outcome, r.observed, r.sample_keys) for r in run_gate(database, suites)]
    assert found == [
        ("staging", "between_minutes", "failed", "3 of 3 rows", ({"ticket_key": "B"},)),
        ("staging", "not_null_only_staging", "passed", "0 of 3 rows", ()),
        ("core", "between_minutes", "passed", "0 of 1 rows", ()),
        ("core", "exists_only_staging", "failed", "no such column", ()),
    ]


def test_a_path_with_every_awkward_character_is_opened_as_it_is(
    make_database: Callable[..., Path], write_suite: Callable[..., Path]
) -> None:
    database = make_database(TICKETS, name="a $HOME %41 ?x=1;b#ü 'q'.duckdb")
    results = run_gate(database, load_suites(write_suite(NOT_NULL % "ticket_key"), "core"))
    assert [result.outcome for result in results] == ["passed"]


def test_a_missing_file_is_an_error_and_is_not_created(write_suite: Callable[..., Path], tmp_path: Path) -> None:
    suites = load_suites(write_suite(NOT_NULL % "ticket_key"), "core")
    with pytest.raises(duckdb.IOException, match=r"absent\.duckdb"):
        run_gate(tmp_path / "absent.duckdb", suites)
    assert not (tmp_path / "absent.duckdb").exists()


def test_the_session_of_a_gate_is_utc_and_spills_where_a_run_does(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "warehouse", memory_limit="100MB")
    folder = write_suite(
        f"""
        - type: unexpected_rows_expectation
          name: settings
          kwargs:
            unexpected_rows_query: >-
              select ticket_key from {{batch}}
              where current_setting('TimeZone') <> 'UTC' or current_setting('memory_limit') <> '95.3 MiB'
              or current_setting('temp_directory') <> '{workspace.tmp}'
          severity: critical
          meta: {{risk: Any.}}
        """
    )
    suites = load_suites(folder, "core")
    (result,) = run_gate(make_database(TICKETS), suites, settings=engine_settings(workspace))
    assert result.outcome == "passed"


def test_a_parameter_is_put_in_by_the_caller_and_missing_ones_are_refused(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path]
) -> None:
    folder = write_suite(
        """
        - type: expect_column_values_to_be_between
          kwargs: {column: minutes, max_value: {$PARAMETER: longest_minutes}}
          severity: critical
          meta: {risk: Any.}
        """
    )
    database, suites = make_database(TICKETS), load_suites(folder, "core")
    (result,) = run_gate(database, suites, parameters={"longest_minutes": 55})
    assert (result.unexpected_count, result.allowed) == (2, "at most 55")
    with pytest.raises(SuiteError, match=r"between_minutes.*'longest_minutes'.*given: other"):
        run_gate(database, suites, parameters={"other": 1})
