"""Measure on this machine what a run on Spark costs, and what one very large customer does to it: `make measure`.

Times are those of a machine that others may use; work (CPU seconds), bytes and numbers of stages and tasks are not.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dagster_project.config import PROJECT_ROOT
from dagster_project.sample import generate
from dagster_project.spark.session import spark_session
from dagster_project.warehouse import Workspace, current
from tests.scale import event_log
from tests.scale.cluster import cluster
from tests.scale.runs import SMALL, finish, start_on_spark

out = Console(width=130)
LARGEST_SHARE = 0.1
# A few rows a customer, but for one; as wide as a fact, so that bytes count.
TICKETS = """
    select id as ticket_key, if(id % {every} = 0, 0, hash(id) % {customers}) as customer_key,
        timestamp_seconds(1700000000 + id) as created_at, repeat(md5(cast(id as string)), 4) as attributes
    from range({tickets})
"""
# What models do with a customer's tickets: look from one to the next, and join them with what is known of the customer.
STATEMENTS = {
    "window by customer": """
        select max(gap) from (
            select unix_micros(created_at) - unix_micros(lag(created_at) over (
                partition by customer_key order by created_at, attributes)) as gap
            from tickets)
    """,
    "sum by customer": "select max(n) from (select customer_key, count(*) as n from tickets group by customer_key)",
    "join with customers": """
        select count(length(tickets.attributes) + length(customers.attributes))
        from tickets inner join customers on tickets.customer_key = customers.customer_key
    """,
}


def main(
    tickets: Annotated[int, typer.Option(help="Size of the company that is run.")] = 500,
    rows: Annotated[int, typer.Option(help="Tickets of the statements on a very large customer.")] = 2_000_000,
) -> None:
    """Run the sample company on a cluster of two workers with a core each, then the statements; print tables."""
    with tempfile.TemporaryDirectory() as folder:
        if tickets:
            run_of_a_company(Path(folder), tickets)
        for name, share in (("customers alike", 0.0), ("one with a tenth of all", LARGEST_SHARE)):
            with session_of(Path(folder), "local[1]") as spark:
                print_statements(spark, f"local[1], {name}", rows, share)
            with cluster(Path(folder)) as running, session_of(Path(folder), running.master) as spark:
                print_statements(spark, f"cluster of two cores, {name}", rows, share)


def run_of_a_company(folder: Path, tickets: int) -> None:
    generate(folder / "sample", tickets=tickets)
    config = folder / "careloop.yml"
    config.write_text((PROJECT_ROOT / "careloop.yml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "events").mkdir()
    logged = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": (folder / "events").as_uri()}
    with cluster(folder) as running:
        finish(start_on_spark(config, running.master, **logged))
    version = current(Workspace(folder / "warehouse"))
    assert version is not None
    print_work(event_log.read(folder / "events"), version.record.large_tables["core.fct_ticket_event"])


def print_work(log: event_log.Log, events: int) -> None:
    """Print what a run cost, in all and for the tables that cost most."""
    works = log.tables.values()
    shuffled = sum(it.shuffled_bytes for it in works)
    print_table(
        "run",
        ("events", "statements", "stages", "tasks", "failed", "CPU s", "by executor", "shuffled MB", "B/event", "s"),
        [
            (
                events,
                log.statements,
                sum(it.stages for it in works),
                sum(it.tasks for it in works),
                sum(it.failed_tasks for it in works),
                round(sum(log.cpu_seconds.values()), 1),
                ", ".join(f"{name}: {seconds:.0f}" for name, seconds in sorted(log.cpu_seconds.items())),
                round(shuffled / 1e6, 1),
                round(shuffled / events),
                round(log.seconds),
            )
        ],
    )
    largest = sorted(log.tables.items(), key=lambda it: -it[1].cpu_seconds)[:15]
    rows: list[tuple[Any, ...]] = []
    for name, it in largest:
        shuffled = it.shuffled_bytes
        rows.append(
            (name, it.stages, it.tasks, round(it.cpu_seconds, 1), round(shuffled / 1e6, 2), round(shuffled / events))
        )
    print_table("tables that cost most", ("table", "stages", "tasks", "CPU s", "shuffled MB", "B/event"), rows)
    stages = sorted(it.stages for name, it in log.tables.items() if name != event_log.OTHER)
    out.print(f"stages a table: median {statistics.median(stages):g}, most {stages[-1]}, of {len(stages)} tables\n")


@contextmanager
def session_of(folder: Path, master: str) -> Iterator[Any]:
    """Open a session in which a tenth of all rows is as much too large for AQE as it is at a size worth a cluster."""
    settings = {
        "spark.driver.memory": SMALL["spark.driver.memory"],
        "spark.sql.shuffle.partitions": "32",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": "2m",
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "4m",
        "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "2",
    }
    with spark_session(master, folder / "statements", settings) as spark:
        yield spark


def print_statements(spark: Any, title: str, tickets: int, share: float) -> None:
    """Run each statement with and without adaptive execution; print the tasks of the stage behind the shuffle."""
    every, customers = (round(1 / share) if share else tickets + 1), tickets // 20
    path = f"{spark.conf.get('spark.sql.warehouse.dir')}/tickets"
    made = spark.sql(TICKETS.format(every=every, customers=customers, tickets=tickets))
    made.write.mode("overwrite").parquet(path)
    spark.read.parquet(path).createOrReplaceTempView("tickets")
    keys = f"select id as customer_key, repeat(md5(cast(id as string)), 4) as attributes from range({customers})"
    spark.sql(keys).createOrReplaceTempView("customers")
    rows = []
    for name, statement in STATEMENTS.items():
        for adaptive in ("off", "on"):
            spark.conf.set("spark.sql.adaptive.enabled", str(adaptive == "on").lower())
            group = f"{name}, {adaptive}"
            spark.sparkContext.setJobGroup(group, name)
            spark.sql(statement).collect()
            rows.append((name, adaptive, *behind_the_shuffle(spark, group)))
    columns = (
        "statement",
        "AQE",
        "tasks",
        "median rows",
        "most rows",
        "ratio",
        "slowest/median CPU",
        "CPU s by executor",
    )
    print_table(title, columns, rows)


def behind_the_shuffle(spark: Any, group: str) -> tuple[Any, ...]:
    """Describe the stage of a job group that read most rows out of a shuffle, and the work of all its stages."""
    store = spark.sparkContext._jsc.sc().statusStore()
    tracker = spark.sparkContext.statusTracker()
    read: list[list[tuple[int, float]]] = []
    by_executor: Counter[str] = Counter()
    for stage in {stage for job in tracker.getJobIdsForGroup(group) for stage in tracker.getJobInfo(job).stageIds}:
        tasks = store.taskList(stage, 0, 100_000)
        found = []
        for task in (tasks.apply(number) for number in range(tasks.size())):
            if task.taskMetrics().isDefined():
                metrics = task.taskMetrics().get()
                cpu_seconds = metrics.executorCpuTime() / 1e9
                found.append((metrics.shuffleReadMetrics().recordsRead(), cpu_seconds))
                by_executor[task.executorId()] += cpu_seconds
        read.append(found)
    tasks_read = max(read, key=lambda it: sum(rows for rows, _ in it))
    rows, cpu_seconds = zip(*tasks_read, strict=True)
    work = ", ".join(f"{name}: {seconds:.1f}" for name, seconds in sorted(by_executor.items()))
    return (
        len(tasks_read),
        round(statistics.median(rows)),
        max(rows),
        round(max(rows) / max(statistics.median(rows), 1), 1),
        round(max(cpu_seconds) / max(statistics.median(cpu_seconds), 1e-3), 1),
        work,
    )


def print_table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(f"{it:,}" if isinstance(it, int) else str(it) for it in row))
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
