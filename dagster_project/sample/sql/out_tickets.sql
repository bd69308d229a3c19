-- The helpdesk's export: a German product with local times, its own words, and a column that came later.

-- No offset is written, so that no true instant may fall into the hour that local clocks show twice.
create macro unambiguous(t) as if(t between 1761436800 and 1761443999, 1761444000, t);
create macro yes_no(b) as if(b, 'J', 'N');
create macro customer_of(k, no, is_unknown) as if(is_unknown, 'C-GONE-' || no, customer_key(k));

create view clean_tickets as
select
    ticket.no as _no, ticket.moment as _moment, ticket_key(ticket.no) as _key,
    ticket_key(ticket.no) as "Ticketnummer",
    customer_of(ticket.customer, ticket.no, ticket.is_unknown_customer) as "Kunde",
    german(ticket.moment) as "Erstellt",
    case ticket.channel
        when 'phone' then 'Telefon' when 'email' then 'E-Mail' when 'chat' then 'Chat' when 'web' then 'Web'
        when 'social' then 'Soziale Medien' when 'app' then 'App' when 'in_person' then 'Filiale' else 'Sonstiges'
    end as "Kanal",
    status as "Status",
    coalesce(snapshot.priority, ticket.first_priority) as "Priorität",
    coalesce(snapshot.category, ticket.first_category) as "Kategorie",
    ticket.product as "Produkt", subject as "Betreff", description as "Beschreibung",
    if(ticket.language = 'zh', 'zh-CN', 'en') as "Sprache",
    snapshot.team as "Team", assignee as "Bearbeiter",
    case ticket.opened_by
        when 'customer' then 'Kunde' when 'agent' then 'Mitarbeiter' when 'bot' then 'Bot' else 'System'
    end as "Eröffnet durch",
    case when ticket.is_repeat and ticket.kind = 'normal' and u(ticket.no, 'follows up') < 0.4
        then ticket_key(ticket.topic_no) end as "Vorgänger",
    if(ticket.kind = 'merged' and status = 'Closed', ticket_key(ticket.topic_no), null) as "Zusammengeführt mit",
    yes_no(ticket.kind = 'spam' and status = 'Closed') as "Spam",
    yes_no(ticket.kind = 'deleted' and status = 'Closed') as "Gelöscht",
    german(queued_at) as "In Warteschlange",
    german(if(answered_at < getvariable('stop'), answered_at, null)) as "Angenommen",
    german(if(abandoned_at < getvariable('stop'), abandoned_at, null)) as "Aufgelegt",
    talk::varchar as "Gespräch (s)", hold::varchar as "Halten (s)", wrap_up::varchar as "Nacharbeit (s)",
    german(unambiguous(updated_at)) as "Geändert",
    updated_at as _updated_at
from ticket
join ending on ending.no = ticket.no
join snapshot on snapshot.no = ticket.no
join ticket_text on ticket_text.no = ticket.no;

create table dirty_tickets as
select
    clean.* exclude (_no) replace (
        dirty_key("Ticketnummer", code, i) as _key, dirty_key("Ticketnummer", code, i) as "Ticketnummer",
        if(code in ('REQ', 'TWO'), null, "Kunde") as "Kunde",
        case code
            when 'DATE' then '31.02.2026 10:00:00' when 'FUTURE' then '24.12.2026 10:00:00'
            when 'ANCIENT' then '01.01.1970 01:00:00' when 'GAP' then '30.03.2025 02:30:00'
            when 'TWICE' then '26.10.2025 02:30:00' else "Erstellt"
        end as "Erstellt",
        if(code in ('ENUM', 'TWO'), 'Fax', "Kanal") as "Kanal",
        if(code = 'NUMBER', 'zwölf', "Gespräch (s)") as "Gespräch (s)",
        if(code = 'BOOL', 'vielleicht', "Gelöscht") as "Gelöscht",
        case code when 'OLD' then 'Open' when 'TWICE' then 'New' else "Status" end as "Status",
        -- what is accepted must not change a figure: spam is counted apart
        if(code = 'TWICE', 'J', "Spam") as "Spam",
        if(code = 'TWICE', null, "In Warteschlange") as "In Warteschlange",
        if(code = 'TWICE', null, "Angenommen") as "Angenommen",
        if(code = 'TWICE', null, "Aufgelegt") as "Aufgelegt",
        case code
            when 'OLD' then german(unambiguous(_updated_at - 90000)) when 'TWICE' then '27.10.2025 10:00:00'
            else "Geändert"
        end as "Geändert"
    ), code as _why
from chosen(
    'tickets',
    ['REQ', 'TWO', 'DATE', 'NUMBER', 'BOOL', 'ENUM', 'FUTURE', 'ANCIENT', 'GAP', 'TWICE', 'OLD', 'DUP'],
    getvariable('tickets')
) as chosen
join clean_tickets as clean on clean._no = chosen.no;
