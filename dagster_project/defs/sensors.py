"""Sensors: newly arrived files start a run, and a failed run is told to people."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import dagster as dg

from dagster_project.config import load_settings
from dagster_project.defs.jobs import careloop_job
from dagster_project.history import end_dead_runs
from dagster_project.notify import notify_failure
from dagster_project.source_config.files import FileSource
from dagster_project.sources.files import matching_files
from dagster_project.warehouse import Workspace, WorkspaceBusy

LAUNCHED_BY = "careloop/launched_by"
# A run in progress takes the lock when its first step begins; loading the project takes less than this.
UNLOCKED_FOR = timedelta(minutes=5)


@dg.sensor(job=careloop_job, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Start a run when files of a source changed; whether their content is new is found by the run itself."""
    seen = {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for source in load_settings().sources
        if isinstance(source, FileSource)
        for files in source.streams.values()
        for path in matching_files(files)
    }
    cursor = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
    if cursor == context.cursor:
        return dg.SkipReason("No file was added or changed.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=cursor)], cursor=cursor)


@dg.sensor(minimum_interval_seconds=120, default_status=dg.DefaultSensorStatus.RUNNING)
def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """End runs whose process was killed: the queue, which lets one run at a time, would wait for them for ever."""
    settings = load_settings()
    try:
        with Workspace(settings.workspace_folder).lock("dead_runs"):
            count = end_dead_runs(context.instance, started_before=datetime.now(UTC) - UNLOCKED_FOR)
    except WorkspaceBusy as busy:
        return dg.SkipReason(str(busy))
    return dg.SkipReason(f"{count} dead run(s) ended")


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def tell_of_failure(context: dg.RunFailureSensorContext) -> None:
    """Notify, unless the command line started the run: it tells by itself, for no daemon may be there."""
    if context.dagster_run.tags.get(LAUNCHED_BY) != "cli":
        notify_failure(context.dagster_run.run_id, context.failure_event.message or "no reason given")
