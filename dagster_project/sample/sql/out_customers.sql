-- The CRM's export: customers as CSV, instants in ISO 8601 with offset.
-- clean_<stream> is what is true; dirty_<stream> has the rows that are wrong with it, made from clean ones.

create view clean_customers as
with named as (
    select
        *, language_of(k) as language,
        floor(20 * u(k, 'first name'))::int + 1 as f, floor(20 * u(k, 'last name'))::int + 1 as l
    from customer
)

select
    k as _no, signup_at as _moment, customer_key(k) as _key,
    customer_key(k) as "CustomerID",
    'A-' || lpad((1 + k * 4 // 5)::varchar, 7, '0') as "AccountID",
    if(language = 'zh',
        ['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周', '徐', '孙', '马', '朱', '胡', '林', '郭', '何', '高', '罗'][l]
        || ['伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明', '超', '秀英', '小龙', '文静'][f],
        ['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Finn', 'Grace', 'Henri', 'Isla', 'Jonas', 'Karin', 'Liam', 'Mia',
         'Noah', 'Olivia', 'Paul', 'Ruth', 'Sören', 'Tess', 'Zoë'][f]
        || ' ' || ['Bakker', 'Carter', 'Dubois', 'Evans', 'Fischer', 'Green', 'Hughes', 'Jansen', 'Keller', 'Lambert',
                   'Müller', 'Novak', 'O''Brien', 'Petit', 'Roth', 'Schäfer', 'Taylor', 'Visser', 'Walsh', 'Young'][l]
    ) as "FullName",
    'c' || k || '@' || one_of(['example.com', 'example.org', 'example.net'], k, 'mail') as "Email",
    if(language = 'zh', '+86 555 ', if(u(k, 'home') < 0.5, '+49 555 ', '+44 7700 '))
        || (900000 + floor(90000 * u(k, 'phone'))::int) as "Phone",
    if(
        language = 'zh', one_of(['CN', 'CN', 'CN', 'SG', 'HK', 'DE'], k, 'lives'),
        one_of(['DE', 'DE', 'GB', 'GB', 'NL', 'AT', 'IE', 'FR'], k, 'lives')
    ) as "Country",
    if(language = 'zh', 'zh-CN', 'en') as "Language",
    segment_of(k) as "Segment", plan_of(k) as "Plan",
    iso(signup_at) as "SignupDate", iso(churned_at) as "ChurnDate",
    case when u(k, 'uses') < 0.3 then 'low' when u(k, 'uses') < 0.8 then 'medium' else 'high' end as "UsageLevel",
    iso(greatest(signup_at, coalesce(churned_at, 0), getvariable('start') + floor(u(k, 'edited') * 40000000)::bigint))
        as "LastModified"
from named;

create table dirty_customers as
select
    clean.* exclude (_no) replace (
        if(code = 'REQ', 'DIRTY-REQ-' || i, dirty_key("CustomerID", code, i)) as _key,
        if(code = 'REQ', null, dirty_key("CustomerID", code, i)) as "CustomerID",
        if(code = 'REQ', 'DIRTY-REQ-' || i, "FullName") as "FullName",
        -- what a spreadsheet makes of an empty date
        if(code = 'ANCIENT', '1899-12-30T00:00:00Z', wrong_instant(code, "SignupDate")) as "SignupDate",
        if(code = 'OLD', 'none', "Plan") as "Plan",
        if(code = 'OLD', '2024-11-30T12:00:00Z', "LastModified") as "LastModified"
    ), code as _why
from chosen('customers', ['REQ', 'DATE', 'ANCIENT', 'FUTURE', 'OLD', 'DUP'], getvariable('customers')) as chosen
join clean_customers as clean on clean._no = chosen.no;
