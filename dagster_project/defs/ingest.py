"""Extract and land: one asset per stream of a source, and one per entity seen through the mappings.

Where nothing has changed since the current version was published, the views are not made, and all that is built from
them is skipped.
"""

from collections.abc import Iterator
from functools import partial

import dagster as dg

from dagster_project.alerts import tell_or_warn
from dagster_project.config import Source, load_settings
from dagster_project.contract import ENTITIES
from dagster_project.defs.resources import RunResource
from dagster_project.erasure import clear_new_batches
from dagster_project.inputs import inputs_sha256, standing_version
from dagster_project.landing import LandingZone
from dagster_project.mapping import check_file
from dagster_project.raw import ACCOUNT_TABLES
from dagster_project.retention import remove_expired
from dagster_project.run import Run, log
from dagster_project.sources.extraction import extract

SETTINGS = load_settings()
OWNERS = ["team:data-engineering"]
PUBLISHED = dg.AssetKey(["published", "careloop"])


def stream_key(source: Source, stream: str) -> dg.AssetKey:
    """Return the asset key of a landed stream."""
    return dg.AssetKey(["landing", source.name, stream])


def _landing(source: Source) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            stream_key(source, stream),
            description=f"Landed batches of {stream} from source {source.name}.",
            group_name="landing",
            owners=OWNERS,
            kinds={technology, "parquet"},
        )
        for stream, technology in source.technology.items()
    ]

    @dg.multi_asset(name=f"land_{source.name}", specs=specs)
    def land(careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
        run = careloop.run
        zone = LandingZone(run.workspace.landing)
        with run.stage("extract and land") as timing:
            batches = extract(
                source,
                zone,
                config_folder=run.settings.config_file.parent,
                check=lambda stream, file, columns: check_file(source, stream, file, columns),
            )
        landed = {batch.manifest.stream: batch for batch in batches}
        new_rows = sum(file.rows for batch in batches for file in batch.manifest.files)
        for stream in source.streams:
            parts = zone.parts(source.name, stream)
            new = landed[stream].manifest.files if stream in landed else ()
            for file in new:
                log.info(
                    "landed %s from %s: %d rows, %d rejected, %d unchanged",
                    file.file,
                    source.name,
                    file.rows,
                    file.rejected,
                    file.unchanged,
                )
            yield dg.MaterializeResult(
                asset_key=stream_key(source, stream),
                metadata={
                    "dagster/row_count": sum(part.rows for part in parts),
                    "rejected_lines": sum(part.rejected for part in parts),
                    "files": len(parts),
                    "new_files": len(new),
                    "new_rows": sum(file.rows for file in new),
                    "unchanged_rows": sum(file.unchanged for file in new),
                    "seconds_of_the_source": timing.seconds,
                    "rows_per_second_of_the_source": round(new_rows / timing.seconds) if timing.seconds else 0,
                },
            )

    return land


_all_streams = [stream_key(source, stream) for source in SETTINGS.sources for stream in source.streams]
_spec = partial(
    dg.AssetSpec, deps=_all_streams, group_name="raw", owners=OWNERS, kinds={"duckdb", "view"}, skippable=True
)


@dg.multi_asset(
    specs=[
        *(_spec(dg.AssetKey(["raw", entity.name]), description=entity.description) for entity in ENTITIES.values()),
        *(_spec(dg.AssetKey(["raw", name]), description=text) for name, text in ACCOUNT_TABLES.items()),
    ]
)
def raw_views(context: dg.AssetExecutionContext, careloop: RunResource) -> Iterator[dg.MaterializeResult[None]]:
    """Render the mappings into views over what is landed, so that a mended mapping is replayed over all of it."""
    run = careloop.run
    zone = LandingZone(run.workspace.landing)
    for entity, rows in clear_new_batches(run.settings, run.workspace).items():
        log.warning("%s: %s new rows of erased people were taken out", entity, rows)
    for entity, rows in remove_expired(run.settings, run.workspace).items():
        log.info("%s: %s rows older than retention allows were removed", entity, rows)
    # Who selects assets by hand wants them built.
    if not context.run.asset_selection and _nothing_changed(run, context):
        return
    streams = {
        (source.name, stream): zone.parts(source.name, stream)
        for source in run.settings.sources
        for stream in source.streams
    }
    with run.stage("map") as timing:
        for warning in run.engine.map(streams):
            log.warning(warning)
    for name in [*ENTITIES, *ACCOUNT_TABLES]:
        yield dg.MaterializeResult(asset_key=dg.AssetKey(["raw", name]), metadata={"seconds_of_all": timing.seconds})


def _nothing_changed(run: Run, context: dg.AssetExecutionContext) -> bool:
    """Look for a version that stands; say so of what is published, which is thereby as fresh as a new one."""
    run.inputs_sha256 = inputs_sha256(run.settings, run.workspace)
    run.standing = standing_version(run.workspace, run.inputs_sha256)
    if run.standing is None:
        return False
    log.info("nothing has changed since %s was published: it stands, and nothing is built", run.standing.run)
    told = tell_or_warn(run.workspace, run.standing.file)
    context.log_event(
        dg.AssetMaterialization(
            PUBLISHED,
            description="Nothing has changed: the version stands.",
            metadata={"version": run.standing.run, "alerts_told": told},
        )
    )
    return True


@dg.definitions
def ingest() -> dg.Definitions:
    """Offer the landed streams and the views over them."""
    return dg.Definitions(assets=[*(_landing(source) for source in SETTINGS.sources), raw_views])
