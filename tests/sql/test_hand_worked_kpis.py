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
