"""Spans and durations of tickets, computed in pandas from the tables that their models read, exported as Parquet.

As a good pandas user would: only the columns that are needed, keys as categories, no loop over rows or groups. What the
figures mean is said in the models: int_ticket_states, int_tickets_solved, int_ticket_messages, int_tickets_answered,
int_tickets_combined, int_tickets_timed, fct_ticket_span.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

INPUTS = {
    "events": "select ticket_key, ticket_event_key, source, occurred_at, source_position, source_mapping, event_type, "
    "actor_type, actor_agent_key, actor_customer_key, is_public, from_value, to_value from staging.stg_ticket_events",
    "tickets": "select ticket_key, created_at, opened_by, status, priority, team_key, assignee_key, first_response_at, "
    "first_solved_at, solved_at, closed_at, schedule from intermediate.int_tickets_united "
    "inner join intermediate.int_tickets_scheduled using (ticket_key)",
    "statuses": "select * from seed.statuses",
    "agents": "select * from intermediate.int_agent_versions",
    "customers": "select customer_key from staging.stg_customers",
    "teams": "select team_key, team from core.dim_team",
    # As instants: pandas has no dates.
    "days": "select * replace (cast(utc_date as timestamp) as utc_date) from intermediate.int_business_days",
    "as_of": "select as_of from intermediate.int_as_of",
}
"""Name → what it holds, as SQL over the build file."""

KINDS = {
    "status": "status_changed",
    "priority": "priority_changed",
    "team_key": "team_changed",
    "assignee_key": "assigned",
}
ORDER = ["ticket", "occurred_at", "source_position", "source_mapping", "ticket_event_key"]
SOLVED = ["solved", "closed"]
Frames = dict[str, pd.DataFrame]


def facts(folder: Path) -> Frames:
    """Compute `spans` and `durations` from `<folder>/<input>.parquet`."""
    read = {name: pd.read_parquet(folder / f"{name}.parquet") for name in INPUTS}
    tickets = read["tickets"]
    # Tickets by number: every grouping and sort below goes by it.
    tickets["ticket"] = range(len(tickets))
    numbers = pd.Series(tickets["ticket"].array, index=tickets["ticket_key"])
    events = read["events"]
    events["ticket"] = events.pop("ticket_key").map(numbers)
    events = events.dropna(subset="ticket").astype({"ticket": "int64", "event_type": "category"})
    canonical = pd.Series(read["statuses"]["canonical_status"].array, index=read["statuses"]["status"])
    states = _states(events, tickets, canonical)
    durations = _durations(tickets, _answers(events, tickets, read), _solutions(states), canonical, read["days"])
    return {"spans": _spans(states, tickets, canonical, read), "durations": durations}


def _states(events: pd.DataFrame, tickets: pd.DataFrame, canonical: pd.Series) -> pd.DataFrame:
    changes = events[events["event_type"].isin(KINDS.values())].astype({"event_type": "str"})
    kind = changes["event_type"]
    values = {}
    for name, text in (("new", changes["to_value"]), ("old", changes["from_value"])):
        value = (changes["source"] + ":" + text).fillna("unknown")
        value = value.mask(kind == "priority_changed", text.fillna("unknown"))
        status = text.str.lower().map(canonical).fillna("unmapped")
        value = value.mask(kind == "status_changed", status.mask(text.isna(), "new") if name == "old" else status)
        values[name] = value
    changes = changes[[*ORDER]].assign(change=kind, **values)
    created = tickets[["ticket"]].assign(
        occurred_at=tickets["created_at"], source_position=-1, source_mapping=-1, ticket_event_key="", change="created"
    )
    states = pd.concat([created, changes]).sort_values(ORDER, ignore_index=True).drop(columns=ORDER[2:])
    by_ticket = states.groupby("ticket", sort=False)
    states["state_number"] = by_ticket.cumcount() + 1
    states["ended_at"] = by_ticket["occurred_at"].shift(-1)
    states["previous_value"] = pd.Series(None, index=states.index, dtype="str")
    for name, change in KINDS.items():
        is_change = states["change"] == change
        new, old = states["new"].where(is_change), states["old"].where(is_change)
        last = new.groupby(states["ticket"]).ffill().groupby(states["ticket"]).shift()
        before = last.fillna(old.groupby(states["ticket"]).transform("first"))
        if name == "status":
            states["has_status_history"] = before.notna() | is_change
            own: pd.Series | str = "new"
        else:
            own = states["ticket"].map(tickets[name].fillna("unknown"))
        states["previous_value"] = states["previous_value"].mask(is_change, before)
        states[name] = new.where(is_change, before.fillna(own))
    return states.drop(columns=["new", "old"])


def _solutions(states: pd.DataFrame) -> pd.DataFrame:
    changes = states[(states["change"] == "status_changed") & (states["status"] != states["previous_value"])]
    solving = changes["status"].isin(SOLVED) & ~changes["previous_value"].isin(SOLVED)
    by_ticket = changes["occurred_at"].where(solving).groupby(changes["ticket"])
    return pd.DataFrame({"first_told_at": by_ticket.min(), "last_told_at": by_ticket.max(), "is_told": True})


def _answers(events: pd.DataFrame, tickets: pd.DataFrame, read: Frames) -> pd.DataFrame:
    """First answers of agents, and where an agent opened the ticket, since when the customer has been waiting."""
    messages = events[(events["event_type"] == "message") & events["is_public"].fillna(True).astype(bool)]
    agents = _in_force(messages, "actor_agent_key", "occurred_at", read["agents"])
    is_employed = (
        agents["agent_key"].notna()
        & ~(agents["hired_at"] > messages["occurred_at"])
        & ~(agents["left_at"] <= messages["occurred_at"])
    )
    is_bot = agents["is_bot"].eq(True)
    kind = messages["actor_type"].mask((messages["actor_type"] == "agent") & is_bot, "bot")
    silent = messages["actor_type"].isna()
    kind = kind.mask(silent & messages["actor_customer_key"].isin(read["customers"]["customer_key"]), "customer")
    kind = kind.mask(silent & is_employed, "agent").mask(silent & is_employed & is_bot, "bot")
    from_agents, from_customers = messages[kind == "agent"], messages[kind == "customer"]
    opened_at = tickets["created_at"].where(tickets["opened_by"] == "agent")
    later = from_customers[from_customers["occurred_at"] > from_customers["ticket"].map(opened_at)]
    waiting_since = later.groupby("ticket")["occurred_at"].min()
    after = from_agents[from_agents["occurred_at"] >= from_agents["ticket"].map(waiting_since)]
    first_at = from_agents.groupby("ticket")["occurred_at"].min()
    answers = pd.DataFrame(index=messages["ticket"].drop_duplicates().to_numpy())
    return answers.assign(
        waiting_since=waiting_since, first_at=first_at, after_at=after.groupby("ticket")["occurred_at"].min(), has=True
    )


def _in_force(rows: pd.DataFrame, key: str, at: str, agents: pd.DataFrame) -> pd.DataFrame:
    """Find the version of the agent in force at an instant, in the order of the rows; NaN where there is none."""
    asked = rows[[key, at]].rename(columns={key: "agent_key"}).reset_index(names="row").dropna(subset="agent_key")
    found = pd.merge_asof(
        asked.sort_values(at), agents.sort_values("valid_from"), left_on=at, right_on="valid_from", by="agent_key"
    )
    found = found[found[at] < found["valid_to"]].set_index("row")
    return found.reindex(rows.index)


def _durations(
    tickets: pd.DataFrame, answers: pd.DataFrame, solutions: pd.DataFrame, canonical: pd.Series, days: pd.DataFrame
) -> pd.DataFrame:
    told = tickets.join(answers, on="ticket").join(solutions, on="ticket")
    by_agent = told["opened_by"] == "agent"
    due_from = told["created_at"].mask(by_agent, told["waiting_since"])
    answered = told["first_at"].mask(by_agent, told["after_at"]).where(told["has"].eq(True), told["first_response_at"])
    answered = answered.where(answered >= due_from)
    is_told, solved, closed = told["is_told"].eq(True), told["solved_at"], told["closed_at"]
    first = told["first_told_at"].where(is_told, told["first_solved_at"].fillna(solved).fillna(closed))
    last = told["last_told_at"].where(is_told, solved.fillna(closed).fillna(told["first_solved_at"]))
    last = last.where(_is_solved(tickets, canonical))
    created = told["created_at"]
    ends = {
        "first_response": (due_from, answered),
        "first_resolution": (created, first),
        "full_resolution": (created, last),
    }
    made = {"ticket_key": tickets["ticket_key"]}
    for name, (start, end) in ends.items():
        made[f"{name}_minutes"] = _minutes(start, end)
        made[f"{name}_business_minutes"] = _business_minutes(tickets["schedule"], start, end, days)
    return pd.DataFrame(made)


def _is_solved(tickets: pd.DataFrame, canonical: pd.Series) -> pd.Series:
    status = tickets["status"].str.lower().map(canonical)
    return status.isin(SOLVED).where(status.notna(), tickets["solved_at"].notna())


def _spans(states: pd.DataFrame, tickets: pd.DataFrame, canonical: pd.Series, read: Frames) -> pd.DataFrame:
    spans = states[states["has_status_history"] & ~(states["occurred_at"] >= states["ended_at"])]
    is_open = spans["ended_at"].isna() & ~spans["ticket"].map(_is_solved(tickets, canonical))
    until = spans["ended_at"].mask(is_open, read["as_of"]["as_of"].iloc[0])
    schedule = spans["ticket"].map(tickets["schedule"])
    business = _business_minutes(schedule, spans["occurred_at"], until, read["days"])
    is_bot = _in_force(spans, "assignee_key", "occurred_at", read["agents"])["is_bot"].eq(True)
    teams = pd.Series(read["teams"]["team"].array, index=read["teams"]["team_key"])
    return pd.DataFrame(
        {
            "ticket_key": spans["ticket"].map(tickets["ticket_key"]),
            "span_number": spans["state_number"],
            "started_at": spans["occurred_at"],
            "ended_at": spans["ended_at"],
            "status": spans["status"],
            "priority": spans["priority"],
            "team_key": spans["team_key"],
            "team": spans["team_key"].map(teams).fillna("unknown"),
            "assignee_key": spans["assignee_key"],
            "is_assigned_to_human": (spans["assignee_key"] != "unknown") & ~is_bot,
            "is_open": is_open,
            "calendar_minutes": _minutes(spans["occurred_at"], until).fillna(0).clip(lower=0),
            "business_minutes": business.fillna(0).clip(lower=0),
        }
    )


def _minutes(start: pd.Series, end: pd.Series) -> pd.Series:
    return (end - start).dt.total_seconds() / 60


def _business_minutes(schedule: pd.Series, start: pd.Series, end: pd.Series, days: pd.DataFrame) -> pd.Series:
    return (_clock(schedule, end, days) - _clock(schedule, start, days)) / 60_000_000


def _clock(schedule: pd.Series, at: pd.Series, days: pd.DataFrame) -> pd.Series:
    """Read the business clock of a schedule at an instant, in microseconds; NaN where there is no instant."""
    midnight = at.dt.normalize()
    of_day = (at - midnight) // pd.Timedelta(microseconds=1)
    asked = pd.DataFrame({"schedule": schedule, "utc_date": midnight, "of_day": of_day})
    # Most schedules open once or twice a day; the calendar has room for more.
    segments = [it for it in range(1, 9) if days[f"close_{it}"].any()]
    columns = ["schedule", "utc_date", "clock_before", *(f"{end}_{it}" for it in segments for end in ("open", "close"))]
    found = asked.merge(days[columns], how="left", on=["schedule", "utc_date"])
    clock = found["clock_before"].astype("float64")
    for segment in segments:
        opens, closes = found[f"open_{segment}"], found[f"close_{segment}"]
        clock += (found["of_day"].where(found["of_day"] < closes, closes) - opens).clip(lower=0)
    return clock.set_axis(at.index)
