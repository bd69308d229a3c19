{#- Instants, durations and local time. An instant is a timestamp without zone that holds UTC. -#}

{#- The instant that a text with a UTC offset denotes; NULL where it denotes none. -#}
{% macro instant_with_offset(text) %}{{ return(adapter.dispatch('instant_with_offset')(text)) }}{% endmacro %}
{% macro duckdb__instant_with_offset(text) -%}
    {#- A plain cast to timestamp would drop the offset silently; timezone('UTC', …) takes twice as long (61 ns, 30 ns). -#}
    make_timestamp(epoch_us(try_cast({{ text }} as timestamptz)))
{%- endmacro %}
{% macro spark__instant_with_offset(text) -%}
    cast(try_cast({{ text }} as timestamp_ltz) as timestamp_ntz)
{%- endmacro %}

{#- Local time of a zone → UTC. A local time that occurs twice gives its second occurrence. -#}
{% macro utc_from_local(local_at, zone) %}{{ return(adapter.dispatch('utc_from_local')(local_at, zone)) }}{% endmacro %}
{% macro duckdb__utc_from_local(local_at, zone) -%}
    make_timestamp(epoch_us(timezone({{ zone }}, {{ local_at }})))
{%- endmacro %}
{% macro spark__utc_from_local(local_at, zone) -%}
    {#- convert_timezone gives the first occurrence: the offset of three hours later gives the second, where there is one. -#}
    {%- set later = "convert_timezone(" ~ zone ~ ", 'UTC', " ~ local_at ~ " + interval 3 hour) - interval 3 hour" -%}
    case
        when convert_timezone('UTC', {{ zone }}, {{ later }}) = {{ local_at }} then {{ later }}
        else convert_timezone({{ zone }}, 'UTC', {{ local_at }})
    end
{%- endmacro %}

{#- UTC → local time of a zone. -#}
{% macro local_from_utc(instant, zone) %}{{ return(adapter.dispatch('local_from_utc')(instant, zone)) }}{% endmacro %}
{% macro duckdb__local_from_utc(instant, zone) -%}
    timezone({{ zone }}, make_timestamptz(epoch_us({{ instant }})))
{%- endmacro %}
{% macro spark__local_from_utc(instant, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ instant }})
{%- endmacro %}

{#- Calendar date of an instant in the reporting time zone. -#}
{% macro reporting_date(instant) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        cast({{ instant }} as date)
    {%- else -%}
        cast({{ local_from_utc(instant, "'" ~ var('reporting_time_zone') ~ "'") }} as date)
    {%- endif -%}
{%- endmacro %}

{#- Exact minutes between two instants; seconds and microseconds are fractions. -#}
{% macro minutes_between(from_at, to_at) %}{{ return(adapter.dispatch('minutes_between')(from_at, to_at)) }}{% endmacro %}
{% macro duckdb__minutes_between(from_at, to_at) -%}
    cast((epoch_us({{ to_at }}) - epoch_us({{ from_at }})) / 60000000.0 as double)
{%- endmacro %}
{% macro spark__minutes_between(from_at, to_at) -%}
    (cast({{ microseconds_of(to_at) }} - {{ microseconds_of(from_at) }} as double) / 60000000)
{%- endmacro %}

{#- The date so many months after another. -#}
{% macro months_after(date, months) %}{{ return(adapter.dispatch('months_after')(date, months)) }}{% endmacro %}
{% macro duckdb__months_after(date, months) -%}
    cast({{ date }} + to_months({{ months }}) as date)
{%- endmacro %}
{% macro spark__months_after(date, months) -%}
    add_months({{ date }}, {{ months }})
{%- endmacro %}

{#- In a select list: one row for every day from one date to another, both included. -#}
{% macro days_between(first_date, last_date) %}{{ return(adapter.dispatch('days_between')(first_date, last_date)) }}{% endmacro %}
{% macro duckdb__days_between(first_date, last_date) -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
{%- endmacro %}
{% macro spark__days_between(first_date, last_date) -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
{%- endmacro %}

{#- ISO day of week, Monday = 1 … Sunday = 7. -#}
{% macro iso_day_of_week(date) %}{{ return(adapter.dispatch('iso_day_of_week')(date)) }}{% endmacro %}
{% macro duckdb__iso_day_of_week(date) -%}
    cast(isodow({{ date }}) as integer)
{%- endmacro %}
{% macro spark__iso_day_of_week(date) -%}
    (weekday({{ date }}) + 1)
{%- endmacro %}

{#- Microseconds since 1970 of an instant, or of a local time read as if it were one. -#}
{% macro microseconds_of(at) %}{{ return(adapter.dispatch('microseconds_of')(at)) }}{% endmacro %}
{% macro duckdb__microseconds_of(at) -%}
    epoch_us({{ at }})
{%- endmacro %}
{% macro spark__microseconds_of(at) -%}
    {#- The session's time zone is UTC. -#}
    unix_micros(cast({{ at }} as timestamp_ltz))
{%- endmacro %}

{#- Microseconds since the midnight (UTC) before an instant. -#}
{% macro microsecond_of_day(instant) %}{{ return(adapter.dispatch('microsecond_of_day')(instant)) }}{% endmacro %}
{% macro duckdb__microsecond_of_day(instant) -%}
    epoch_us(cast({{ instant }} as time))
{%- endmacro %}
{% macro spark__microsecond_of_day(instant) -%}
    pmod({{ microseconds_of(instant) }}, 86400000000)
{%- endmacro %}

{#- The instant a whole number of microseconds after another. -#}
{% macro plus_microseconds(instant, microseconds) %}{{ return(adapter.dispatch('plus_microseconds')(instant, microseconds)) }}{% endmacro %}
{% macro duckdb__plus_microseconds(instant, microseconds) -%}
    {{ instant }} + to_microseconds({{ microseconds }})
{%- endmacro %}
{% macro spark__plus_microseconds(instant, microseconds) -%}
    timestampadd(microsecond, {{ microseconds }}, {{ instant }})
{%- endmacro %}

{#- The date a whole number of days after another. -#}
{% macro plus_days(date, days) %}{{ return(adapter.dispatch('plus_days')(date, days)) }}{% endmacro %}
{% macro duckdb__plus_days(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}
{% macro spark__plus_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as integer))
{%- endmacro %}

{#- How many whole times the second number goes into the first; neither is negative. -#}
{% macro whole_quotient(dividend, divisor) %}{{ return(adapter.dispatch('whole_quotient')(dividend, divisor)) }}{% endmacro %}
{% macro duckdb__whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}
{% macro spark__whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) div ({{ divisor }}))
{%- endmacro %}

{#- The IANA time zones the engine knows, as a query with one column, name. -#}
{% macro known_time_zones() %}{{ return(adapter.dispatch('known_time_zones')()) }}{% endmacro %}
{% macro duckdb__known_time_zones() -%}
    select name from pg_timezone_names()
{%- endmacro %}
{% macro spark__known_time_zones() -%}
    {#- Written by Java as one text, '[Asia/Aden, …]'. -#}
    select explode(split(
        regexp_replace(java_method('java.time.ZoneId', 'getAvailableZoneIds'), '[\\[\\]]', ''), ', '
    )) as name
{%- endmacro %}

{#- The instant so many microseconds after 1970 began: the way back from microseconds_of. -#}
{% macro instant_at_calendar_clock(microseconds) %}{{ return(adapter.dispatch('instant_at_calendar_clock')(microseconds)) }}{% endmacro %}
{% macro duckdb__instant_at_calendar_clock(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}
{% macro spark__instant_at_calendar_clock(microseconds) -%}
    cast(timestamp_micros({{ microseconds }}) as timestamp_ntz)
{%- endmacro %}
