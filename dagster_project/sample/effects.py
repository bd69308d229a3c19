"""The planted effects as truth.json tells them: what was done, and what came of it in this very sample.

What belongs here: one function that sets parameters beside realised figures. The parameters are in parameters.py,
how they act is written in sql/, and the spikes' causes in sql/calendar.sql.
"""

from __future__ import annotations

from typing import Any

import duckdb

from dagster_project.sample.parameters import DATES, EFFECTS
from dagster_project.sample.rows import rows

DURATION = "count({0}) as n, quantile_cont({0}, 0.5) / 60 as median_minutes, sum({0}) / count({0}) / 60 as mean_minutes"
RATING = (
    "count(*) filter (where overall >= 4) as numerator, count(*) as denominator, sum(overall) / count(*) as mean_score"
)


def describe(con: duckdb.DuckDBPyConnection, *, effects: bool) -> dict[str, Any]:
    """Every planted effect; with `effects` false, the same figures of a company in which nothing was planted."""
    chosen = {name: values[0 if effects else 1] for name, values in EFFECTS.items()}
    return {
        "faster_first_response": {
            "initiative_id": "IN-1",
            "scope": {"team": "TM-TECH"},
            "times_until_first_response_multiplied_by": chosen["faster_factor"],
            "first_response": _before_after(con, "faster_from", DURATION.format("first_response_seconds"), "team = 4"),
        },
        "no_effect": {
            "initiative_id": "IN-2",
            "scope": {"team": "TM-BILL"},
            "full_resolution": _before_after(
                con, "nothing_from", DURATION.format("full_resolution_seconds"), "team = 2"
            ),
        },
        "faster_but_worse": {
            "initiative_id": "IN-3",
            "scope": {"channel": "phone"},
            "talk_seconds_multiplied_by": chosen["calls_factor"],
            "satisfaction_shifted_by": chosen["calls_satisfaction"],
            "talk": _before_after(con, "calls_from", DURATION.format("talk"), "channel = 'phone'"),
            "csat": _before_after(con, "calls_from", RATING, "channel = 'phone'", "rating"),
        },
        "training": {
            "course": "Active listening",
            "scope": {"team": "TM-FRONT"},
            "satisfaction_shifted_by": chosen["training_gain"],
            "trained_agents": rows(
                con, "select agent_key(agent_no) as agent from training where course = 'Active listening' order by 1"
            ),
            "csat": _before_after(
                con,
                "training_from",
                RATING,
                "getvariable('trained')[agent]",
                "(from rating where team = 1 and agent is not null)",
            ),
        },
        "bottleneck": {
            "team": "TM-LOG",
            "share_of_tickets_put_on_hold": chosen["hold_share"],
            "median_hold_seconds_of_elapsed_time": chosen["hold_seconds"],
            "on_hold_by_team": rows(
                con,
                "select team_key(team) as team, count(on_hold_seconds) as tickets,"
                " sum(on_hold_seconds) / 60 as minutes,"
                " sum(on_hold_seconds) / sum(sum(on_hold_seconds)) over () as share_of_minutes"
                " from counted group by all order by team",
            ),
        },
        "anomalous_days": {
            "additional_arrivals_per_hour_from_8_to_20": chosen["spike_extra"],
            "days": rows(
                con,
                "select day::varchar as day, channel, category, product, cause,"
                " (select count(*) from counted where berlin(created)::date = day) as tickets_created,"
                " (select count(*) from counted where spike_id = spike.spike_id) as of_them_additional"
                " from spike order by day",
            ),
        },
        "churn": {
            "chance_to_leave_after_bad_last_experience": chosen["churn_after_bad"],
            "chance_to_leave_otherwise": chosen["churn_otherwise"],
            "share_of_orders_lost_within_90_days_of_bad_service": chosen["orders_lost"],
            "customers": rows(
                con,
                "select last_was_bad as last_experience_was_bad, had_tickets, count(*) as customers,"
                " count(churned_at) as left_us from customer group by all order by all",
            ),
        },
    }


def _before_after(
    con: duckdb.DuckDBPyConnection, date: str, columns: str, scope: str, relation: str = "counted"
) -> list[dict[str, Any]]:
    """Figures in scope and in the rest, in the longest equal windows before and after a date; by ticket creation."""
    start = DATES[date]
    window = min(DATES["stop"] - start, start - DATES["start"])
    return rows(
        con,
        f"""select created >= {start} as is_after, coalesce({scope}, false) as in_scope, {columns}
        from {relation} as fact
        where created >= {start - window} and created < {start + window}
        group by all order by is_after, in_scope""",
    )
