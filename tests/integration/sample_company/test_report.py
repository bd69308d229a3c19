"""The report of the sample company: made by its run, and adding up to the marts."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dagster_project.report import datasets


def test_a_run_leaves_both_pages_beside_the_warehouse(sample_folder: Path) -> None:
    for name in ("index.html", "review.html"):
        page = sample_folder / "warehouse" / "report" / name
        assert 500_000 < page.stat().st_size <= 2_000_000


def test_what_the_filters_sum_up_is_what_the_marts_publish(sample_warehouse: duckdb.DuckDBPyConnection) -> None:
    version = sample_warehouse.cursor()
    datasets.aggregate_facts(version, {})
    datasets.name_largest_values(version, 12)
    cube = datasets.read(version, "cube", "").columns
    kpis = sorted(column.removesuffix("_numerator") for column in cube if column.endswith("_numerator"))
    assert len(kpis) == 13
    compared = 0
    for dimension in ("channel", "team", "segment"):
        published = version.execute(
            """
            select kpi, period_start::varchar, dimension_value, numerator, coalesce(denominator, numerator)
            from kpi.kpi_value
            where period_grain = 'month' and dimension = ? and kpi in (select unnest(?))
            """,
            [dimension, kpis],
        ).fetchall()
        assert {row[0] for row in published} == set(kpis)
        for kpi, month, value, numerator, denominator in published:
            cells = [row for row, it in enumerate(cube["month"]) if it == month and cube[dimension][row] == value]
            sums = [sum(cube[f"{kpi}_{part}"][row] or 0 for row in cells) for part in parts(cube, kpi)]
            assert (sums[0], sums[-1]) == (numerator, denominator), (kpi, month, dimension, value)
            compared += 1
    assert compared > 1000


def parts(cube: dict[str, list[object]], kpi: str) -> list[str]:
    return [part for part in ("numerator", "denominator") if f"{kpi}_{part}" in cube]


def test_the_bins_hold_every_answered_and_every_solved_ticket(sample_warehouse: duckdb.DuckDBPyConnection) -> None:
    version = sample_warehouse.cursor()
    datasets.aggregate_facts(version, {})
    datasets.name_largest_values(version, 12)
    bins = datasets.read(version, "bins", "").columns
    for kpi in ("first_response_minutes", "full_resolution_minutes"):
        binned = sum(it for it, of in zip(bins["tickets"], bins["kpi"], strict=True) if of == kpi)
        answered = version.execute(f"select count({kpi}) from core.fct_ticket where is_counted").fetchall()
        assert [(binned,)] == answered
