-- One violation, at least, of every rows query in expectations/. Read by test_project_suites.py, which adds violations
-- of all other expectations itself. Keys say what is wrong; 'lost' rows reach staging and no further.

insert into staging.stg_customers by name select 'ada lovelace' as customer_key;
insert into staging.stg_customers by name
select 'left early' as customer_key, timestamp '2024-02-01' as signup_at, timestamp '2024-01-01' as churned_at;
insert into staging.stg_agents by name
select 'left early' as agent_key, timestamp '2024-02-01' as hired_at, timestamp '2024-01-01' as left_at;
insert into staging.stg_agents by name select 'crm' as source, 'no such team' as team_key;
insert into staging.stg_teams by name select 'crm' as source, unnest(['a', 'b']) as team_key, 'Same name' as name;
insert into staging.stg_tickets by name select 'crm' as source, 'lost' as ticket_key;
insert into staging.stg_tickets by name
select timestamp '2024-02-01' as created_at, timestamp '2024-01-01' as closed_at, -1 as talk_seconds;
insert into staging.stg_ticket_events by name select 'crm' as source, 'ticket not accepted' as ticket_key;
insert into staging.stg_survey_invitations by name select 'lost' as survey_invitation_key;
insert into staging.stg_survey_responses by name
select 'lost' as survey_response_key, 'recommend' as question, 99 as score, 5 as scale_min, 5 as scale_max;
insert into staging.stg_social_posts by name
select 'lost' as social_post_key, 'lost' as in_reply_to_post_key, -1 as likes, 0 as shares;
insert into staging.stg_orders by name select 'lost' as order_key, 9.99 as amount;
insert into staging.stg_self_service_sessions by name
select 'lost' as self_service_session_key, timestamp '2024-02-01' as started_at, timestamp '2024-01-01' as ended_at;
insert into staging.stg_self_service_sessions by name select 'faq' as kind, 'T' as handed_over_ticket_key;
insert into staging.stg_articles by name
select 'lost' as article_key, timestamp '2024-02-01' as published_at, timestamp '2024-01-01' as archived_at;
insert into staging.stg_employee_feedback by name select 'lost' as employee_feedback_key;
insert into staging.stg_trainings by name select 'lost' as training_key;
insert into staging.stg_market_benchmarks by name select 3 as p25, 2 as value, 4 as p75;
insert into staging.stg_initiatives by name
select 'lost' as initiative_key, timestamp '2024-02-01' as start_at, timestamp '2024-01-01' as end_at, 'all' as scope;
insert into staging.stg_usage_events by name select unnest(['lost', 'lost too']) as usage_event_key;

insert into core.as_of by name
select unnest([date '2023-12-31', date '2024-01-31']) as as_of_date, as_of_date::timestamp as as_of;
insert into core.dim_customer by name select 'ada lovelace' as customer_key;
insert into core.dim_agent by name select 'no such team' as team_key;
insert into core.dim_date by name select unnest([date '2024-01-02', date '2024-01-05']) as date_day;
insert into core.dim_initiative by name select 'no such kpi' as kpi;
insert into core.fct_market_benchmark by name select 'no such kpi' as kpi;
insert into core.fct_ticket by name
select
    'nobody''s' as ticket_key, 'no one' as customer_key, 'no team' as team_key, 'no agent' as assignee_key,
    timestamp '2024-05-01' as created_at, date '2024-01-03' as created_on,
    'unmapped' as status, 'Parked' as source_status;
insert into core.fct_ticket by name
select timestamp '2024-02-01' as first_solved_at, timestamp '2024-01-01' as last_solved_at;
insert into core.fct_ticket by name
select true as is_solved, true as is_spam, false as is_deleted, false as is_merged, true as is_counted;
insert into core.fct_ticket by name select true as is_reopened_in_window, 0 as reopen_count;
insert into core.fct_ticket by name select 'reopened' as ticket_key, true as has_status_history, 2 as reopen_count;
insert into core.fct_ticket_event by name
select
    'nobody''s' as ticket_key, timestamp '2024-04-01' as occurred_at, 'no agent' as agent_key,
    'unmapped' as status, 'ada@example.org' as to_value;
insert into core.fct_ticket_event by name select unnest(['many', 'more', 'events', 'than', 'were', 'accepted']) as ticket_event_key;
insert into core.fct_ticket_event by name select 'no ticket' as ticket_key;
insert into core.fct_ticket_status_change by name
select 'no ticket' as ticket_key, 'open' as status, 'open' as previous_status, true as is_solved, false as was_solved;
insert into core.fct_survey_response by name
select
    'no one' as customer_key, 'no agent' as agent_key, 'no ticket' as ticket_key,
    true as is_satisfied, true as is_dissatisfied;
insert into core.fct_survey_response by name
select 'I' as survey_invitation_key, 'overall' as question, true as is_counted, unnest([4, 5]) as score;
insert into core.fct_survey_invitation by name
select
    'no one' as customer_key, timestamp '2024-02-01' as sent_at, timestamp '2024-01-01' as responded_at,
    false as is_answered;
insert into core.fct_social_post by name
select 'no one' as customer_key, true as is_brand, true as is_root_mention;
insert into core.fct_self_service_session by name
select
    'no one' as customer_key, 'no article' as article_key, 'no ticket' as handed_over_ticket_key,
    false as is_handed_over;
insert into core.fct_order by name select 'no one' as customer_key, 'no product' as product;
insert into core.fct_usage_event by name select 'no one' as customer_key;
insert into core.fct_employee_feedback by name select 'no agent' as agent_key;
insert into core.fct_training by name select 'no agent' as agent_key;

insert into kpi.kpi_value by name select 'week' as period_grain, date '2024-01-03' as period_start; -- a Wednesday
insert into kpi.kpi_value by name select 'rate' as statistic, 3 as numerator, 2 as denominator, 1.6 as value;
insert into kpi.kpi_value by name select 'index' as statistic, 101 as value;
insert into kpi.kpi_value by name select 'first_response_minutes' as kpi, -1 as value;
insert into kpi.kpi_value by name select 'Infinity'::double as value;
insert into kpi.kpi_value by name select 0.5 as value, 0.6 as value_low, 0.7 as value_high;
insert into kpi.kpi_value by name
select
    'tickets_created' as kpi, 'count' as statistic, 'day' as period_grain, date '2024-01-01' as period_start, *
from (values ('overall', 'all', 5), ('channel', 'email', 3), ('channel', 'phone', 1)) as t(dimension, dimension_value, value);
insert into kpi.kpi_value by name
select
    'tickets_created' as kpi, 'count' as statistic, 'month' as period_grain, date '2024-01-01' as period_start,
    'overall' as dimension, 'all' as dimension_value, 6 as value;
insert into kpi.backlog_daily by name
select date '2024-01-09' as date_day, *
from (values ('overall', 'all', -5), ('channel', 'email', 3)) as t(dimension, dimension_value, backlog);
insert into kpi.scorecard by name
select
    'csat_rate' as kpi, 'month' as period_grain, date '2024-01-01' as period_start, 'higher' as direction,
    0.7 as value, 0.8 as target_value, 'on target' as status, 3 as sample_size;

insert into quality.row_account by name select 'orders' as entity, 'crm' as source, -1 as landed_rows, 3 as quarantined_rows;
insert into quality.row_account by name select 2 as rejected_lines;
insert into quality.source_freshness by name select 'late' as source, 10 as days_behind, 0.5 as quarantined_rate;

-- fct_ticket_span, fct_ticket_stage, dim_agent_version, duration_histogram and the newer checks of fct_ticket, backlog_daily
insert into core.fct_ticket_span by name select 'nobody knows' as ticket_key, 1 as span_number;
insert into core.fct_ticket_span by name
select 'T' as ticket_key, 1 as span_number, timestamp '2024-02-01' as started_at, timestamp '2024-01-01' as ended_at;
insert into core.fct_ticket_span by name
select 'T' as ticket_key, 2 as span_number, 1 as calendar_minutes, 2 as business_minutes;
insert into core.fct_ticket_span by name select 'T' as ticket_key, 3 as span_number, 1 as calendar_minutes;
insert into core.fct_ticket_stage by name
select 'nobody knows' as ticket_key, 'response' as stage, 1 as stage_minutes, 2 as stage_business_minutes;
insert into core.dim_agent_version by name
select 'backwards' as agent_key, timestamp '2024-02-01' as valid_from, timestamp '2024-01-01' as valid_to;
insert into core.dim_agent_version by name
select 'elsewhere' as agent_key, 'north' as team_key, timestamp '1900-01-01' as valid_from, timestamp '9999-12-31' as valid_to;
insert into core.dim_agent by name select 'elsewhere' as agent_key, 'south' as team_key;
insert into kpi.duration_histogram by name
select 'first_response_minutes' as kpi, date '2024-01-01' as date_day, 'overall' as dimension, 'all' as dimension_value,
    1 as bin, 3 as ticket_count;
insert into kpi.kpi_value by name
select 'first_response_minutes' as kpi, 'median' as statistic, 'day' as period_grain, date '2024-01-01' as period_start,
    'overall' as dimension, 'all' as dimension_value, 4 as sample_size;
insert into kpi.backlog_daily by name
select date '2024-01-03' as date_day, 'overall' as dimension, 'all' as dimension_value, 3 as backlog,
    -1 as backlog_under_1_day, 1 as backlog_1_to_3_days, 1 as backlog_3_to_7_days, 1 as backlog_7_to_30_days,
    0 as backlog_over_30_days;
insert into core.fct_ticket by name
select 'ill-timed' as ticket_key, true as is_solved, 1 as full_resolution_minutes, 2 as full_resolution_business_minutes,
    1 as requester_wait_minutes, 1 as agent_wait_minutes;
insert into core.fct_ticket by name
select 'handed on' as ticket_key, true as is_first_contact_resolution, 2 as transfer_count, false as is_escalated;

-- core.fct_sla_target, kpi.sla_attainment
insert into core.fct_ticket by name
select 'promised' as ticket_key, true as is_counted, timestamp '2024-01-02' as first_response_at;
insert into core.as_of by name select timestamp '2024-06-01' as as_of;
insert into core.fct_sla_target by name
select
    'contradictory' as sla_target_key, 'promised' as ticket_key, 'first_response' as target_kind, 'met' as status,
    timestamp '2024-01-03' as fulfilled_at, timestamp '2024-01-02' as due_at, -1 as remaining_minutes;
insert into core.fct_sla_target by name
select
    'overdue' as sla_target_key, 'no ticket' as ticket_key, 'active' as status, timestamp '2024-01-02' as started_at,
    timestamp '2024-01-01' as due_at, date '2024-01-02' as started_on, 'resolution' as target_kind;
insert into kpi.sla_attainment by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'resolution' as target_kind, 'all' as policy,
    1 as met, 1 as breached, 0 as active, 0.7 as attainment_rate;
