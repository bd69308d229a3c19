-- Who helped themselves: articles, and sessions in FAQ, forum, community and with the bot.

-- Articles cover some themes well, and nothing helps with complaints or with the account.
create table article as
select
    a::int as article_no,
    one_of(
        ['delivery', 'delivery', 'returns', 'returns', 'technical', 'technical', 'technical', 'product_info', 'billing'],
        a, 'covers'
    ) as topic,
    if(u(a, 'tongue') < 0.25, 'zh', 'en') as language,
    getvariable('start') - 30000000 + floor(u(a, 'published') * 70000000)::bigint as published_at,
    published_at + floor(u(a, 'edited') * (getvariable('stop') - published_at))::bigint as updated_at,
    case when u(a, 'archived') < 0.12 then updated_at end as archived_at
from range(1, 61) t(a);

create table article_slot as
select
    topic, article_no, published_at,
    (row_number() over (partition by topic order by article_no) - 1)::int as slot,
    count(*) over (partition by topic) as of_topic
from article;

create table session as
with sought as (
    -- somebody looks something up, and is helped or not
    select
        s as id,
        getvariable('start') + floor(u(s, 'seeks') * (getvariable('stop') - getvariable('start') - 7200))::bigint
            as started_at,
        case
            when u(s, 'where') < 0.52 then 'faq' when u(s, 'where') < 0.66 then 'forum'
            when u(s, 'where') < 0.76 then 'community' else 'bot'
        end as kind,
        case when u(s, 'signed in') < 0.55 then 1 + floor(u(s, 'seeker') * customers_until(started_at))::bigint end
            as customer,
        one_of(
            ['delivery', 'delivery', 'returns', 'billing', 'technical', 'technical', 'account', 'product_info'],
            s, 'seeks what'
        ) as topic,
        started_at + around(s, 'stays', 210, 0.8) as ended_at, null::int as ticket
    from range(getvariable('tickets') * 4 // 5) t(s)
    union all
    -- looked it up in vain, then wrote
    select
        1000000000 + no, moment - 200 - floor(5000 * u(no, 'tried'))::bigint as started_at,
        if(u(no, 'tried where') < 0.8, 'faq', 'community'), customer, category,
        started_at + 30 + floor(160 * u(no, 'tries'))::bigint, null
    from ticket
    where u(no, 'tried first') < 0.25 and not is_unknown_customer and moment > getvariable('start') + 86400
    union all
    -- talked to the bot, which handed over
    select 2000000000 + no, moment - 40 - floor(300 * u(no, 'chatted'))::bigint, 'bot', customer, category, moment, no
    from ticket
    where opened_by = 'bot' and kind = 'normal' and not is_unknown_customer and moment > getvariable('start') + 86400
)

select
    (row_number() over (order by started_at, id))::int as session_no, sought.*, article_slot.article_no,
    case when u(id, 'rates') < 0.3 then u(id, 'verdict') < if(id < 1000000000, 0.72, 0.15) end as rated_helpful
from sought
left join article_slot
    on kind = 'faq' and article_slot.topic = sought.topic and slot = floor(u(id, 'reads') * of_topic)
        and published_at < started_at
where ended_at < getvariable('stop');
