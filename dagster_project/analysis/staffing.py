"""Who is needed when, against who was there: `analysis.staffing_requirement`.

An average week of the next eight: the forecast of each channel and weekday, shared out to teams and hours as it was
lately. On channels where customers wait in a queue, people are needed in the opening hours in which contacts come, by
Erlang C (erlang.py). Other work can wait: it is spread over the opening hours of its weekday, and what comes on a
closed weekday is work of the next open one. Parameters stand in seeds/staffing.csv.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.analysis.analysis import Analysis
from dagster_project.analysis.erlang import agents_needed, service_level
from dagster_project.analysis.exact import exact_mean, exact_sum

if TYPE_CHECKING:
    import pandas as pd

# Eight weeks before the as-of date; handle times are measured from this many contacts on.
RECENT = "between as_of_date - interval 56 day and as_of_date - interval 1 day"
FEWEST_CONTACTS = 20

WORK = f"""
    with weekdays as (
        select iso_day_of_week, count(*) as days
        from core.dim_date, core.as_of
        where date_day {RECENT}
        group by all
    ),

    -- opening hours of an ordinary week, on the clock of the reporting time zone; one begun is an hour
    opening_moments as (
        select schedule, timezone(reporting_time_zone, timezone(time_zone,
            date_trunc('week', as_of_date) + to_days(iso_day_of_week - 1) + to_hours(begun))) as moment
        from (
            select *, left(opens_at, 2)::bigint as opens,
                left(closes_at, 2)::bigint + (right(closes_at, 2) > '00')::bigint as closes
            from seed.schedule_hours
            inner join seed.schedules using (schedule)
        ) as hours
        inner join (select unnest(range(48)) as begun) as begins
            on begun >= opens and begun < case when closes <= opens then closes + 24 else closes end
        cross join core.as_of
    ),

    opening_hours as (
        select distinct schedule, isodow(moment) as iso_day_of_week, hour(moment) as hour_of_day from opening_moments
    ),

    open_weekdays as (
        select schedule, iso_day_of_week, count(*) as open_hours from opening_hours group by all
    ),

    -- on a closed weekday, the next one that is open
    working_weekdays as (
        select open_weekdays.schedule, weekdays.iso_day_of_week,
            min_by(open_weekdays.iso_day_of_week, (open_weekdays.iso_day_of_week - weekdays.iso_day_of_week + 7) % 7)
                as working_day_of_week
        from weekdays
        cross join open_weekdays
        group by all
    ),

    contacts as (
        select team, channel, schedule, handle_minutes, handle_basis,
            timezone(reporting_time_zone, timezone('UTC', created_at)) as local_at
        from core.fct_ticket, core.as_of
        where is_counted and created_on {RECENT}
    ),

    arrivals as (
        select team, channel, schedule, iso_day_of_week, hour(local_at) as hour_of_day,
            count(*) / any_value(days) as contacts
        from contacts
        inner join weekdays on isodow(local_at) = iso_day_of_week
        group by all
    ),

    forecasts as (
        select dimension_value as channel, isodow(period_start) as iso_day_of_week,
            {exact_mean("value")} as contacts
        from analysis.kpi_forecast
        where kpi = 'tickets_created' and period_grain = 'day' and dimension = 'channel'
        group by all
    ),

    expected as (
        select arrivals.* exclude (contacts), forecasts.contacts is not null as is_forecast,
            arrivals.contacts * coalesce(
                forecasts.contacts / {exact_sum("arrivals.contacts", "over (partition by channel, iso_day_of_week)")}, 1
            ) as contacts
        from arrivals
        left join forecasts using (channel, iso_day_of_week)
    ),

    demand as (
        select team, channel, iso_day_of_week, hour_of_day, {exact_sum("contacts")} as contacts,
            bool_and(is_forecast) as is_forecast
        from (
            select team, channel, iso_day_of_week, hour_of_day, contacts, is_forecast
            from expected
            inner join seed.channels using (channel)
            inner join opening_hours using (schedule, iso_day_of_week, hour_of_day)
            where is_live
            union all
            select team, channel, opening_hours.iso_day_of_week, opening_hours.hour_of_day, contacts / open_hours,
                is_forecast
            from expected
            left join seed.channels using (channel)
            inner join working_weekdays using (schedule, iso_day_of_week)
            inner join open_weekdays on expected.schedule = open_weekdays.schedule
                and working_day_of_week = open_weekdays.iso_day_of_week
            inner join opening_hours on expected.schedule = opening_hours.schedule
                and working_day_of_week = opening_hours.iso_day_of_week
            where not coalesce(is_live, false)
        )
        group by all
    ),

    handling as (
        select channel, team, {exact_mean("handle_minutes")} as minutes
        from contacts
        where handle_basis = 'reported'
        group by grouping sets ((channel, team), (channel))
        having count(*) >= {FEWEST_CONTACTS}
    ),

    acts as (
        select coalesce(dim_team.team, 'unknown') as team, fct_ticket.channel, event.agent_key, as_of_date,
            timezone(reporting_time_zone, timezone('UTC', event.occurred_at)) as local_at
        from core.fct_ticket_event as event
        cross join core.as_of
        inner join core.fct_ticket using (ticket_key)
        inner join core.dim_agent on event.agent_key = dim_agent.agent_key
        left join core.dim_team on dim_agent.team_key = dim_team.team_key
        where event.is_human_agent
    ),

    people as (
        select * from acts where local_at::date {RECENT}
    ),

    presence as (
        select team, coalesce(channel, 'all') as channel, iso_day_of_week, hour(local_at) as hour_of_day,
            count(distinct (agent_key, local_at::date)) / any_value(days) as agents_there
        from people
        inner join weekdays on isodow(local_at) = iso_day_of_week
        group by grouping sets (
            (team, channel, iso_day_of_week, hour(local_at)), (team, iso_day_of_week, hour(local_at))
        )
    ),

    handling_by_channel as (
        select channel, minutes as channel_minutes from handling where team is null
    )

    select team, channel, iso_day_of_week, hour_of_day, coalesce(is_live, false) as is_live,
        coalesce(contacts, 0) as contacts_per_hour,
        case is_forecast when true then 'forecast' when false then 'recent' end as forecast_basis,
        coalesce(minutes, channel_minutes, assumed_handle_minutes) as handle_minutes,
        case when coalesce(minutes, channel_minutes) is null then 'assumed' else 'reported' end
            as handle_basis,
        wanted_service_level, threshold_seconds, contacts_at_once, productive_rate,
        case when (select count(*) from people) > 0 then coalesce(agents_there, 0) end as agents_there
    from demand
    full join presence using (team, channel, iso_day_of_week, hour_of_day)
    left join seed.channels using (channel)
    left join seed.staffing using (channel)
    left join handling using (team, channel)
    left join handling_by_channel using (channel)
"""


def analyse(work: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Work out the people for each row of work, and sum each team up.

    Args:
        work: team, channel ('all' where only agents_there is meant), iso_day_of_week, hour_of_day, is_live,
            contacts_per_hour, forecast_basis, handle_minutes, handle_basis, the columns of seeds/staffing.csv,
            agents_there.

    Returns:
        `staffing_requirement`.
    """
    import pandas as pd

    slot = ["team", "iso_day_of_week", "hour_of_day"]
    channels = _required(work[work["channel"] != "all"].reset_index(drop=True))
    sums = channels.groupby(slot, as_index=False)[["contacts_per_hour", "agents_busy", "agents_required"]].sum()
    there = work.loc[work["channel"] == "all", [*slot, "agents_there"]]
    sums = sums.merge(there, on=slot, how="left").assign(channel="all", method="sum")
    if work["agents_there"].notna().any():
        sums["agents_there"] = sums["agents_there"].fillna(0)  # known, and nobody was
    rows = pd.concat([channels, sums], ignore_index=True)
    rows["agents_missing"] = rows["agents_required"] - rows["agents_there"]
    return {"staffing_requirement": rows.drop(columns=["is_live", "contacts_at_once", "productive_rate"])}


def _required(work: pd.DataFrame) -> pd.DataFrame:
    load = work["contacts_per_hour"] * work["handle_minutes"] / 60 / work["contacts_at_once"]
    is_live = work["is_live"].astype(bool)
    made = work.assign(method=is_live.map({True: "erlang_c", False: "workload"}), agents_busy=load, service_level=None)
    made.loc[~is_live, ["wanted_service_level", "threshold_seconds"]] = None
    live = made[is_live]
    erlangs, seconds = load[is_live].to_numpy(float), 60 * live["handle_minutes"].to_numpy(float)
    threshold, wanted = live["threshold_seconds"].to_numpy(float), live["wanted_service_level"].to_numpy(float)
    agents = agents_needed(erlangs, seconds, threshold, wanted)
    made.loc[is_live, "agents_busy"] = agents
    held = service_level(agents, erlangs, seconds, threshold)
    made.loc[is_live, "service_level"] = [level if load else None for level, load in zip(held, erlangs, strict=True)]
    return made.assign(agents_required=made["agents_busy"] / made["productive_rate"])


STAFFING = Analysis(
    "staffing",
    "People needed per team, channel, weekday and hour against who was there.",
    {"work": WORK},
    ("staffing_requirement",),
    analyse,
)
