"""What suites may say, and how an error about them reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.quality.expectations import SuiteError
from dagster_project.quality.suites import load_suites, suites_sha256

GOOD = """description: One row per ticket.
key: [ticket_key]
expectations:
  - type: expect_column_values_to_not_be_null
    kwargs: {column: ticket_key}
    severity: critical
    meta: {risk: Rows that nothing can be joined to.}
"""
SEVERITY = "severity: critical"
META = "meta: {risk: Rows that nothing can be joined to.}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "core").mkdir()
    return tmp_path


def _load(folder: Path, text: str) -> None:
    (folder / "core" / "ticket.yml").write_text(text, encoding="utf-8")
    load_suites(folder, "core")


def test_a_suite_says_what_is_expected_of_which_table(folder: Path) -> None:
    (folder / "core" / "fct_ticket.yml").write_text(GOOD, encoding="utf-8")
    (folder / "core" / "dim_agent.yml").write_text(GOOD, encoding="utf-8")
    agent, ticket = load_suites(folder, "core")
    assert (agent.table, ticket.layer, ticket.table) == ("dim_agent", "core", "fct_ticket")
    assert (ticket.description, ticket.key) == ("One row per ticket.", ("ticket_key",))
    (expectation,) = ticket.expectations
    assert (expectation.check, expectation.severity) == ("not_null_ticket_key", "critical")
    assert expectation.meta.risk == "Rows that nothing can be joined to."


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (SEVERITY, "severity: fatal", 6, "[0].severity: Input should be 'critical' or 'warning'; found 'fatal'"),
        (SEVERITY, "", 4, "expectations[0].severity: Field required"),
        (META, "", 4, "expectations[0].meta: Field required"),
        (META, "meta: {}", 7, "expectations[0].meta.risk: Field required"),
        (META, "meta: {risk: ' '}", 7, "expectations[0].meta.risk: String should have at least 1"),
        (META, "meta: {risk: Any., owner: me}", 7, "[0].meta.owner: unknown key 'owner'; allowed are risk"),
        (
            "kwargs:",
            "args:",
            5,
            "expectations[0].args: unknown key 'args'; allowed are type, kwargs, severity, meta, name",
        ),
        ("key: [", "keys: [", 2, "keys: unknown key 'keys'; allowed are description, key, expectations"),
        ("not_be_null", "match_regex", 4, "[0].type: unknown or unsupported kind; allowed are unexpected_rows_"),
        ("description: One row per ticket.\n", "", 1, "description: Field required"),
        ("meta:", "name: not-null\n    meta:", 7, "expectations[0].name: String should match pattern"),
        ("ticket_key}", "ticket_key, mostly: 90}", 4, "`mostly` is a share above 0 and up to 1, found 90"),
        ("ticket_key}", "ticket_key, row_condition: b}", 4, "conditions on rows are not supported"),
        ("key: [", "table: fct_ticket\nkey: [", 2, "`table` is said by the path of the file; remove it"),
    ],
)
def test_an_error_names_file_line_and_key_and_what_is_allowed(
    folder: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    with pytest.raises(SuiteError) as error:
        _load(folder, GOOD.replace(old, new))
    message = str(error.value)
    assert message.startswith(f"{folder / 'core' / 'ticket.yml'}:{line}: "), message
    assert says in message


def test_the_line_is_that_of_the_faulty_expectation_and_all_faults_are_told(folder: Path) -> None:
    second = GOOD.partition("expectations:\n")[2].replace("critical", "fatal").replace("ticket_key", "agent_key")
    with pytest.raises(SuiteError) as error:
        _load(folder, GOOD + second + second.replace("fatal", "mild").replace("agent_key", "team_key"))
    first, then = str(error.value).splitlines()
    assert ":10: expectations[1].severity: " in first
    assert ":14: expectations[2].severity: " in then


def test_two_checks_of_one_name_are_refused_until_one_gets_its_own(folder: Path) -> None:
    twice = GOOD + GOOD.partition("expectations:\n")[2]
    with pytest.raises(SuiteError, match=r":8: expectations\[1\]: the check name 'not_null_ticket_key' is used more"):
        _load(folder, twice)
    _load(folder, twice + "    name: again\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected a mapping with `description` and `expectations`, found an empty file"),
        ("- a\n", "expected a mapping with `description` and `expectations`, found list"),
        ("a: [1\n", "not valid YAML"),
        ("a: 1\na: 2\n", "not valid YAML: found duplicate key"),
        ("description: None.\nexpectations: []\n", "expectations: List should have at least 1 item"),
        ("description: None.\nexpectations:\n", "expectations: Input should be a valid list; found None"),
    ],
)
def test_a_suite_that_is_empty_or_no_suite_is_refused(folder: Path, text: str, says: str) -> None:
    with pytest.raises(SuiteError) as error:
        _load(folder, text)
    assert says in str(error.value)


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "core" / "ticket.yml").write_bytes(GOOD.replace("ticket.", "tickét.").encode("latin-1"))
    with pytest.raises(SuiteError, match="not UTF-8 text"):
        load_suites(folder, "core")


@pytest.mark.parametrize("name", ["ticket.yaml", "ticket.yml.bak", "notes.md", ".hidden.yml", "two words.yml"])
def test_a_file_that_would_not_be_run_is_refused_rather_than_passed_over(folder: Path, name: str) -> None:
    (folder / "core" / "fct_ticket.yml").write_text(GOOD, encoding="utf-8")
    (folder / "core" / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(SuiteError, match=name.replace(".", r"\.")):
        load_suites(folder, "core")


def test_a_layer_without_suites_is_refused(folder: Path) -> None:
    for layer in ("core", "absent"):
        with pytest.raises(SuiteError, match=rf"{layer}: no suites"):
            load_suites(folder, layer)


@pytest.mark.parametrize(
    ("expectation", "says"),
    [
        ("kwargs: {unexpected_rows_query: 'from {batch}'}", "needs a `name`"),
        ("name: a\n    kwargs: {}", "hold unexpected_rows_query, and nothing else"),
        ("name: a\n    kwargs: {unexpected_rows_query: ' '}", "hold unexpected_rows_query, and nothing else"),
        ("name: a\n    kwargs: {unexpected_rows_query: 'from {batch}', mostly: 0.5}", "and nothing else"),
    ],
)
def test_a_rows_query_needs_a_query_and_a_name_and_takes_nothing_else(
    folder: Path, expectation: str, says: str
) -> None:
    text = GOOD.replace("kwargs: {column: ticket_key}", expectation)
    with pytest.raises(SuiteError) as error:
        _load(folder, text.replace("expect_column_values_to_not_be_null", "unexpected_rows_expectation"))
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("expectation", "name"),
    [
        ("expect_column_values_to_be_between\n    kwargs: {column: talk time/s, min_value: 0}", "between_talk_time_s"),
        ("expect_compound_columns_to_be_unique\n    kwargs: {column_list: [a, b]}", "unique_a_b"),
        ("expect_column_pair_values_a_to_be_greater_than_b\n    kwargs: {column_A: a, column_B: b}", "greater_a_b"),
        ("expect_table_row_count_to_be_between\n    kwargs: {min_value: 1}", "row_count_between"),
        ("unexpected_rows_expectation\n    name: Own_name_1\n    kwargs: {unexpected_rows_query: x}", "Own_name_1"),
    ],
)
def test_a_check_is_named_by_kind_and_column_unless_it_has_a_name(folder: Path, expectation: str, name: str) -> None:
    old = "expect_column_values_to_not_be_null\n    kwargs: {column: ticket_key}"
    (folder / "core" / "ticket.yml").write_text(GOOD.replace(old, expectation), encoding="utf-8")
    assert [e.check for e in load_suites(folder, "core")[0].expectations] == [name]


def test_the_hash_follows_every_name_and_content_and_nothing_else(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def written(where: Path, *files: tuple[str, str]) -> str:
        for name, text in files:
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text, encoding="utf-8")
        return suites_sha256(where)

    def elsewhere() -> Path:
        return tmp_path_factory.mktemp("suites")

    one, two = ("core/a.yml", "x"), ("kpi/b.yml", "y")
    first = written(elsewhere(), one, two)
    assert len(first) == 64
    assert written(elsewhere(), two, one) == first
    changed = [
        written(elsewhere(), one),
        written(elsewhere(), one, ("kpi/b.yml", "y ")),
        written(elsewhere(), one, ("kpi/c.yml", "y")),
        written(elsewhere(), one, ("core/b.yml", "y")),
        written(elsewhere(), ("core/a.yml", "y"), ("kpi/b.yml", "x")),
    ]
    assert len({first, *changed}) == 6
    with pytest.raises(SuiteError, match="no suites"):
        suites_sha256(folder)
