"""Spans and durations of tickets: the SQL of their models beside pandas, from the same tables, with equal results.

Each reads what the models before them made and writes its results, in a process of its own. DuckDB does so within the
configuration's memory limit, and makes more than is compared: whatever else these models hold.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

import duckdb
from rich.console import Console

from dagster_project.quoting import identifier, literal
from dagster_project.summary import table
from dagster_project.warehouse import Workspace, engine_settings
from tests.bench.company import Company
from tests.bench.in_pandas import INPUTS, facts
from tests.bench.measuring import LONG_SECONDS, ROUNDS, CommandCost, child, timed, told
from tests.bench.raw import manifest_of, statements

MODELS = (
    "int_ticket_messages",
    "int_tickets_answered",
    "int_ticket_states",
    "int_tickets_solved",
    "int_tickets_combined",
    "int_tickets_timed",
    "fct_ticket_span",
)
# What pandas makes → the model that holds the same, in columns of the same names.
COMPARED = {"spans": "fct_ticket_span", "durations": "int_tickets_timed"}


def measure(company: Company) -> None:
    """Compute both ways in turn, compare, print medians."""
    company.be_built()
    folder = company.folder / "facts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with duckdb.connect(str(company.workspace.build_file), read_only=True) as connection:
        for name, sql in INPUTS.items():
            connection.execute(f"copy ({sql}) to {literal(str(folder / f'{name}.parquet'))} (format parquet)")
    costs: dict[str, list[CommandCost]] = {"SQL": [], "pandas": []}
    while len(costs["SQL"]) < ROUNDS:
        for way, found in costs.items():
            found.append(child("tests.bench.facts", way, str(company.config)))
        if sum(cost.seconds for found in costs.values() for cost in found) > LONG_SECONDS:
            break
    rows = _compared(folder)
    lines = [
        (
            way,
            round(statistics.median(cost.seconds for cost in found), 2),
            round(statistics.median(cost.cpu_seconds for cost in found), 2),
            round(max(cost.peak_bytes for cost in found) / 2**20),
        )
        for way, found in costs.items()
    ]
    shutil.rmtree(folder)
    console = Console()
    title = f"{rows['spans']:,} spans and durations of {rows['durations']:,} tickets: medians of {len(costs['SQL'])}"
    console.print(table(title, ("how", "seconds", "CPU seconds", "peak MiB"), lines))
    console.print(f"pandas / SQL, CPU seconds: {lines[1][2] / lines[0][2]:.1f}")


def _by_sql(workspace: Workspace, made: Path) -> None:
    manifest = manifest_of(workspace)
    made.unlink(missing_ok=True)
    with duckdb.connect(str(made)) as connection:
        for name, value in engine_settings(workspace).items():
            connection.execute(f"set {name} = {literal(value)}")
        # Compiled statements name the database, which is called after its file.
        connection.execute(f"attach {literal(str(workspace.build_file))} (read_only)")
        for node, sql in statements(manifest, workspace.dbt / "target"):
            if node["name"] in MODELS:
                connection.execute(f"create table {node['name']} as {sql}")


def _by_pandas(folder: Path) -> None:
    for name, frame in facts(folder).items():
        frame.to_parquet(folder / f"made_{name}.parquet", index=False)


def _compared(folder: Path) -> dict[str, int]:
    """Count the rows of each result, which both ways must have alike."""
    counts = {}
    with duckdb.connect(str(folder / "made.duckdb"), read_only=True) as connection:
        for name, model in COMPARED.items():
            file = literal(str(folder / f"made_{name}.parquet"))
            columns = [column for column, *_ in connection.execute(f"describe from {file}").fetchall()]
            listed = ", ".join(identifier(column) for column in columns)
            by_sql, by_pandas = f"select {listed} from {model}", f"select {listed} from {file}"
            for one, other in ((by_sql, by_pandas), (by_pandas, by_sql)):
                different = connection.execute(f"{one} except all {other} limit 3").fetchall()
                assert not different, f"{name}: rows that only one way has: {different}"
            (counts[name],) = connection.execute(f"select count(*) from {model}").fetchone() or (0,)
    return counts


def _child(way: str, config: Path) -> None:
    company = Company(config.parent, tickets=0)
    workspace, folder = company.workspace, config.parent / "facts"
    with timed() as cost:
        if way == "SQL":
            _by_sql(workspace, folder / "made.duckdb")
        else:
            _by_pandas(folder)
    print(told(cost))


if __name__ == "__main__":
    _child(sys.argv[1], Path(sys.argv[2]))
