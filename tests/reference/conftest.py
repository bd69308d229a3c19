"""The sample company at two seeds: built once each, and computed again."""

from __future__ import annotations

import gc
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from dagster_project.sample import generate
from tests.companies import built
from tests.reference.agreement import Row, Rows
from tests.reference.all_kpis import Reference
from tests.reference.periods import Address, Figure
from tests.reference.reading import read_company


@dataclass(repr=False)
class BothSides:
    """One company, as the warehouse and as the reference see it; figures by KPI."""

    warehouse: duckdb.DuckDBPyConnection
    reference: Reference
    theirs: dict[str, Rows]
    ours: dict[str, Rows]


@pytest.fixture(scope="session", params=[7, 19], ids="seed {}".format)
def both_sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    folder = tmp_path_factory.mktemp(f"seed_{request.param}")
    generate(folder / "sample", tickets=3000, seed=request.param)
    shutil.copy(PROJECT_ROOT / "careloop.yml", folder)
    # Gates, analyses and publishing change no mart; the sample company of tests/integration has them all.
    built(folder / "careloop.yml").close()
    build_file = folder / "warehouse" / "build.duckdb"
    # Millions of small rows that all stay: looking for garbage among them finds none, and takes a third of the time.
    gc.disable()
    reference = Reference(read_company(build_file, PROJECT_ROOT / "seeds"))
    with duckdb.connect(str(build_file), read_only=True) as warehouse:
        columns = ", ".join((*Address._fields, *Figure._fields))
        size = len(Address._fields)
        figures = warehouse.execute(f"select {columns} from kpi.kpi_value").fetchall()
        theirs = {Address(*row[:size]): Figure(*row[size:]) for row in figures}
        yield BothSides(warehouse, reference, by_kpi(theirs), by_kpi(reference.figures))
    gc.enable()


def by_kpi(figures: dict[Address, Figure]) -> dict[str, Rows]:
    found: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for address, figure in figures.items():
        found[address.kpi][address] = figure._asdict()
    return {**found}
