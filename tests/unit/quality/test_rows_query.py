"""Rows queries: what their SQL may say, and which keys are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dagster_project.quality.gate import CheckResult

Check = Callable[..., dict[str, CheckResult]]

TICKETS = """
create table core.ticket as
select 'T' || i as ticket_key, 'src' || (i % 2) as source, i as n, 'ab{3}: 100%' as note from range(20, 0, -1) r(i);
create table core.customer as select 'T1' as ticket_key;
"""


def _query(sql: str) -> str:
    lines = "\n".join(f"              {line}" for line in sql.splitlines())
    return f"""
        - type: unexpected_rows_expectation
          name: query
          kwargs:
            unexpected_rows_query: |
{lines}
          severity: critical
          meta: {{risk: Any.}}
    """


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("select t.ticket_key from {batch} t anti join core.customer c using (ticket_key)", 19),
        ("select t.ticket_key from {batch} as t join {batch} as u on t.n = u.n + 1", 19),
        ("with few as (select * from {batch} where n < 4) select * from few order by n", 3),
        ("select source, count(*) from {batch} group by source having count(*) > 9", 2),
        ("from {batch} where regexp_matches(note, '^ab.{3}: ') and n % 5 = 0", 4),
        ("from {batch} where note like 'ab{3}: 100\\%' escape '\\' and n::varchar = '7'", 1),
        ("from {batch} where {'a': n}.a = 1 and [1, 2][:1] = [1] and note <> ' :bound {batch'", 1),
        ("-- a remark\nfrom {batch}\nwhere n = 1;\n", 1),
    ],
)
def test_a_query_may_say_anything_that_duckdb_understands(check: Check, sql: str, count: int) -> None:
    (result,) = check(TICKETS, _query(sql)).values()
    assert (result.outcome, result.unexpected_count) == ("failed", count), result.message


def test_five_keys_are_shown_each_once_and_the_smallest_first(check: Check) -> None:
    (result,) = check(TICKETS, _query("from {batch} union all from {batch}")).values()
    assert result.unexpected_count == 40
    assert [key["ticket_key"] for key in result.sample_keys] == ["T1", "T10", "T11", "T12", "T13"]


def test_a_key_of_several_columns_is_shown_whole(check: Check) -> None:
    (result,) = check(TICKETS, _query("from {batch} where n > 18"), key="[source, n]").values()
    assert result.sample_keys == ({"source": "src0", "n": "20"}, {"source": "src1", "n": "19"})


def test_no_keys_are_shown_where_the_suite_has_none_or_the_query_does_not_select_them(check: Check) -> None:
    (without,) = check(TICKETS, _query("from {batch}"), key="[]").values()
    assert (without.outcome, without.sample_keys) == ("failed", ())


def test_a_query_that_sums_up_shows_no_keys(check: Check) -> None:
    (result,) = check(TICKETS, _query("select count(*) as tickets from {batch} having count(*) > 1")).values()
    assert (result.outcome, result.unexpected_count, result.sample_keys) == ("failed", 1, ())
