"""Results of gates, for tests of what is made of them."""

from __future__ import annotations

from typing import Literal

from dagster_project.quality.gate import CheckResult

LAYERS = ("staging", "core", "kpi")


def gate_result(
    layer: str,
    outcome: Literal["passed", "failed", "error"] = "passed",
    severity: Literal["critical", "warning"] = "critical",
    *,
    table: str = "some_table",
    check: str = "some_check",
) -> CheckResult:
    return CheckResult(
        layer=layer,
        table=table,
        check=check,
        expectation_type="expect_table_row_count_to_be_between",
        column=None,
        severity=severity,
        risk="An empty table goes unnoticed.",
        outcome=outcome,
        observed="3 rows",
        allowed="at least 1 row",
    )


PASSED = [gate_result(layer) for layer in LAYERS]
