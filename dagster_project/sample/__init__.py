"""The sample company: eighteen months of an invented European retailer with English and Chinese customers.

What belongs here: the generator of its files and of `truth.json`, which says what is in them: figures, planted effects,
dirty rows. Nothing downstream imports it; it shares only the source contract with the warehouse, through careloop.yml.

The people, tickets and texts are made by DuckDB from a seed (sql/), in the order of `SCRIPTS`; then exported in the
odd shapes of real systems (files.py, export.py, sql/out_*.sql). The truth is computed from the plan of each ticket,
not from what was exported (truth.py, figures.py, effects.py).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb

from dagster_project.sample import export, parameters, truth

HERE = Path(__file__).parent
SCRIPTS = [
    "functions", "calendar", "people", "customers", "arrivals", "tickets",
    "contact", "response", "conversation", "ending", "feelings", "surveys", "events", "snapshot",
    "loyalty", "purchases", "posts", "self_service", "staff", "initiatives", "texts", "dirt",
    "out_customers", "out_orders", "out_tickets", "out_agents", "out_events", "out_surveys", "out_posts", "out_portal",
    "out_hr",
]  # fmt: skip


def generate(folder: Path, *, tickets: int = 20_000, seed: int = 7, effects: bool = True) -> None:
    """Write the sample company's files and truth.json into `folder`, which is replaced if it holds an earlier sample.

    The same arguments give the same bytes. All other numbers (customers, orders, posts …) grow with `tickets`.

    Args:
        folder: where to; appears complete or not at all.
        tickets: how many, at least 500.
        seed: another seed is another company.
        effects: plant the effects that truth.json describes; without them, nothing happens for a reason.

    Raises:
        ValueError: too few tickets for every kind of dirty row to stay rare.
        FileExistsError: `folder` holds something that is not a sample.
    """
    if tickets < parameters.FEWEST_TICKETS:
        raise ValueError(f"a sample of {tickets} tickets is too small; ask for {parameters.FEWEST_TICKETS} or more")
    folder = folder.absolute()
    if folder.exists() and any(folder.iterdir()) and not (folder / truth.FILE).is_file():
        raise FileExistsError(
            f"{folder} has files but no {truth.FILE}, so it is no sample; name another folder or empty it"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        built = Path(scratch) / "sample"
        built.mkdir()
        with duckdb.connect(Path(scratch) / "world.duckdb", config={"memory_limit": "2GB"}) as con:
            _create_world(con, tickets=tickets, seed=seed, effects=effects)
            export.write(con, built)
            truth.write(con, built, tickets=tickets, seed=seed, effects=effects)
        _set_times(built)
        if folder.exists():
            folder.rename(Path(scratch) / "replaced")
        built.rename(folder)


def _create_world(con: duckdb.DuckDBPyConnection, *, tickets: int, seed: int, effects: bool) -> None:
    con.execute("set TimeZone = 'UTC'")
    values = parameters.variables(tickets=tickets, seed=seed, effects=effects)
    for name, value in {**values, "phrases_file": str(HERE / "phrases.csv")}.items():
        kind = {int: "bigint", float: "double", str: "varchar"}[type(value)]
        con.execute(f"set variable {name} = $value::{kind}", {"value": value})
    for script in SCRIPTS:
        con.execute((HERE / "sql" / f"{script}.sql").read_text(encoding="utf-8"))


def _set_times(folder: Path) -> None:
    """Set each file's modification time, its instant of extraction, to that of the company's export."""
    for path in folder.rglob("*"):
        exported = parameters.EXPORTED_BEFORE.get(path.name, parameters.EXPORTED_AT).timestamp()
        os.utime(path, (exported, exported))
