{{ config(post_hook='{{ take_affected() }}') }}
-- depends_on: {{ ref('int_customer_versions') }}, {{ ref('int_survey_responses_affected') }}
-- depends_on: {{ ref('int_tickets_affected') }}
{#-
    Only an incremental build asks. A text is affected when the post, answer or remark is that it belongs to, or anything of
    its ticket. What was read out of a text depends on its words alone, which are compared with the rest of its row.
-#}
{% set texts, posts = ref('texts'), ref('stg_social_posts') %}
{% if not builds_incrementally() %}
select cast(null as string) as text_key
where false
{% else %}
with posts as (
    select social_post_key from {{ changed_rows('social_posts') }}

    union distinct

    select social_post_key from {{ posts }}
    where customer_key in (select customer_key from {{ changed_rows('int_customer_versions') }})
)

{% for relation in [texts, before('fct_text')] %}
select text_key from {{ relation }}
where ticket_key in (select ticket_key from {{ ref('int_tickets_affected') }})

union distinct

{% endfor %}
{% for kind in ['post', 'review'] %}
select '{{ kind }}:' || social_post_key as text_key from posts

union distinct

{% endfor %}
select 'survey_comment:' || survey_response_key as text_key from {{ ref('int_survey_responses_affected') }}

union distinct

select 'employee_remark:' || employee_feedback_key as text_key from {{ changed_rows('employee_feedback') }}
{% endif %}
