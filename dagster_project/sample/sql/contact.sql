-- The first minutes: bots, the queues of phone and chat, and who takes the ticket.
-- Each step reads what the steps before it decided: DuckDB repeats the whole expression of an alias used in place.

create table contact as
with ticket_then as (
    select
        *, month_no(moment) as month, kind = 'normal' as is_normal,
        team = 4 as always,  -- Technical Support works in shifts, round the clock
        case when team = 4 and moment >= getvariable('faster_from') then getvariable('faster_factor')
            else 1.0 end as factor,
        channel in ('phone', 'chat') as is_live,
        getvariable('load')[hour_no(moment) + 1] as load
    from ticket
),

greeted as (
    -- a bot greets, and solves some matters by itself
    select
        *,
        case when is_normal and opened_by = 'customer' and channel in ('chat', 'web', 'app') and u(no, 'bot') < 0.3
            then moment + 3 + floor(12 * u(no, 'bot at'))::bigint end as bot_at,
        u(no, 'bot solves') < 0.32 as bot_suffices
    from ticket_then
),

handed_over as (
    select
        *,
        case when bot_suffices then bot_at + around(no, 'bot works', 200, 0.5) end as bot_solved_at,
        case when is_normal and opened_by = 'bot' then moment + 2
            when not bot_suffices then bot_at + around(no, 'bot tries', 75, 0.6) end as handover_at
    from greeted
),

queued as (
    -- phone and chat wait in a queue: answered, or given up
    select
        *,
        case when is_normal and is_live and opened_by in ('customer', 'bot') and bot_solved_at is null
            then coalesce(handover_at, moment) + 4 + floor(18 * u(no, 'menu'))::bigint end as queued_at,
        around(no, 'wait', 26 * factor * load, 1.15) as wait,
        greatest(2, round(-ln(u(no, 'patience')) * 260))::bigint as patience
    from handed_over
),

answered as (
    select
        * exclude (wait, patience, load, is_live, bot_suffices),
        case when wait <= patience then queued_at + wait end as answered_at,
        case when wait > patience then queued_at + patience end as abandoned_at
    from queued
)

select
    *,
    case when answered_at is not null then round(around(no, 'talk', if(channel = 'phone', 270, 430), 0.6)
        * if(channel = 'phone' and moment >= getvariable('calls_from'), getvariable('calls_factor'), 1))::bigint end
            as talk,
    case when answered_at is not null then if(u(no, 'hold') < 0.25, around(no, 'held', 45, 0.7), 0) end as hold,
    case when answered_at is not null then around(no, 'wrap up', 50, 0.5) end as wrap_up,
    case when u(no, 'called back') < 0.55 then abandoned_at + 120 end as given_up_at,
    -- what nobody answers: solved in silence, or left lying
    is_normal and queued_at is null and bot_solved_at is null and opened_by in ('customer', 'system')
    and u(no, 'silent') < if(opened_by = 'system', 0.6, 0.025) as is_silent,
    is_normal and answered_at is null and opened_by <> 'agent' and u(no, 'ignored') < 0.006 as is_ignored
from answered;
