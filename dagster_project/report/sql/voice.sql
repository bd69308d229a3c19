-- One row per period and topic of what customers wrote, the most written-about first.
select
    period_grain, period_start, dimension, dimension_value, topic, texts, positive_texts, negative_texts, net_sentiment,
    texts - texts_before as change
from kpi.voice_of_customer
where
    topic <> 'all' and period_grain in ('month', 'quarter')
    and period_start >= (select date_trunc('quarter', as_of_date) - interval 24 month from core.as_of)
    and (dimension = 'overall' or (dimension, dimension_value) in (select dimension, value from largest))
qualify row_number() over (
    partition by period_grain, period_start, dimension, dimension_value order by texts desc, topic
) <= 10
order by period_grain, period_start, dimension, dimension_value, texts desc, topic
