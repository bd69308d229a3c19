"""What Spark's event log says of a run: statements, stages, tasks, CPU time and bytes shuffled, by table written."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

OTHER = "other: tests, gates, analyses, counts"


@dataclass
class Work:
    """Work on one table, or on all else."""

    stages: int = 0
    tasks: int = 0
    failed_tasks: int = 0
    cpu_seconds: float = 0
    shuffled_bytes: int = 0

    def add(self, task: dict[str, Any]) -> None:
        self.tasks += 1
        self.failed_tasks += bool(task["Task Info"]["Failed"])
        self.cpu_seconds += _cpu_seconds(task)
        written = (task.get("Task Metrics") or {}).get("Shuffle Write Metrics", {})
        self.shuffled_bytes += written.get("Shuffle Bytes Written", 0)

    def take(self, other: Work) -> None:
        for it in fields(self):
            setattr(self, it.name, getattr(self, it.name) + getattr(other, it.name))


@dataclass
class Log:
    """One application: `tables` by schema.table, `cpu_seconds` by executor."""

    tables: dict[str, Work]
    cpu_seconds: Counter[str]
    statements: int
    seconds: float


def read(folder: Path) -> Log:
    """Read the log of the one application whose events lie below a folder."""
    written: dict[str, str] = {}
    root_of: dict[int, str] = {}
    works: dict[str, Work] = defaultdict(Work)
    cpu_seconds: Counter[str] = Counter()
    writing, statements, times = "", 0, []
    for event in _events(folder):
        match event["Event"].rsplit(".", 1)[-1]:
            case "SparkListenerSQLExecutionStart":
                statements += 1
                if "CreateDataSourceTableAsSelect" in event["physicalPlanDescription"]:
                    writing = str(event.get("rootExecutionId", event["executionId"]))
            # It is told when the rows are written, before the next statement.
            case "CreateTableEvent" if writing:
                written[writing], writing = f"{event['database']}.{event['name']}", ""
            case "SparkListenerJobStart":
                given = event["Properties"]
                root = given.get("spark.sql.execution.root.id", given.get("spark.sql.execution.id", ""))
                root_of |= {stage: root for stage in event["Stage IDs"] if stage not in root_of}
            case "SparkListenerStageCompleted":
                works[root_of.get(event["Stage Info"]["Stage ID"], "")].stages += 1
            case "SparkListenerTaskEnd":
                times.append(event["Task Info"]["Finish Time"])
                works[root_of.get(event["Stage ID"], "")].add(event)
                cpu_seconds[event["Task Info"]["Executor ID"]] += _cpu_seconds(event)
            case "SparkListenerApplicationStart":
                times.append(event["Timestamp"])
    tables: dict[str, Work] = defaultdict(Work)
    for root, work in works.items():
        tables[written.get(root, OTHER)].take(work)
    return Log(dict(tables), cpu_seconds, statements, (max(times) - min(times)) / 1000)


def _cpu_seconds(event: dict[str, Any]) -> float:
    return float((event.get("Task Metrics") or {}).get("Executor CPU Time", 0)) / 1e9


def _events(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*/events_*")):
        compression = "zstd" if file.suffix == ".zstd" else None
        with pa.input_stream(str(file), compression=compression) as stream:
            # Whole: a run of the sample company has some ten MB.
            yield from (json.loads(line) for line in stream.read().splitlines() if line)
