"""What customers answered when asked: response rate, satisfaction, recommendation, effort, and who was called back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tests.reference.company import Company
from tests.reference.entities import Response
from tests.reference.periods import Case, Figures, figures
from tests.reference.response import actor
from tests.reference.tickets import UNKNOWN, Life

DIMENSION_QUESTIONS = ("response_speed", "service_quality", "problem_solving", "attitude", "knowledge")
TICKET_CUTS = ("channel", "team", "product", "priority", "category")
LivesByKey = Mapping[str, Life]


def is_blank(answer: Response) -> bool:
    """Say whether a question that asks for a score was left without one."""
    return answer.score is None and answer.question != "comment"


def counted_answers(company: Company) -> list[Response]:
    """Return the answers that count: of several to one question of one invitation the last."""
    last: dict[tuple[str, str], Response] = {}
    given = (it for it in company.responses if not is_blank(it))
    for answer in sorted(given, key=lambda it: (it.responded_at, it.source_position, it.source_mapping)):
        asked = answer.invitation_key or f"unasked {answer.survey_response_key}"
        last[asked, answer.question] = answer
    return list(last.values())


def person(company: Company, answer: Response) -> str | None:
    """Return who answered: as the answer says, else who was invited."""
    asked = company.invitation_by_key.get(answer.invitation_key or "")
    return answer.customer_key or (asked.customer_key if asked else None)


def about_ticket(company: Company, answer: Response) -> str | None:
    """Return the ticket that the answer is about: as it says, else as the invitation says."""
    asked = company.invitation_by_key.get(answer.invitation_key or "")
    return answer.ticket_key or (asked.ticket_key if asked else None)


def answer_dimensions(company: Company, lives: LivesByKey, answer: Response) -> dict[str, str]:
    about, who = about_ticket(company, answer), person(company, answer)
    dimensions = survey_dimensions(company, lives, answer.source, about, who, answer.responded_at)
    return {**dimensions, "question": answer.question}


def survey_dimensions(
    company: Company, lives: LivesByKey, source: str, ticket_key: str | None, customer_key: str | None, at: datetime
) -> dict[str, str]:
    """Return the dimensions of the ticket asked about, and the customer's segment as it was then."""
    life = lives.get(ticket_key or "")
    about = {cut: life.dimensions[cut] if life else UNKNOWN for cut in TICKET_CUTS}
    customer = company.customer(customer_key, at)
    return {**about, "segment": (customer.segment if customer else None) or UNKNOWN, "source": source}


def scale(company: Company, answer: Response) -> tuple[float, float] | None:
    """Return the lowest and highest score possible: the survey's rule, else what the row says."""
    for row in company.seeds["survey_scales"]:
        if (row["survey_id"], row["question"]) == (answer.survey_id, answer.question):
            return float(row["scale_min"]), float(row["scale_max"])
    if answer.scale_min is None or answer.scale_max is None:
        return None
    return answer.scale_min, answer.scale_max


def top_and_bottom(company: Company, answer: Response) -> tuple[float, float] | None:
    """Return from which score on an answer is satisfied, and up to which it is dissatisfied; None without a rule."""
    for row in company.seeds["survey_scales"]:
        if (row["survey_id"], row["question"]) == (answer.survey_id, answer.question):
            return float(row["satisfied_from"]), float(row["dissatisfied_to"])
    return (4.0, 2.0) if scale(company, answer) == (1.0, 5.0) else None


def on_scale_to(highest: float, company: Company, answer: Response) -> float | None:
    """Map a score from its own scale onto one from 1 on."""
    ends = scale(company, answer)
    if answer.score is None or ends is None:
        return None
    return 1 + (highest - 1) * (answer.score - ends[0]) / (ends[1] - ends[0])


def nps_contribution(answer: Response) -> int | None:
    """Return 1 for a promoter, 0 for a passive, -1 for a detractor, of a question from 0 to 10."""
    if answer.question != "recommend" or answer.score is None:
        return None
    return 1 if answer.score >= 9 else -1 if answer.score <= 6 else 0


def answer_figures(company: Company, lives: LivesByKey) -> Figures:
    cases: dict[tuple[str, str], list[Case]] = {
        ("csat_rate", "rate"): [],
        ("csat_mean", "mean"): [],
        ("csat_dimension_mean", "mean"): [],
        ("nps", "index"): [],
        ("ces_mean", "mean"): [],
        ("handover_csat_rate", "rate"): [],
    }
    handed_over = {key for key, life in lives.items() if begins_with_hand_over(life)}
    for answer in counted_answers(company):
        dimensions = answer_dimensions(company, lives, answer)
        day = company.local_day(answer.responded_at)
        rule, fives, contribution = (
            top_and_bottom(company, answer),
            on_scale_to(5, company, answer),
            nps_contribution(answer),
        )
        if answer.question == "overall":
            if rule is not None and answer.score is not None:
                case = Case(day, dimensions, answer.score >= rule[0])
                cases["csat_rate", "rate"].append(case)
                if about_ticket(company, answer) in handed_over:
                    cases["handover_csat_rate", "rate"].append(case)
            if fives is not None:
                cases["csat_mean", "mean"].append(Case(day, dimensions, fives))
        elif answer.question in DIMENSION_QUESTIONS and fives is not None:
            cases["csat_dimension_mean", "mean"].append(Case(day, dimensions, fives))
        elif contribution is not None:
            cases["nps", "index"].append(Case(day, dimensions, contribution))
        elif answer.question == "effort" and (effort := on_scale_to(7, company, answer)) is not None:
            cases["ces_mean", "mean"].append(Case(day, dimensions, effort))
    found: Figures = {}
    for (kpi, statistic), its_cases in cases.items():
        found |= figures(company, kpi, its_cases, statistic)
    return found


def begins_with_hand_over(life: Life) -> bool:
    """Say whether a session was handed over to the ticket, or a bot did so before a human agent wrote."""
    if life.ticket.ticket_key in life.company.handed_over_tickets:
        return True
    for event in life.events:
        if event.event_type == "bot_handover":
            return True
        if event.event_type == "message" and event.is_public is not False and actor(life.company, event) == "human":
            return False
    return False


def invitation_figures(company: Company, lives: LivesByKey) -> Figures:
    answered = {answer.invitation_key for answer in company.responses if not is_blank(answer)}
    cases = []
    for it in company.invitations:
        if it.delivered is False:
            continue
        dimensions = survey_dimensions(company, lives, it.source, it.ticket_key, it.customer_key, it.sent_at)
        cases.append(Case(company.local_day(it.sent_at), dimensions, it.survey_invitation_key in answered))
    return figures(company, "survey_response_rate", cases, "rate")


def survey_figures(company: Company, lives: LivesByKey) -> Figures:
    return answer_figures(company, lives) | invitation_figures(company, lives)
