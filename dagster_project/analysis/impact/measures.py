"""Which cases a KPI is made of: read from the one place that says so, the KPI's own dbt model.

A model of `dbt_project/models/kpi/values/` that is one call of the macro `kpi_values` names fact, date, condition and
value of the cases. The model is rendered with a macro of that name that only listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from dagster_project.config import PROJECT_ROOT

if TYPE_CHECKING:
    import jinja2

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = DBT_PROJECT / "models"
VALUES = MODELS / "kpi" / "values"
MACROS = DBT_PROJECT / "macros" / "kpi"

Statistic = Literal["rate", "index", "mean", "median", "count"]


@dataclass(frozen=True)
class Measure:
    """What a case of a KPI is.

    `relation` is SQL; `counted_on` its column with the day a case counts for; `condition` and `value` are expressions
    over its columns; `dimensions` the columns it may be cut by. `statistic` is the figure people read: durations are
    read by their median.
    """

    kpi: str
    relation: str
    counted_on: str
    condition: str
    value: str
    statistic: Statistic
    dimensions: tuple[str, ...]


@cache
def measures() -> Mapping[str, Measure]:
    """Return the KPIs that are a statistic over cases, by key; ratios of two counts and stocks are not."""
    import jinja2

    environment = jinja2.Environment()  # noqa: S701 - renders SQL, not HTML
    heard: dict[str, Measure] = {}

    def kpi_values(
        kpi: str, facts: str, on_date: str, statistics: list[str], dimensions: list[str], **said: Any
    ) -> str:
        if "denominator" not in said:
            statistic = "median" if "median" in statistics else statistics[0]
            value, condition = said.get("numerator", "1"), said.get("where", "true")
            heard[kpi] = Measure(kpi, facts, on_date, condition, value, statistic, tuple(dimensions))  # type: ignore[arg-type]
        return ""

    ticket_dimensions = _returned(environment, "kpi_values", "ticket_dimensions")
    voice_dimensions = _returned(environment, "kpi_values", "voice_dimensions")
    listening = {
        "kpi_values": kpi_values,
        "ref": lambda model: f"{_schema(model)}.{model}",
        "ticket_dimensions": lambda: ticket_dimensions,
        "satisfaction_dimensions": _macros(environment, "survey_questions").satisfaction_dimensions,
        "voice_dimensions": lambda: voice_dimensions,
    }
    for path in sorted(VALUES.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        if "kpi_values(" in text:
            # A model whose cases are put together by further macros is not heard, and its KPI not measurable.
            with suppress(jinja2.UndefinedError):
                environment.from_string(text).render(listening)
    return heard


@cache
def _schema(model: str) -> str:
    (path,) = MODELS.rglob(f"{model}.sql")
    return path.relative_to(MODELS).parts[0]


def _returned(environment: jinja2.Environment, file: str, macro: str) -> Any:
    """Call a macro that hands its value on with dbt's `return`, which plain Jinja does not have."""
    handed: list[Any] = []
    getattr(_macros(environment, file, {"return": handed.append}), macro)()
    return handed[0]


def _macros(environment: jinja2.Environment, file: str, names: Mapping[str, Any] | None = None) -> Any:
    return environment.from_string((MACROS / f"{file}.sql").read_text(encoding="utf-8")).make_module(dict(names or {}))
