"""Making the pages: datasets, sections and words into self-contained HTML."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from dagster_project.config import PROJECT_ROOT

if TYPE_CHECKING:
    import duckdb

# What a page may weigh; its data stay within what the fixed part (Vega, own code) leaves.
MOST_BYTES = 2_000_000


def make_report(connection: duckdb.DuckDBPyConnection, run: str) -> dict[str, str]:
    """Make both pages.

    Args:
        connection: at the version to show, which is only read; its schemas are found without naming the database.
        run: the run that publishes the version.

    Returns:
        HTML by file name: `index.html` and `review.html`, each at most `MOST_BYTES` as UTF-8.

    Raises:
        ReportError: a page cannot be made; the message names the section or dataset.
    """
    # Imported late: drawing libraries take a second that only this step should pay.
    from dagster_project.report import datasets, page, sections, words

    contents = {name: sections.load(name) for name in sections.PAGES}
    about = {
        "run": run,
        "kpis": _registry(),
        "words": words.catalogues(),
        "origins": {name: sorted(datasets.tables_read(name)) for name in datasets.names()},
    }
    for most in datasets.MOST_VALUES:
        datasets.name_largest_values(connection, most)
        data = {name: datasets.read(connection, name, run) for name in datasets.names()}
        pages = {f"{name}.html": page.render(name, contents[name], {**about, "data": data}) for name in sections.PAGES}
        heaviest = max(pages, key=lambda name: len(pages[name].encode()))
        if len(pages[heaviest].encode()) <= MOST_BYTES:
            return pages
    raise datasets.ReportError(
        f"{heaviest}: {len(pages[heaviest].encode()):,} bytes with {most} values a dimension, allowed {MOST_BYTES:,}"
    )


def _registry() -> list[dict[str, str]]:
    """Return the KPI registry: key, name, unit, direction, definition and so on, as text."""
    with (PROJECT_ROOT / "seeds" / "kpis.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
