-- What is wrong with some rows: the codes that their keys carry, and what the warehouse should make of them (a reason
-- in its words, without the column).

create table defect (code varchar, outcome varchar, reason varchar);
insert into defect values
    ('REQ', 'quarantined', 'required value missing'),
    ('DATE', 'quarantined', 'not an instant'),
    ('NUMBER', 'quarantined', 'not a number'),
    ('INTEGER', 'quarantined', 'not an integer'),
    ('BOOL', 'quarantined', 'not a boolean'),
    ('ENUM', 'quarantined', 'unknown value'),
    ('TWO', 'quarantined', 'required value missing'),
    ('TWO', 'quarantined', 'unknown value'),
    ('FUTURE', 'quarantined', 'in the future of the extraction'),
    ('ANCIENT', 'quarantined', 'before 1990'),
    ('EARLY', 'quarantined', 'before its ticket'),
    ('AGES', 'quarantined', 'before 1990'),
    ('AGES', 'quarantined', 'before its ticket'),
    ('ORPHAN', 'quarantined', 'orphaned reference'),
    ('LONG', 'quarantined', 'text over the size limit'),
    ('BYTES', 'quarantined', 'undecodable bytes'),
    ('NUL', 'quarantined', 'NUL character'),
    ('GAP', 'quarantined', 'local time that does not exist'),
    ('TWICE', 'accepted', 'local time that occurs twice'),
    ('OLD', 'superseded', 'older version'),
    ('DUP', 'duplicate', 'exact copy'),
    ('CUT', 'rejected', 'broken JSON'),
    ('SHORT', 'rejected', 'missing field'),
    ('QUOTE', 'rejected', 'unclosed quote');

-- About one row in 3,000 for each defect, at least one. `no` is the clean row that a dirty one is made from.
create macro a_few(total) as greatest(1, total // 3000);
create macro chosen(stream, codes, total) as table
    select code, i, 1 + floor(u(place * 1000000 + i, stream) * total)::bigint as no
    from (select unnest(codes) as code, generate_subscripts(codes, 1) as place), range(1, a_few(total) + 1) t(i)
    where i = 1 or code <> 'LONG'  -- a megabyte each
    qualify row_number() over (partition by code, no order by i) = 1;

-- A copy and an older version keep the key; every other dirty row has one of its own, which says what is wrong.
create macro dirty_key(key, code, i) as if(code in ('OLD', 'DUP'), key, 'DIRTY-' || code || '-' || i);
create macro future() as iso(getvariable('exported') + 100 * 86400);
create macro wrong_instant(code, right_instant) as case code
    when 'DATE' then '2026-02-31T10:00:00Z' when 'ANCIENT' then '1970-01-01T00:00:00Z' when 'FUTURE' then future()
    else right_instant
end;
