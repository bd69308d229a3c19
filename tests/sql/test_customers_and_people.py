"""Customers and people of a company of its own, run once through the whole job; every number is worked out beside it.

Customers are looked at in January to March 2026, people in June: ann, bob and cid of the north solve 20 tickets each,
dan too few; eve moves from the north to the south on 15 June, as the second export of the agents shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.companies import built, configuration, source, write_csv

Connection = duckdb.DuckDBPyConnection
AGENTS = "agent_id,team_id,is_bot"
EVENTS = "event_id,ticket_id,occurred_at,event_type,actor_type,actor_id,to_value,is_public"
TICKETS = "ticket_id,customer_id,created_at,status,assignee_id,is_spam"

# Who solves how many tickets on which days of June, how fast they answer, and how they are rated: satisfied, not.
WORK: list[tuple[str, list[int], int, int, int, int]] = [
    # agent, days, tickets a day, minutes to the first answer, satisfied, dissatisfied
    ("ann", list(range(1, 11)), 2, 10, 9, 1),
    ("bob", list(range(1, 21)), 1, 20, 2, 0),
    ("cid", list(range(1, 6)), 4, 30, 6, 4),
    ("dan", [1], 5, 5, 0, 0),
    ("eve", [2], 2, 5, 0, 0),
    ("eve", [20], 3, 5, 0, 0),
    ("robo", [3], 3, 1, 0, 0),
]


def company() -> dict[str, list[str]]:
    tickets = [
        TICKETS,
        "asks,asks_in_march,2026-03-05T08:00:00Z,Open,,",
        "spam,sends_spam,2026-02-05T08:00:00Z,Open,,true",
    ]
    events, answers = (
        [EVENTS],
        ["response_id,survey_id,responded_at,question,score,scale_min,scale_max,ticket_id,agent_id"],
    )
    for agent, days, a_day, minutes, satisfied, dissatisfied in WORK:
        actor = "bot" if agent == "robo" else "agent"
        scores = [5] * satisfied + [1] * dissatisfied
        for day in days:
            for number in range(a_day):
                ticket = f"{agent}_{day}_{number}"
                created = datetime(2026, 6, day, 8, number, tzinfo=UTC)
                answered, solved = (
                    (created + timedelta(minutes=after)).strftime("%Y-%m-%dT%H:%M:%SZ") for after in (minutes, 60)
                )
                tickets.append(f"{ticket},of_{ticket},{created:%Y-%m-%dT%H:%M:%SZ},Solved,{agent},")
                events.append(f"{ticket}_a,{ticket},{answered},message,{actor},{agent},,true")
                events.append(f"{ticket}_s,{ticket},{solved},status_changed,{actor},{agent},Solved,")
                if scores:
                    answers.append(f"{ticket}_r,after,{solved},overall,{scores.pop(0)},1,5,{ticket},{agent}")
    return {
        "teams": ["team_id,name", "north,North", "south,South"],
        "agents": [
            AGENTS,
            "ann,north,false",
            "bob,north,false",
            "cid,north,false",
            "dan,north,false",
            "eve,south,false",
            "robo,north,true",
        ],
        "customers": [
            "customer_id,segment,plan,signup_at",
            "orders_monthly,business,none,2025-01-01T00:00:00Z",
            "comes_back,private,none,2025-01-01T00:00:00Z",
            "pays_from_february,private,Plus,2026-02-10T00:00:00Z",
            "asks_in_march,private,Free,2025-01-01T00:00:00Z",
            "sends_spam,private,none,2025-01-01T00:00:00Z",
            "new_in_march,business,none,2026-03-01T00:00:00Z",
        ],
        "orders": [
            "order_id,customer_id,ordered_at,amount,currency,status",
            "o1,orders_monthly,2026-01-05T08:00:00Z,10,EUR,delivered",
            "o2,orders_monthly,2026-02-28T23:59:59Z,10,EUR,delivered",
            "o3,orders_monthly,2026-03-01T00:00:00Z,10,EUR,delivered",
            "o4,comes_back,2026-01-10T08:00:00Z,500,EUR,returned",
            "o5,new_in_march,2026-03-15T08:00:00Z,99,EUR,delivered",
        ],
        "usage_events": ["event_id,customer_id,occurred_at", "u1,comes_back,2026-03-20T08:00:00Z"],
        "tickets": tickets,
        "ticket_events": events,
        "survey_responses": answers,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("customers_and_people")
    described = source(folder, "desk", company())
    described["files"]["agents"]["path"] = str(folder / "desk" / "agents*.csv")
    earlier, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 15, 12, tzinfo=UTC)
    write_csv(folder / "desk" / "agents.csv", *company()["agents"], exported_at=later)
    write_csv(folder / "desk" / "agents_old.csv", AGENTS, "eve,north,false", exported_at=earlier)
    with built(configuration(folder, [described], as_of="2026-06-30T20:00:00Z")) as connection:
        yield connection


def kpi(connection: Connection, key: str, month: str, dimension: str = "overall", value: str = "all") -> Any:
    """Return numerator, denominator and value of a monthly figure."""
    return connection.execute(
        "select numerator, denominator, value from kpi.kpi_value where kpi = ? and period_grain = 'month' "
        "and period_start = cast(? as date) and dimension = ? and dimension_value = ?",
        [key, f"{month}-01", dimension, value],
    ).fetchone()


def june(connection: Connection, agent: str, *columns: str) -> Any:
    return connection.execute(
        f"select {', '.join(columns)} from kpi.agent_scorecard where agent_key = 'desk:' || ? "
        "and period_grain = 'month' and period_start = date '2026-06-01'",
        [agent],
    ).fetchone()


def test_orders_tickets_use_and_paid_plans_make_customers_active(warehouse: Connection) -> None:
    # January: orders_monthly, comes_back. February: orders_monthly, pays_from_february; spam and free plans are none.
    # March: these two, comes_back by using the product, asks_in_march, new_in_march.
    found = [kpi(warehouse, "active_customers", month) for month in ("2026-01", "2026-02", "2026-03")]
    assert [figure[2] for figure in found] == [2, 2, 5]


def test_retention_and_churn_are_of_the_customers_of_the_month_before(warehouse: Connection) -> None:
    # Of January's two one is active in February, of February's two both are in March.
    assert kpi(warehouse, "retention_rate", "2026-01") is None
    assert kpi(warehouse, "retention_rate", "2026-02") == (1, 2, 0.5)
    assert kpi(warehouse, "churn_rate", "2026-02") == (1, 2, 0.5)
    assert kpi(warehouse, "retention_rate", "2026-03") == (2, 2, 1)
    # Of the private customers: comes_back left in February; pays_from_february stayed in March.
    assert kpi(warehouse, "churn_rate", "2026-02", "segment", "private") == (1, 1, 1)
    assert kpi(warehouse, "churn_rate", "2026-03", "segment", "private") == (0, 1, 0)


def test_new_customers_are_those_with_their_first_order(warehouse: Connection) -> None:
    # new_in_march, over February's two.
    assert kpi(warehouse, "new_customer_rate", "2026-03") == (1, 2, 0.5)
    assert kpi(warehouse, "new_customer_rate", "2026-02") == (0, 2, 0)


def test_contacts_are_counted_per_hundred_active_customers(warehouse: Connection) -> None:
    assert kpi(warehouse, "contact_rate", "2026-03") == (1, 5, 20)
    assert kpi(warehouse, "contact_rate", "2026-02") == (0, 2, 0)


def test_a_cohort_may_come_back(warehouse: Connection) -> None:
    # January's two: one in February, both in March.
    cohort = warehouse.execute(
        "select retained, customers from kpi.customer_cohort "
        "where cohort_month = date '2026-01-01' order by months_since"
    ).fetchall()
    assert cohort[:3] == [(2, 2), (1, 2), (2, 2)]


def test_an_order_sent_back_keeps_a_customer_active_and_is_worth_nothing(warehouse: Connection) -> None:
    # Kept orders: orders_monthly 3 for 30, last on 1 March; new_in_march 1 for 99, last on 15 March. Two customers, so
    # terciles 1 and 1 + floor(3/2) = 2: each leads in one or two of three.
    bands = warehouse.execute(
        "select cast(first_ordered_on as varchar), recency_tercile, frequency_tercile, monetary_tercile, "
        "customer_value_band, recent_spend from kpi.customer_health where first_ordered_on is not null order by 1"
    ).fetchall()
    assert bands == [
        ("2026-01-05", 1, 2, 1, "low", 30),
        ("2026-01-10", None, None, None, "no orders", None),
        ("2026-03-15", 2, 1, 2, "medium", 99),
    ]


def test_throughput_is_solves_over_days_worked_in_the_team_of_that_day(warehouse: Connection) -> None:
    # Solves 20 + 20 + 20 + 5 + 2 + 3, days 10 + 20 + 5 + 1 + 1 + 1; the bot's three solves are nobody's.
    assert kpi(warehouse, "agent_throughput", "2026-06") == (70, 38, pytest.approx(70 / 38))
    assert kpi(warehouse, "agent_throughput", "2026-06", "team", "North") == (67, 37, pytest.approx(67 / 37))
    assert kpi(warehouse, "agent_throughput", "2026-06", "team", "South") == (3, 1, 3)


def test_two_lucky_answers_win_no_prize(warehouse: Connection) -> None:
    # North: 9/10, 2/2, 6/10; p = 17/22 = 0.772727. S = 8.1 + 2 + 3.6 - 22 p^2 = 0.563636, p(1 - p) = 0.175620.
    # rho = (0.563636/0.175620 - 2) / (22 - 204/22 - 2) = 0.112742, strength = 1/rho - 1 = 7.86980.
    strength, p = 7.86980, 17 / 22
    for agent, satisfied, answers in (("ann", 9, 10), ("bob", 2, 2), ("cid", 6, 10)):
        figures = june(warehouse, agent, "prior_strength", "csat_rate", "agent_csat")
        assert figures == (
            pytest.approx(strength, abs=1e-4),
            pytest.approx(satisfied / answers),
            pytest.approx((satisfied + strength * p) / (answers + strength), abs=1e-5),
        )
    # Percentiles of csat 1, 0.5, 0; first contact alike, 0; first response 10, 20, 30 minutes: 1, 0.5, 0; tickets a day
    # 2, 1, 4: 0.5, 0, 1. ann 0.4 + 0.15 + 0.1, bob 0.2 + 0.075, cid 0.2.
    assert june(warehouse, "ann", "star_score", "stars", "service_star_rank") == (pytest.approx(0.65), 4, 1)
    assert june(warehouse, "bob", "star_score", "stars", "service_star_rank") == (pytest.approx(0.275), 2, 2)
    assert june(warehouse, "cid", "star_score", "stars", "service_star_rank") == (pytest.approx(0.2), 2, 3)


def test_who_solved_too_few_tickets_is_listed_as_not_ranked(warehouse: Connection) -> None:
    assert june(warehouse, "dan", "tickets_solved", "ranking_status", "service_star_rank", "star_score") == (
        *(5, "not ranked"),
        *(None, None),
    )
    assert june(warehouse, "robo", "agent_key") is None


def test_who_changed_the_team_counts_for_the_old_one_until_then(warehouse: Connection) -> None:
    assert june(warehouse, "eve", "team", "tickets_solved", "ranking_status") == ("South", 5, "not ranked")
    teams = warehouse.execute(
        "select team, agent_count, tickets_solved, ranking_status, team_award_rank from kpi.team_scorecard "
        "where period_grain = 'month' and period_start = date '2026-06-01' order by team"
    ).fetchall()
    assert teams == [("North", 5, 67, "ranked", 1), ("South", 1, 3, "not ranked", None)]
