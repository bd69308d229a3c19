"""Every figure that the warehouse publishes of the sample company, against the second opinion, both ways.

A figure on one side only fails as much as one that differs. Which KPIs there are is the registry's word, not ours.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb
import pytest

from dagster_project.config import PROJECT_ROOT
from tests.companies import careloop
from tests.reference.all_kpis import Reference
from tests.reference.periods import Address, Figure, Figures
from tests.reference.reading import in_utc, read_company, read_seed
from tests.reference.sla import Target

SEEDS_FOLDER = PROJECT_ROOT / "seeds"
TOLERANCE = 1e-6
KPIS = [row["kpi"] for row in read_seed(SEEDS_FOLDER / "kpis.csv") if row.get("mart") in (None, "", "kpi_value")]


@dataclass
class BothSides:
    """One company, as the warehouse and as the reference see it."""

    warehouse: duckdb.DuckDBPyConnection
    reference: Reference
    marts: Mapping[str, Figures]
    figures: Mapping[str, Figures]


@pytest.fixture(scope="module", params=[7, 19], ids="seed {}".format)
def both_sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothSides]:
    folder = tmp_path_factory.mktemp(f"seed_{request.param}")
    sample = careloop("sample", str(folder / "sample"), "--tickets", "3000", "--seed", str(request.param))
    assert sample.returncode == 0, sample.stderr
    shutil.copy(PROJECT_ROOT / "careloop.yml", folder)
    result = careloop("run", config=folder / "careloop.yml")
    assert result.returncode == 0, result.stderr
    reference = Reference(read_company(folder / "warehouse" / "build.duckdb", SEEDS_FOLDER))
    with duckdb.connect(str(folder / "warehouse" / "careloop.duckdb"), read_only=True) as warehouse:
        yield BothSides(warehouse, reference, by_kpi(published(warehouse)), by_kpi(reference.figures))


def published(warehouse: duckdb.DuckDBPyConnection) -> Figures:
    names = [it.name for it in (*fields(Address), *fields(Figure))]
    rows = warehouse.execute(f"select {', '.join(names)} from kpi.kpi_value").fetchall()
    size = len(fields(Address))
    return {Address(*row[:size]): Figure(*row[size:]) for row in rows}


def by_kpi(figures: Figures) -> dict[str, Figures]:
    found: dict[str, Figures] = defaultdict(dict)
    for address, figure in figures.items():
        found[address.kpi][address] = figure
    return found


def differs(theirs: Any, ours: Any) -> bool:
    if not isinstance(theirs, int | float) or not isinstance(ours, int | float):
        return bool(theirs != ours)
    return theirs != pytest.approx(ours, rel=1e-9, abs=TOLERANCE)


def disagreements(marts: Mapping[Any, Any], ours: Mapping[Any, Any]) -> list[str]:
    """Describe what one side has and the other has not, or has otherwise."""
    found = [f"only the warehouse has {key}: {marts[key]}" for key in marts.keys() - ours.keys()]
    found += [f"only the reference has {key}: {ours[key]}" for key in ours.keys() - marts.keys()]
    for key in marts.keys() & ours.keys():
        theirs, mine = vars_of(marts[key]), vars_of(ours[key])
        if names := [name for name in mine if differs(theirs[name], mine[name])]:
            found.append(f"{key}: {', '.join(f'{it} is {theirs[it]}, reference {mine[it]}' for it in names)}")
    return sorted(found)


def vars_of(row: Any) -> dict[str, Any]:
    return dict(row) if isinstance(row, Mapping) else vars(row)


def assert_agree(marts: Mapping[Any, Any], ours: Mapping[Any, Any]) -> None:
    assert marts or ours, "neither side has anything to compare"
    found = disagreements(marts, ours)
    assert not found, f"{len(found)} of {len(marts.keys() | ours.keys())} differ:\n" + "\n".join(found[:12])


@pytest.mark.parametrize("kpi", KPIS)
def test_every_figure_of_the_kpi_agrees(both_sides: BothSides, kpi: str) -> None:
    assert_agree(both_sides.marts.get(kpi, {}), both_sides.figures.get(kpi, {}))


def test_neither_side_has_a_kpi_that_the_registry_does_not_name(both_sides: BothSides) -> None:
    assert both_sides.marts.keys() - set(KPIS) == set()
    assert both_sides.figures.keys() - set(KPIS) == set()


def test_every_service_level_target_agrees(both_sides: BothSides) -> None:
    names = [it.name for it in fields(Target)]
    result = both_sides.warehouse.execute(
        f"select ticket_key, target_kind, target_number, {', '.join(names)} from core.fct_sla_target"
    )
    marts = {row[:3]: dict(zip(names, map(in_utc, row[3:]), strict=True)) for row in result.fetchall()}
    assert_agree(marts, both_sides.reference.sla_targets)


def test_the_backlog_of_every_day_agrees(both_sides: BothSides) -> None:
    result = both_sides.warehouse.execute("select * from kpi.backlog_daily")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    marts: dict[tuple[date, str, str], dict[str, int]] = {
        (row.pop("date_day"), row.pop("dimension"), row.pop("dimension_value")): row for row in rows
    }
    ours = {key: {"backlog": it.backlog, **it.by_band} for key, it in both_sides.reference.backlog_daily.items()}
    assert_agree(marts, ours)
