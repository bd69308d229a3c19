-- The personnel department's files: remarks for a spreadsheet, courses and benchmarks as CSV, improvements as JSON.

create view clean_remarks as
select
    remark_no as _no, remark_no as _moment, 'F-' || lpad(remark_no::varchar, 5, '0') as _key,
    _key as "Nr", berlin(moment)::varchar as "Submitted", if(is_anonymous, null, agent_key(agent_no)) as "Agent",
    stage as "Stage", remark.topic as "Topic",
    score::varchar as "Score", phrase.words as "Remark"
from remark
left join phrase
    on phrase.use = 'remark' and phrase.theme = remark.topic and phrase.slot = slot(remark_no, 'remark')
    and phrase.tongue = if(u(remark_no, 'tongue') < 0.15 and score < 3, 'zh', 'en')
    and phrase.tone = if(score < 3, 'negative', 'positive');

create table dirty_remarks as
select
    _moment, dirty_key(_key, code, i) as _key, dirty_key("Nr", code, i) as "Nr", "Agent", "Stage", "Topic", "Remark",
    case code
        when 'REQ' then null when 'DATE' then '31.02.2026' when 'FUTURE' then '2026-12-24 12:00:00' else "Submitted"
    end as "Submitted",
    if(code = 'NUMBER', 'sehr gut', "Score") as "Score",
    code as _why
from chosen('remarks', ['REQ', 'DATE', 'NUMBER', 'FUTURE', 'DUP'], (select count(*) from remark)) as chosen
join clean_remarks as clean on clean._no = chosen.no;

create view clean_trainings as
select
    row_number() over (order by completed_at, agent_no, course) as _no, _no as _moment,
    'TR-' || lpad(_no::varchar, 5, '0') as _key,
    _key as id, agent_key(agent_no) as agent, course, strftime(berlin(completed_at), '%Y-%m-%d %H:%M:%S') as finished,
    score::varchar as score
from training;

create table dirty_trainings as
select
    clean.* exclude (_no) replace (
        dirty_key(id, code, i) as _key, dirty_key(id, code, i) as id,
        if(code = 'ORPHAN', 'DIRTY-AG-404-' || i, agent) as agent, if(code = 'DATE', 'Q3', finished) as finished
    ), code as _why
from chosen('trainings', ['ORPHAN', 'DATE'], (select count(*) from training)) as chosen
join clean_trainings as clean on clean._no = chosen.no;

create view clean_initiatives as
select
    row_number() over (order by id) as _no, _no as _moment, id as _key,
    to_json(struct_pack(
        id, name, kpi, start := start_at, "end" := end_at, department, scope := scope::json, target, phase,
        milestones := milestones::json
    ))::varchar as line
from initiative;

-- Invented for the sample, and said so in the row: no publisher stands behind them.
create view clean_market_benchmarks as
select
    row_number() over (order by kpi) as _no, _no as _moment, kpi as _key,
    kpi, 'home retail (sample)' as industry, '2025' as period, value, unit, p25, p75,
    'Careloop sample, invented figures' as publisher,
    'https://example.com/benchmarks' as url
from (values
    ('csat_rate', 0.78, 'share', 0.70, 0.85), ('first_response_minutes', 240, 'minutes', 60, 720),
    ('nps', 32, 'points', 15, 48),
    ('first_contact_resolution_rate', 0.70, 'share', 0.62, 0.78),
    ('full_resolution_minutes', 1500, 'minutes', 700, 3600),
    ('abandonment_rate', 0.08, 'share', 0.04, 0.12), ('survey_response_rate', 0.22, 'share', 0.12, 0.33)
) figures(kpi, value, unit, p25, p75);
