{#- One currency a customer, in which amounts are added up and compared: that of most of the orders. -#}
{% macro customers_currency(orders) -%}
    select
        customer_key,
        currency
    from {{ orders }}
    group by customer_key, currency
    qualify row_number() over (partition by customer_key order by count(*) desc, currency) = 1
{%- endmacro %}
