-- What the personnel department knows: courses, and what employees say.

create table training as
-- Planted: the course that makes customers happier with those who took it
select
    agent_no, 'Active listening' as course, getvariable('training_from') - 36000 - 60 * agent_no as completed_at,
    70 + floor(30 * u(agent_no, 'passes'))::int as score
from agent
where is_trained and hired < getvariable('training_from')
union all by name
select
    agent_no,
    one_of(['Product basics', 'Data protection', 'Writing clearly', 'Difficult conversations'], id, 'course') as course,
    opening((clock(from_at) + u(id, 'finishes') * (clock(until_at) - clock(from_at)))::bigint) as completed_at,
    case when u(id, 'graded') < 0.8 then 55 + floor(45 * u(id, 'grade'))::int end as score
from (
    select
        agent_no, agent_no * 10 + n as id, greatest(hired, getvariable('start')) as from_at,
        coalesce(left_at, getvariable('stop')) - 86400 as until_at
    from agent, range(2) courses(n)
);

-- Remarks are made at work; Logistics Care has most to say about waiting for the warehouse.
create table remark as
with said as (
    select
        f,
        opening((clock(getvariable('stop') - 3600) * u(f, 'says at'))::bigint) as moment,
        1 + floor(u(f, 'who says') * (select count(*) from agent))::int as agent_no
    from range(greatest(120, getvariable('tickets') // 100)) t(f)
)

select
    (row_number() over (order by said.moment, f))::int as remark_no, said.moment, said.agent_no,
    u(f, 'anonymous') < 0.2 as is_anonymous,
    case when team_no = 3 and u(f, 'stage') < 0.6 then 'resolution'
        else one_of(['contact and triage', 'response', 'resolution', 'follow-up'], f, 'stage of') end as stage,
    case when team_no = 3 and stage = 'resolution' then 'process'
        else one_of(['tools', 'workload', 'process', 'training', 'communication'], f, 'remark about') end as topic,
    case when team_no = 3 and stage = 'resolution' then 1 + floor(2.2 * u(f, 'grade'))::int
        else 1 + floor(5 * sqrt(u(f, 'grade')))::int end as score
from said
join agent on agent.agent_no = said.agent_no and hired < said.moment and coalesce(left_at > said.moment, true);
