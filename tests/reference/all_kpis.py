"""Every KPI that the reference computes, by topic."""

from __future__ import annotations

from functools import cached_property

from tests.reference.backlog import Backlog, backlog_daily, backlog_figures
from tests.reference.closed_loop import closed_loop_figures
from tests.reference.company import Company
from tests.reference.customers import customer_figures
from tests.reference.outcomes import Outcome, outcomes, throughput_figures
from tests.reference.people import feedback_figures
from tests.reference.periods import Figures
from tests.reference.self_service import self_service_figures
from tests.reference.sla import Targets, sla_figures, sla_targets
from tests.reference.strata import Strata, survey_strata, weighted_figures
from tests.reference.surveys import survey_figures
from tests.reference.texts import text_figures
from tests.reference.ticket_kpis import ticket_figures
from tests.reference.ticket_rates import rate_figures
from tests.reference.tickets import Life
from tests.reference.voice import voice_figures


class Reference:
    """A company's lives of tickets, and the figures that follow; each computed once, when asked for."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.lives = {ticket.ticket_key: Life(company, ticket) for ticket in company.tickets}
        self.counted = [life for life in self.lives.values() if life.is_counted]

    @cached_property
    def backlog_daily(self) -> Backlog:
        return backlog_daily(self.company, self.counted)

    @cached_property
    def sla_targets(self) -> Targets:
        return sla_targets(self.company, self.counted)

    @cached_property
    def survey_strata(self) -> Strata:
        return survey_strata(self.company)

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return outcomes(self.company, self.lives)

    @cached_property
    def figures(self) -> Figures:
        """Return every figure of kpi.kpi_value."""
        everyone = list(self.lives.values())
        return {
            **ticket_figures(self.company, everyone),
            **rate_figures(self.company, self.counted),
            **backlog_figures(self.company, self.backlog_daily),
            **sla_figures(self.company, self.lives, self.sla_targets),
            **survey_figures(self.company, self.lives),
            **weighted_figures(self.company, self.survey_strata),
            **closed_loop_figures(self.company, self.lives),
            **voice_figures(self.company),
            **text_figures(self.company, self.lives),
            **self_service_figures(self.company, self.counted),
            **customer_figures(self.company, self.counted),
            **throughput_figures(self.company, self.outcomes),
            **feedback_figures(self.company),
        }
