"""Sums and means that are the same in whatever order threads come to the rows, for the queries of analyses.

A sum of doubles is not, in its last digits. The macros of the dbt project are the one definition.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dagster_project.config import PROJECT_ROOT

MACROS = PROJECT_ROOT / "dbt_project" / "macros" / "portable" / "rows.sql"


def exact_sum(value: str, among: str = "") -> str:
    """Return the SQL of a sum to 12 decimals; `value` is an expression, `among` a filter or a window."""
    return str(_macros().exact_sum(value, among))


def exact_mean(value: str, among: str = "") -> str:
    """Return the SQL of a mean, NULL of no values; as above."""
    return str(_macros().exact_mean(value, among))


@cache
def _macros() -> Any:
    import jinja2

    environment = jinja2.Environment()  # noqa: S701 - renders SQL, not HTML
    return environment.from_string(MACROS.read_text(encoding="utf-8")).module
