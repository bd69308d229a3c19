"""What each human agent did that can be measured: solves, answers, responses, days of work; and for which team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tests.reference.business_time import calendar_minutes
from tests.reference.company import Company
from tests.reference.periods import Case, Figures, quotient_figures
from tests.reference.response import actor
from tests.reference.surveys import about_ticket, counted_answers, top_and_bottom
from tests.reference.ticket_rates import Contacts, is_first_contact_resolution, is_settled
from tests.reference.tickets import UNKNOWN, Life


@dataclass(frozen=True)
class Outcome:
    """One thing an agent is measured by, in the team of that instant."""

    agent_key: str
    kind: str
    team_key: str
    source: str
    counted_on: date
    value: float = 1.0


def team_of(company: Company, agent_key: str, instant: datetime) -> str:
    version = company.agent(agent_key, instant)
    return (version.team_key if version else None) or UNKNOWN


def is_human(company: Company, agent_key: str, instant: datetime) -> bool:
    version = company.agent(agent_key, instant)
    return not (version and version.is_bot)


def solved_by(life: Life) -> str | None:
    """Return who was in charge at the first solve: who did it if a human agent, else who held the ticket then."""
    if life.history.changes and life.history.solves:
        event = next(it.event for it in life.history.changes if it.at == life.history.solves[0] and it.is_solve)
        if actor(life.company, event) == "human" and event.actor_agent_key:
            return event.actor_agent_key
        if held := life.assignee_at(event.occurred_at):
            return held
    return life.ticket.assignee_key


def outcomes(company: Company, lives: Mapping[str, Life]) -> list[Outcome]:
    """Return all outcomes of agents who were human at that instant; what nobody known did is left out."""
    found = [*ticket_outcomes(company, lives), *answer_outcomes(company, lives), *work_days(company)]
    return [outcome for outcome, at in found if is_human(company, outcome.agent_key, at)]


def ticket_outcomes(company: Company, lives: Mapping[str, Life]) -> Iterator[tuple[Outcome, datetime]]:
    counted = [life for life in lives.values() if life.is_counted]
    contacts, window = Contacts(counted), company.window("first_contact_resolution_rate")
    for life in counted:
        created_on, source = company.local_day(life.ticket.created_at), life.ticket.source
        response, agent_key = life.first_response, solved_by(life)
        if response.at and response.agent_key and response.due_from:
            team = team_of(company, response.agent_key, response.at)
            minutes = calendar_minutes(response.due_from, response.at)
            yield Outcome(response.agent_key, "first_response", team, source, created_on, minutes), response.at
        at = life.first_solved_at
        if at is None or agent_key is None:
            continue
        team, solved_on = team_of(company, agent_key, at), company.local_day(at)
        yield Outcome(agent_key, "solve", team, source, solved_on), at
        if is_settled(company, at, window):
            is_resolved = is_first_contact_resolution(life, contacts, window)
            yield Outcome(agent_key, "settled_solve", team, source, solved_on, is_resolved), at
        if life.last_solved_at:
            minutes = calendar_minutes(life.ticket.created_at, life.last_solved_at)
            yield Outcome(agent_key, "full_resolution", team, source, created_on, minutes), at


def answer_outcomes(company: Company, lives: Mapping[str, Life]) -> Iterator[tuple[Outcome, datetime]]:
    for answer in counted_answers(company):
        rule = top_and_bottom(company, answer)
        life = lives.get(about_ticket(company, answer) or "")
        agent_key = answer.agent_key or (life.ticket.assignee_key if life else None)
        if answer.question == "overall" and rule is not None and answer.score is not None and agent_key:
            at = answer.responded_at
            team, is_satisfied = team_of(company, agent_key, at), answer.score >= rule[0]
            yield Outcome(agent_key, "answer", team, answer.source, company.local_day(at), is_satisfied), at


def work_days(company: Company) -> Iterator[tuple[Outcome, datetime]]:
    """Yield each reporting date on which an agent did anything to a ticket, with the last instant of it."""
    last: dict[tuple[str, date], tuple[datetime, str]] = {}
    for event in company.events:
        if event.actor_agent_key and actor(company, event) == "human":
            key = event.actor_agent_key, company.local_day(event.occurred_at)
            last[key] = max(last.get(key, (event.occurred_at, event.source)), (event.occurred_at, event.source))
    for (agent_key, day), (at, source) in last.items():
        yield Outcome(agent_key, "working_day", team_of(company, agent_key, at), source, day), at


def throughput_figures(company: Company, all_outcomes: list[Outcome]) -> Figures:
    def cases(kind: str) -> list[Case]:
        return [
            Case(it.counted_on, {"team": company.team_name(it.team_key), "source": it.source})
            for it in all_outcomes
            if it.kind == kind
        ]

    return quotient_figures(company, "agent_throughput", cases("solve"), cases("working_day"))
