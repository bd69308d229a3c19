"""The health of a workspace, as a monitor asks for it: what is published, how old that is, and what is wrong.

What belongs here: the judgement. Age is measured by the clock, as nothing else is: it is about the schedule, not about
figures.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel

from dagster_project.config import Settings
from dagster_project.warehouse import RunRecord, Workspace, current
from dagster_project.warehouse.runs import COMPLETE, read_run_records

# A run needs room for the build file to grow, a candidate of much the same size, its exports, and what is spilled.
ROOM_FOR_A_RUN = 2


class Health(BaseModel):
    """`problems` is empty where all is well; sizes are in bytes, of what stands on disk."""

    healthy: bool
    problems: list[str]
    published_version: str | None
    published_at: AwareDatetime | None
    last_run: RunRecord | None
    disk_bytes: dict[str, int]
    free_bytes: int


def health(settings: Settings, now: datetime | None = None) -> Health:
    """Judge a workspace; `now` is the clock's unless given.

    Raises:
        PublishError: a version's record cannot be read.
    """
    workspace = Workspace(settings.workspace_folder)
    now = now or datetime.now(UTC)
    version = current(workspace)
    published_at = version.record.published_at if version else None
    ended = [record for record in read_run_records(workspace) if record.status != "running"]
    last_run = ended[-1] if ended else None
    disk_bytes = _disk_bytes(workspace)
    there = next(folder for folder in (workspace.folder, *workspace.folder.parents) if folder.is_dir())
    free_bytes = shutil.disk_usage(there).free
    problems = []
    if version is None:
        problems.append("nothing is published")
    elif published_at:
        # A run that found nothing new vouches for the version as the one that published it did.
        found_to_stand = [
            it.ended_at for it in ended if it.status == "unchanged" and it.published_version == version.run
        ]
        vouched_at = max([published_at, *(at for at in found_to_stand if at)])
        if (now - vouched_at).total_seconds() > settings.schedule.max_age_hours * 3600:
            problems.append(
                f"the published version is of {vouched_at:%Y-%m-%d %H:%M} UTC; "
                f"allowed are {settings.schedule.max_age_hours:g} hours"
            )
    if last_run and last_run.status not in COMPLETE:
        problems.append(f"the last run, {last_run.run}, ended as {last_run.status}")
    if free_bytes < ROOM_FOR_A_RUN * disk_bytes["build.duckdb"]:
        problems.append(f"{free_bytes / 2**30:.1f} GiB are free, less than {ROOM_FOR_A_RUN} times the build file")
    return Health(
        healthy=not problems,
        problems=problems,
        published_version=version.run if version else None,
        published_at=published_at,
        last_run=last_run,
        disk_bytes=disk_bytes,
        free_bytes=free_bytes,
    )


def _disk_bytes(workspace: Workspace) -> dict[str, int]:
    """Size of each part of the workspace; a file that has several names counts with the first."""
    parts = (
        *(workspace.build_file, workspace.landing, workspace.published, workspace.spark),
        *(workspace.dagster, workspace.dbt, workspace.logs, workspace.tmp),
    )
    counted: set[int] = set()
    sizes = {}
    for part in parts:
        files = {it.st_ino: it.st_size for path in (part, *part.rglob("*")) if path.is_file() for it in [path.lstat()]}
        sizes[part.name] = sum(size for inode, size in files.items() if inode not in counted)
        counted |= files.keys()
    return sizes
