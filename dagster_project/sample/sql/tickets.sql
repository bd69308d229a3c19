-- Who each ticket is from, through which channel, about what, and where it is routed.

-- A repeat is the same customer with the same matter again: it takes both from `topic_no`, a ticket of the days before.
create macro looks_repeated(no) as u(no, 'repeat') < 0.06;
create macro days_before(no) as
    no - 1 - floor(u(no, 'gap') * getvariable('tickets') / 546.0 * 5)::int;

create table ticket as
with repeats as (
    select
        no, moment, spike_id,
        spike_id is null and looks_repeated(no) and days_before(no) > 0
            and not looks_repeated(days_before(no)) as is_repeat,
        case when is_repeat then days_before(no) else no end as topic_no,
    from arrival
),

matter as (
    select
        *,
        getvariable('is_open')[hour_no(moment) + 1] = 1 as is_open,
        coalesce(spike_id, topic_own_spike_id) as topic_spike_id,
        u(topic_no, 'spiked') < 0.9 as follows_spike,
        -- the busier of two customers; over the Chinese New Year, rather one who doesn't celebrate it
        1 + floor(u(topic_no, 'one') * customers_until(topic_at))::bigint as one,
        1 + floor(u(topic_no, 'two') * customers_until(topic_at))::bigint as two,
        topic_at between epoch_of('2025-01-28') and epoch_of('2025-02-05')
        or topic_at between epoch_of('2026-02-16') and epoch_of('2026-02-24') as is_new_year,
        case
            when u(one, 'appetite') - (is_new_year and language_of(one) = 'zh')::int
                >= u(two, 'appetite') - (is_new_year and language_of(two) = 'zh')::int
                then one
            else two
        end as customer,
        u(topic_no, 'category') as c, u(topic_no, 'product') as p, u(no, 'channel') as h
    from repeats
    join (select no as topic_no, moment as topic_at, spike_id as topic_own_spike_id from arrival) using (topic_no)
),

routed as (
    select
        matter.* exclude (c, p, h, one, two, is_new_year, topic_at, topic_own_spike_id),
        language_of(customer) as language,
        segment_of(customer) as segment,
        case
            when topic_spike_id is not null and follows_spike then spike.category
            when c < 0.26 then 'delivery' when c < 0.42 then 'returns' when c < 0.58 then 'billing'
            when c < 0.78 then 'technical' when c < 0.87 then 'account' when c < 0.95 then 'product_info'
                else 'complaint'
        end as category,
        case
            when topic_spike_id is not null and follows_spike then spike.product
            when category in ('billing', 'account') and p < 0.45 then 'Lark Plus'
            when category in ('account', 'technical') and p > 0.80 then 'Mobile App'
            else one_of(
                ['Coffee Machine', 'Coffee Machine', 'Robot Vacuum', 'Robot Vacuum', 'Air Purifier', 'Smart Lamp',
                 'Cookware Set', 'Water Filter'],
                topic_no, 'goods'
            )
        end as product,
        case
            when matter.spike_id is not null and follows_spike then spike.channel
            when is_open and language = 'zh' then
                case
                    when h < 0.36 then 'chat' when h < 0.54 then 'phone' when h < 0.72 then 'app'
                    when h < 0.86 then 'social' when h < 0.94 then 'email' else 'web'
                end
            when is_open then
                case
                    when h < 0.31 then 'phone' when h < 0.59 then 'email' when h < 0.76 then 'chat'
                    when h < 0.88 then 'web' when h < 0.94 then 'app' when h < 0.98 then 'social'
                    when h < 0.995 then 'in_person' else 'other'
                end
            else
                case
                    when h < 0.46 then 'email' when h < 0.74 then 'web' when h < 0.89 then 'app'
                    when h < 0.98 then 'social' else 'other'
                end
        end as channel
    from matter
    left join spike on spike.spike_id = matter.topic_spike_id
)

select
    no, moment, spike_id, topic_no, is_repeat, customer, language, segment, category, product, channel, is_open,
    u(no, 'unknown') < 0.002 as is_unknown_customer,
    case
        when u(no, 'kind') < 0.008 then 'spam' when u(no, 'kind') < 0.012 then 'deleted'
        when is_repeat and u(no, 'kind') > 0.88 and u(topic_no, 'kind') > 0.02 then 'merged' else 'normal'
    end as kind,
    case
        when channel in ('phone', 'email', 'in_person') and u(no, 'opener') < 0.06 then 'agent'
        when channel in ('web', 'other') and u(no, 'opener') < 0.06 then 'system'
        when channel in ('chat', 'web', 'app') and u(no, 'opener') < 0.18 then 'bot'
        else 'customer'
    end as opened_by,
    case
        when segment = 'vip' or (segment = 'business' and u(no, 'team') < 0.4) then 6
        when language = 'zh' and u(no, 'team') < 0.85 then 5
        when category = 'billing' and u(no, 'team') < 0.65 then 2
        when category = 'technical' and u(no, 'team') < 0.6 then 4
        when category in ('delivery', 'returns') and u(no, 'team') < 0.45 then 3
        else 1
    end as first_team,
    -- the front desk hands over what belongs to a specialist
    case
        when first_team <> 1 or u(no, 'moves') > 0.35 then first_team
        when category = 'billing' then 2 when category = 'technical' then 4
        when category in ('delivery', 'returns') then 3 when category = 'complaint' then 6 else first_team
    end as team,
    case when u(no, 'recategorised') < 0.04 then 'other' else category end as first_category,
    case
        when segment = 'vip' or category = 'complaint' then one_of(['high', 'high', 'urgent', 'normal'], no, 'priority')
        when u(no, 'priority') < 0.15 then 'low'
        when u(no, 'priority') < 0.80 then 'normal'
        when u(no, 'priority') < 0.95 then 'high'
        else 'urgent'
    end as first_priority,
    case when u(no, 'reprioritised') < 0.05 and first_priority <> 'urgent'
        then case first_priority when 'low' then 'normal' when 'normal' then 'high' else 'urgent' end
        else first_priority end as priority
from routed;
