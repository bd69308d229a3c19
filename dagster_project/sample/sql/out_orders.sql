-- The CRM's export: orders as Parquet, usage as compressed CSV.

create view clean_orders as
select
    order_no as _no, moment as _moment, 'O-' || lpad(order_no::varchar, 8, '0') as _key,
    _key as order_id, customer_key(k) as customer_id, instant(moment) as ordered_at, amount,
    if(language_of(k) = 'zh', 'CNY', 'EUR') as currency, product, status
from purchase;

create table dirty_orders as
select
    clean.* exclude (_no) replace (
        dirty_key(order_id, code, i) as _key, dirty_key(order_id, code, i) as order_id,
        if(code = 'REQ', null, customer_id) as customer_id,
        if(code in ('FUTURE', 'ANCIENT'), wrong_instant(code, null)::timestamp, ordered_at) as ordered_at
    ), code as _why
from chosen('orders', ['REQ', 'FUTURE', 'ANCIENT', 'DUP'], (select count(*) from purchase)) as chosen
join clean_orders as clean on clean._no = chosen.no;

create view clean_usage_events as
select
    visit_no * 3 + step - 3 as _no, moment + step * 45 + floor(40 * u(visit_no * 3 + step, 'reads'))::bigint as _moment,
    'U-' || lpad(_no::varchar, 9, '0') as _key,
    _key as event_id, customer_key(k) as customer, iso(_moment) as ts,
    one_of(
        ['home', 'product', 'search', 'cart', 'orders', 'membership', 'app settings', 'recipes'],
        visit_no * 3 + step, 'page'
    ) as page,
    one_of(['view', 'view', 'view', 'click', 'save'], visit_no * 3 + step, 'does') as action,
    'V-' || lpad(visit_no::varchar, 8, '0') as session
from visit, range(1, 4) steps(step);

create table dirty_usage_events as
select
    clean.* exclude (_no) replace (
        dirty_key(event_id, code, i) as _key, dirty_key(event_id, code, i) as event_id,
        if(code = 'REQ', null, customer) as customer,
        if(code = 'DATE', 'yesterday', wrong_instant(code, ts)) as ts
    ), code as _why
from chosen('usage', ['REQ', 'DATE', 'FUTURE', 'ANCIENT', 'DUP'], (select count(*) * 3 from visit)) as chosen
join clean_usage_events as clean on clean._no = chosen.no;
