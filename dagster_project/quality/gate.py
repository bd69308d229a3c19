"""A gate: run suites against a warehouse, say what was found, and which findings stop the run.

What belongs here: the verdicts. How Great Expectations is driven lies in `engine`, which is imported when a gate runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from dagster_project.quality.expectations import Suite, SuiteError

if TYPE_CHECKING:
    from dagster_project.spark.connection import SparkConnection

# What Great Expectations logs is in the results; it begins with its import.
logging.getLogger("great_expectations").addHandler(logging.NullHandler())
logging.getLogger("great_expectations").propagate = False

SampleKeys = tuple[dict[str, str | None], ...]


@dataclass(frozen=True)
class CheckResult:
    """What one expectation found.

    `outcome` is 'error' where the expectation could not be decided. `unexpected_count` counts violating rows and
    `unexpected_rate` is their share of the rows the expectation looks at (those with a value); both are None where
    the kind of expectation does not count rows, and the rate where there are none to look at. `sample_keys` names up
    to five violating rows by the suite's key columns. `message` is one sentence for people, empty for a passed check.
    """

    layer: str
    table: str
    check: str
    expectation_type: str
    column: str | None
    severity: Literal["critical", "warning"]
    risk: str
    outcome: Literal["passed", "failed", "error"]
    observed: str
    allowed: str
    unexpected_count: int | None = None
    unexpected_rate: float | None = None
    sample_keys: SampleKeys = ()
    message: str = ""


def run_gate(
    warehouse: Path | SparkConnection,
    suites: Sequence[Suite],
    *,
    parameters: Mapping[str, float | str] = MappingProxyType({}),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> list[CheckResult]:
    """Run suites against a warehouse, which is only read; one result per expectation, in the order of the suites.

    Args:
        warehouse: a DuckDB file, which no connection of this process may have open for writing, or a Spark session.
        suites: at least one.
        parameters: values of the `$PARAMETER`s that the suites use.
        settings: DuckDB's, such as {'memory_limit': '3GB'}; what is not among them is as it is by default, but for UTC.

    Raises:
        SuiteError: there are no suites (a gate that checks nothing must not pass), or a parameter is missing.
        duckdb.Error: the file cannot be opened.
    """
    if not suites:
        raise SuiteError("a gate was given no suites, so nothing would be checked")
    bound = [suite.bound(parameters) for suite in suites]
    from dagster_project.quality import engine  # imports Great Expectations, which takes seconds

    return engine.validate(warehouse, bound, settings)


def blocking(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Select the results that stop a run: failed critical expectations, and all that ended in an error.

    Raises:
        SuiteError: there are no results: nothing was checked.
    """
    if not results:
        raise SuiteError("a gate has no results, so nothing was checked")
    return [
        result
        for result in results
        if result.outcome == "error" or (result.outcome == "failed" and result.severity == "critical")
    ]
