"""Making the pages: datasets, sections and words into self-contained HTML."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dagster_project.config import PROJECT_ROOT
from dagster_project.report import datasets, page, words
from dagster_project.report.datasets import Dataset, ReportError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from dagster_project.report.sections import Section

# What a page may weigh; its data stay within what the fixed part (Vega, own code) leaves.
MOST_BYTES = 2_000_000


def make_report(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    *,
    cache: Path,
    answers: Mapping[str, pa.Table] = MappingProxyType({}),
) -> dict[str, str]:
    """Make both pages.

    Args:
        connection: at the version to show, which is only read; its schemas are found without naming the database.
        run: the run that publishes the version.
        cache: a folder where what is the same in every report is kept.
        answers: to `datasets.fact_queries`, where the version does not hold the facts.

    Returns:
        HTML by file name: `index.html` and `review.html`, each at most `MOST_BYTES` as UTF-8.

    Raises:
        ReportError: a page cannot be made; the message names the section.
    """
    # Imported late: the charts' library takes a second that only this step should pay.
    from dagster_project.report import sections

    vega = page.vega(cache)
    contents = {name: sections.load(name) for name in sections.PAGES}
    about = {
        "run": run,
        "kpis": _registry(),
        "words": words.catalogues(),
        "origins": {name: sorted(datasets.tables_read(name)) for name in datasets.names()},
    }
    datasets.aggregate_facts(connection, answers)
    for most in datasets.MOST_VALUES:
        datasets.name_largest_values(connection, most)
        content = {**about, "data": _read_all(connection, run, contents)}
        pages = {f"{name}.html": page.render(name, contents[name], content, vega=vega) for name in sections.PAGES}
        heaviest = max(pages, key=lambda name: len(pages[name].encode()))
        if len(pages[heaviest].encode()) <= MOST_BYTES:
            return pages
    raise ReportError(
        f"{heaviest}: {len(pages[heaviest].encode()):,} bytes with {most} values a dimension, allowed {MOST_BYTES:,}"
    )


def _read_all(
    connection: duckdb.DuckDBPyConnection, run: str, contents: Mapping[str, Sequence[Section]]
) -> dict[str, Dataset]:
    shown_in = {block.dataset: it.name for sections in contents.values() for it in sections for block in it.blocks}
    read = {}
    for name in datasets.names():
        try:
            read[name] = datasets.read(connection, name, run)
        except ReportError as error:
            # What no block shows is what the filters and the scorecard live on.
            raise ReportError(f"section {shown_in.get(name, 'overview')}: {error}") from None
    return read


def _registry() -> list[dict[str, str]]:
    """Return the KPI registry: key, name, unit, direction, definition and so on, as text."""
    with (PROJECT_ROOT / "seeds" / "kpis.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
