{#- Topic 'all' is every text, whatever its topics; a topic's trend is the change against the period before. -#}
{% set grains = ['week', 'month', 'quarter'] %}
{% set columns = (voice_dimensions() + ['occurred_on', 'polarity']) | join(', ') %}
with texts as (
    select 'all' as topic, {{ columns }} from {{ ref('fct_text') }} where is_voice
    union all
    select topic, {{ columns }} from {{ ref('fct_text_topic') }} where is_voice
),

placed as (
    select
        {% for grain in grains %}
        cast(date_trunc('{{ grain }}', occurred_on) as date) as {{ grain }}_start,
        {% endfor %}
        texts.*
    from texts
),

counted as (
    select
        topic,
        case {% for grain in grains %} when grouping({{ grain }}_start) = 0 then '{{ grain }}'{% endfor %} end
            as period_grain,
        coalesce({{ grains | join('_start, ') }}_start) as period_start,
        {{ grouped_dimension(voice_dimensions()) }}
        count(*) as texts,
        count(polarity) as classified_texts,
        count(*) filter (where polarity = 1) as positive_texts,
        count(*) filter (where polarity = 0) as neutral_texts,
        count(*) filter (where polarity = -1) as negative_texts,
        100 * cast(sum(polarity) as double) / nullif(count(polarity), 0) as net_sentiment
    from placed
    group by grouping sets (
        {% for grain in grains %}
        (topic, {{ grain }}_start)
        {%- for dimension in voice_dimensions() %}, (topic, {{ grain }}_start, {{ dimension }}){% endfor %}
        {{- ',' if not loop.last }}
        {% endfor %}
    )
),

numbered as (
    select
        counted.*,
        periods.period_number,
        periods.is_complete,
        min(periods.period_number) over (partition by counted.period_grain) as first_number
    from counted
    inner join {{ ref('dim_period') }} as periods
        on counted.period_grain = periods.period_grain and counted.period_start = periods.period_start
)

select
    current_period.topic,
    current_period.period_grain,
    current_period.period_start,
    current_period.dimension,
    current_period.dimension_value,
    current_period.is_complete,
    {% for measure in ['texts', 'classified_texts', 'positive_texts', 'neutral_texts', 'negative_texts'] %}
    cast(current_period.{{ measure }} as bigint) as {{ measure }},
    {% endfor %}
    cast(current_period.texts - current_period.classified_texts as bigint) as unclassified_texts,
    current_period.net_sentiment,
    case
        when current_period.period_number > current_period.first_number
            then cast(coalesce(period_before.texts, 0) as bigint)
    end as texts_before,
    cast(current_period.texts - period_before.texts as double) / nullif(period_before.texts, 0) as texts_change_rate,
    period_before.net_sentiment as net_sentiment_before,
    current_period.net_sentiment - period_before.net_sentiment as net_sentiment_change
from numbered as current_period
left join numbered as period_before
    on
        current_period.topic = period_before.topic
        and current_period.period_grain = period_before.period_grain
        and current_period.dimension = period_before.dimension
        and current_period.dimension_value = period_before.dimension_value
        and current_period.period_number = period_before.period_number + 1
