"""The workspace folder: where everything a run writes has its place.

What belongs here: paths and their permissions. What stands in the files is the business of the modules that write
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from dagster_project.warehouse.errors import PublishError
from dagster_project.warehouse.lock import hold

# Sortable by name: the instant in UTC, then something that tells runs of the same second apart.
RUN_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{1,32}")


@dataclass(frozen=True)
class Workspace:
    """Paths of one warehouse; nothing is created before `create` or `lock`.

    `memory_limit` is DuckDB's, for every connection made from here; beyond it DuckDB spills to `tmp` in
    `spill_folder`, which is the folder itself unless given, and no other workspace's; at most `spill_limit`.
    """

    folder: Path
    memory_limit: str = "3GB"
    spill_folder: Path | None = None
    spill_limit: str = "20GB"

    def __post_init__(self) -> None:
        # A relative folder would follow the process around: dbt and Dagster change directory.
        object.__setattr__(self, "folder", Path(self.folder).absolute())

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def build_file(self) -> Path:
        return self.folder / "build.duckdb"

    @property
    def spark(self) -> Path:
        """The tables of a build on Spark, and what vouches for them; a run on DuckDB removes it."""
        return self.folder / "spark"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def database_link(self) -> Path:
        """What readers open: a link to the current version."""
        return self.folder / "careloop.duckdb"

    @property
    def export_link(self) -> Path:
        """The current version as `<schema>/<table>.parquet`: a link to a folder."""
        return self.folder / "export"

    @property
    def report_link(self) -> Path:
        """The current version's report, `index.html` and `review.html`: a link to a folder."""
        return self.folder / "report"

    @property
    def told_alerts_file(self) -> Path:
        """The keys of the alerts that were told, so that none is told twice."""
        return self.folder / "told_alerts.json"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def erasures_file(self) -> Path:
        return self.folder / "erasures.json"

    @property
    def dagster(self) -> Path:
        return self.folder / "dagster"

    @property
    def dbt(self) -> Path:
        return self.folder / "dbt"

    @property
    def tmp(self) -> Path:
        """Where DuckDB spills; it removes what killed processes left there when it spills again."""
        # A folder of its own, because an erasure removes it with all that is in it.
        return (self.spill_folder or self.folder) / "tmp"

    @property
    def cache(self) -> Path:
        """What takes time to make and is the same in every run; removed, it is made again."""
        return self.folder / "cache"

    @property
    def lock_file(self) -> Path:
        return self.folder / "run.lock"

    def candidate_file(self, run: str) -> Path:
        """Name the version that a run is making: hidden, so that nobody takes it for a published one."""
        return self.published / f".careloop-{_checked(run)}.duckdb"

    def version_file(self, run: str) -> Path:
        return self.published / f"careloop-{_checked(run)}.duckdb"

    def audit_file(self, run: str) -> Path:
        return self.published / f"careloop-{_checked(run)}.json"

    def export_folder(self, run: str) -> Path:
        return self.published / f"export-{_checked(run)}"

    def report_folder(self, run: str) -> Path:
        return self.published / f"report-{_checked(run)}"

    def run_file(self, run: str) -> Path:
        return self.runs / f"{_checked(run)}.json"

    def log_file(self, run: str) -> Path:
        return self.logs / f"{_checked(run)}.jsonl"

    def create(self) -> None:
        """Make the folders that are missing, readable by their owner alone; those that exist are left as they are."""
        for folder in self._folders():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _folders(self) -> Iterator[Path]:
        yield self.folder
        yield from (self.landing, self.published, self.runs, self.logs, self.dagster, self.dbt, self.tmp, self.cache)

    def lock(self, holder: str) -> AbstractContextManager[None]:
        """Hold the run lock; see `dagster_project.warehouse.lock.hold`.

        Raises:
            WorkspaceBusy: somebody else holds it.
        """
        self.create()
        return hold(self.lock_file, holder)


def _checked(run: str) -> str:
    if not RUN_NAME.fullmatch(run):
        raise PublishError(f"run name {run!r} not allowed; expected a name such as '20260701T040000Z-ab12cd34'")
    return run
