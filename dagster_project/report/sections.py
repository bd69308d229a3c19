"""The sections of the pages, read from `sections/`: which dataset stands where, in which columns, under which chart.

What belongs here: the tables of contents, and the declaration of a block. A title is the string `title.<block>`, a
remark `note.<block>`; which filters apply, the page sees from the dataset's columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.report import charts
from dagster_project.report.datasets import ReportError
from dagster_project.yaml_file import read_declared

FOLDER = Path(__file__).with_name("sections")
PAGES = {
    "index": (
        "overview",
        "process",
        "channels",
        "customers",
        "team",
        "improvements",
        "forecast",
        "quality",
        "definitions",
    ),
    "review": ("review", "causes", "improvements", "decisions"),
}


@dataclass(frozen=True)
class Block:
    """One figure of a section.

    `dataset` is a query of `sql/` or one that the page sums from the cube (`page/computed.js`), by default that of the
    block's name, of which rows with the values of `where` count. `columns` are names and formats (`page/format.js`) of
    the table, which is also the text alternative of the chart. `definition` is the KPI whose definition is linked. A
    `series` runs over time: the period filter leaves it. The table beneath a chart stands `open` where it says what
    the chart cannot.
    """

    name: str
    columns: dict[str, str]
    dataset: str
    where: dict[str, str]
    chart: dict[str, Any] | None
    definition: str | None
    series: bool
    open: bool


@dataclass(frozen=True)
class Section:
    """One section; `component` is a function of the page that stands before its blocks."""

    name: str
    component: str | None
    blocks: tuple[Block, ...]


def load(page: str) -> list[Section]:
    """Read the sections of a page.

    Raises:
        ReportError: a section's declaration or chart is wrong; the message names section and block.
    """
    return [_section(name) for name in PAGES[page]]


def _section(name: str) -> Section:
    declared = read_declared(FOLDER / f"{name}.yml")
    return Section(name, declared.get("component"), tuple(_block(name, block) for block in declared["blocks"]))


def _block(section: str, declared: dict[str, Any]) -> Block:
    name = declared["name"]
    try:
        chart = next((charts.KINDS[kind](**it) for kind, it in declared.get("chart", {}).items()), None)
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"report/sections/{section}.yml: block {name}: the chart is {declared['chart']}, which is not one of "
            f"{', '.join(charts.KINDS)} with its arguments ({error})"
        ) from None
    return Block(
        name=name,
        columns=declared["columns"],
        dataset=declared.get("dataset", name),
        where=declared.get("where", {}),
        chart=chart,
        definition=declared.get("definition"),
        series=declared.get("series", False),
        open=declared.get("open", False),
    )
