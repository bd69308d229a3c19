"""What employees say about their work."""

from __future__ import annotations

from tests.reference.company import Company
from tests.reference.periods import Case, Figures, figures
from tests.reference.tickets import UNKNOWN


def feedback_figures(company: Company) -> Figures:
    remarks, scores = [], []
    for it in company.feedback:
        dimensions = {"topic": it.topic or UNKNOWN, "process_stage": it.process_stage or UNKNOWN}
        day = company.local_day(it.submitted_at)
        remarks.append(Case(day, dimensions))
        if it.score is not None:
            scores.append(Case(day, dimensions, it.score))
    return {
        **figures(company, "employee_feedback_volume", remarks, "count"),
        **figures(company, "employee_feedback_score", scores, "mean"),
    }
