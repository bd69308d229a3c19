{#- What counts as a customer's act: activity of seeds/customer_activities.csv, fact, its day, and which rows count. -#}
{% macro customer_acts() %}
    {{ return([
        ('order', 'fct_order', 'ordered_on', 'true'),
        ('ticket', 'fct_ticket', 'created_on', 'facts.is_counted'),
        ('usage', 'fct_usage_event', 'occurred_on', 'true'),
    ]) }}
{% endmacro %}
