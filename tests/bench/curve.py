"""Time, memory and disk of a whole run from scratch, by the size of the company, within one memory limit.

A size's sample and workspace are removed when it is measured, so that the next has the disk; what it took is printed
at once, and once more beside the others at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from dagster_project.quoting import literal
from dagster_project.summary import table
from dagster_project.warehouse import RunRecord, Workspace
from tests.bench.company import Company, build_cost, stage_cost
from tests.bench.measuring import CommandCost, Cost, folder_bytes

# The sizes at which cost is to be known: 0.1, 1 and 10 million events; a hundred is 8,500,000.
TICKETS = (8_500, 85_000, 850_000)


@dataclass(frozen=True)
class Point:
    """What one size took."""

    events: int
    generated: CommandCost
    whole: CommandCost
    record: RunRecord
    sample_bytes: int
    landing_bytes: int
    build_bytes: int
    published_bytes: int

    @property
    def parts(self) -> dict[str, Cost]:
        """The run's parts in their order; publishing is with the audit, analyses are with the reading of texts."""
        return {
            "landing": stage_cost(self.record, "extract and land"),
            "build": build_cost(self.record),
            "gates": stage_cost(self.record, "gates"),
            "texts and analyses": stage_cost(self.record, "read texts") + stage_cost(self.record, "analyse"),
            "publish": stage_cost(self.record, "audit") + stage_cost(self.record, "publish"),
            "whole run": self.whole,
            "sample": self.generated,
        }


def measure(folder: Path, sizes: Sequence[int], memory_limit: str, *, build_only: bool) -> None:
    """Measure one size after the other, and print all; `build_only` leaves out gates, analyses and publishing."""
    points = []
    for tickets in sizes:
        company = Company(folder / str(tickets), tickets)
        generated = company.generate(memory_limit)
        whole, record = company.build_only() if build_only else company.run_from_scratch()
        points.append(_point(company, generated, whole, record))
        shutil.rmtree(company.folder)
        _print(points[-1:], memory_limit)
    if len(points) > 1:
        _print(points, memory_limit)


def _point(company: Company, generated: CommandCost, whole: CommandCost, record: RunRecord) -> Point:
    workspace = company.workspace
    return Point(
        events=_events(workspace),
        generated=generated,
        whole=whole,
        record=record,
        sample_bytes=folder_bytes(company.folder / "sample"),
        landing_bytes=folder_bytes(workspace.landing),
        build_bytes=workspace.build_file.stat().st_size,
        published_bytes=folder_bytes(workspace.published),
    )


def _events(workspace: Workspace) -> int:
    landed = literal(str(workspace.landing / "helpdesk" / "ticket_events" / "*" / "part-*.parquet"))
    (events,) = duckdb.execute(f"select count(*) from read_parquet({landed})").fetchone() or (0,)
    return int(events)


def _print(points: Sequence[Point], memory_limit: str) -> None:
    console = Console()
    sizes = [f"{point.events:,} events" for point in points]
    costs = [
        (part, *(f"{it.seconds:,.0f} s, {it.cpu_seconds:,.0f} CPU" for it in (point.parts[part] for point in points)))
        for part in points[0].parts
    ]
    console.print(table("Seconds, and CPU seconds", ("part", *sizes), costs))
    per_million = [
        (part, *(f"{point.parts[part].cpu_seconds / point.events * 1e6:,.1f}" for point in points))
        for part in points[0].parts
    ]
    console.print(table("CPU seconds per million events", ("part", *sizes), per_million))
    sizes_bytes: dict[str, Callable[[Point], int]] = {
        f"peak memory of the run (memory_limit {memory_limit})": lambda it: it.whole.peak_bytes,
        "peak memory of making the sample": lambda it: it.generated.peak_bytes,
        "most spilled at a time": lambda it: it.whole.peak_folder_bytes,
        "sample files": lambda it: it.sample_bytes,
        "landed": lambda it: it.landing_bytes,
        "build file": lambda it: it.build_bytes,
        "published, with exports": lambda it: it.published_bytes,
    }
    lines = [
        (what, *(f"{size(it) / 2**20:,.0f}, {size(it) / 2**20 / it.events * 1e6:,.0f}" for it in points))
        for what, size in sizes_bytes.items()
    ]
    console.print(table("MiB, and MiB per million events", ("what", *sizes), lines))
