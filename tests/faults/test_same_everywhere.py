"""The same input gives the same marts to the last digit: on any number of threads, in any time zone and locale."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

from dagster_project.config import PROJECT_ROOT
from tests.companies import careloop, careloop_process
from tests.faults.test_killed import published


def test_a_sum_is_the_same_to_the_last_digit_on_any_number_of_threads() -> None:
    macros: Any = jinja2.Environment(autoescape=False).from_string(
        (PROJECT_ROOT / "dbt_project" / "macros" / "portable" / "rows.sql").read_text()
    )
    exact = macros.module.exact_sum("value")
    rows = "(values (0.1), (0.2), (null), (-1e300), (1e300)) as t (value)"
    assert duckdb.execute(f"select {exact} from {rows}").fetchall() == [(0.3,)]
    assert duckdb.execute(f"select {exact} from {rows} where value is null").fetchall() == [(None,)]
    plain, found = set(), set()
    with duckdb.connect() as connection:
        # On a busy machine one thread may do the work of all: another order of rows is sure to add up otherwise.
        for order in ("asc", "desc"):
            connection.execute("set threads = 1; set preserve_insertion_order = true")
            connection.execute(
                "create or replace table numbers as "
                f"select sqrt(i) / 60 as value from range(2_000_000) as t (i) order by i {order}"
            )
            for threads in (1, 3, 8):
                connection.execute(f"set threads = {threads}; set preserve_insertion_order = false")
                plain |= set(connection.execute("select sum(value) from numbers").fetchall())
                found |= set(connection.execute(f"select {exact} from numbers").fetchall())
    assert len(plain) > 1, "a plain sum is the same as well, so this proves nothing"
    ((total,),) = found
    # The sum of the square roots of 0 to n - 1 by Euler and Maclaurin, to far more digits than are compared.
    n = 2_000_000
    expected = (2 / 3 * n**1.5 - n**0.5 / 2 - 0.2078862249773545 + n**-0.5 / 24) / 60
    assert total == pytest.approx(expected, rel=1e-13)


@pytest.mark.full
def test_a_whole_company_is_the_same_on_other_threads_in_another_time_zone_and_locale(tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    assert careloop("sample", str(sample), "--tickets", "20000").returncode == 0
    machines = [
        ({"threads": 1}, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        ({"threads": 7}, {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.utf8", "LANG": "tr_TR", "PYTHONHASHSEED": "2"}),
    ]
    found = []
    for number, (plan, environment) in enumerate(machines):
        config = tmp_path / str(number) / "careloop.yml"
        config.parent.mkdir()
        (config.parent / "sample").symlink_to(sample)
        shutil.copy(PROJECT_ROOT / "careloop.yml", config)
        command = [sys.executable, "-m", "tests.faults.points", json.dumps(plan), str(tmp_path)]
        with careloop_process("run", config=config, environment=environment, command=command) as run:
            output = run.communicate()
        assert run.returncode == 0, output
        found.append(published(config))
    assert len(found[0]["core.fct_ticket"]) > 19_000
    assert [table for table in found[0] if found[0][table] != found[1].get(table)] == []
