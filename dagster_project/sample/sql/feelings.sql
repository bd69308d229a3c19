-- How customers felt about a ticket, whether they say so or not.

create table feeling as
select
    no, moment, customer, language, team, channel, solve_1_at, is_trained_then,
    case when response_at is not null then agent end as agent,
    is_normal and opened_by in ('customer', 'bot') and not is_unknown_customer
        and solve_1_at < getvariable('stop') as was_served,
    coalesce(response_at, handled_at, bot_solved_at, given_up_at) - moment as waited,
    4.6 - 0.30 * ln(1 + greatest(0, waited) / 1800.0)
    - 0.9 * (reopen_1_at is not null)::int - 0.35 * moves::int - 0.4 * (resumed_at is not null)::int
    - 0.5 * is_escalated::int - 1.2 * (given_up_at is not null)::int
    + 0.25 * getvariable('skills')[ending.agent]
    + if(is_trained_then, getvariable('training_gain'), 0)
    + if(channel = 'phone' and moment >= getvariable('calls_from'), getvariable('calls_satisfaction'), 0)
    + 0.8 * z(no, 'feeling') as satisfaction,
    satisfaction < 2.9 as is_bad
from (
    select *, getvariable('trained')[agent] and moment >= getvariable('training_from') as is_trained_then from ending
) as ending;
