"""The one resource: a run that holds the workspace from its first step to its last."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Self

import dagster as dg
from pydantic import PrivateAttr

from dagster_project.config import load_settings
from dagster_project.history import end_dead_runs, forget_old_runs
from dagster_project.run import Run, begin


class RunResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic only for type checkers
    """Configurable per run: `as_of` (ISO 8601 with offset), `target` (the engine) and `full_refresh`."""

    as_of: str | None = None
    target: str | None = None
    full_refresh: bool = False
    _run: Run | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Self, None, None]:
        """Hold the workspace; a second run fails here with WorkspaceBusy."""
        as_of = datetime.fromisoformat(self.as_of) if self.as_of else None
        settings = load_settings(as_of=as_of, target=self.target)
        with begin(settings, context.run_id or "unnamed", full_refresh=self.full_refresh) as run:
            self._run = run
            if context.instance is not None:
                end_dead_runs(context.instance, but=context.run_id)
                forget_old_runs(context.instance, run.workspace, kept_runs=settings.kept_runs)
            yield self

    @property
    def run(self) -> Run:
        """The run in progress."""
        assert self._run is not None, "only available while a run executes"
        return self._run


@dg.definitions
def resources() -> dg.Definitions:
    """Offer the resource; one process executes all steps, for DuckDB lets only one write."""
    return dg.Definitions(resources={"careloop": RunResource()}, executor=dg.in_process_executor)
