"""A gate in a process of its own: what it costs to name its checks, what it prints, whom it talks to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SUITE = """
- {type: expect_column_values_to_not_be_null, kwargs: {column: a}, severity: critical, meta: {risk: Any.}}
- {type: expect_column_values_to_be_unique, kwargs: {column: a}, severity: critical, meta: {risk: Any.}}
- {type: expect_column_values_to_be_between, kwargs: {column: a, min_value: 5}, severity: critical, meta: {risk: Any.}}
"""

NAMES = """
import sys
from pathlib import Path
from dagster_project.quality.gate import blocking
from dagster_project.quality.record import write_results
from dagster_project.quality.suites import load_suites
print([e.check for suite in load_suites(Path(sys.argv[1]), "core") for e in suite.expectations])
assert "great_expectations" not in sys.modules and "duckdb_engine" not in sys.modules
"""

RUN = """
import logging, socket, sys, warnings
from pathlib import Path
logging.basicConfig(level=logging.DEBUG)  # as loud as an application may be
from dagster_project.quality.gate import run_gate
from dagster_project.quality.suites import load_suites
def refuse(*_, **__): raise OSError("a gate talks to nobody")
socket.socket.connect = socket.getaddrinfo = refuse
import dagster_project.quality.engine
warnings.simplefilter("error")
results = run_gate(Path(sys.argv[2]), load_suites(Path(sys.argv[1]), "core"))
print([result.outcome for result in results])
"""


def _python(script: str, suites: Path, *arguments: Path) -> subprocess.CompletedProcess[str]:
    # As a file: pyspark, where it is installed, takes a process without one for its own doctests, and ends it.
    file = suites / "script.py"
    file.write_text(script, encoding="utf-8")
    its_word_on_pandas = "-Wignore::FutureWarning:pyspark.sql.connect.utils"
    return subprocess.run(
        [sys.executable, its_word_on_pandas, file, suites, *arguments], capture_output=True, text=True, check=False
    )


def test_the_names_of_checks_are_known_without_importing_great_expectations(write_suite: Callable[..., Path]) -> None:
    process = _python(NAMES, write_suite(SUITE, key="[]"))
    assert (process.stdout, process.stderr) == ("['not_null_a', 'unique_a', 'between_a']\n", "")


def test_a_gate_prints_logs_and_sends_nothing_up_to_the_end_of_the_process(
    make_database: Callable[[str], Path], write_suite: Callable[..., Path]
) -> None:
    database = make_database("create table core.ticket as select 1 as a")
    process = _python(RUN, write_suite(SUITE, key="[a]"), database)
    assert (process.stdout, process.stderr) == ("['passed', 'passed', 'failed']\n", "")
