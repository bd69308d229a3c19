"""An incremental build leaves what a full one of the same landing zone leaves, row for row, and works out no more than
it has to."""

from __future__ import annotations

import random
from collections.abc import Callable

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
    (merged, spam, reopened, other_customer) = some(history, "tickets", lambda row: bool(row.value("category")), 4)
    (moved,) = some(history, "ticket_events", lambda row: row.value("event_type") == "status_changed")
    (customer,) = some(rows, "customers", lambda row: bool(row.value("segment")))
    (agent,) = some(rows, "agents", lambda row: bool(row.value("team_id")))
    later = "2026-06-30 12:00:00"
    company.deliver(
        [
            *rest[:50],
            merged.but(merged_into_ticket_id=spam.value("ticket_id"), updated_at=later),
            spam.but(is_spam="true", updated_at=later),
            reopened.but(status="Offen", created_at="2025-03-01 08:00:00", updated_at=later),
            other_customer.but(customer_id=customer.value("customer_id"), updated_at=later),
            moved.but(ticket_id=other_customer.value("ticket_id")),
            moved.but(event_id="of no ticket", ticket_id="nowhere"),
            moved.but(event_id="", ticket_id=merged.value("ticket_id")),
            moved.but(event_id="not yet", occurred_at="2026-06-30 23:00:00"),
            customer.but(segment="Anderes", updated_at="2026-06-30T12:00:00Z"),
        ]
    )
    assert company.build().tickets is not None

    # What referred to nothing finds its ticket; the as-of instant moves; somebody changes team.
    company.deliver(
        [
            agent.but(team_id="a team that nobody listed"),
            merged.but(ticket_id="nowhere", created_at="2025-01-02 08:00:00"),
            merged.but(ticket_id="tomorrow's", created_at="2026-07-01 20:00:00", updated_at="2026-07-01 21:00:00"),
        ]
    )
    assert company.build().is_incremental
    equals_a_full_build(company)


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


def test_one_new_event_works_out_its_ticket_and_those_that_are_not_at_rest(
    company: Company, history: list[Row]
) -> None:
    connection = connect(company.workspace, read_only=True)
    at_work = connection.execute(
        "select count(*) from core.fct_ticket where not is_solved or not is_repeat_settled or "
        "not (first_solved_at is null or (is_reopen_settled and is_first_contact_settled))"
    ).fetchone()
    connection.close()
    assert at_work is not None
    (message,) = some(history, "ticket_events", lambda row: row.value("event_type") == "message")

    # No row at all: nothing to work out.
    assert company.build()[:2] == (True, 0)

    # At an as-of instant that stays where it was, nothing goes on by itself.
    company.deliver([message.but(event_id="one more")])
    night = company.build()
    assert night.tickets is not None
    assert 1 <= night.tickets <= 10

    # One that moves the as-of instant takes those along that are not at rest.
    company.deliver([message.but(event_id="of today", occurred_at="2026-07-01 12:00:00")])
    night = company.build()
    assert night.tickets is not None
    assert at_work[0] <= night.tickets < TICKETS / 5


def test_a_build_that_was_killed_is_followed_by_a_full_one(company: Company, rest: list[Row]) -> None:
    company.deliver(rest)
    assert company.plan()
    company.build_layer("staging")
    # Nothing more is heard of it.
    assert company.build()[:2] == (False, None)
    equals_a_full_build(company)


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
