{#-
    The pseudonym of a text: the first 128 bits of HMAC-SHA256 (RFC 2104) with the company's secret key, in
    hexadecimal; NULL of NULL. The key comes as variables of the session (dagster_project/pseudonyms.py), not as text:
    what dbt compiles is written to disk.
-#}
{% macro keyed_pseudonym(text) %}{{ return(adapter.dispatch('keyed_pseudonym')(text)) }}{% endmacro %}
{% macro duckdb__keyed_pseudonym(text) -%}
    left(
        sha256(getvariable('pseudonym_outer_key') || unhex(
            sha256(getvariable('pseudonym_inner_key') || encode({{ text }}))
        )),
        32
    )
{%- endmacro %}
{% macro spark__keyed_pseudonym(text) -%}
    {#- A function of the session that knows the key, so that no plan holds it: dagster_project/spark/functions.py. -#}
    keyed_pseudonym({{ text }})
{%- endmacro %}
