{#- One currency a customer, in which amounts are added up and compared: that of most of the orders. -#}
{% macro customers_currency(orders) -%}
    select
        customer_key,
        currency
    from (
        select
            customer_key,
            currency,
            count(*) as order_count
        from {{ orders }}
        group by customer_key, currency
    ) as counted
    qualify row_number() over (partition by customer_key order by order_count desc, currency) = 1
{%- endmacro %}
