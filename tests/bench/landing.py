"""Landing files of each format, beside DuckDB's bare reader of the same files into one Parquet file.

The bare reader is told the dialect that careloop.yml states. It makes NULLs of what it cannot parse, numbers no rows,
and nobody counts what it read; that landing keeps and counts all of it is what its time goes into.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
from rich.console import Console

from dagster_project.landing import LandingZone
from dagster_project.quoting import literal
from dagster_project.source_config.files import CsvFiles, FileSet, FileSource
from dagster_project.sources.files import extract, matching_files
from dagster_project.summary import table
from tests.bench.company import Company
from tests.bench.measuring import medians

# Source and stream in careloop.yml, largest of their format.
STREAMS = {"csv": ("helpdesk", "tickets"), "jsonl": ("helpdesk", "ticket_events"), "parquet": ("crm", "orders")}


def measure(company: Company) -> None:
    """Land each format and read it barely, in turn; print medians."""
    company.generate()
    scratch = company.folder / "landed"
    lines = []
    for kind, (source_name, stream) in STREAMS.items():
        (source,) = (it for it in company.settings.sources if it.name == source_name)
        assert isinstance(source, FileSource)
        files = source.files[stream]
        alone = source.model_copy(update={"files": {stream: files}, "entities": {}})
        bare_file = scratch / "bare.parquet"
        found = medians(
            {
                "landed": _landed(alone, scratch, company.folder),
                "bare": _bare(_reader(files), bare_file),
            }
        )
        (rows,) = duckdb.execute(f"select count(*) from {literal(str(bare_file))}").fetchone() or (0,)
        read_bytes = sum(path.stat().st_size for path in matching_files(files))
        landed, bare = found["landed"], found["bare"]
        lines.append(
            (
                f"{kind}: {stream}",
                rows,
                round(read_bytes / 2**20, 1),
                *(round(it, 2) for it in (landed.seconds, landed.cpu_seconds, bare.seconds, bare.cpu_seconds)),
                f"{landed.cpu_seconds / bare.cpu_seconds:.1f}",
                landed.rounds,
            )
        )
    shutil.rmtree(scratch)
    headings = ("files", "rows", "MiB", "seconds", "CPU", "bare", "bare CPU", "CPU ratio", "rounds")
    Console().print(table("Landing beside DuckDB's bare readers: medians", headings, lines))


def _landed(source: FileSource, scratch: Path, config_folder: Path) -> Callable[[], None]:
    def land() -> None:
        shutil.rmtree(scratch / "zone", ignore_errors=True)
        extract(source, LandingZone(scratch / "zone"), config_folder=config_folder, check=lambda *_: None)

    return land


def _bare(reader: str, target: Path) -> Callable[[], None]:
    def read() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute(f"copy (from {reader}) to {literal(str(target))} (format parquet, compression zstd)")

    return read


def _reader(files: FileSet) -> str:
    paths = "[" + ", ".join(literal(str(path)) for path in matching_files(files)) + "]"
    if isinstance(files, CsvFiles):
        stated = f"delim = {literal(files.delimiter)}, header = true, all_varchar = true, union_by_name = true"
        return f"read_csv({paths}, {stated}, quote = '\"', escape = '\"')"
    if files.format == "jsonl":
        return f"read_json({paths}, format = 'newline_delimited', ignore_errors = true)"
    return f"read_parquet({paths})"
