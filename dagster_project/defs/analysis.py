"""Analyse: what statistics make of the marts, one definition an analysis, behind the gate of the marts."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.tables import SCHEMA, TABLES, write_table
from dagster_project.analysis.topic_proposal import TOPIC_PROPOSAL
from dagster_project.analysis.trend import TREND
from dagster_project.defs.resources import RunResource
from dagster_project.defs.transform import DAILY
from dagster_project.warehouse import connect

ANALYSES = (TOPIC_PROPOSAL, TREND)


def _asset(analysis: Analysis) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            [SCHEMA, table],
            deps=[dg.AssetKey(read) for read in analysis.reads],
            description=TABLES[table].description,
            group_name=SCHEMA,
            owners=["service-analytics@example.com"],
            kinds={"python", "duckdb"},
            freshness_policy=DAILY,
        )
        for table in analysis.tables
    ]

    @dg.multi_asset(name=f"analyse_{analysis.name}", specs=specs, description=analysis.description)
    def analyse(careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
        run = careloop.run
        with run.stage("analyse"):
            connection = connect(run.workspace)
            try:
                # Frames of aggregates, as each query says.
                frames = {name: connection.execute(query).df() for name, query in analysis.inputs.items()}
                made = analysis.analyse(**frames)
                rows = {table: write_table(connection, table, made[table]) for table in analysis.tables}
            finally:
                connection.close()
        for table, count in rows.items():
            yield dg.MaterializeResult(asset_key=dg.AssetKey([SCHEMA, table]), metadata={"dagster/row_count": count})

    return analyse


analysis_assets = [_asset(analysis) for analysis in ANALYSES]


@dg.definitions
def analyses() -> dg.Definitions:
    """Offer the analyses."""
    return dg.Definitions(assets=analysis_assets)
