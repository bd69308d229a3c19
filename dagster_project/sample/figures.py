"""The expected figures of truth.json: overall, by month, and by a few dimensions.

What belongs here: which figures, for which groups. What a case is, is SQL over the plan of each ticket
(sql/truth.sql); the definitions are those of the KPI dictionary. Durations are minutes; days and months are of
Europe/Berlin; the name of a group says which instant puts a case into a month.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb

from dagster_project.sample.parameters import LOCAL
from dagster_project.sample.rows import by, one

LAST_DAYS = [datetime(2025 + m // 12, m % 12 + 1, 1, tzinfo=LOCAL) - timedelta(days=1) for m in range(1, 19)]

# Seconds are summed and divided once: a mean of fractions depends on the order in which threads add them up.
TICKETS = """
    count(*) as tickets_created,
    count(standing_solve) as tickets_solved_at_the_end,
    count(first_response_seconds) as first_response_count,
    quantile_cont(first_response_seconds, 0.5) / 60 as first_response_median_minutes,
    sum(first_response_seconds) / count(first_response_seconds) / 60 as first_response_mean_minutes,
    quantile_cont(full_resolution_seconds, 0.5) / 60 as full_resolution_median_minutes"""
SOLVES = """
    count(solve_1) as tickets_solved,
    count(*) filter (where reopen_window_elapsed and reopened_in_window) as reopen_numerator,
    count(*) filter (where reopen_window_elapsed) as reopen_denominator"""
CSAT = "count(*) filter (where overall >= 4) as numerator, count(*) as denominator"
NPS = """count(*) filter (where recommend >= 9) as promoters, count(*) filter (where recommend <= 6) as detractors,
    count(*) as answers"""
LIVE = """count(*) filter (where coalesce(abandoned_at - queued_at > 10, true)) as offered,
    count(*) filter (where abandoned_at - queued_at > 10) as abandoned,
    count(*) filter (where answered_at - queued_at <= 20) as answered_within_20_seconds"""


def describe(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return every expected figure."""
    return {
        "tickets": {
            "overall": one(con, TICKETS, "counted"),
            "by_month_created": by(con, "month_of(created)", TICKETS, "counted"),
            "by_channel": by(con, "channel", TICKETS, "counted"),
            "by_team": by(con, "team_key(team)", TICKETS, "counted"),
            # spam in ambiguous local time (the defect TWICE) is accepted beside these
            "left_out": by(con, "kind", "count(*) as tickets", "fact where kind <> 'counted'"),
        },
        "solves": {
            "overall": one(con, SOLVES, "counted"),
            "by_month_first_solved": by(con, "month_of(solve_1)", SOLVES, "counted"),
            "by_channel": by(con, "channel", SOLVES, "counted"),
        },
        "backlog": {
            f"{day:%Y-%m-%d}": one(
                con, "count(*) as unsolved_at_its_end", f"unsolved_before({int((day + timedelta(days=1)).timestamp())})"
            )
            for day in LAST_DAYS
        },
        "live_contacts": {
            "overall": one(con, LIVE, "counted where queued_at is not null"),
            "by_channel": by(con, "channel", LIVE, "counted where queued_at is not null"),
        },
        "csat": {
            "overall": one(con, CSAT, "rating"),
            "by_month_answered": by(con, "month_of(responded_at)", CSAT, "rating"),
            "by_channel": by(con, "channel", CSAT, "rating"),
            "by_team": by(con, "team_key(team)", CSAT, "rating"),
        },
        "nps": {
            "overall": one(con, NPS, "answer where recommend is not null"),
            "by_month_answered": by(con, "month_of(responded_at)", NPS, "answer where recommend is not null"),
        },
        "survey_response": by(
            con,
            "survey_id",
            "count(*) filter (where delivered) as delivered,"
            " count(*) filter (where delivered and responded_at is not null) as answered",
            "questionnaire where answer_no = 1",
        ),
        "mentions": {
            "overall": one(con, "count(*) as posts", "mention"),
            "by_month": by(con, "month_of(moment)", "count(*) as posts", "mention"),
            "by_platform": by(con, "platform", "count(*) as posts, count(reply_at) as answered", "mention"),
            "as_written": by(con, "language || '/' || sentiment", "count(*) as posts", "mention"),
        },
    }
