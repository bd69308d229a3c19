-- Who bought what, and who used the site.

create table bad_service as select customer, coalesce(solve_1_at, moment) as moment from feeling where is_bad;

-- One, and so many more over the company's whole life; fewer for who came later.
create macro orders_wanted(k, signup_at) as 1 + least(
    60,
    around(
        k, 'orders',
        case segment_of(k) when 'consumer' then 5 when 'premium' then 7 when 'business' then 9 else 12 end, 0.5
    )
    * (getvariable('stop') - greatest(signup_at, getvariable('start')))
    // (getvariable('stop') - getvariable('start'))
);

create table purchase as
with wish as (
    select
        k, j, k * 1000 + j as id, until_at,
        greatest(signup_at + 300, getvariable('start')) as from_at,
        from_at + case
            when j = 0 then floor(u(k, 'first') * if(signup_at < getvariable('start'), 60, 2) * 86400)::bigint
            else floor(u(id, 'at') * (getvariable('stop') - from_at))::bigint
        end as moment
    from customer, unnest(range(orders_wanted(k, signup_at))) orders(j)
),

-- before the last 90 days' bad service halves the wish to buy
weighed as (
    select wish.*, coalesce(wish.moment - bad_service.moment < 90 * 86400, false) as was_hurt
    from wish
    asof left join bad_service on bad_service.customer = wish.k and wish.moment >= bad_service.moment
)

select
    (row_number() over (order by moment, id))::int as order_no, k, moment, was_hurt,
    product.product,
    round(product.price * (0.85 + 0.5 * u(id, 'price')) * if(segment_of(k) = 'business', 3, 1), 2)::decimal(12, 2)
        as amount,
    case when u(id, 'returned') < 0.06 then 'returned' when u(id, 'returned') < 0.09 then 'cancelled'
        when moment > getvariable('stop') - 5 * 86400 then 'shipped' else 'delivered' end as status
from weighed
join product
    on product.product = one_of(
        ['Coffee Machine', 'Robot Vacuum', 'Air Purifier', 'Smart Lamp', 'Smart Lamp', 'Cookware Set', 'Water Filter',
         'Water Filter'],
        id, 'what'
    )
where moment < until_at and not (was_hurt and u(id, 'hurt') < getvariable('orders_lost'));

-- Visits of three pages each, by customers who are still there.
create table visit as
with wandering as (
    select
        v,
        getvariable('start') + floor(u(v, 'when') * (getvariable('stop') - getvariable('start') - 1800))::bigint
            as moment
    from range(getvariable('tickets')) t(v)
),

recognised as (select v, moment, 1 + floor(u(v, 'who') * customers_until(moment))::bigint as k from wandering)

select (row_number() over (order by moment, v))::int as visit_no, recognised.k, moment
from recognised
join customer on customer.k = recognised.k and moment + 1800 < until_at;
