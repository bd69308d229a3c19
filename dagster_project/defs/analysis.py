"""Analyse: what statistics make of the marts, behind the gate of the marts."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.analysis.alert import ALERT
from dagster_project.analysis.analysis import in_order
from dagster_project.analysis.anomaly import ANOMALY
from dagster_project.analysis.anomaly_driver import ANOMALY_DRIVER
from dagster_project.analysis.business_link.business_link import BUSINESS_LINK
from dagster_project.analysis.churn.churn import CHURN
from dagster_project.analysis.driver.driver import DRIVER
from dagster_project.analysis.forecast import FORECAST
from dagster_project.analysis.impact.impact import IMPACT
from dagster_project.analysis.impact.risks import RISKS
from dagster_project.analysis.impact.windows import WINDOWS
from dagster_project.analysis.staffing import STAFFING
from dagster_project.analysis.survey_plan import SURVEY_PLAN
from dagster_project.analysis.tables import SCHEMA, TABLES, write_table
from dagster_project.analysis.topic_proposal import TOPIC_PROPOSAL
from dagster_project.analysis.training import TRAINING
from dagster_project.analysis.trend import TREND
from dagster_project.defs.resources import RunResource
from dagster_project.warehouse import connect

ANALYSES = (
    ALERT,
    ANOMALY,
    ANOMALY_DRIVER,
    BUSINESS_LINK,
    CHURN,
    DRIVER,
    FORECAST,
    IMPACT,
    RISKS,
    STAFFING,
    SURVEY_PLAN,
    TOPIC_PROPOSAL,
    TRAINING,
    TREND,
    WINDOWS,
)

_SPECS = [
    dg.AssetSpec(
        [SCHEMA, table],
        deps=[dg.AssetKey(read) for read in analysis.reads],
        description=TABLES[table].description,
        group_name=SCHEMA,
        owners=["service-analytics@example.com"],
        kinds={"python", "duckdb"},
    )
    for analysis in ANALYSES
    for table in analysis.tables
]


# One step, because the gate behind it is one: a step between two analyses would wait for it, and it for the step.
@dg.multi_asset(name="analyse", specs=_SPECS, description="Every analysis, after those whose tables it reads.")
def analyse(careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
    """Run the analyses one after the other and write their tables."""
    from threadpoolctl import threadpool_limits

    run = careloop.run
    # Matrices here are small: threads would cost ten times the work in waiting for each other.
    with run.stage("analyse"), threadpool_limits(1):
        connection = connect(run.workspace)
        try:
            reader = run.engine.reader(connection)
            for analysis in in_order(ANALYSES):
                made = analysis.run(reader)
                for table in analysis.tables:
                    rows = write_table(connection, table, made[table])
                    run.engine.take_in(connection, (SCHEMA, table))
                    yield dg.MaterializeResult(
                        asset_key=dg.AssetKey([SCHEMA, table]), metadata={"dagster/row_count": rows}
                    )
        finally:
            connection.close()


analysis_assets = [analyse]


@dg.definitions
def analyses() -> dg.Definitions:
    """Offer the analyses."""
    return dg.Definitions(assets=analysis_assets)
