-- What is said in public: posts and reviews, and when the brand replies.

create table mention as
with draw as (
    select i, floor(u(i, 'posts') * getvariable('total_weight'))::bigint as mark
    from range(greatest(200, getvariable('tickets') // 4)) t(i)
),

placed as (
    select
        draw.i, arrival_hour.moment + floor(3600 * u(draw.i, 'posts at'))::bigint as moment,
        case when draw.mark - arrival_hour.mark >= arrival_hour.weight then arrival_hour.spike_id end as spike_id
    from draw asof join arrival_hour on draw.mark >= arrival_hour.mark
)

select
    (row_number() over (order by placed.moment, i))::int as post_no, placed.moment,
    case when u(i, 'platform') < 0.40 then 'microblog' when u(i, 'platform') < 0.55 then 'photo'
        when u(i, 'platform') < 0.80 then 'reviews' else 'weixun' end as platform,
    case
        when platform = 'weixun' or (platform = 'reviews' and u(i, 'tongue') < 0.12) then 'zh'
        when u(i, 'tongue') > 0.96 then 'de' else 'en'
    end as language,
    coalesce(spike.category, one_of(
        ['delivery', 'delivery', 'delivery', 'returns', 'returns', 'billing', 'technical', 'technical', 'product_info',
         'product_info', 'complaint', 'account'],
        i, 'about'
    )) as topic,
    coalesce(spike.product, one_of(
        ['Coffee Machine', 'Robot Vacuum', 'Air Purifier', 'Smart Lamp', 'Cookware Set', 'Water Filter', 'Lark Plus',
         'Mobile App'],
        i, 'praises'
    )) as product,
    case
        when spike.spike_id is not null and u(i, 'mood') < 0.85 or u(i, 'mood') < 0.34 then 'negative'
        when u(i, 'mood') < 0.60 then 'neutral' else 'positive'
    end as sentiment,
    case
        when platform <> 'reviews' then null
        when sentiment = 'negative' then 1 + (u(i, 'stars') < 0.45)::int
        when sentiment = 'neutral' then 3
        else 4 + (u(i, 'stars') < 0.6)::int
    end as rating,
    case when u(i, 'known') < 0.25 then 1 + floor(u(i, 'poster') * customers_until(placed.moment))::bigint end
        as customer,
    floor(exp(2 + 1.5 * z(i, 'likes')))::int as likes,
    floor(exp(0.2 + 1.3 * z(i, 'shares')))::int as shares,
    case when u(i, 'replied') < case sentiment when 'negative' then 0.62 when 'neutral' then 0.35 else 0.15 end
        then placed.moment + 120 + around(i, 'replies', 11000, 1.2) end as reply_due_at,
    case when reply_due_at < getvariable('stop') then reply_due_at end as reply_at
from placed
left join spike using (spike_id);
