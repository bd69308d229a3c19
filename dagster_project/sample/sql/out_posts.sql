-- The listening service's export: posts, one JSON object a line, with objects inside.

create macro post_key(post_no) as 'P-' || lpad(post_no::varchar, 7, '0');

create view clean_social_posts as
with post as (
    select
        post_no * 2 - 1 as _no, moment as _moment, post_key(post_no) as _key, platform, moment, false as is_brand,
        language, rating, null as parent, likes, shares, customer, product,
        frame.words || if(mention.language = 'zh', '', ' ')
        || filled(about.words, if(mention.language = 'zh', name_zh, product), post_no) as text
    from mention
    join product using (product)
    join phrase as frame
        on frame.use = 'frame' and frame.tongue = mention.language and frame.tone = mention.sentiment
        and frame.slot = slot(post_no, 'frame')
    join phrase as about
        on about.use = 'about' and about.tongue = mention.language and about.tone = mention.sentiment
        and about.theme = if(mention.language = 'de', '', mention.topic) and about.slot = slot(post_no, 'about')
    union all by name
    select
        post_no * 2 as _no, reply_at as _moment, post_key(post_no) || '-R' as _key, platform, reply_at as moment,
        true as is_brand, mention.language, post_key(post_no) as parent, 0 as likes, 0 as shares, phrase.words as text
    from mention
    join phrase on phrase.use = 'reply' and phrase.tongue = mention.language and phrase.slot = slot(post_no, 'reply')
    where reply_at is not null
)

select
    _no, _moment, _key, _key as id, platform, iso(moment) as created, text,
    {
        handle: if(is_brand, 'lindenlark', 'user' || (100000 + _no::bigint * 7919 % 900000)),
        brand: is_brand::varchar::json
    } as author,
    language as lang, rating::varchar::json as stars, parent as reply_to,
    'https://' || platform || '.example/' || lower(_key) as link,
    {likes: likes, shares: shares} as reactions, customer_key(customer) as customer, product
from post;

create macro post_line(id, platform, created, text, author, lang, stars, reply_to, link, reactions, customer, product) as
    to_json(struct_pack(
        id := id, platform := platform, created := created, text := text, author := author, lang := lang, stars := stars,
        reply_to := reply_to, link := link, reactions := reactions, customer := customer, product := product
    ))::varchar;

create table dirty_social_posts as
with wrong as (
    select
        clean.* exclude (_no) replace (
            dirty_key(id, code, i) as _key, dirty_key(id, code, i) as id,
            case code
                when 'REQ' then null when 'LONG' then repeat('nice ', 200001)
                when 'NUL' then 'before' || chr(0) || 'after' else text
            end as text,
            if(code = 'NUMBER', '"five"'::json, stars) as stars,
            wrong_instant(code, created) as created,
            if(code = 'BOOL', struct_pack(handle := author.handle, brand := '"maybe"'::json), author) as author
        ), code as _why
    from chosen(
        'posts',
        ['REQ', 'DATE', 'NUMBER', 'BOOL', 'FUTURE', 'ANCIENT', 'LONG', 'NUL', 'CUT', 'DUP'],
        (select count(*) from mention)
    ) as chosen
    join clean_social_posts as clean on clean._no = chosen.no * 2 - 1
)

select
    _moment, _key, platform, _why,
    left(line, if(_why = 'CUT', len(line) // 2, len(line))) as line
from (
    select
        *, post_line(id, platform, created, text, author, lang, stars, reply_to, link, reactions, customer, product) as line
    from wrong
);

create view lines_of_posts as
select
    _moment, _key, platform,
    post_line(id, platform, created, text, author, lang, stars, reply_to, link, reactions, customer, product) as line
from clean_social_posts;
