-- What a customer is: functions of the number, so that nothing has to be looked up.

-- Customers are numbered as they signed up: three fifths before the company's first day here, the rest since.
create macro customers_until(t) as greatest(1, floor(getvariable('customers')
    * (0.6 + 0.4 * (t - getvariable('start')) / (getvariable('stop') - getvariable('start')))))::bigint;
create macro signup(k) as (case
    when k <= 0.6 * getvariable('customers')
        then getvariable('start') - 126144000 * (1 - k / (0.6 * getvariable('customers')))
    else getvariable('start')
        + (k / getvariable('customers')::double - 0.6) / 0.4 * (getvariable('stop') - getvariable('start'))
end - 60 - 20000 * u(k, 'signup'))::bigint;
create macro language_of(k) as case when u(k, 'language') < 0.24 then 'zh' else 'en' end;
create macro segment_of(k) as case
    when u(k, 'segment') < 0.70 then 'consumer' when u(k, 'segment') < 0.88 then 'premium'
    when u(k, 'segment') < 0.98 then 'business' else 'vip' end;
create macro plan_of(k) as case
    when segment_of(k) = 'business' then 'business' when u(k, 'plan') < 0.38 then 'none'
    when u(k, 'plan') < 0.80 then 'plus' else 'family' end;
