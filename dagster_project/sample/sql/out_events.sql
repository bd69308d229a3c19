-- The helpdesk's event stream: one JSON object a line, instants in UTC.

create macro actor_key(actor, who, no, is_unknown) as case actor
    when 'customer' then customer_of(who, no, is_unknown)
    when 'agent' then agent_key(who)
    when 'bot' then 'AG-BOT' || who
end;
create macro event_key(no, ord) as 'E-' || lpad(no::varchar, 7, '0') || '-' || lpad(ord::varchar, 2, '0');
create macro event_line(id, ticket, occurred, type, actor, actor_id, old, new, public, body) as to_json({
    'id': id, 'ticket': ticket, 'at': occurred, 'type': type, 'actor': actor, 'actor_id': actor_id, 'from': old,
    'to': new, 'public': public, 'body': body
})::varchar;

create view clean_ticket_events as
select
    event.no as _no, event.ord as _ord, event.moment as _moment, event_key(event.no, event.ord) as _key,
    event_key(event.no, event.ord) as id, ticket_key(event.no) as ticket, iso(event.moment) as occurred, type, actor,
    actor_key(actor, who, event.no, is_unknown_customer) as actor_id, old, new, public::varchar::json as public,
    case when event.ord = 2 then description else filled(phrase.words, product_name, event.no) end as body
from event
join ticket on ticket.no = event.no
join ticket_text on ticket_text.no = event.no
left join spoken on spoken.ord = event.ord
left join phrase
    -- live contacts are summed up, written ones answered
    on phrase.use = if(event.ord = 20 and ticket.channel in ('phone', 'chat'), 'call', spoken.use)
    and phrase.theme = if(is_topical and not (event.ord = 20 and ticket.channel in ('phone', 'chat')),
        ticket_text.category, '')
    and phrase.tongue = ticket_text.language
    and phrase.slot = slot(event.no * 64 + event.ord, 'says');

create table dirty_ticket_events as
with wrong as (
    select
        clean.* exclude (_no, _ord) replace (
            dirty_key(id, code, i) as id,
            if(code = 'ORPHAN', 'DIRTY-T-404-' || i, ticket) as ticket,
            case code when 'REQ' then null when 'DATE' then '2026-02-31T10:00:00Z' when 'FUTURE' then future()
                when 'AGES' then '1969-07-20T20:17:00Z' when 'EARLY' then iso(_moment - 3 * 86400) else occurred end
                as occurred,
            case when code = 'ENUM' then 'teleported' when code in ('LONG', 'NUL') then 'note' else type end as type,
            if(code = 'BOOL', '"perhaps"'::json, public) as public,
            case code when 'LONG' then repeat('0123456789', 100001) when 'NUL' then 'before' || chr(0) || 'after'
                else body end as body
        ), code as _why
    from chosen(
        'events',
        ['REQ', 'DATE', 'BOOL', 'ENUM', 'FUTURE', 'AGES', 'EARLY', 'ORPHAN', 'LONG', 'NUL', 'CUT', 'DUP'],
        (select count(*) from event)
    ) as chosen
    join clean_ticket_events as clean on clean._no = 1 + chosen.no % getvariable('tickets') and clean._ord = 1
    qualify row_number() over (partition by code, _no order by i) = 1
)

-- a copy comes with the next month's export
select
    if(_why = 'DUP', least(_moment + 31 * 86400, getvariable('stop') - 1), _moment) as _moment, id as _key, _why,
    left(line, if(_why = 'CUT', len(line) // 2, len(line))) as line
from (select *, event_line(id, ticket, occurred, type, actor, actor_id, old, new, public, body) as line from wrong);

create view lines_of_events as
select _moment, _key, event_line(id, ticket, occurred, type, actor, actor_id, old, new, public, body) as line
from clean_ticket_events;
