"""The main job, which builds everything, and its daily schedule."""

import dagster as dg

from dagster_project.config import load_settings

_settings = load_settings()

careloop_job = dg.define_asset_job(
    "careloop",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    executor_def=dg.in_process_executor,
    description="Extract, land, clean, build, audit and publish everything.",
)

daily_schedule = dg.ScheduleDefinition(
    name="daily",
    job=careloop_job,
    cron_schedule=_settings.schedule.cron,
    execution_timezone=_settings.schedule.time_zone,
)
