"""Extraction of 1,000,000 rows from a PostgreSQL of our own, beside a plain COPY of the same table into a file.

A process of its own loads, so that the peak of its memory is its own.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psycopg
from rich.console import Console

from dagster_project.landing import LandingZone
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.sql import extract
from dagster_project.summary import table
from tests.bench.measuring import child, timed, told
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
            with (
                timed() as copied,
                (folder / "tickets.copy").open("wb") as file,
                connection.cursor().copy("copy tickets to stdout") as rows,
            ):
                for row in rows:
                    file.write(row)
        shutil.rmtree(folder / "landing", ignore_errors=True)
        url = {VARIABLE: server.url}
        first = child("tests.bench.extraction", str(folder / "landing"), environment=url)
        again = child("tests.bench.extraction", str(folder / "landing"), environment=url)
    shutil.rmtree(folder)
    costs = {"plain COPY into a file": copied, "extracted and landed": first, "again, nothing new": again}
    found = [
        (what, round(it.seconds, 1), round(it.cpu_seconds, 1), round(ROWS / it.seconds)) for what, it in costs.items()
    ]
    title = f"SQL extraction of {ROWS:,} rows from PostgreSQL"
    console = Console()
    console.print(table(title, ("what", "seconds", "CPU seconds, without the server's", "rows a second"), found))
    console.print(
        f"landed / plain COPY: {first.seconds / copied.seconds:.2f}; peak memory: {first.peak_bytes / 2**20:,.0f} MiB"
    )


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
    with timed() as cost:
        extract(source, LandingZone(zone), check=lambda *_: None)
    print(told(cost))


if __name__ == "__main__":
    _load(Path(sys.argv[1]))
