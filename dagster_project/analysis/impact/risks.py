"""The risk register beside the verdict: `analysis.initiative_risk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.analysis.analysis import Analysis

if TYPE_CHECKING:
    import pandas as pd

REGISTER = """
    select risks.initiative_key, initiatives.name as initiative, risks.area, risks.risk, risks.likelihood, risks.effect,
        risks.counter_measure, risks.owner, initiatives.kpi,
        max(impact.verdict) filter (where impact.role = 'target') as verdict,
        string_agg(impact.kpi, ', ' order by impact.kpi)
            filter (where impact.role = 'guardrail' and impact.verdict = 'worse') as guardrails_worse
    from seed.initiative_risks as risks
    inner join core.dim_initiative as initiatives on risks.initiative_key = initiatives.initiative_key
    inner join analysis.initiative_impact as impact on risks.initiative_key = impact.initiative_key
    group by all
"""


def analyse(register: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Publish the register as the query has it."""
    return {"initiative_risk": register}


RISKS = Analysis(
    "initiative_risk",
    "Each initiative's risks beside its verdict.",
    {"register": REGISTER},
    ("initiative_risk",),
    analyse,
)
