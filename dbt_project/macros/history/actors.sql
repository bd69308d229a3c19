{#-
    Who acted, as they were at that instant: 'agent' is a human one, 'bot' a bot, whatever they are today. Where the
    source does not say who acted, the actor's key tells: an agent employed then, else a customer.

    events, agents, customers: aliases; agents is the version in force (acting_agents), customers may be left out where
    the caller needs agents only.
-#}
{% macro actor_kind(events='events', agents='agents', customers='customers') -%}
    case
        when {{ events }}.actor_type = 'agent' and {{ agents }}.is_bot then 'bot'
        when {{ events }}.actor_type is not null then {{ events }}.actor_type
        when
            {{ agents }}.agent_key is not null
            and coalesce({{ agents }}.hired_at <= {{ events }}.occurred_at, true)
            and coalesce({{ events }}.occurred_at < {{ agents }}.left_at, true)
            then case when {{ agents }}.is_bot then 'bot' else 'agent' end
        when {{ customers }}.customer_key is not null then 'customer'
        else 'unknown'
    end
{%- endmacro %}

{#- The joins that actor_kind reads. -#}
{% macro join_actors(events='events', agents='agents', customers='customers') -%}
left join {{ ref('int_agent_versions') }} as {{ agents }}
    on
        {{ events }}.actor_agent_key = {{ agents }}.agent_key
        and {{ agents }}.valid_from <= {{ events }}.occurred_at
        and {{ events }}.occurred_at < {{ agents }}.valid_to
left join {{ ref('stg_customers') }} as {{ customers }}
    on {{ events }}.actor_customer_key = {{ customers }}.customer_key and {{ events }}.actor_type is null
{%- endmacro %}

{#- The order of a ticket's events, for an order by clause. -#}
{% macro event_order(alias='') -%}
    {% set prefix = alias ~ '.' if alias else '' -%}
    {{ prefix }}occurred_at, {{ prefix }}source_position, {{ prefix }}source_mapping, {{ prefix }}ticket_event_key
{%- endmacro %}
