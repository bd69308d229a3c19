"""What is planted in the sample is found in its files; and nothing is found in a sample without effects."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import duckdb
import pytest

from dagster_project import sample

from .conftest import LOCAL, Company, german, instant


def first_responses(company: Any) -> list[tuple[datetime, str, float]]:
    """Creation, team and minutes until the first answer of tickets that customers opened."""
    found = []
    for number, row in company.tickets.items():
        answers = [e.at for e in company.events[number] if e.type == "message" and e.actor == "agent" and e.public]
        created = german(row["Erstellt"])
        if answers and row["Eröffnet durch"] == "Kunde":
            found.append((created, row["Team"], (answers[0] - created).total_seconds() / 60))
    return found


def test_the_first_initiative_halves_first_response_in_its_team_and_nowhere_else(company: Any) -> None:
    start = datetime(2025, 10, 1, tzinfo=LOCAL)

    def ratio(teams: set[str]) -> float:
        before, after = (
            [m for at, team, m in found if team in teams and (at >= start) is side] for side in (False, True)
        )
        return mean(after) / mean(before)

    found = first_responses(company)
    assert ratio({"TM-TECH"}) == pytest.approx(0.5, abs=0.08)
    assert ratio({team for _, team, _ in found} - {"TM-TECH"}) == pytest.approx(1, abs=0.1)


def test_the_second_initiative_changes_nothing(company: Any) -> None:
    by_scope = defaultdict(dict)
    for row in company.truth["effects"]["no_effect"]["full_resolution"]:
        by_scope[row["in_scope"]][row["is_after"]] = row["median_minutes"]
    change = {scope: sides[True] / sides[False] for scope, sides in by_scope.items()}
    assert change[True] / change[False] == pytest.approx(1, abs=0.2)


def test_one_team_waits_on_hold_for_most_of_all_waiting(company: Any) -> None:
    waiting: Counter[str] = Counter()
    for number, events in company.events.items():
        since = None
        for event in events:
            if event.new == "On-hold":
                since = event.at
            elif event.old == "On-hold" and since:
                waiting[company.tickets[number]["Team"]] += int((event.at - since).total_seconds())
    assert waiting["TM-LOG"] / waiting.total() > 0.85


def test_three_days_stand_out_because_of_one_channel_and_product_each(company: Any) -> None:
    per_day: dict[date, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in company.tickets.values():
        per_day[german(row["Erstellt"]).astimezone(LOCAL).date()][row["Kanal"], row["Produkt"]] += 1
    causes = {
        date(2025, 9, 17): ("App", "Mobile App"),
        date(2026, 2, 10): ("Telefon", "Lark Plus"),
        date(2026, 5, 6): ("E-Mail", "Robot Vacuum"),
    }
    for day, cause in causes.items():
        usual = [per_day[day + timedelta(weeks=week)] for week in range(-4, 5) if week]
        assert per_day[day].total() > 2 * median(counts.total() for counts in usual)
        assert per_day[day].most_common(1)[0][0] == cause
        assert per_day[day][cause] > 8 * median(counts[cause] for counts in usual)
    busiest = sorted(per_day, key=lambda day: per_day[day].total(), reverse=True)[:3]
    assert set(busiest) == set(causes)


def test_customers_leave_after_bad_service(company: Any) -> None:
    left = {row["CustomerID"]: row["ChurnDate"] for row in company.csv("crm/customers.csv")}
    last_ticket = {row["Kunde"]: number for number, row in sorted(company.tickets.items())}
    scores = {row["Ticket"]: int(row["Overall"]) for row in company.questionnaires if row["Overall"]}
    rated = {customer: scores[number] for customer, number in last_ticket.items() if number in scores}
    shares = {
        is_bad: mean(bool(left[customer]) for customer, score in rated.items() if (score <= 2) is is_bad)
        for is_bad in (False, True)
    }
    assert shares[True] > 2 * shares[False]
    for row in company.tickets.values():
        churned = left.get(row["Kunde"])
        assert not churned or german(row["Erstellt"]) < instant(churned)


def test_nobody_orders_after_leaving(company: Any) -> None:
    late = duckdb.execute(f"""
        select count(*) from '{company.folder}/crm/orders.parquet' as orders
        join read_csv('{company.folder}/crm/customers.csv', all_varchar = true, ignore_errors = true) as customers
            on customer_id = "CustomerID" and "CustomerID" not like 'DIRTY%' and order_id not like 'DIRTY%'
        where ordered_at > "ChurnDate"::timestamp""").fetchall()
    assert late == [(0,)]


def test_shorter_calls_cost_satisfaction(company: Any) -> None:
    talk: dict[bool, list[int]] = {False: [], True: []}
    phone = {number: row for number, row in company.tickets.items() if row["Kanal"] == "Telefon"}
    start = datetime(2026, 2, 2, tzinfo=LOCAL)
    for row in phone.values():
        if row["Gespräch (s)"]:
            talk[german(row["Erstellt"]) >= start].append(int(row["Gespräch (s)"]))
    assert median(talk[True]) / median(talk[False]) == pytest.approx(0.8, abs=0.06)
    scores: dict[bool, list[int]] = {False: [], True: []}
    for row in company.questionnaires:
        if row["Overall"] and row["Ticket"] in phone:
            scores[german(phone[row["Ticket"]]["Erstellt"]) >= start].append(int(row["Overall"]))
    assert mean(scores[False]) - mean(scores[True]) > 0.25


def test_the_course_makes_customers_of_trained_agents_happier(company: Any) -> None:
    trained = {row["agent"] for row in company.csv("hr/trainings.csv") if row["course"] == "Active listening"}
    scores: dict[tuple[bool, bool], list[int]] = defaultdict(list)
    for row in company.questionnaires:
        ticket = company.tickets.get(row["Ticket"])
        if row["Overall"] and row["Agent"] and ticket and ticket["Team"] == "TM-FRONT":
            is_after = instant(row["AnsweredAt"]) >= datetime(2026, 1, 20, tzinfo=UTC)
            scores[row["Agent"] in trained, is_after].append(int(row["Overall"]))
    change = {group: mean(scores[group, True]) - mean(scores[group, False]) for group in (True, False)}
    assert change[True] - change[False] > 0.15


def test_without_effects_nothing_is_planted(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    sample.generate(folder, tickets=6_000, effects=False)
    quiet = Company(folder)
    truth = quiet.truth["effects"]
    assert [day["of_them_additional"] for day in truth["anomalous_days"]["days"]] == [0, 0, 0]
    means = {
        (row["in_scope"], row["is_after"]): row["mean_minutes"]
        for row in truth["faster_first_response"]["first_response"]
    }
    assert means[True, True] / means[True, False] == pytest.approx(1, abs=0.25)
    shares = {row["team"]: row["share_of_minutes"] for row in truth["bottleneck"]["on_hold_by_team"]}
    assert shares["TM-LOG"] < 0.5
    assert truth["churn"]["chance_to_leave_after_bad_last_experience"] == 0.07
