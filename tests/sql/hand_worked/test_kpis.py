"""KPIs of the hand-worked company in conftest.py; every expected number is worked out beside it."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

Connection = duckdb.DuckDBPyConnection


def kpi(
    connection: Connection, key: str, statistic: str, month: str, dimension: str = "overall", value: str = "all"
) -> tuple[Any, ...] | None:
    """Return numerator, denominator, value and sample of one figure of a month."""
    return connection.execute(
        "select numerator, denominator, value, sample_size from kpi.kpi_value where kpi = ? and statistic = ? "
        "and period_grain = 'month' and period_start = cast(? as date) and dimension = ? and dimension_value = ?",
        [key, statistic, f"{month}-01", dimension, value],
    ).fetchone()


def ticket(connection: Connection, ticket_id: str, column: str) -> Any:
    rows = connection.execute(f"select {column} from core.fct_ticket where ticket_id = ?", [ticket_id]).fetchall()
    assert len(rows) == 1
    return rows[0][0]


def test_spam_and_merged_tickets_are_not_created_tickets(hand_worked: Connection) -> None:
    # March: reopened, bot first, opened by agent, without reply; not the spam and not the merged one.
    assert kpi(hand_worked, "tickets_created", "count", "2026-03") == (4, None, 4, 4)
    assert kpi(hand_worked, "tickets_created", "count", "2026-04") == (1, None, 1, 1)


def test_a_ticket_is_solved_in_the_month_of_its_first_solve(hand_worked: Connection) -> None:
    assert kpi(hand_worked, "tickets_solved", "count", "2026-03") == (3, None, 3, 3)


def test_first_response_is_the_first_public_message_of_a_human_agent(hand_worked: Connection) -> None:
    # The bot's message after 1 minute, the note after 5 and the 'agent' robo after 7 are none.
    assert ticket(hand_worked, "answered_by_bot_first", "first_response_minutes") == 30
    assert ticket(hand_worked, "answered_by_bot_first", "bot_first_response_minutes") == 1


def test_a_ticket_opened_by_an_agent_waits_from_the_customers_first_message(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "opened_by_agent", "first_response_minutes") == 20


def test_a_ticket_without_reply_has_no_first_response(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "solved_without_reply", "first_response_minutes") is None


@pytest.mark.parametrize(("statistic", "expected"), [("mean", 20), ("median", 20), ("p90", 28)])
def test_first_response_of_march_is_over_10_20_and_30_minutes(
    hand_worked: Connection, statistic: str, expected: float
) -> None:
    figure = kpi(hand_worked, "first_response_minutes", statistic, "2026-03")
    assert figure is not None
    assert figure[2] == pytest.approx(expected)
    assert figure[3] == 3


def test_full_resolution_runs_to_the_last_solve_and_leaves_out_unsolved_tickets(hand_worked: Connection) -> None:
    # 2 March 09:00 to 6 March 09:00 is 5760 minutes, then 120 and 60: mean 1980, median 120.
    assert kpi(hand_worked, "full_resolution_minutes", "mean", "2026-03") == (5940, 3, 1980, 3)
    median = kpi(hand_worked, "full_resolution_minutes", "median", "2026-03")
    assert median is not None
    assert median[2] == 120
    assert ticket(hand_worked, "reopened_not_solved", "full_resolution_minutes") is None
    # 31 March 22:30 to 1 April 10:00.
    assert ticket(hand_worked, "reopened_not_solved", "first_resolution_minutes") == 690


def test_reopen_rate_waits_until_the_window_has_elapsed(hand_worked: Connection) -> None:
    # First solved in March: reopened and bot first, both settled; without reply is not, 12 April is after the as-of.
    assert kpi(hand_worked, "reopen_rate", "rate", "2026-03") == (1, 2, 0.5, 2)
    assert kpi(hand_worked, "reopen_rate", "rate", "2026-04") is None


@pytest.mark.parametrize(
    ("day", "unsolved"),
    [("2026-03-02", 0), ("2026-03-04", 1), ("2026-03-05", 2), ("2026-03-06", 1), ("2026-03-31", 1), ("2026-04-02", 2)],
)
def test_backlog_counts_what_is_unsolved_at_the_end_of_the_day(
    hand_worked: Connection, day: str, unsolved: int
) -> None:
    found = hand_worked.execute(
        "select backlog from kpi.backlog_daily where date_day = cast(? as date) and dimension = 'overall'", [day]
    ).fetchone()
    assert found == (unsolved,)


def test_backlog_of_a_month_is_that_of_its_last_day(hand_worked: Connection) -> None:
    figure = kpi(hand_worked, "backlog", "count", "2026-03")
    assert figure is not None
    assert figure[2] == 1


def test_a_repeated_answer_to_one_invitation_counts_once_the_last_one(hand_worked: Connection) -> None:
    # 5 (not 1), 4 and 3: two of three are satisfied.
    figure = kpi(hand_worked, "csat_rate", "rate", "2026-03")
    assert figure == (2, 3, pytest.approx(2 / 3), 3)


def test_csat_has_its_wilson_interval(hand_worked: Connection) -> None:
    # scipy.stats.binomtest(2, 3).proportion_ci(method="wilson") gives 0.20765, 0.93851.
    bounds = hand_worked.execute(
        "select value_low, value_high from kpi.kpi_value where kpi = 'csat_rate' and period_grain = 'month' "
        "and dimension = 'overall'"
    ).fetchone()
    assert bounds == (pytest.approx(0.20765, abs=1e-5), pytest.approx(0.93851, abs=1e-5))


def test_nps_is_promoters_less_detractors_of_all_answers(hand_worked: Connection) -> None:
    # 10 and 9 promote, 8 is passive, 0 detracts: 100 * (2 - 1) / 4.
    assert kpi(hand_worked, "nps", "index", "2026-03") == (1, 4, 25, 4)


def test_survey_response_rate_leaves_out_bounced_invitations(hand_worked: Connection) -> None:
    assert kpi(hand_worked, "survey_response_rate", "rate", "2026-03") == (3, 4, 0.75, 4)


def test_the_brands_own_posts_are_no_mentions(hand_worked: Connection) -> None:
    assert kpi(hand_worked, "mention_volume", "count", "2026-03") == (2, None, 2, 2)


def test_a_brands_reply_is_timed(hand_worked: Connection) -> None:
    minutes = hand_worked.execute("select max(brand_response_minutes) from core.fct_social_post").fetchone()
    assert minutes == (45,)


def test_an_export_without_event_history_is_measured_by_its_snapshot(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "L1", "first_response_minutes") == 15
    assert ticket(hand_worked, "L1", "full_resolution_minutes") == 60
    assert ticket(hand_worked, "L1", "is_reopened_in_window") is True


def test_a_log_without_snapshots_makes_tickets(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "E1", "first_response_minutes") == 5
    assert ticket(hand_worked, "E1", "full_resolution_minutes") == 30
    assert ticket(hand_worked, "E1", "status") == "solved"


def test_a_customer_that_no_source_describes_stays_in_every_count(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "solved_without_reply", "segment") == "unknown"
    assert kpi(hand_worked, "tickets_created", "count", "2026-03", "segment", "unknown") == (1, None, 1, 1)
    profiles = hand_worked.execute(
        "select has_profile from core.dim_customer join core.fct_ticket using (customer_key) "
        "where ticket_id = 'solved_without_reply'"
    ).fetchone()
    assert profiles == (False,)


def test_a_day_is_cut_in_the_reporting_time_zone(hand_worked: Connection) -> None:
    # 22:30 UTC on 31 March is half past midnight in Berlin: the ticket is April's, and no backlog of March.
    assert str(ticket(hand_worked, "reopened_not_solved", "created_on")) == "2026-04-01"
    # 00:30 UTC on 29 March is 01:30 in Berlin, half an hour before clocks go forward.
    assert str(ticket(hand_worked, "solved_without_reply", "created_on")) == "2026-03-29"


def test_a_survey_answer_is_cut_by_the_team_of_its_ticket(hand_worked: Connection) -> None:
    figure = kpi(hand_worked, "csat_rate", "rate", "2026-03", "team", "North")
    assert figure == (2, 3, pytest.approx(2 / 3), 3)


def test_business_minutes_leave_out_nights_weekends_and_the_hour_that_spring_skips(hand_worked: Connection) -> None:
    # Monday 10:00 to Friday 10:00 in Berlin, open 8 to 20: 600 + 3 x 720 + 120.
    assert ticket(hand_worked, "answered_and_reopened", "full_resolution_minutes") == 4 * 1440
    assert ticket(hand_worked, "answered_and_reopened", "full_resolution_business_minutes") == 2880
    # From 1:30 to 3:30 on the clocks of the night in which they were set forward: one hour, on a Sunday.
    assert ticket(hand_worked, "solved_without_reply", "full_resolution_minutes") == 60
    assert ticket(hand_worked, "solved_without_reply", "full_resolution_business_minutes") == 0


def test_the_customer_waits_while_a_ticket_is_new_or_open_and_until_now_if_it_is_unsolved(
    hand_worked: Connection,
) -> None:
    # New for an hour, then from the reopening on 5 March until the solve on 6 March.
    assert ticket(hand_worked, "answered_and_reopened", "requester_wait_minutes") == 60 + 1440
    assert ticket(hand_worked, "answered_and_reopened", "requester_wait_business_minutes") == 60 + 600 + 120
    # New for 11:30 hours, then from 2 April 10:00 to the as-of instant on 10 April 0:00.
    assert ticket(hand_worked, "reopened_not_solved", "requester_wait_minutes") == 690 + 10920
    assert ticket(hand_worked, "reopened_not_solved", "is_solved") is False


def test_first_contact_resolution_needs_one_reply_at_most_and_no_return(hand_worked: Connection) -> None:
    # answered_by_bot_first and solved_without_reply; answered_and_reopened came back after three days.
    assert kpi(hand_worked, "first_contact_resolution_rate", "rate", "2026-03") == (2, 3, pytest.approx(2 / 3), 3)
    # The legacy export tells neither messages nor transfers: L1 is in no denominator, E1 of the log is.
    assert kpi(hand_worked, "first_contact_resolution_rate", "rate", "2026-02") == (1, 1, 1, 1)


def test_solved_without_any_reply_is_neither_one_touch_nor_several(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "solved_without_reply", "is_one_touch") is False
    assert ticket(hand_worked, "solved_without_reply", "agent_message_count") == 0
    # One public message each: answered_and_reopened and answered_by_bot_first.
    assert kpi(hand_worked, "one_touch_rate", "rate", "2026-03") == (2, 2, 1, 2)


def test_a_ticket_without_an_answer_is_counted_as_unanswered_solved_or_not(hand_worked: Connection) -> None:
    assert kpi(hand_worked, "unanswered_tickets", "count", "2026-03") == (1, None, 1, 1)  # solved_without_reply
    assert kpi(hand_worked, "unanswered_tickets", "count", "2026-04") == (1, None, 1, 1)  # reopened_not_solved


def test_what_is_left_out_is_counted_apart(hand_worked: Connection) -> None:
    assert kpi(hand_worked, "left_out_tickets", "count", "2026-03") == (2, None, 2, 2)
    assert kpi(hand_worked, "left_out_tickets", "count", "2026-03", "left_out_reason", "spam") == (1, None, 1, 1)


def test_another_ticket_within_a_week_is_a_repeat_contact(hand_worked: Connection) -> None:
    # c1 is back two days after answered_and_reopened; the spam and the merged one in between do not count.
    assert kpi(hand_worked, "repeat_contact_rate", "rate", "2026-03") == (1, 4, 0.25, 4)


def test_created_tickets_that_are_solved_by_now(hand_worked: Connection) -> None:
    # Of four created in March all but opened_by_agent.
    assert kpi(hand_worked, "resolution_rate", "rate", "2026-03") == (3, 4, 0.75, 4)


def test_the_next_response_is_measured_from_the_customers_message(hand_worked: Connection) -> None:
    assert ticket(hand_worked, "opened_by_agent", "next_response_minutes") == 20
    assert ticket(hand_worked, "answered_by_bot_first", "next_response_minutes") is None


@pytest.mark.parametrize(
    ("day", "under_1", "to_3", "to_7", "to_30", "over_30"),
    [
        # opened_by_agent, 4 March 8:00, is 30 days old on 3 April 8:00; reopened_not_solved was created on
        # 31 March 22:30, solved on 1 April, and is open again from 2 April on.
        ("2026-03-04", 1, 0, 0, 0, 0),
        ("2026-04-01", 0, 0, 0, 1, 0),
        ("2026-04-02", 0, 1, 0, 1, 0),
        ("2026-04-03", 0, 1, 0, 0, 1),
        ("2026-04-04", 0, 0, 1, 0, 1),
        ("2026-04-08", 0, 0, 0, 1, 1),
    ],
)
def test_the_backlog_ages(
    hand_worked: Connection, day: str, under_1: int, to_3: int, to_7: int, to_30: int, over_30: int
) -> None:
    found = hand_worked.execute(
        "select columns('backlog_.*') from kpi.backlog_daily "
        "where date_day = cast(? as date) and dimension = 'overall'",
        [day],
    ).fetchall()
    assert found == [(under_1, to_3, to_7, to_30, over_30)]
