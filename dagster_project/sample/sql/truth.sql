-- The expected figures, from the plan of each ticket: neither from its events nor from any file.

-- The newest instant of all that is true: what the warehouse must take as 'now'.
set variable as_of = (select max(t) from (
    select max(moment) as t from event
    union all select max(epoch("LastModified"::timestamp)::bigint) from clean_customers
    union all select max(signup_at) from customer
    union all select max(sent_at) from questionnaire
    union all select max(responded_at) from questionnaire
    union all select max(_moment) from clean_social_posts
    union all select max(moment) from purchase
    union all select max(_moment) from clean_usage_events
    union all select max(ended_at) from session
    union all select max(updated_at) from article
    union all select max(moment) from remark
    union all select max(completed_at) from training
));

create macro happened(t) as if(t < getvariable('stop'), t, null);
create macro month_of(t) as strftime(berlin(t), '%Y-%m');

create table fact as
with dated as (
    select
        no, moment as created, channel, talk, queued_at, abandoned_at, answered_at, spike_id, first_team, product,
        category,
        case when not is_normal and closed_at < getvariable('stop') then kind else 'counted' end as kind,
        happened(solve_1_at) as solve_1, happened(solve_2_at) as solve_2, happened(solve_3_at) as solve_3,
        happened(reopen_1_at) as reopen_1, happened(reopen_2_at) as reopen_2,
        if(happened(coalesce(moved_at, moved_early_at)) is null, first_team, team) as team,
        -- what an agent opened is measured from the customer's first word after it
        case when opened_by = 'agent' then coalesce(asked_1_at, reopen_1_at) else moment end as asked,
        happened(case
            when opened_by <> 'agent' then response_at when asked_1_at is null then reanswered_1_at else answered_1_at
        end) as answered,
        happened(resumed_at) as resumed, case when resumed_at is not null then happened(anchor_b + 1) end as put_on_hold
    from ending
)

select
    * exclude (asked, answered, resumed, put_on_hold),
    answered - asked as first_response_seconds,
    case when reopen_2 is not null then solve_3 when reopen_1 is not null then solve_2 else solve_1 end as standing_solve,
    standing_solve - created as full_resolution_seconds,
    solve_1 + 14 * 86400 <= getvariable('as_of') as reopen_window_elapsed,
    coalesce(reopen_1 - solve_1 <= 14 * 86400, false) as reopened_in_window,
    coalesce(resumed, if(put_on_hold is null, null, getvariable('as_of'))) - put_on_hold as on_hold_seconds
from dated;

create view counted as select * from fact where kind = 'counted';

-- Unsolved before `t`: created, and not between a solve and the next reopening.
create macro unsolved_before(t) as table
    select *
    from counted
    where created < t and not coalesce(solve_1 < t and coalesce(reopen_1, t) >= t, false)
        and not coalesce(solve_2 < t and coalesce(reopen_2, t) >= t, false)
        and not coalesce(solve_3 < t, false);

-- An answer counts once an invitation, the last one, for the month in which it was given.
create table answer as
select invitation_id, survey_id, no, agent, channel, responded_at, overall, recommend
from questionnaire
left join (select no, channel from ticket) as ticket using (no)
where responded_at is not null
qualify row_number() over (partition by invitation_id order by answer_no desc) = 1;

create view rating as
select answer.*, fact.team, fact.created, fact.kind
from answer
join fact using (no)
where overall is not null;
