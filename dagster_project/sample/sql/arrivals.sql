-- When tickets arrive: drawn from the hours by how busy they are, then numbered in order.

create table arrival as
with draw as (
    select i, floor(u(i, 'arrives') * getvariable('total_weight'))::bigint as mark
    from range(getvariable('tickets')) t(i)
),

placed as (
    select
        draw.i, arrival_hour.moment + floor(3600 * u(draw.i, 'second'))::bigint as moment,
        case when draw.mark - arrival_hour.mark >= arrival_hour.weight then arrival_hour.spike_id end as spike_id
    from draw asof join arrival_hour on draw.mark >= arrival_hour.mark
)

select (row_number() over (order by moment, i))::int as no, moment, spike_id from placed;
