"""A table of any size is read in the same memory: 200,000 rows that hold a quarter of a gigabyte."""

from __future__ import annotations

import subprocess
import sys

from tests.databases import Crm

# Rows that do not compress to nothing; the reader's own process tells what it took.
TEXT = {
    "postgresql": "(select string_agg(md5(n || '-' || part), '') from generate_series(1, 40) as part)",
    "mariadb": "concat(repeat(md5(n), 20), repeat(md5(-n), 20))",
    "sqlite": "hex(randomblob(640))",
}
NUMBERS = {
    "postgresql": "generate_series(1, 200000) as n",
    "mariadb": "(select seq as n from seq_1_to_200000) as numbers",
    "sqlite": "(with recursive numbers (n) as (select 1 union all select n + 1 from numbers limit 200000) "
    "select n from numbers)",
}
LOAD = r"""
import re, sys
from pathlib import Path
from dagster_project.landing import LandingZone
from dagster_project.source_config.sql import SqlSource
from dagster_project.sources.sql import extract

source = SqlSource.model_validate_json(sys.argv[1])
(batch,) = extract(source, LandingZone(Path(sys.argv[2])), check=lambda *_: None)
# Not getrusage: its peak counts the process that started this one, too.
peak_kibibytes = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]
print(batch.manifest.files[0].rows, int(peak_kibibytes) * 1024)
"""


def test_memory_does_not_grow_with_the_table(crm: Crm) -> None:
    kind = crm.engine.dialect.name
    crm.run("create table tickets (id integer primary key, description text)")
    crm.run(f"insert into tickets select n, {TEXT[kind]} from {NUMBERS[kind]}")
    source = crm.source(tickets={"table": "tickets", "key": "id"})
    arguments = [source.model_dump_json(by_alias=True, exclude_defaults=True), str(crm.zone.folder)]
    loaded = subprocess.run([sys.executable, "-c", LOAD, *arguments], capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    rows, peak_bytes = map(int, loaded.stdout.split()[-2:])  # DuckDB may have drawn a bar before it
    assert rows == 200_000
    assert peak_bytes < 500 * 2**20
