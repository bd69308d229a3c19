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

-- core.fct_ticket_handover, fct_survey_stratum, fct_self_service_session; kpi.closed_loop, survey_stratum, self_service,
-- faq_candidate, channel_performance, employee_voice, benchmark
insert into core.fct_ticket_handover by name select 'no ticket' as ticket_key;
insert into core.fct_self_service_session by name
select
    'judged as another kind' as self_service_session_key, 'bot' as kind, 'nobody''s' as handed_over_ticket_key,
    true as is_handed_over, true as is_contained, true as is_deflected;
insert into core.fct_survey_stratum by name
select 'month' as period_grain, date '2024-01-01' as period_start, *
from (values ('segment', 'vip', 5, 1, 2, 1, 2), ('product', 'Lamp', 6, 1, 0, 0, 0))
    as t(stratification, stratum, population, answers, satisfied, delivered, answered);
insert into core.fct_survey_response by name
select 'complaint on no list' as survey_response_key, true as is_counted, true as is_dissatisfied;
insert into kpi.closed_loop by name
select
    'followed up before it was given' as survey_response_key, timestamp '2024-01-02' as answered_at,
    timestamp '2024-01-01' as followed_up_at, timestamp '2024-01-04' as due_at, 'missed' as status, true as is_settled;
insert into kpi.survey_stratum by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'segment' as stratification, 'vip' as stratum,
    0.4 as population_share, 0 as answers, false as is_unanswered, 0.5 as csat_weighted_rate, 1 as weighted_satisfied,
    4 as weight_sum, 9 as effective_sample_size;
insert into kpi.self_service by name
select date '2024-01-01' as month_start, 'faq' as kind, 1 as sessions, 1 as deflection_settled_sessions, 2 as deflected_sessions;
insert into kpi.kpi_value by name
select
    'deflection_rate' as kpi, 'rate' as statistic, 'month' as period_grain, date '2024-01-01' as period_start,
    'kind' as dimension, 'faq' as dimension_value, 1 as numerator;
insert into kpi.faq_candidate by name
select 'billing' as topic, *
from (values ('Lamp', 1, 10, true), ('Kettle', 2, 20, false))
    as t(product, candidate_rank, handle_minutes_total, is_covered);
insert into core.fct_ticket by name select 'on no list' as ticket_key, true as is_counted, 'unheard' as category, 'Lamp' as product;
insert into kpi.channel_performance by name
select date '2024-01-01' as month_start, 'pigeon' as channel, 7 as tickets_created;
insert into kpi.employee_voice by name
select date '2024-01-01' as month_start, 'tools' as topic, 1 as remarks, 2 as scored_remarks;
insert into core.fct_employee_feedback by name
select date '2024-01-05' as submitted_on, 'unheard' as topic, 'response' as process_stage;
insert into core.fct_market_benchmark by name select 'dropped' as market_benchmark_key;
insert into kpi.benchmark by name
select
    'worse than it says' as market_benchmark_key, 'csat_rate' as kpi, 'rate' as statistic, 0.5 as our_value,
    0.8 as benchmark_value, 'better than the benchmark' as position;
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
-- Customers and people: dim_customer_version, dim_period, dim_customer_period, fct_customer_activity, fct_agent_outcome,
-- fct_training_group; customer_activity, customer_cohort, customer_value, customer_feedback, customer_health,
-- agent_scorecard, team_scorecard, team_category_fit, training_effect
insert into core.dim_customer_version by name
select 'twofold' as customer_key, timestamp '2024-01-01' as valid_from, timestamp '2024-03-01' as valid_to;
insert into core.dim_customer_version by name
select 'twofold' as customer_key, timestamp '2024-02-01' as valid_from, timestamp '9999-12-31' as valid_to;
insert into core.dim_period by name
select 'month' as period_grain, date '2024-01-01' as period_start, 7 as period_number, false as is_complete;
insert into core.dim_period by name
select 'month' as period_grain, date '2024-02-01' as period_start, 9 as period_number, false as is_complete;
insert into core.dim_customer_period by name
select 'twofold' as customer_key, 'month' as period_grain, 3 as first_number, 2 as last_number;
insert into core.fct_customer_activity by name
select
    'never heard of' as customer_key, 'month' as period_grain, 2 as period_count,
    unnest([date '2024-01-01', date '2024-02-01']) as first_period_start;
insert into core.fct_order by name select 'lost customer' as customer_key, date '2024-01-15' as ordered_on;
insert into core.fct_agent_outcome by name
select 'solve' as outcome, 'never heard of' as agent_key, 't' as case_key, date '2024-01-15' as counted_on;
insert into core.dim_agent_version by name
select
    'mover' as agent_key, 'old team' as team_key, false as is_bot,
    timestamp '1900-01-01' as valid_from, timestamp '9999-12-31' as valid_to;
insert into core.fct_agent_outcome by name
select
    'solve' as outcome, 'mover' as agent_key, 't' as case_key, 'new team' as team_key,
    timestamp '2024-01-15' as acted_at, date '2024-01-15' as counted_on;
insert into core.dim_agent by name select 'pupil' as agent_key, false as is_bot;
insert into core.fct_training by name
select 'Listening' as course, 'pupil' as agent_key, date '2024-01-12' as completed_on;
insert into core.fct_training_group by name
select
    'Listening' as course, date '2024-01-01' as cohort_month, 'old team' as team_key, 'pupil' as agent_key,
    false as is_trained, date '2024-01-10' as first_completed_on, date '2024-01-10' as last_completed_on,
    date '2024-01-01' as before_from, date '2024-01-15' as after_to;
insert into kpi.customer_activity by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'overall' as dimension, 'all' as dimension_value,
    1 as active_customers, 1 as active_before, 2 as retained_customers, 0 as new_customers;
insert into kpi.customer_activity by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'segment' as dimension, 'vip' as dimension_value,
    9 as active_customers, 1 as active_before, 1 as retained_customers, 0 as new_customers;
insert into kpi.customer_activity by name
select
    'month' as period_grain, date '2024-02-01' as period_start, 'overall' as dimension, 'all' as dimension_value,
    5 as active_customers, 3 as active_before, 1 as retained_customers, 0 as new_customers;
insert into kpi.customer_cohort by name
select
    date '2024-01-01' as cohort_month, 'all' as segment, 0 as months_since, date '2024-01-01' as month_start,
    1 as customers, 2 as retained;
insert into kpi.customer_value by name
select 'small' as customer_key, 'EUR' as spend_currency, 10 as recent_spend, 3 as monetary_tercile;
insert into kpi.customer_value by name
select 'big' as customer_key, 'EUR' as spend_currency, 20 as recent_spend, 1 as monetary_tercile;
insert into kpi.customer_feedback by name
select 'small' as customer_key, 1 as negative_count, 2 as unresolved_negative_count;
insert into kpi.customer_health by name
select 'small' as customer_key, 5 as open_ticket_count, date '2099-01-01' as last_activity_on;
insert into kpi.agent_scorecard by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'mover' as agent_key, 'ranked' as ranking_status,
    3 as tickets_solved, 0.5 as csat_rate, 0.9 as agent_csat, 0.6 as team_csat_rate, 2 as agent_csat_percentile,
    0.5 as star_score, 7 as service_star_rank;
insert into kpi.team_scorecard by name
select
    'month' as period_grain, date '2024-01-01' as period_start, 'old team' as team_key, 'ranked' as ranking_status,
    3 as tickets_solved, 0.5 as csat_rate, 0.9 as team_csat, 0.6 as company_csat_rate, 2 as team_csat_percentile,
    0.5 as star_score, 7 as team_award_rank;
insert into kpi.team_category_fit by name
select
    'billing' as category, 'old team' as team_key, 2 as tickets, 3 as solved_tickets, 0.5 as solved_share,
    0.6 as category_solved_share, 0.9 as shrunken_solved_share, 'too few' as ranking_status, 0.5 as fit_score,
    7 as team_category_fit;
insert into kpi.training_effect by name
select
    'Listening' as course, date '2024-01-01' as cohort_month, 'old team' as team_key, 'no such kpi' as kpi,
    true as is_complete, date '2099-01-01' as after_to, 0.1 as trained_after, 0.1 as trained_before,
    0 as trained_after_n, 0.1 as untrained_after, 0.1 as untrained_before, 0.5 as training_effect;
-- fct_ticket_activity, process_flow, process_variant, process_stage, bottleneck
insert into core.fct_ticket_activity by name
select 'spam' as ticket_key, 3 as activity_number, 'status unmapped' as activity, -1 as minutes_since_previous;
insert into core.fct_ticket_activity by name select 'spam' as ticket_key, 1 as activity_number, 'created' as activity;
insert into kpi.process_flow by name
select
    'overall' as dimension, 'all' as dimension_value, 'start' as from_activity, 'created' as to_activity,
    99 as transitions, 100 as tickets, 0.4 as share_of_from;
insert into kpi.process_variant by name
select * from (values (1, 'created > solved', 2, 3, 0.3), (2, 'created', 1, 5, 0.5))
    as t(variant_rank, variant, variants, tickets, share);
insert into kpi.process_stage by name
select 'response' as stage, *
from (values ('overall', 'all', 5, 3, 1, 1, 0, 0, 0), ('team', 'North', 4, 3, 1, 0, 0, 0, 0)) as t(
    dimension, dimension_value, tickets, reached_tickets, completed_tickets, dropped_out_tickets, open_tickets,
    skipped_tickets, not_yet_reached_tickets
);
insert into kpi.bottleneck by name
select *
from (values
    ('all', date '2024-01-01', 'North', 'open', 1, 10), ('all', date '2024-01-01', 'South', 'open', 2, 20)
) as t(period_grain, period_start, team, status, bottleneck_rank, waiting_minutes);
-- core.fct_text, fct_text_topic, fct_text_unanswered; kpi.voice_of_customer, feedback_worklist
insert into core.fct_text by name
select 'guessed' as text_key, true as is_voice, 'unclassified' as sentiment, 'inferred' as sentiment_source, 1 as polarity,
    date '2024-01-01' as occurred_on;
insert into core.fct_social_post by name select 'unheard' as social_post_key, false as is_brand;
insert into core.fct_text_topic by name select 'no text' as text_key, 'delivery' as topic;
insert into core.fct_text_unanswered by name select 'no text' as text_key;
insert into kpi.voice_of_customer by name
select 'all' as topic, 'month' as period_grain, date '2024-01-01' as period_start, 'overall' as dimension, 9 as texts,
    3 as classified_texts, 1 as positive_texts, 1 as neutral_texts, 0 as negative_texts, 6 as unclassified_texts;
insert into kpi.feedback_worklist by name
select * from (values ('late', 1, 1), ('urgent', 2, 4)) as t(text_key, urgency_rank, urgency_points);
