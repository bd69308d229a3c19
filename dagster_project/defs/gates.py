"""The gates: each layer's Great Expectations suites as blocking asset checks between the layers."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.config import PROJECT_ROOT
from dagster_project.defs.resources import RunResource
from dagster_project.quality.gate import CheckResult, blocking
from dagster_project.quality.record import write_results
from dagster_project.quality.suites import load_suites
from dagster_project.run import log
from dagster_project.warehouse import connect

EXPECTATIONS = PROJECT_ROOT / "expectations"
# What each gate looks at; the row account is part of what was landed.
GATES = {"landed": ("staging", "quality"), "facts": ("core",), "marts": ("kpi",), "findings": ("analysis",)}
GATED_LAYERS = tuple(layer for layers in GATES.values() for layer in layers)


def _gate(name: str) -> dg.AssetChecksDefinition:
    suites = [suite for layer in GATES[name] for suite in load_suites(EXPECTATIONS, layer)]
    specs = [
        dg.AssetCheckSpec(
            expectation.check,
            asset=dg.AssetKey([suite.layer, suite.table]),
            description=f"{expectation.allowed}. Risk: {expectation.meta.risk}",
            # A failed warning does not block: its severity says so. One that cannot be decided does.
            blocking=True,
        )
        for suite in suites
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(name=f"gate_{name}", specs=specs)
    def gate(careloop: RunResource) -> Iterator[dg.AssetCheckResult]:
        run = careloop.run
        with run.stage("gates"):
            results = run.engine.run_gate(suites, {"max_quarantined_rate": run.settings.max_quarantined_rate})
            connection = connect(run.workspace)
            try:
                write_results(connection, run.name, name, results)
            finally:
                connection.close()
        stopping = blocking(results)
        run.refused = run.refused or bool(stopping)
        for result in results:
            if result.outcome != "passed":
                log.warning("gate %s: %s.%s: %s", name, result.layer, result.table, result.message)
            yield _check_result(result, stops=result in stopping)

    return gate


def _check_result(result: CheckResult, *, stops: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.outcome == "passed",
        asset_key=dg.AssetKey([result.layer, result.table]),
        check_name=result.check,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description=result.message or None,
        metadata={
            "outcome": result.outcome,
            "observed": result.observed,
            "allowed": result.allowed,
            "sample_keys": dg.MetadataValue.json(list(result.sample_keys)),
            "risk": result.risk,
        },
    )


@dg.definitions
def gates() -> dg.Definitions:
    """Offer the gates."""
    return dg.Definitions(asset_checks=[_gate(name) for name in GATES])
