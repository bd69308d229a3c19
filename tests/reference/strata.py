"""Satisfaction weighted by what the customers are: strata, their populations and answers, and what an answer weighs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.reference.company import Company
from tests.reference.customers import next_start
from tests.reference.entities import Order
from tests.reference.periods import Z95, Address, Figure, Figures, period_start
from tests.reference.surveys import counted_answers, person, top_and_bottom
from tests.reference.tickets import UNKNOWN

GRAINS = ("month", "quarter")
BANDS = ("low", "medium", "high")
NO_ORDERS = "no orders"


@dataclass
class Stratum:
    """The customers of a stratum in a period, and what they answered; the last figures are of all strata together."""

    population: int = 0
    answers: int = 0
    satisfied: int = 0
    population_share: float = 0.0
    weight: float | None = None
    weighted_satisfied: float | None = None
    weight_sum: float | None = None
    csat_weighted_rate: float | None = None
    effective_sample_size: float | None = None
    margin_of_error: float | None = None


Strata = dict[tuple[str, date, str, str], Stratum]


def everybody(company: Company) -> set[str]:
    """Return all customers that a profile or a fact names."""
    named = [
        *(it.customer_key for it in company.profiles),
        *(it.customer_key for it in company.tickets),
        *(it.customer_key for it in company.orders),
        *(it.customer_key for it in company.usage_events),
        *(it.customer_key for it in company.sessions),
        *(it.customer_key for it in company.posts),
        *(it.customer_key for it in company.invitations),
        *(it.customer_key for it in company.responses),
    ]
    return {key for key in named if key is not None}


def bounds(company: Company, start: date, grain: str) -> tuple[datetime, datetime]:
    ends = (start, next_start(start, grain))
    first, after = (datetime.combine(day, time(), tzinfo=company.zone) for day in ends)
    return first, after


def orders_before(company: Company, end: date, months: int) -> dict[str, list[Order]]:
    """Return the orders of each customer in the whole months before a month's end, in order."""
    first = end
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    found: dict[str, list[Order]] = defaultdict(list)
    for order in sorted(company.orders, key=lambda it: (it.ordered_at, it.order_key)):
        if order.customer_key and first <= company.local_day(order.ordered_at) < end:
            found[order.customer_key].append(order)
    return found


def spend_bands(orders: Mapping[str, Sequence[Order]]) -> dict[str, str]:
    """Return each customer's tercile of spending among those who pay in the same currency."""
    spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    bands = dict.fromkeys(orders, UNKNOWN)
    for customer, theirs in orders.items():
        amounts = [(it.currency or UNKNOWN, it.amount) for it in theirs if it.amount is not None]
        for currency, amount in amounts:
            if currency == amounts[0][0]:
                spent[currency][customer] += amount
    for amounts_of in spent.values():
        for customer, amount in amounts_of.items():
            less = sum(other < amount for other in amounts_of.values())
            bands[customer] = BANDS[3 * less // len(amounts_of)]
    return bands


def strata_of(company: Company, customers: set[str], row: Mapping[str, str], end: date) -> dict[str, str]:
    """Return the stratum of each customer at the end of a period that ends on the day before `end`."""
    if row["stratification"] in ("segment", "usage_band"):
        instant = datetime.combine(end, time(), tzinfo=company.zone) - timedelta(microseconds=1)
        column = {"segment": "segment", "usage_band": "usage_level"}[row["stratification"]]
        return {key: getattr(company.customer(key, instant), column, None) or UNKNOWN for key in customers}
    orders = orders_before(company, end, int(row["lookback_months"]))
    if row["stratification"] == "spend_band":
        found = spend_bands(orders)
    else:
        found = {key: theirs[-1].product or UNKNOWN for key, theirs in orders.items()}
    return {key: found.get(key, NO_ORDERS) for key in customers}


def overall_answers(company: Company) -> Iterator[tuple[date, str | None, bool]]:
    for answer in counted_answers(company):
        rule = top_and_bottom(company, answer)
        if answer.question == "overall" and rule is not None and answer.score is not None:
            yield company.local_day(answer.responded_at), person(company, answer), answer.score >= rule[0]


def survey_strata(company: Company) -> Strata:
    """Return the strata of each month and quarter in which somebody answered, those without answers included."""
    profiles = {profile.customer_key: profile for profile in company.profiles}
    customers = everybody(company)
    found: Strata = {}
    answers = list(overall_answers(company))
    for grain in GRAINS:
        for start in {period_start(day, grain) for day, _, _ in answers}:
            first, after = bounds(company, start, grain)
            for row in company.seeds["survey_strata"]:
                strata: dict[str, Stratum] = defaultdict(Stratum)
                stratum_of = strata_of(company, customers, row, next_start(start, grain))
                for key, name in stratum_of.items():
                    profile = profiles.get(key)
                    is_early = bool(profile and profile.signup_at and profile.signup_at >= after)
                    is_gone = bool(profile and profile.churned_at and profile.churned_at < first)
                    strata[name].population += not is_early and not is_gone
                for day, who, is_satisfied in answers:
                    if period_start(day, grain) == start:
                        it = strata[stratum_of.get(who or "", UNKNOWN)]
                        it.answers += 1
                        it.satisfied += is_satisfied
                weigh(list(strata.values()))
                found |= {
                    (grain, start, row["stratification"], name): it
                    for name, it in strata.items()
                    if it.population or it.answers
                }
    return found


def weigh(strata: list[Stratum]) -> None:
    """Weigh each stratum's answers by its share of the customers, renormalised over the strata with answers."""
    population = sum(it.population for it in strata)
    heard = [it for it in strata if it.answers and it.population]
    heard_population, heard_answers = sum(it.population for it in heard), sum(it.answers for it in heard)
    for it in strata:
        it.population_share = it.population / population if population else 0.0
        if it.answers:
            it.weight = it.population / heard_population * heard_answers / it.answers if heard else 0.0
    if not heard:
        return
    weights = [(it, it.weight or 0.0, it.population / heard_population) for it in heard]
    satisfied = sum(weight * it.satisfied for it, weight, _ in weights)
    weight_sum = sum(weight * it.answers for it, weight, _ in weights)
    rates = [(it.satisfied / it.answers, share, it.answers) for it, _, share in weights]
    variance = sum(share**2 * rate * (1 - rate) / answers for rate, share, answers in rates)
    for it in strata:
        it.weighted_satisfied, it.weight_sum = satisfied, weight_sum
        it.csat_weighted_rate = sum(share * rate for rate, share, _ in rates)
        it.effective_sample_size = weight_sum**2 / sum(weight**2 * it.answers for it, weight, _ in weights)
        it.margin_of_error = Z95 * math.sqrt(variance)


def weighted_figures(company: Company, strata: Strata) -> Figures:
    """Take each stratification's total; overall is the one that the seed marks as weighting."""
    weighting = {row["stratification"] for row in company.seeds["survey_strata"] if row["is_weighting"] == "true"}
    answers: dict[tuple[str, date, str], int] = defaultdict(int)
    for (grain, start, stratification, _), it in strata.items():
        answers[grain, start, stratification] += it.answers
    found: Figures = {}
    for (grain, start, stratification, _), it in strata.items():
        value, margin = it.csat_weighted_rate, it.margin_of_error
        if value is None or margin is None:
            continue
        size = answers[grain, start, stratification]
        figure = Figure(it.weighted_satisfied, it.weight_sum, value, size, value - margin, value + margin)
        places = [("stratification", stratification), *([("overall", "all")] if stratification in weighting else [])]
        for dimension, name in places:
            found[Address("csat_weighted_rate", "rate", grain, start, dimension, name)] = figure
    return found
