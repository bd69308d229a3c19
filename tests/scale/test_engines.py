"""Where the engines' own functions differ and a dispatched macro makes them one: the same texts, read alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.pseudonyms import pseudonym
from dagster_project.spark.functions import register
from dagster_project.spark.session import spark_session
from dagster_project.spark.translation import translated
from tests.macros import rendered

pytestmark = pytest.mark.scale
KEY = "a key that tests make up, which nobody uses"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with spark_session("local[1]", tmp_path_factory.mktemp("warehouse"), {}) as session:
        register(session, KEY)
        yield session


def on_both(spark: Any, values: list[str | None], call: str, *files: str) -> tuple[list[Any], list[Any]]:
    """Compute a macro over texts on DuckDB and on Spark; in the order of the texts."""
    texts = ", ".join(f"({position}, {'null' if it is None else quoted(it)})" for position, it in enumerate(values))
    query = "select {} as found from (values {}) as texts (position, text) order by position"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        here = connection.execute(query.format(rendered(call, *files), texts)).fetchall()
    expression = rendered(call, *files, engine="spark")
    there = spark.sql(query.format(expression, texts.replace("\\", "\\\\"))).collect()
    return [row[0] for row in here], [row[0] for row in there]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


NUMBERS = [
    "1",
    "-2.5",
    "1e5",
    ".5",
    "5.",
    "+7",
    "1d",
    "1f",
    "0x1A",
    "1_000",
    "1__0",
    "_1",
    "1e",
    "1,5",
    "",
    "abc",
    "1e400",
    "9" * 30,
    None,
]
LOCAL_TIMES = [
    *("2026-07-01", "2026-07-01 10:00", "2026-07-01 10:00:05.123456", "2026-07-01T10:00:05", "2026-7-1", "2026-07"),
    *("2026", "10:00", "2026-02-30", "2026-07-01 24:00:00", "2026-07-01 10:00:60", "2026-07-01x", "now", None),
]
OFFSETS = [
    "2026-07-01T10:00:00Z",
    "2026-07-01 10:00:00+02",
    "2026-07-01 10:00:00+0230",
    "2026-07-01T10:00:00-05:00",
    "Z",
]
SPACED = [" a ", "\u3000a\u00a0", "\ta\n", "a b", "", None]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_text_is_the_same_number(spark: Any, number: str | None) -> None:
    here, there = on_both(spark, [number], "number_of('text')", "portable/text.sql")
    assert here == there


@pytest.mark.parametrize("text", LOCAL_TIMES)
def test_a_text_is_the_same_local_time(spark: Any, text: str | None) -> None:
    here, there = on_both(spark, [text], "local_time_of('text')", "portable/text.sql")
    assert here == there


def test_a_text_with_an_offset_is_the_same_instant(spark: Any) -> None:
    here, there = on_both(spark, OFFSETS, "instant_with_offset('text')", "portable/time.sql")
    assert here == there


def test_the_same_spaces_are_cut_off(spark: Any) -> None:
    here, there = on_both(spark, SPACED, "trimmed('text')", "portable/text.sql")
    assert here == there


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata"])
def test_local_time_is_the_same_instant_where_clocks_are_changed(spark: Any, zone: str) -> None:
    days = ["2025-03-09", "2025-03-30", "2025-04-06", "2025-10-05", "2025-10-26", "2025-11-02"]
    times = [f"{day} {hour:02}:{minute:02}:00" for day in days for hour in range(4) for minute in (0, 15, 45)]
    here, there = on_both(spark, times, f"utc_from_local('cast(text as timestamp)', \"'{zone}'\")", "portable/time.sql")
    assert here == there


def test_a_pseudonym_is_hmac_with_the_key_on_spark_too(spark: Any) -> None:
    found = spark.sql("select keyed_pseudonym(text) from values ('crm:1'), (null), ('crm:é') as t (text)").collect()
    assert [row[0] for row in found] == [pseudonym(KEY, "crm:1"), None, pseudonym(KEY, "crm:é")]


def test_a_pattern_without_an_end_costs_no_more_on_spark(spark: Any) -> None:
    # Java's own matching would try each of a million digits as the beginning of an address.
    text = spark.sql("select in_duckdb(repeat('0', 1000000), 'regexp_replace(text, ''[0-9]+@'', '''')')").collect()
    assert len(text[0][0]) == 1_000_000


@pytest.mark.parametrize(
    ("format_", "texts"),
    [
        ("%d.%m.%Y %H:%M:%S", ["1.7.2026 9:05:00", "01.07.2026 09:05:00", "31.02.2026 09:05:00", "gestern", None]),
        ("%d-%m-%Y %H:%M", ["29-02-2016 01:16", "1-2-2016 1:16"]),
        ("%Y%m%d", ["20260701", "20261301"]),
    ],
)
def test_an_instant_in_a_stated_format_is_read_alike(spark: Any, format_: str, texts: list[str | None]) -> None:
    values = ", ".join("(null)" if it is None else f"({quoted(it)})" for it in texts)
    query = f"select coalesce(cast(try_strptime(t, '{format_}') as varchar), t) from (values {values}) as v (t)"
    with duckdb.connect() as connection:
        here = connection.execute(query).fetchall()
    assert here == [tuple(row) for row in spark.sql(translated(query)).collect()]


def test_the_list_of_functions_is_that_of_the_spark_that_is_installed(spark: Any) -> None:
    listed = (PROJECT_ROOT / "tests" / "spark_functions.txt").read_text(encoding="utf-8").splitlines()[1:]
    found = {row[0] for row in spark.sql("show system functions").collect()}
    assert set(listed) == found


def test_a_plan_holds_no_key(spark: Any, tmp_path: Path) -> None:
    plan = spark.sql("explain extended select keyed_pseudonym('crm:1')").collect()[0][0]
    assert KEY not in plan
