-- Who stayed and who left: planted is the churn effect of bad service.

create table experience as
select customer, max_by(is_bad, no) as last_was_bad, max(coalesce(solve_1_at, moment)) as last_at, max(no) as last_no
from feeling
group by customer;

-- A customer leaves, if at all, after the last ticket: so nobody writes after leaving.
create table customer as
with fate as (
    select
        k, signup(k) as signup_at, experience.last_was_bad,
        greatest(coalesce(last_at, signup_at + 86400), getvariable('start')) as from_at,
        case when last_no is null then from_at + floor(u(k, 'leaves at') * (getvariable('stop') - from_at))::bigint
            else from_at + 3 * 86400 + floor(u(k, 'leaves at') * 37 * 86400)::bigint end as leaving_at,
        u(k, 'leaves') < if(last_was_bad, getvariable('churn_after_bad'), getvariable('churn_otherwise')) as leaves
    from range(1, getvariable('customers') + 1) t(k)
    left join experience on experience.customer = t.k
)

select
    k, signup_at, coalesce(last_was_bad, false) as last_was_bad, last_was_bad is not null as had_tickets,
    case when leaves and leaving_at < getvariable('stop') then leaving_at end as churned_at,
    coalesce(churned_at, getvariable('stop')) as until_at
from fate;
