-- The help portal's export: sessions and articles as CSV.

create view clean_sessions as
select
    session_no as _no, started_at as _moment, 'S-' || lpad(session_no::varchar, 8, '0') as _key,
    _key as session, iso(started_at) as started, iso(ended_at) as ended,
    kind, customer_key(customer) as customer, topic,
    'KB-' || lpad(article_no::varchar, 3, '0') as article, ticket_key(ticket) as ticket,
    rated_helpful::varchar as helpful
from session;

create table dirty_sessions as
select
    clean.* exclude (_no) replace (
        dirty_key(session, code, i) as _key, dirty_key(session, code, i) as session,
        case code when 'REQ' then null when 'ENUM' then 'oracle' else kind end as kind,
        wrong_instant(code, started) as started,
        if(code = 'BOOL', 'perhaps', helpful) as helpful
    ), code as _why
from chosen(
    'sessions', ['REQ', 'ENUM', 'DATE', 'BOOL', 'FUTURE', 'ANCIENT', 'DUP'], (select count(*) from session)
) as chosen
join clean_sessions as clean on clean._no = chosen.no;

create view clean_articles as
select
    article_no as _no, article_no as _moment, 'KB-' || lpad(article_no::varchar, 3, '0') as _key,
    _key as article,
    replace(phrase.words, '{product}', one_of(
        if(article.language = 'zh', ['咖啡机', '扫地机器人', '净水壶'], ['Coffee Machine', 'Robot Vacuum', 'Water Filter']),
        article_no, 'explains'
    )) as title,
    article.topic, iso(published_at) as published, iso(updated_at) as updated, iso(archived_at) as archived
from article
join phrase
    on phrase.use = 'title' and phrase.tongue = article.language and phrase.theme = article.topic
    and phrase.slot = slot(article_no, 'title');

create table dirty_articles as
select
    clean.* exclude (_no) replace (
        dirty_key(article, code, i) as _key, dirty_key(article, code, i) as article,
        wrong_instant(code, published) as published,
        if(code = 'OLD', 'Draft: ' || title, title) as title,
        if(code = 'OLD', '2023-01-01T00:00:00Z', updated) as updated
    ), code as _why
from chosen('articles', ['DATE', 'OLD', 'DUP'], (select count(*) from article)) as chosen
join clean_articles as clean on clean._no = chosen.no;
