-- Deterministic draws and the clock of opening hours. All instants of the sample are whole seconds since 1970 (BIGINT).

-- Uniform in (0, 1), a function of seed, row and salt. The second hash mixes what the first only combines: without
-- it, two salts of one row would give correlated numbers.
create macro u(k, salt) as
    ((hash(hash(k, salt, getvariable('seed'))) >> 11)::double + 0.5) / 9007199254740992.0;

-- Standard normal (Box-Muller).
create macro z(k, salt) as sqrt(-2 * ln(u(k, salt || '/r'))) * cos(2 * pi() * u(k, salt || '/a'));

-- Log-normal with the given median, as whole seconds, at least 1.
create macro around(k, salt, median, sigma) as greatest(1, round(median * exp(sigma * z(k, salt))))::bigint;

create macro one_of(items, k, salt) as items[1 + floor(len(items) * u(k, salt))::int];

-- Hours are numbered from the company's first.
create macro hour_no(t) as ((t - getvariable('start')) // 3600)::int;

-- Opening seconds passed until t (a day's opening never crosses midnight in UTC), and the instant at which the given
-- number of them has passed (opening hours start and end on full hours). Short lists, because every use copies them.
create macro day_no(t) as ((t - getvariable('start')) // 86400)::int + 1;
create macro clock(t) as
    getvariable('open_before')[day_no(t)]
    + least(greatest(t - getvariable('opens_at')[day_no(t)], 0), getvariable('open_seconds')[day_no(t)]);
create macro opening(c) as getvariable('open_at')[c // 3600 + 1] + c % 3600;

-- t plus seconds of work: round the clock for a team that never sleeps, else within opening hours.
create macro advance(t, seconds, always) as
    case when always then t + seconds else opening(clock(t) + seconds) end;

create macro instant(t) as make_timestamp(t::bigint * 1000000);
create macro iso(t) as strftime(instant(t), '%Y-%m-%dT%H:%M:%SZ');
create macro berlin(t) as timezone('Europe/Berlin', timezone('UTC', instant(t)));
create macro epoch_of(local_text) as epoch(timezone('Europe/Berlin', local_text::timestamp))::bigint;
create macro german(t) as strftime(berlin(t), '%d.%m.%Y %H:%M:%S');

create macro ticket_key(no) as 'T-' || lpad(no::varchar, 7, '0');
create macro customer_key(k) as 'C-' || lpad(k::varchar, 7, '0');
create macro agent_key(a) as 'AG-' || lpad(a::varchar, 4, '0');
