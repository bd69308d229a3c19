"""Extraction of 1,000,000 rows from a PostgreSQL of our own, beside a plain COPY of the same table into a file.

Run by `make bench`, or alone by `python -m tests.bench --only sql`. A process of its own loads, so that the peak of
its memory is its own.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from rich.console import Console

from dagster_project.landing import LandingZone
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.sql import extract
from dagster_project.summary import table
from tests.databases import PostgresServer, running

ROWS = 1_000_000
TICKETS = f"""
create table tickets as
select
    n::bigint as id,
    'customer-' || n % 50000 as customer_id,
    timestamptz '2025-01-01' + n * interval '17.123 seconds' as created_at,
    timestamptz '2025-01-01' + n * interval '19.456 seconds' as updated_at,
    (array['email', 'phone', 'chat', 'web'])[1 + n % 4] as channel,
    (array['open', 'pending', 'solved'])[1 + n % 3] as status,
    case when n % 5 > 0 then 'normal' end as priority,
    'Question about order ' || n as subject,
    'It was sent ' || n % 30 || ' days ago, and is not here yet; where is it? ' || md5(n::text) as description,
    (n % 400)::int as assignee_id,
    (n * 1.37)::numeric(12, 2) as amount,
    n % 2 = 0 as is_spam
from generate_series(1, {ROWS}) as n
"""
VARIABLE = "CARELOOP_BENCH_URL"


def measure(folder: Path) -> None:
    """Fill a database, copy it, load it twice, print."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(PostgresServer) as server:
        with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
            connection.execute(TICKETS)
            connection.commit()
            connection.execute("analyze tickets")
            start = time.perf_counter()
            with (
                (folder / "tickets.copy").open("wb") as file,
                connection.cursor().copy("copy tickets to stdout") as rows,
            ):
                for row in rows:
                    file.write(row)
            copied = time.perf_counter() - start
        shutil.rmtree(folder / "landing", ignore_errors=True)
        first, peak_bytes = _loaded(server.url, folder / "landing")
        again, _ = _loaded(server.url, folder / "landing")
    shutil.rmtree(folder)
    found = [
        ("plain COPY into a file", f"{copied:.1f} s", f"{ROWS / copied:,.0f}"),
        ("extracted and landed", f"{first:.1f} s", f"{ROWS / first:,.0f}"),
        ("extracted again, nothing new", f"{again:.1f} s", f"{ROWS / again:,.0f}"),
        ("landed / plain COPY", f"{first / copied:.2f}", ""),
        ("peak memory of the load", f"{peak_bytes / 2**20:,.0f} MiB", ""),
    ]
    title = f"SQL extraction of {ROWS:,} rows from PostgreSQL"
    Console().print(table(title, ("what", "measured", "rows a second"), found))


def _loaded(url: str, zone: Path) -> tuple[float, int]:
    """Load in a process of its own; return its seconds without those of starting Python, and its peak bytes."""
    command = [sys.executable, "-m", "tests.bench_sql", str(zone)]
    output = subprocess.check_output(command, env={**os.environ, VARIABLE: url}, text=True)
    seconds, peak_bytes = output.split()[-2:]
    return float(seconds), int(peak_bytes)


def _load(zone: Path) -> None:
    columns = {"ticket_id": "id", "customer_id": "customer_id", "created_at": "created_at"}
    source = SqlSource.model_validate(
        {
            "name": "bench",
            "kind": "sql",
            "url_variable": VARIABLE,
            "tables": {"tickets": {"table": "tickets", "key": "id"}},
            "entities": {"tickets": {"from": "tickets", "columns": columns}},
        }
    )
    start = time.perf_counter()
    extract(source, LandingZone(zone), check=lambda *_: None)
    print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


if __name__ == "__main__":
    _load(Path(sys.argv[1]))
