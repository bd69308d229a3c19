-- The helpdesk's lists of teams and agents.

create view clean_teams as
select
    team_no as _no, team_no as _moment, team_id as _key,
    team_id as "Team", name as "Bezeichnung", tier as "Stufe", department as "Abteilung"
from team;

-- People who moved between teams stand in last year's export with the team they worked in then.
create view agents_of_both_years as
with listed as (
    select agent_no as no, team_no, hired, left_at, false as is_bot, exported
    from agent, (values (false), (true)) versions(exported)
    where not exported or earlier_team_no is not null
    union all
    select no, 1, getvariable('start') - 20000000, null, true, false from (values (9001), (9002)) bots(no)
)

select
    no as _no, no as _moment, if(is_bot, 'AG-BOT' || no - 9000, agent_key(no)) as _key, exported as _is_old,
    _key as "Kürzel",
    if(is_bot, ['Larkbot', 'Lark Assistant'][no - 9000], one_of(
        ['Jürgen', 'Käthe', 'Lena', 'Malte', 'Nadia', 'Özlem', 'Pia', 'Rosa', 'Stefan', 'Tomasz', 'Ute', 'Wei', 'Yusuf'],
        no, 'given'
    ) || ' ' || one_of(
        ['Bergmann', 'Çelik', 'Döring', 'Engel', 'Günther', 'Hoffmann', 'Krüger', 'Lehmann', 'Nowak', 'Weiß', 'Zhang'],
        no, 'family'
    )) as "Name",
    lower(replace(_key, '-', '')) || '@lindenlark.example' as "Mail",
    team_key(if(exported, (select earlier_team_no from agent where agent_no = no), team_no)) as "Team",
    if(team_no in (4, 6), '2', '1') as "Stufe", yes_no(is_bot) as "Bot",
    strftime(berlin(hired), '%d.%m.%Y') as "Eintritt", strftime(berlin(left_at), '%d.%m.%Y') as "Austritt"
from listed;

create view clean_agents as select * from agents_of_both_years where not _is_old;

create table dirty_agents as
select
    clean.* exclude (_no) replace (
        dirty_key("Kürzel", code, i) as _key, dirty_key("Kürzel", code, i) as "Kürzel",
        if(code = 'INTEGER', 'zwei', "Stufe") as "Stufe"
    ), code as _why
from chosen('agents', ['INTEGER', 'DUP'], (select count(*) from agent)) as chosen
join clean_agents as clean on clean._no = chosen.no
union all by name
select * exclude (_no), 'OLD' as _why from agents_of_both_years where _is_old;
