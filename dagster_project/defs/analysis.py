"""Analyse: what statistics make of the marts, behind the gate of the marts.

One definition an analysis; those that read each other's tables are one together.
"""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import dagster as dg

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.impact.impact import IMPACT
from dagster_project.analysis.impact.risks import RISKS
from dagster_project.analysis.impact.windows import WINDOWS
from dagster_project.analysis.tables import SCHEMA, TABLES, write_table
from dagster_project.analysis.training import TRAINING
from dagster_project.analysis.trend import TREND
from dagster_project.defs.resources import RunResource
from dagster_project.defs.transform import DAILY
from dagster_project.warehouse import connect

ANALYSES = (
    IMPACT,
    RISKS,
    TRAINING,
    TREND,
    WINDOWS,
)


def _chains(analyses: tuple[Analysis, ...]) -> list[list[Analysis]]:
    """Analyses that read each other's tables, in order, together: the gate behind them looks at all at once."""
    by_name = {analysis.name: analysis for analysis in analyses}
    makers = {table: analysis.name for analysis in analyses for table in analysis.tables}
    read = {it.name: [makers[table] for schema, table in it.reads if schema == SCHEMA] for it in analyses}
    chains: list[list[Analysis]] = []
    for name in TopologicalSorter(read).static_order():
        before = [chain for chain in chains if any(analysis.name in read[name] for analysis in chain)]
        chains = [chain for chain in chains if chain not in before]
        chains.append([*(analysis for chain in before for analysis in chain), by_name[name]])
    return chains


def _asset(chain: list[Analysis]) -> dg.AssetsDefinition:
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
        for analysis in chain
        for table in analysis.tables
    ]
    description = " ".join(analysis.description for analysis in chain)

    @dg.multi_asset(name=f"analyse_{chain[0].name}", specs=specs, description=description)
    def analyse(careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
        from threadpoolctl import threadpool_limits

        run = careloop.run
        rows: dict[str, int] = {}
        with run.stage("analyse"):
            connection = connect(run.workspace)
            try:
                for analysis in chain:
                    # Frames of aggregates, as each query says.
                    frames = {name: connection.execute(query).df() for name, query in analysis.inputs.items()}
                    # Matrices here are small: threads would cost ten times the work in waiting for each other.
                    with threadpool_limits(1):
                        made = analysis.analyse(**frames)
                    rows |= {table: write_table(connection, table, made[table]) for table in analysis.tables}
            finally:
                connection.close()
        for table, count in rows.items():
            yield dg.MaterializeResult(asset_key=dg.AssetKey([SCHEMA, table]), metadata={"dagster/row_count": count})

    return analyse


analysis_assets = [_asset(chain) for chain in _chains(ANALYSES)]


@dg.definitions
def analyses() -> dg.Definitions:
    """Offer the analyses."""
    return dg.Definitions(assets=analysis_assets)
