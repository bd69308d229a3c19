-- Whom the company asked, and what they answered.

create macro stars(x) as least(5, greatest(1, round(x)))::int;

create table questionnaire as
with asked as (
    select
        'A' || lpad(no::varchar, 7, '0') as invitation_id, 'after_contact' as survey_id, no, customer, language, agent,
        solve_1_at + 3600 + floor(1800 * u(no, 'sent'))::bigint as sent_at, satisfaction, no as k
    from feeling
    where was_served and u(no, 'invited') < 0.7
    union all by name
    select
        'R' || quarter || lpad(customer::varchar, 7, '0') as invitation_id, 'relationship' as survey_id, customer,
        language_of(customer) as language,
        getvariable('start') + (quarter * 91 + 51) * 86400 + 36000 + floor(7200 * u(customer, 'sent'))::bigint
            as sent_at,
        3.9 + 0.8 * z(customer * 8 + quarter, 'loyal') as satisfaction, 4000000000 + customer * 8 + quarter as k
    from range(6) quarters(quarter), range(1, getvariable('customers') + 1) customers(customer)
    where u(customer * 8 + quarter, 'asked') < 0.12 and signup(customer) < sent_at
),

answered as (
    select
        *,
        u(k, 'delivered') > 0.03 as delivered,
        sent_at + 60 + around(k, 'answers', 30000, 1.2) as at_ease,
        -- the dissatisfied are a little more eager to answer
        case when delivered and at_ease < getvariable('stop')
            and u(k, 'responds') < 0.26 + 0.10 * (satisfaction < 2.9)::int then at_ease end as responded_at
    from asked
    where sent_at < getvariable('stop')
),

-- a few answer twice: the last answer counts
repeated as (
    select *, 1 as answer_no, satisfaction as s from answered
    union all
    select
        * replace (responded_at + 600 + around(k, 'answers again', 20000, 1) as responded_at), 2 as answer_no,
        satisfaction - 1.2 + 2 * u(k, 'changes mind') as s
    from answered
    where u(k, 'twice') < 0.02
)

select
    *,
    (row_number() over (order by k, answer_no))::int as questionnaire_no,
    'Q-' || invitation_id || '-' || answer_no as response_id,
    responded_at is not null and survey_id = 'after_contact' as rates,
    case when rates and u(k, 'skips') > 0.02 then stars(s) end as overall,
    case when rates and u(k, 'skips speed') > 0.12 then stars(s - 0.25 + 0.5 * z(k, 'speed')) end as response_speed,
    case when rates and u(k, 'skips quality') > 0.12 then stars(s + 0.4 * z(k, 'quality')) end as service_quality,
    case when rates and u(k, 'skips problem') > 0.12 then stars(s - 0.1 + 0.4 * z(k, 'problem')) end as problem_solving,
    case when rates and u(k, 'skips attitude') > 0.12 then stars(s + 0.35 + 0.5 * z(k, 'attitude')) end as attitude,
    case when rates and u(k, 'skips knowledge') > 0.12 then stars(s + 0.1 + 0.5 * z(k, 'knowledge')) end as knowledge,
    case when responded_at is not null and (survey_id = 'relationship' or u(k, 'skips nps') > 0.2)
        then least(10, greatest(0, round(2.1 * s + 0.1 + 1.1 * z(k, 'recommend'))))::int end as recommend,
    case when rates and u(k, 'skips effort') > 0.2
        then least(7, greatest(1, round(1.35 * s + 0.3 + 0.7 * z(k, 'effort'))))::int end as effort,
    responded_at is not null and u(k, 'comments') < 0.45 as comments
from repeated
where answer_no = 1 or responded_at < getvariable('stop');

-- Dissatisfied customers are called back, often within two days.
create table follow_up as
select no, questionnaire.responded_at + 1800 + around(no, 'callback', 50000, 0.9) as moment, ending.agent
from questionnaire
join ending using (no)
where answer_no = 1 and overall <= 2 and opened_by = 'customer' and response_at is not null
    and u(no, 'calls back') < 0.55
    and questionnaire.responded_at + 1800 + around(no, 'callback', 50000, 0.9) < ending.closed_at;
