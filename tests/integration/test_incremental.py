"""An incremental build leaves what a full one of the same landing zone leaves, row for row, and works out no more than
it has to."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.warehouse import connect
from tests.deliveries import Company, Row, differences, sample_rows, split

TICKETS = 1000
# Of a company's history: what one night brings leaves four fifths of the tickets as they are.
KEPT_IN_HISTORY = 0.97


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The sample company, row by row."""
    return sample_rows(tmp_path_factory.mktemp("sample"), TICKETS)


@pytest.fixture(scope="module")
def history(rows: list[Row]) -> list[Row]:
    """What was delivered before the first night; what it lacks is new then."""
    return split(rows, share=KEPT_IN_HISTORY, seed=1)[0]


@pytest.fixture(scope="module")
def rest(rows: list[Row]) -> list[Row]:
    return split(rows, share=KEPT_IN_HISTORY, seed=1)[1]


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory, history: list[Row]) -> Company:
    company = Company(tmp_path_factory.mktemp("company"))
    company.begin_anew(history)
    assert company.build()[:2] == (False, None)
    company.save()
    return company


@pytest.fixture
def company(built_once: Company) -> Company:
    """A company whose history is built."""
    built_once.restore()
    return built_once


def equals_a_full_build(company: Company) -> None:
    incremental = company.keep_copy("incremental")
    company.build(in_full=True)
    assert differences(incremental, company.keep_copy("full")) == {}


def some(rows: list[Row], entity: str, where: Callable[[Row], bool] = lambda _: True, number: int = 1) -> list[Row]:
    found = [row for row in rows if row.entity == entity and where(row)][:number]
    assert len(found) == number, f"the sample has too few {entity} for this test"
    return found


def test_nights_of_every_kind_leave_what_a_full_build_leaves(
    company: Company, rows: list[Row], history: list[Row], rest: list[Row]
) -> None:
    # A night's new rows of everything, late history among them, some again, and some changed in one value.
    company.deliver([*rest, *some_again(history, random.Random(1))])
    night = company.build()
    assert night.is_incremental
    assert night.tickets is not None
    assert 0 < night.tickets < TICKETS / 5

    # Corrections, deliveries of the same again, merges, spam, and what refers to nothing.
    (merged, spam, reopened, other_customer, reclassified, last_of_its_kind) = some(
        history, "tickets", lambda row: bool(row.value("category")), 6
    )
    (moved,) = some(history, "ticket_events", lambda row: row.value("event_type") == "status_changed")
    (customer,) = some(rows, "customers", lambda row: bool(row.value("segment")))
    (agent,) = some(rows, "agents", lambda row: bool(row.value("team_id")))
    # A ticket that goes on, which was followed by one at rest that is not settled yet.
    asking = reopened.but(ticket_id="asking", status="Open", created_at="2026-06-28 08:00:00")
    asking_again = asking.but(ticket_id="asking again", status="Closed", created_at="2026-06-29 08:00:00")
    (answer,) = some(history, "survey_responses", lambda row: row.value("question") == "overall")
    (order,) = some(rows, "orders")
    later, still_later = "2026-06-30 12:00:00", "2026-06-30 13:00:00"
    company.deliver(
        [
            asking,
            asking_again,
            *rest[:50],
            merged.but(merged_into_ticket_id=spam.value("ticket_id"), updated_at=later),
            spam.but(is_spam="true", updated_at=later),
            reopened.but(status="Offen", created_at="2025-03-01 08:00:00", updated_at=later),
            other_customer.but(customer_id=customer.value("customer_id"), updated_at=later),
            moved.but(ticket_id=other_customer.value("ticket_id")),
            moved.but(event_id="of no ticket", ticket_id="nowhere"),
            moved.but(event_id="", ticket_id=merged.value("ticket_id")),
            moved.but(event_id="not yet", occurred_at="2026-06-30 23:00:00"),
            reclassified.but(channel="other", category="billing", updated_at=later),
            last_of_its_kind.but(channel="other", category="of no other", updated_at=later),
            moved.but(event_id="late", ticket_id=reclassified.value("ticket_id"), occurred_at="2025-02-03 08:00:00"),
            answer.but(response_id="late", ticket_id=reclassified.value("ticket_id"), invitation_id="", score="1"),
            customer.but(segment="Anderes", updated_at="2026-06-30T12:00:00Z"),
        ]
    )
    assert company.build().tickets is not None

    # What referred to nothing finds its ticket; the as-of instant moves; somebody changes team; categories and channels
    # lose their only tickets of a quarter.
    company.deliver(
        [
            agent.but(team_id="a team that nobody listed"),
            merged.but(ticket_id="nowhere", created_at="2025-01-02 08:00:00"),
            merged.but(ticket_id="tomorrow's", created_at="2026-07-01 20:00:00", updated_at="2026-07-01 21:00:00"),
            reclassified.but(channel="web", category="returns", updated_at=still_later),
            last_of_its_kind.but(category="of no other", is_deleted="true", updated_at=still_later),
        ]
    )
    assert company.build().is_incremental
    assert counted(company, "ticket_id = 'asking' and is_followed_by_repeat") == 1

    # Nothing but the as-of instant moves.
    company.deliver([order.but(order_id="of today", ordered_at="2026-07-01 22:00:00")])
    assert company.build().is_incremental
    equals_a_full_build(company)


def test_a_fact_is_worked_out_again_where_something_else_that_it_tells_of_changed(
    company: Company, history: list[Row]
) -> None:
    company.deliver(before_the_night(history))
    assert company.build().is_incremental
    company.deliver(of_the_night(history))
    assert company.build().is_incremental
    # Else everything would be worked out, and this would prove nothing.
    for affected, fact in [
        ("int_survey_responses_affected", "fct_survey_response"),
        ("int_texts_affected", "fct_text"),
    ]:
        count = f"select count(*) from intermediate.{affected}"
        assert 0 < asked(company, count) < asked(company, f"select count(*) from core.{fact}") / 5
    equals_a_full_build(company)


LATER = "2026-06-30 12:00:00"


def before_the_night(history: list[Row]) -> list[Row]:
    """Answers that know their ticket by their invitation alone, that belong to no ticket, and that are repeated."""
    (answer,) = some(history, "survey_responses", lambda row: row.value("question") == "overall")
    (invitation,) = some(history, "survey_invitations", of_a_quiet_ticket)
    (rated,) = some(history, "social_posts", lambda row: bool(row.value("rating")))
    bare = answer.but(ticket_id="", agent_id="", customer_id="")
    return [
        *(invitation.but(invitation_id=it) for it in ("bare", "of one", "of two")),
        bare.but(response_id="bare", invitation_id="bare"),
        answer.but(response_id="of no ticket", ticket_id="", invitation_id=""),
        bare.but(response_id="once", invitation_id="of two"),
        bare.but(response_id="twice", invitation_id="of two", responded_at="2026-06-01T12:00:00Z"),
        bare.but(response_id="alone", invitation_id="of one"),
        rated.but(post_id="not rated yet", rating=""),
    ]


def of_the_night(history: list[Row]) -> list[Row]:
    """Changes, each of which alone makes some row of a fact say something else."""
    (answer,) = some(history, "survey_responses", lambda row: row.value("question") == "overall")
    (invitation,) = some(history, "survey_invitations", of_a_quiet_ticket)
    (rated,) = some(history, "social_posts", lambda row: bool(row.value("rating")))
    posts = some(history, "social_posts", lambda row: not row.value("rating") and bool(row.value("customer_id")), 4)
    comments = some(
        history, "survey_responses", lambda row: bool(row.value("comment")) and bool(row.value("ticket_id")), 9
    )
    messages = some(history, "ticket_events", is_customers_message, 400)
    remarks = some(history, "employee_feedback", lambda row: bool(row.value("text")), 2)
    tickets = {row.value("ticket_id"): row for row in history if row.entity == "tickets"}
    customers = {row.value("customer_id"): row for row in history if row.entity == "customers"}
    (session,) = some(history, "self_service_sessions", lambda row: row.value("kind") == "bot")
    bare = answer.but(ticket_id="", agent_id="", customer_id="")
    earlier = {"segment": "Anderes", "updated_at": "2024-01-01T00:00:00Z"}
    return [
        # An invitation is of another ticket; an answer is repeated, and one is no longer of the invitation it repeated.
        invitation.but(invitation_id="bare", ticket_id=comments[6].value("ticket_id")),
        bare.but(response_id="again", invitation_id="of one", responded_at="2026-06-01T12:00:00Z"),
        bare.but(response_id="twice", invitation_id="", responded_at="2026-06-01T12:00:00Z"),
        # A ticket is of another team; a session was handed over to another one; customers were of another segment.
        tickets[comments[1].value("ticket_id")].but(team_id="another", updated_at=LATER),
        session.but(session_id="late", handed_over_ticket_id=comments[2].value("ticket_id")),
        customers[answer.value("customer_id")].but(**earlier),
        customers[posts[0].value("customer_id")].but(**earlier),
        # Texts of which every word was read before; one that is gone; a post that is a review now.
        posts[1].but(text=rated.value("text")),
        comments[3].but(comment=comments[4].value("comment")),
        messages[0].but(body=messages[300].value("body")),
        messages[100].but(event_type="note"),
        remarks[0].but(text=remarks[1].value("text")),
        rated.but(post_id="not rated yet"),
        # What the customer gave says more than the words: of another answer to the same invitation.
        comments[5].but(question="overall", comment="", score="1", scale_min="1", scale_max="5"),
    ]


def of_a_quiet_ticket(row: Row) -> bool:
    """Whether a row's ticket is not among the first, of which the night changes other rows."""
    return row.value("ticket_id") > "T-0000500"


def is_customers_message(row: Row) -> bool:
    return tuple(map(row.value, ("event_type", "actor_type", "is_public"))) == ("message", "customer", "true")


@pytest.mark.full
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), nights=st.integers(1, 6))
def test_any_split_into_any_nights_leaves_what_a_full_build_leaves(
    company: Company, history: list[Row], rest: list[Row], seed: int, nights: int
) -> None:
    any_nights(company, history, rest, seed, nights)


def any_nights(company: Company, history: list[Row], rest: list[Row], seed: int, nights: int) -> None:
    """Deliver the rest in any order, some of the history again, and some of it changed in one value."""
    company.restore()  # for each example
    chance = random.Random(seed)
    new = chance.sample(rest, len(rest))
    for night in range(nights):
        company.deliver([*new[night::nights], *some_again(history, chance)])
        assert company.build().is_incremental
    equals_a_full_build(company)


def some_again(history: list[Row], chance: random.Random) -> list[Row]:
    again = chance.sample(history, chance.randrange(20))
    return [*again, *(changed_by_chance(row, chance) for row in chance.sample(history, chance.randrange(20)))]


def changed_by_chance(row: Row, chance: random.Random) -> Row:
    column, value = chance.choice(row.values)
    return row.but(**{column: chance.choice(["", value[:-1], value + "0"])})


def test_one_new_event_works_out_its_ticket_with_its_neighbours_its_periods_and_what_goes_on(
    company: Company, history: list[Row]
) -> None:
    (escalated,) = some(history, "ticket_events", lambda row: row.value("event_type") == "escalated")
    (ticket,) = some(history, "tickets", lambda row: row.value("created_at").startswith("2025-02-12"))
    key = f"{ticket.source}:{ticket.value('ticket_id')}"

    # No row at all: nothing to work out.
    mark_figures(company)
    assert company.build()[:2] == (True, 0)
    assert periods_worked_out(company, "kpi_escalation_rate") == set()
    assert days_worked_out(company) == set()

    # At an as-of instant that stays where it was, nothing goes on by itself.
    late = escalated.but(event_id="one more", ticket_id=ticket.value("ticket_id"), occurred_at="2025-02-12T13:00:00Z")
    company.deliver([late])
    assert company.build().tickets == counted(company, NEIGHBOUR, key=key)
    assert periods_worked_out(company, "kpi_escalation_rate") == {
        ("day", date(2025, 2, 12)),
        ("week", date(2025, 2, 10)),
        ("month", date(2025, 2, 1)),
        ("quarter", date(2025, 1, 1)),
    }
    assert periods_worked_out(company, "kpi_tickets_created") == set()
    assert days_worked_out(company) == set()

    # Of another channel, all its durations count elsewhere.
    company.deliver([ticket.but(channel="other", updated_at=LATER)])
    assert company.build().is_incremental
    assert days_worked_out(company) == {date(2025, 2, 12)}

    # One that moves the as-of instant takes those along that go on until then: but no neighbours of theirs.
    company.deliver([late.but(event_id="of today", occurred_at="2026-07-01T12:00:00Z")])
    expected = counted(company, f"{NEIGHBOUR} or {GOES_ON}", key=key, as_of="2026-07-01 12:00:00")
    assert company.build().tickets == expected
    assert counted(company, NEIGHBOUR, key=key) < expected < TICKETS / 5


NEIGHBOUR = """
    (customer_key, category) in (select (customer_key, category) from core.fct_ticket where ticket_key = $key)
"""
# Days of seeds/kpis.csv, as they stand.
GOES_ON = """
    not is_solved
    or not is_repeat_settled and created_at + interval 7 day <= $as_of::timestamp
    or not is_first_contact_settled and first_solved_at + interval 7 day <= $as_of::timestamp
    or not is_reopen_settled and first_solved_at + interval 14 day <= $as_of::timestamp
"""


def counted(company: Company, condition: str, **parameters: object) -> int:
    """Count the tickets, as the latest build left them, of which a condition holds."""
    return asked(company, f"select count(*) from core.fct_ticket where {condition}", **parameters)


def asked(company: Company, query: str, **parameters: object) -> int:
    connection = connect(company.workspace, read_only=True)
    try:
        row = connection.execute(query, parameters).fetchone()
    finally:
        connection.close()
    assert row
    return int(row[0])


def mark_figures(company: Company) -> None:
    """Write a size into figures of tickets by which they are known until they are worked out again."""
    with connect(company.workspace) as connection:
        for model in ("kpi_escalation_rate", "kpi_tickets_created"):
            connection.execute(f"update intermediate.{model} set sample_size = -1")
        connection.execute("update kpi.duration_histogram set ticket_count = -1")


def periods_worked_out(company: Company, model: str) -> set[tuple[str, date]]:
    with connect(company.workspace, read_only=True) as connection:
        return set(
            connection.execute(
                f"select period_grain, period_start from intermediate.{model} where sample_size <> -1"
            ).fetchall()
        )


def days_worked_out(company: Company) -> set[date]:
    with connect(company.workspace, read_only=True) as connection:
        days = "select distinct date_day from kpi.duration_histogram where ticket_count <> -1"
        return {day for (day,) in connection.execute(days).fetchall()}


def test_a_build_that_was_killed_is_followed_by_a_full_one(company: Company, rest: list[Row]) -> None:
    company.deliver(rest)
    assert company.plan()
    company.build_layer("staging")
    # Nothing more is heard of it.
    assert not company.plan(), "the next one keeps nothing"


def test_seeds_and_views_of_staging_stand_where_the_fingerprint_of_the_build_before_does(
    company: Company, rest: list[Row]
) -> None:
    company.deliver(rest)
    assert company.plan()
    night = company.build_layer("staging")
    made = {it.unique_id for it in night if not it.stands}
    assert {it.rsplit(".", 1)[-1].split("_")[0] for it in made} == {"typed", "row", "quarantine", "source"}
    company.plan(in_full=True)
    in_full = company.build_layer("staging")
    assert [it for it in in_full if it.stands] == []
    assert {it.unique_id for it in in_full} == {it.unique_id for it in night if it.resource_type != "test"}


def test_many_changes_are_built_in_full(company: Company, history: list[Row], rest: list[Row]) -> None:
    tickets = [row for row in history if row.entity == "tickets"]
    company.deliver([*rest, *(row.but(priority="unheard of") for row in tickets[: TICKETS // 3])])
    assert company.build()[:2] == (True, None)
    equals_a_full_build(company)
