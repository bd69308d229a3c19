"""Escalations, live contacts, agents, teams and the process on tiny companies, worked out beside each case."""

from __future__ import annotations

import pytest

from tests.reference.entities import Ticket
from tests.reference.outcomes import Outcome
from tests.reference.process import process_flow, process_variants
from tests.reference.scorecards import Score, agent_scorecard, prior_strength
from tests.reference.small import at, events, figure, reference

MONDAY = at("2026-03-02 09:00")


def test_escalation_is_an_event_or_a_move_to_a_higher_tier_and_first_routing_is_none() -> None:
    tickets = [Ticket(key, MONDAY, channel=key) for key in ("routed", "sideways", "up", "down")]
    moves = {"routed": ["expert"], "sideways": ["front", "back"], "up": ["front", "expert"], "down": ["expert", "back"]}
    talk = [
        it
        for key, teams in moves.items()
        for it in events(
            key, *(f"2026-03-02 1{n}:00 | agent | ann | team_changed | - | {t}" for n, t in enumerate(teams))
        )
    ]
    company = reference("2026-04-01", tickets=tickets, events=talk)
    found = {key: figure(company, "escalation_rate", "rate", "2026-03", "channel", key) for key in moves}
    assert {key: it and it.numerator for key, it in found.items()} == {"routed": 0, "sideways": 0, "up": 1, "down": 0}


def test_live_contacts_gone_at_once_were_not_offered() -> None:
    def call(key: str, answered: str | None, abandoned: str | None) -> Ticket:
        return Ticket(
            key,
            MONDAY,
            channel="phone",
            queued_at=MONDAY,
            answered_at=at(f"2026-03-02 09:00:{answered}") if answered else None,
            abandoned_at=at(f"2026-03-02 09:00:{abandoned}") if abandoned else None,
        )

    calls = [call("a", "20", None), call("b", "21", None), call("c", None, "10"), call("d", None, "11")]
    company = reference("2026-04-01", tickets=calls)
    abandonment = figure(company, "abandonment_rate", "rate", "2026-03")
    service_level = figure(company, "service_level", "rate", "2026-03")
    assert abandonment is not None
    assert (abandonment.numerator, abandonment.denominator) == (1, 3)
    assert service_level is not None
    assert (service_level.numerator, service_level.denominator) == (1, 3)


@pytest.mark.parametrize(
    ("satisfied", "strength"),
    [
        # Of ten answers each, 18 of 30 in all: p = 0.6, p (1 - p) = 0.24, room = 30 - 300 / 30 - 2 = 18.
        # 10 x (0.2^2 + 0.1^2 + 0.1^2) / 0.24 = 2.5, rho = 0.5 / 18, strength 36 - 1.
        pytest.param((8, 5, 5), 35, id="differ a little"),
        # 10 x (0.3^2 + 0.3^2) / 0.24 = 7.5, rho = 5.5 / 18, strength 2.27: the least is 5.
        pytest.param((9, 6, 3), 5, id="differ much"),
        # 10 x (0.1^2 + 0.1^2) / 0.24 = 0.83, less than chance gives: the most is 200.
        pytest.param((7, 6, 5), 200, id="differ less than by chance"),
        pytest.param((10, 10, 10), 20, id="all satisfied"),
        pytest.param((9, 3), 20, id="two are too few to tell"),
    ],
)
def test_how_many_answers_of_the_group_ones_own_are_mixed_with(satisfied: tuple[int, ...], strength: float) -> None:
    members = [Score("group", answers=10, satisfied=it) for it in satisfied]
    assert prior_strength(reference("2026-04-01").company, members) == pytest.approx(strength)


def test_stars_weigh_percentiles_inside_the_team_and_few_tickets_win_no_rank() -> None:
    day = at("2026-03-10").date()

    def did(agent: str, solves: int, days: int, answers: int, satisfied: int) -> list[Outcome]:
        counts = [("solve", 1.0, solves), ("working_day", 1.0, days)]
        counts += [("answer", 1.0, satisfied), ("answer", 0.0, answers - satisfied)]
        return [Outcome(agent, kind, "unknown", "helpdesk", day, value) for kind, value, n in counts for _ in range(n)]

    company = reference("2026-04-10").company
    found = agent_scorecard(company, did("a", 40, 10, 10, 8) + did("b", 20, 10, 10, 5) + did("c", 19, 1, 10, 5))
    a, b, c = (found["month", at("2026-03-01").date(), agent] for agent in "abc")
    # All mixed with 35 answers of 0.6, that is 21 satisfied ones: 29 / 45 and 26 / 45.
    assert a.csat == pytest.approx(29 / 45)
    assert b.csat == pytest.approx(26 / 45)
    # a beats b in both that they have; c solved too few tickets to be ranked, whatever the throughput.
    assert (a.star_score, a.stars, a.rank) == (1, 5, 1)
    assert (b.star_score, b.stars, b.rank) == (0, 1, 2)
    assert (c.agent_throughput, c.star_score, c.rank) == (19, None, None)


def test_what_follows_what_and_which_path_a_ticket_took() -> None:
    talk = events(
        "t",
        "2026-03-02 09:00 | customer | c | created",
        "2026-03-02 09:10 | system | - | assigned | - | ann",
        "2026-03-02 09:15 | system | - | assigned | ann | ann",
        "2026-03-02 09:20 | agent | ann | message",
        "2026-03-02 09:50 | agent | ann | message",
        "2026-03-02 10:00 | agent | ann | status_changed | New | Solved",
        "2026-03-03 10:00 | customer | c | status_changed | Solved | Open",
    )
    company = reference("2026-04-01", tickets=[Ticket("t", MONDAY, status="Open")], events=talk)
    flow = process_flow(company.company, company.counted)
    pairs = {key[2:]: (it.transitions, it.median_minutes) for key, it in flow.items() if key[0] == "overall"}
    assert pairs == {
        ("start", "created"): (1, 0),
        ("created", "assigned"): (1, 10),
        ("assigned", "agent message"): (1, 10),
        ("agent message", "agent message"): (1, 30),
        ("agent message", "solved"): (1, 10),
        ("solved", "reopened"): (1, 1440),
        ("reopened", "still open"): (1, None),
    }
    assert flow["overall", "all", "agent message", "solved"].share_of_from == 0.5
    assert process_variants(company.company, company.counted) == {"created > assigned > solved > reopened": 1}
