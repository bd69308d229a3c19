{#- Spans that follow one another with the same team and status are one visit to the step, whoever held the ticket. -#}
with waits as (
    select
        spans.*,
        coalesce(
            lag(spans.ended_at) over (partition by spans.ticket_key order by spans.span_number) = spans.started_at
            and lag(spans.team_key) over (partition by spans.ticket_key order by spans.span_number) = spans.team_key
            and lag(spans.status) over (partition by spans.ticket_key order by spans.span_number) = spans.status,
            false
        ) as is_continued
    from {{ ref('fct_ticket_span') }} as spans
    inner join {{ ref('fct_ticket') }} as tickets on spans.ticket_key = tickets.ticket_key and tickets.is_counted
    where spans.status in ('new', 'open', 'on_hold')
),

numbered as (
    select
        *,
        sum(case when is_continued then 0 else 1 end) over (
            partition by ticket_key order by span_number rows between unbounded preceding and current row
        ) as visit_number
    from waits
),

visits as (
    select
        ticket_key,
        team,
        status,
        cast(date_trunc('month', {{ reporting_date('min(started_at)') }}) as date) as month_start,
        {{ exact_sum('calendar_minutes') }} as waiting_minutes,
        {{ exact_sum('business_minutes') }} as waiting_business_minutes,
        max(case when is_open then 1 else 0 end) as is_open
    from numbered
    group by ticket_key, visit_number, team, status
),

periods as (
    select
        visits.*,
        'month' as period_grain,
        visits.month_start as period_start
    from visits

    union all

    select
        visits.*,
        'all' as period_grain,
        min(visits.month_start) over () as period_start
    from visits
),

steps as (
    select
        period_grain,
        period_start,
        team,
        status,
        count(distinct ticket_key) as tickets,
        count(*) as visits,
        sum(is_open) as open_visits,
        {{ exact_sum('waiting_minutes') }} as waiting_minutes,
        {{ exact_sum('waiting_business_minutes') }} as waiting_business_minutes,
        percentile_cont(0.5) within group (order by waiting_minutes) as median_visit_minutes
    from periods
    group by period_grain, period_start, team, status
)

select
    period_grain,
    period_start,
    cast(row_number() over (
        partition by period_grain, period_start
        order by waiting_minutes desc, team, status
    ) as bigint) as bottleneck_rank,
    team || ': ' || replace(status, '_', ' ') as step,
    team,
    status,
    cast(tickets as bigint) as tickets,
    cast(visits as bigint) as visits,
    cast(open_visits as bigint) as open_visits,
    waiting_minutes,
    waiting_business_minutes,
    waiting_minutes / nullif({{ exact_sum('waiting_minutes', 'over (partition by period_grain, period_start)') }}, 0) as share_of_waiting,
    median_visit_minutes
from steps
