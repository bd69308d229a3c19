"""A warehouse made of the declarations: every published table, empty, and a small made-up company to fill some of them.

What belongs here: what tests of readers of the published version (the report) need in place of a run of the whole job.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from dagster_project.config import PROJECT_ROOT
from dagster_project.quality.record import COLUMNS as GATE_COLUMNS

MODELS = PROJECT_ROOT / "dbt_project" / "models"
QUALITY = {
    "gate_result": ", ".join(f"{name} {data_type}" for name, (data_type, _) in GATE_COLUMNS.items()),
    "row_account": (
        "source varchar, entity varchar, extracted_rows bigint, accepted_rows bigint, quarantined_rows bigint, "
        "superseded_rows bigint, duplicate_rows bigint, rejected_lines bigint, unaccounted_rows bigint"
    ),
    "quarantine": "entity varchar, source varchar, reasons varchar",
    "source_freshness": "source varchar, entity varchar, newest_at timestamp, days_behind double",
}
# Whatever the data say, no browser may run it.
HOSTILE = "<script>window.hostile = true</script><img src=x onerror='window.hostile = true'>"
RUN = "20260402T040000Z-ab12cd34"


def declare(file: Path) -> duckdb.DuckDBPyConnection:
    """Make every table that a version has, empty; the connection finds them as `<schema>.<table>`."""
    connection = duckdb.connect(str(file))
    for schema in ("core", "kpi", "analysis", "quality"):
        connection.execute(f"create schema {schema}")
    for schema in ("core", "kpi", "analysis"):
        for path in sorted((MODELS / schema).rglob("*.yml")):
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            sources = [table for source in document.get("sources", []) for table in source["tables"]]
            for model in [*document.get("models", []), *sources]:
                columns = [f"{it['name']} {it['data_type']}" for it in model.get("columns", []) if "data_type" in it]
                if columns:
                    connection.execute(f"create table {schema}.{model['name']} ({', '.join(columns)})")
                    text = model["description"].replace("'", "''")
                    connection.execute(f"comment on table {schema}.{model['name']} is '{text}'")
    for table, columns in QUALITY.items():
        connection.execute(f"create table quality.{table} ({columns})")
    return connection


def fill(connection: duckdb.DuckDBPyConnection, *, teams: int = 2) -> None:
    """Add half a year of 900 tickets and 450 answers, their figures by one dimension, a backlog and a process."""
    connection.execute(
        f"""
        insert into core.as_of values (timestamp '2026-04-02 20:00:00', date '2026-04-02', 'UTC');
        insert into core.dim_period by name
        select
            grain as period_grain, start::date as period_start,
            (start + case grain when 'month' then interval 1 month else interval 3 month end - interval 1 day)::date
                as last_day,
            start < date '2026-04-01' as is_complete
        from (
            select 'month' as grain, date '2025-10-01' + to_months(i::integer) as start from range(7) as t (i)
            union all
            select 'quarter', date '2025-10-01' + to_months(3 * i::integer) from range(3) as t (i)
        );
        insert into core.fct_ticket by name
        select
            'desk:' || i as ticket_key, true as is_counted, ['email', 'phone', 'chat'][i % 3 + 1] as channel,
            case when i % {teams} = 0 then 'North {HOSTILE.replace("'", "''")}' else 'Team ' || i % {teams} end as team,
            case when i % 5 = 0 then 'vip' else 'consumer' end as segment,
            date '2025-10-01' + (i * 7 % 182)::integer as created_on,
            date '2025-10-01' + (i * 7 % 182)::integer as first_solved_on,
            i * 37 % 300 + 0.7 as first_response_minutes, i * 91 % 5000 + 1.0 as full_resolution_minutes,
            i % 4 < 3 as is_assigned, i % 11 = 0 as is_transferred, i % 13 = 0 as is_escalated,
            true as is_reopen_settled, i % 7 = 0 as is_reopened_in_window, true as is_first_contact_settled,
            i % 4 = 1 as is_first_contact_resolution, true as is_repeat_settled, i % 9 = 0 as is_followed_by_repeat,
            i % 3 > 0 as is_live_offered, i % 17 = 0 as is_live_abandoned, i % 2 = 1 as is_live_answered_in_threshold
        from range(900) as t (i);
        insert into core.fct_survey_response by name
        select
            channel, team, segment, created_on as responded_on, true as is_counted,
            full_resolution_minutes < 3000 as is_satisfied
        from core.fct_ticket
        where first_response_minutes < 150;
        insert into kpi.duration_histogram by name
        select 'first_response_minutes' as kpi, bin, from_minutes, to_minutes
        from (values (1, 0, 60), (2, 60, 120), (3, 120, 240), (4, 240, 1440), (5, 1440, null))
            as t (bin, from_minutes, to_minutes);
        create temp table cases as
        select
            'tickets_created' as kpi, 'count' as statistic, created_on as on_date, channel, team, segment, 1.0 as value
        from core.fct_ticket
        union all
        select 'first_response_minutes', 'median', created_on, channel, team, segment, first_response_minutes
        from core.fct_ticket
        union all
        select 'reopen_rate', 'rate', first_solved_on, channel, team, segment, is_reopened_in_window::integer
        from core.fct_ticket
        union all
        select 'transfer_rate', 'rate', created_on, channel, team, segment, is_transferred::integer
        from core.fct_ticket
        where is_assigned
        union all
        select 'csat_rate', 'rate', responded_on, channel, team, segment, is_satisfied::integer
        from core.fct_survey_response;
        """
    )
    for grain in ("month", "quarter"):
        for dimension in ("overall", "channel", "team", "segment"):
            value = "'all'" if dimension == "overall" else dimension
            connection.execute(
                f"""
                insert into kpi.kpi_value by name
                select
                    kpi, statistic, '{grain}' as period_grain, date_trunc('{grain}', on_date)::date as period_start,
                    '{dimension}' as dimension, {value} as dimension_value, count(*) as sample_size, false as too_few,
                    case statistic when 'count' then count(*) when 'median' then median(value) else avg(value) end
                        as value
                from cases
                group by kpi, statistic, period_start, dimension_value
                """
            )
    connection.execute(
        """
        insert into kpi.scorecard by name
        select
            kpi, statistic, period_grain, period_start, dimension, dimension_value, value,
            case kpi when 'first_response_minutes' then 120 when 'csat_rate' then 0.9 end as target_value,
            case kpi when 'csat_rate' then 0.8 end as benchmark_value, 'Some publisher' as benchmark_publisher,
            case kpi when 'csat_rate' then 'off' when 'tickets_created' then 'no target' else 'near' end as status
        from kpi.kpi_value
        where period_start = case period_grain when 'month' then date '2026-03-01' else date '2026-01-01' end;
        insert into core.fct_ticket_activity by name
        select 'desk:1' as ticket_key, activity, number as activity_number
        from (values ('created', 1), ('assigned', 2), ('solved', 3)) as t (activity, number);
        insert into kpi.process_flow by name
        select
            'overall' as dimension, 'all' as dimension_value, from_activity, to_activity, transitions,
            0.5 as share_of_from, 30.0 as median_minutes, 90.0 as p90_minutes, false as is_self_loop
        from (values ('created', 'assigned', 90), ('assigned', 'solved', 80), ('solved', 'assigned', 9))
            as t (from_activity, to_activity, transitions);
        insert into kpi.backlog_daily by name
        select
            day::date as date_day, 'overall' as dimension, 'all' as dimension_value, 4 as backlog_under_1_day,
            3 as backlog_1_to_3_days, 2 as backlog_3_to_7_days, 1 as backlog_7_to_30_days, 9 as backlog_over_30_days
        from range(date '2026-01-01', date '2026-04-01', interval 1 day) as t (day);
        insert into analysis.staffing_requirement by name
        select
            'Team 1' as team, 'all' as channel, iso_day_of_week, hour_of_day, 1.0 as agents_required,
            1.5 as agents_there, -0.5 as agents_missing
        from (values (1, 14), (2, 9)) as t (iso_day_of_week, hour_of_day);
        insert into kpi.bottleneck by name
        select 'month' as period_grain, date '2026-03-01' as period_start, 'Team 1' as team, status, 3 as visits,
            minutes as waiting_minutes
        from (values ('open', 300.0), ('new', 100.0)) as t (status, minutes);
        """
    )
