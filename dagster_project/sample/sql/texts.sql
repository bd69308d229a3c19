-- What people write: phrases put together by the hash of whatever they belong to.

-- Every group of phrases repeated to twelve, so that one draw out of twelve finds its phrase by equality.
create table phrase as
with read as (
    select
        use, language as tongue, coalesce(topic, '') as theme, coalesce(sentiment, '') as tone,
        list(text order by text) as texts
    from read_csv(getvariable('phrases_file'), delim = '|', header = true, all_varchar = true)
    group by all
)

select * exclude (texts), slot::int as slot, texts[1 + slot % len(texts)] as words
from read, range(12) slots(slot);

create macro slot(k, salt) as floor(12 * u(k, salt))::int;
create macro filled(text, product, k) as replace(replace(replace(text, '{product}', product),
    '{order}', (410000 + floor(500000 * u(k, 'order no'))::int)::varchar), '{days}',
        (2 + floor(12 * u(k, 'days'))::int)::varchar);

create table ticket_text as
with worded as (
    select
        no, language, category, if(language = 'zh', name_zh, product) as product_name,
        case when u(no, 'mood') < if(category = 'complaint', 0.8, 0.34) then 'negative'
            when u(no, 'mood') < 0.82 then 'neutral' else 'positive' end as sentiment
    from ticket
    join product using (product)
)

select
    no, worded.language, category, product_name, worded.sentiment,
    filled(subject.words, product_name, no) as subject,
    greeting.words || case when u(no, 'lines') < 0.15 then chr(10) when worded.language = 'en' then ' ' else '' end
    || filled(problem.words, product_name, no)
    || case when u(no, 'lines') < 0.05 then chr(10) when worded.language = 'en' then ' ' else '' end
    || filled(mood.words, product_name, no) as description
from worded
join phrase as subject
    on subject.use = 'subject' and subject.tongue = worded.language and subject.theme = category
        and subject.slot = slot(no, 'subject')
join phrase as greeting
    on greeting.use = 'greeting' and greeting.tongue = worded.language and greeting.slot = slot(no, 'greeting')
join phrase as problem
    on problem.use = 'problem' and problem.tongue = worded.language and problem.theme = category
        and problem.slot = slot(no, 'problem')
join phrase as mood
    on mood.use = 'mood' and mood.tongue = worded.language and mood.tone = worded.sentiment
        and mood.slot = slot(no, 'mood of');

-- Which steps of a ticket's life (`ord` in events.sql) are put into words, and which.
create table spoken (ord tinyint, use varchar, is_topical boolean);
insert into spoken values
    (4, 'bot', false), (15, 'note', false), (20, 'answer', true), (24, 'answer', true), (27, 'answer', true),
    (29, 'more', false),
    (31, 'more', false), (32, 'answer', true), (34, 'more', false), (36, 'answer', true), (38, 'more', false),
    (40, 'answer', true),
    (41, 'answer', true), (46, 'again', false), (48, 'answer', true), (50, 'again', false), (52, 'answer', true),
    (60, 'callback', false);
