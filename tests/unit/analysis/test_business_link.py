"""The link between experience and business, of a company whose pairs are correlated here a second time."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scipy.stats import spearmanr

from dagster_project.analysis.business_link.business_link import BUSINESS_LINK
from tests.unit.analysis.declared_warehouse import declared_warehouse

MONTHS = ["2026-01-01", "2026-02-01", "2026-03-01"]
LAST_DAYS = ["2026-01-31", "2026-02-28", "2026-03-31"]
CUSTOMERS = [f"c{number:02}" for number in range(30)]


def scores(number: int) -> int:
    return 1 + number * 7 % 5


def spends(number: int) -> int:
    return 10 * (number * 11 % 13) + 20 * scores(number)


def stays(number: int) -> bool:
    return scores(number) > 2 or number % 3 == 0


@pytest.fixture(scope="module")
def links() -> dict[tuple[str, str], dict[str, Any]]:
    activity = {"period_grain": "month", "first_period_start": MONTHS[0]}
    answer = {"is_counted": True, "question": "overall", "responded_on": "2026-01-20"}
    order = {"currency": "EUR", "status": "delivered", "ordered_on": "2026-02-10"}
    tickets = {"customer_key": "c00", "is_counted": True, "created_on": "2026-01-05", "reopen_count": 0}
    warehouse = declared_warehouse(
        {
            "core.dim_period": [
                {
                    "period_grain": "month",
                    "period_start": start,
                    "last_day": end,
                    "period_number": number,
                    "is_complete": number < 3,  # so that February has no next month yet
                }
                for number, (start, end) in enumerate(zip(MONTHS, LAST_DAYS, strict=True), start=1)
            ],
            "core.fct_customer_activity": [
                activity | {"customer_key": key, "last_period_start": MONTHS[1] if stays(number) else MONTHS[0]}
                for number, key in enumerate(CUSTOMERS)
            ],
            "core.fct_survey_response": [
                answer | {"survey_response_key": key, "customer_key": key, "score_1_to_5": scores(number)}
                for number, key in enumerate(CUSTOMERS)
            ],
            "core.fct_order": [
                *(
                    order | {"order_key": key, "customer_key": key, "amount": spends(number)}
                    for number, key in enumerate(CUSTOMERS)
                ),
                order | {"order_key": "back", "customer_key": "c03", "amount": 9e6, "status": "Returned"},
                order | {"order_key": "march", "customer_key": "c03", "amount": 9e6, "ordered_on": "2026-03-01"},
                order | {"order_key": "yuan", "customer_key": "c03", "amount": 9e6, "currency": "CNY"},
            ],
            "core.fct_ticket": [tickets | {"ticket_key": "t"}],
        }
    )
    table = BUSINESS_LINK.run(warehouse)["satisfaction_business_link"]
    return {(row["measure"], row["outcome"]): row for row in table.to_dict("records")}


@pytest.mark.parametrize(("outcome", "of"), [("retained", stays), ("spend", spends)])
def test_the_correlation_is_spearmans_of_the_months_answers_and_the_next_months_outcome(
    links: dict[tuple[str, str], dict[str, Any]], outcome: str, of: Any
) -> None:
    link = links["csat_mean", outcome]
    expected = spearmanr([scores(number) for number in range(30)], [of(number) for number in range(30)]).statistic
    assert link["spearman"] == pytest.approx(expected)
    assert (link["customer_periods"], link["customers"], link["verdict"]) == (30, 30, "positive")
    assert link["spearman_low"] > 0


def test_retention_is_told_of_the_ends(links: dict[tuple[str, str], dict[str, Any]]) -> None:
    # Six of the scores 1 to 5 each: the lowest third of the mean ranks are the ones, the highest the fives.
    ones = [number for number in range(30) if scores(number) == 1]
    assert links["csat_mean", "retained"]["retention_of_lowest_third"] == sum(map(stays, ones)) / len(ones) < 1
    assert links["csat_mean", "retained"]["retention_of_highest_third"] == 1
    assert pd.isna(links["csat_mean", "spend"]["retention_of_highest_third"])


def test_a_link_of_too_few_customers_is_not_shown(links: dict[tuple[str, str], dict[str, Any]]) -> None:
    link = links["reopened_tickets", "retained"]
    assert pd.isna(link["spearman"])
    assert (link["verdict"], link["reason"]) == ("too few", "1 customers of 25 needed")
