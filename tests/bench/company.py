"""A sample company of some size, in a folder of its own, and the runs on it that other parts measure against."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dagster_project.config import PROJECT_ROOT, Settings, load_settings
from dagster_project.launch import prepare_instance
from dagster_project.warehouse import RunRecord, Workspace, current
from dagster_project.warehouse.runs import read_run_records
from tests.bench.measuring import CommandCost, Cost, careloop, command

_NIGHT = "helpdesk/events/events_night.jsonl.zst"
_BUILD = ("build staging", "build core", "build kpi")


@dataclass(frozen=True)
class Company:
    """`folder` holds the sample, the configuration and the workspace."""

    folder: Path
    tickets: int

    @property
    def config(self) -> Path:
        return self.folder / "careloop.yml"

    @property
    def settings(self) -> Settings:
        return load_settings(self.config)

    @property
    def workspace(self) -> Workspace:
        return prepare_instance(self.settings)

    def generate(self, memory_limit: str | None = None) -> CommandCost:
        """Write the sample, where it is not there, and the configuration, with another memory limit if given."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = (PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8")
        self.config.write_text(text + (f"memory_limit: {memory_limit}\n" if memory_limit else ""), encoding="utf-8")
        cost = careloop("sample", str(self.folder / "sample"), "--tickets", str(self.tickets), "--if-missing")
        (self.folder / "sample" / _NIGHT).unlink(missing_ok=True)
        return cost

    def run_from_scratch(self) -> tuple[CommandCost, RunRecord]:
        """Land and build everything."""
        shutil.rmtree(self.settings.workspace_folder, ignore_errors=True)
        return self.run()

    def build_only(self) -> tuple[CommandCost, RunRecord]:
        """Land and build everything, and publish nothing; see `build_only`."""
        shutil.rmtree(self.settings.workspace_folder, ignore_errors=True)
        cost, _ = command(
            sys.executable, "-m", "tests.bench.build_only", str(self.config), watched=self.settings.warehouse.tmp
        )
        return cost, read_run_records(self.workspace)[-1]

    def run(self) -> tuple[CommandCost, RunRecord]:
        """Run the job once; what it cost, and its record."""
        cost = careloop("run", "--config", str(self.config), watched=self.settings.warehouse.tmp)
        return cost, read_run_records(self.workspace)[-1]

    def be_built(self) -> None:
        """Generate and run, where that was not done yet."""
        if not self.config.exists() or current(self.workspace) is None:
            self.generate()
            self.run_from_scratch()

    def bring_night(self) -> None:
        """Bring new events of the tickets that were at work last: a fifth of the last of 18 months, about 1 %."""
        last = max((self.folder / "sample" / "helpdesk" / "events").glob("events_2*"))
        lines = pa.input_stream(str(last)).read().splitlines()
        new = [line.replace(b'"id":"', b'"id":"night-', 1) for line in lines[-len(lines) // 5 :]]
        with pa.output_stream(str(self.folder / "sample" / _NIGHT), compression="zstd") as file:
            file.write(b"\n".join(new) + b"\n")


def build_cost(record: RunRecord) -> Cost:
    """Add up the layers that dbt builds."""
    return sum((stage_cost(record, layer) for layer in _BUILD), Cost())


def stage_cost(record: RunRecord, stage: str) -> Cost:
    """Look a stage up in a run's record; one that it did not come to took nothing."""
    return Cost(record.stage_seconds.get(stage, 0), record.stage_cpu_seconds.get(stage, 0))
