"""How many invitations the next survey needs in each stratum: `analysis.survey_plan`."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DELIVERED = 20  # the registry's minimum sample of survey_response_rate

STRATA = """
with months as (
    select strata.*, dense_rank() over (order by strata.period_start desc) as month_number
    from kpi.survey_stratum as strata
    inner join core.dim_period as periods using (period_grain, period_start)
    where strata.period_grain = 'month' and periods.is_complete
)

select
    months.stratification,
    months.stratum,
    config.wanted_margin_of_error,
    max(months.population) filter (where months.month_number = 1) as population,
    sum(months.delivered) as delivered,
    sum(months.answered) as answered,
    sum(months.answers) as answers,
    sum(months.satisfied) as satisfied
from months
inner join seed.survey_strata as config using (stratification)
where months.month_number <= 12
group by months.stratification, months.stratum, config.wanted_margin_of_error
having max(months.population) filter (where months.month_number = 1) > 0
"""


def analyse(strata: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Plan the invitations of each stratum.

    Args:
        strata: stratification, stratum, wanted_margin_of_error, population, delivered, answered, answers, satisfied.
    """
    import pandas as pd

    rows = []
    for _, part in strata.groupby("stratification", sort=True):
        together = part["answered"].sum() / part["delivered"].sum() if part["delivered"].sum() else 0.0
        rows += [_planned(row, together) for row in part.to_dict("records")]
    return {"survey_plan": pd.DataFrame(rows, columns=[column.name for column in TABLES["survey_plan"].columns])}


def _planned(stratum: dict[Hashable, Any], response_rate_of_all: float) -> dict[Hashable, Any]:
    population, wanted = int(stratum["population"]), stratum["wanted_margin_of_error"]
    satisfied_rate = (stratum["satisfied"] + 2) / (stratum["answers"] + 4)
    answers = needed_answers(satisfied_rate, wanted, population)
    planned = stratum | {"expected_csat_rate": satisfied_rate, "needed_answers": answers}
    notes = [] if stratum["answers"] else ["nobody of the stratum has answered yet"]
    response_rate = response_rate_of_all
    if stratum["delivered"] >= FEWEST_DELIVERED and stratum["answered"]:
        response_rate = stratum["answered"] / stratum["delivered"]
    elif response_rate_of_all:
        notes.append(f"{stratum['delivered']:.0f} invitations tell no response rate: that of all strata is used")
    if not response_rate:
        notes.append("no invitation to any stratum was answered")
        return planned | {"verdict": "response rate not known", "reason": "; ".join(notes)}

    invitations = min(population, _ceiling(answers / response_rate))
    reached = margin_of_error(satisfied_rate, invitations * response_rate, population)
    return planned | {
        "expected_response_rate": response_rate,
        "needed_invitations": invitations,
        "reached_margin_of_error": reached,
        "verdict": "enough customers" if reached <= wanted + 1e-9 else "too few customers",
        "reason": "; ".join(notes) or None,
    }


def _ceiling(number: float) -> int:
    """Round up; a hair above a whole number is that number."""
    return math.ceil(number - 1e-9)


def needed_answers(rate: float, margin: float, population: int) -> int:
    """Return how many of a population must answer for a 95 % interval of rate +- margin.

    n0 = z^2 p (1 - p) / margin^2, and n = n0 / (1 + (n0 - 1) / N) of a finite population: Cochran, Sampling Techniques,
    3rd ed. 1977, chapter 4.
    """
    from statsmodels.stats.proportion import samplesize_confint_proportion

    unlimited = float(samplesize_confint_proportion(rate, margin, alpha=0.05))
    return min(population, _ceiling(unlimited / (1 + (unlimited - 1) / population)))


def margin_of_error(rate: float, answers: float, population: int) -> float:
    """Return half the width of the 95 % interval that so many answers of a population give; the same source."""
    from scipy.stats import norm

    unheard = (population - answers) / max(1, population - 1)
    return float(norm.ppf(0.975)) * math.sqrt(rate * (1 - rate) / answers * unheard)


SURVEY_PLAN = Analysis(
    "survey_plan",
    "How many invitations the next survey needs in each stratum.",
    {"strata": STRATA},
    ("survey_plan",),
    analyse,
)
