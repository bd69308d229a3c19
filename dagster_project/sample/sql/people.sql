-- Products, teams, and the people of the service: who worked where in which month.

create table product (product varchar, name_zh varchar, price double);
insert into product values
    ('Coffee Machine', '咖啡机', 249), ('Robot Vacuum', '扫地机器人', 399), ('Air Purifier', '空气净化器', 189),
    ('Smart Lamp', '智能台灯', 59), ('Cookware Set', '锅具套装', 129), ('Water Filter', '净水壶', 39),
    ('Lark Plus', 'Lark Plus 会员', 12), ('Mobile App', '手机应用', 5);

create table team (team_no int, team_id varchar, name varchar, tier int, department varchar, people int);
insert into team values
    (1, 'TM-FRONT', 'Front Desk', 1, 'Customer Service', 14),
    (2, 'TM-BILL', 'Billing', 1, 'Finance', 6),
    (3, 'TM-LOG', 'Logistics Care', 1, 'Logistics', 7),
    (4, 'TM-TECH', 'Technical Support', 2, 'Product', 8),
    (5, 'TM-CHINA', 'China Desk', 1, 'Customer Service', 6),
    (6, 'TM-KEY', 'Key Accounts', 2, 'Sales', 4);
set variable team_ids = (select list(team_id order by team_no) from team);
create macro team_key(t) as getvariable('team_ids')[t];

-- The first two of a team were always there; of the others some came late and some left. A few moved between teams.
create table agent as
with place as (
    select
        team_no,
        unnest(range(1, 1 + round(people * greatest(1, sqrt(getvariable('tickets') / 20000)))::int)) as place
    from team
),

numbered as (
    select row_number() over (order by team_no, place)::int as agent_no, team_no, place::int as place from place
)

select
    agent_no, team_no, place,
    case when place = 3 and team_no in (1, 3, 5) then [2, 2, 1, 1, 1, 1][team_no] end as earlier_team_no,
    epoch_of(case
        when place > 3 and u(agent_no, 'late') < 0.3
            then strftime(date '2025-02-01' + to_months(floor(13 * u(agent_no, 'month'))::int), '%Y-%m-%d')
        else strftime(date '2018-01-01' + to_months(floor(83 * u(agent_no, 'month'))::int), '%Y-%m-%d')
    end) as hired,
    case when place > 4 and u(agent_no, 'leaves') < 0.2
        then epoch_of(strftime(date '2025-07-01' + to_months(floor(11 * u(agent_no, 'left'))::int), '%Y-%m-%d')) - 3600
    end as left_at,
    z(agent_no, 'skill') as skill,
    -- the course of the training effect: every second one of the front desk
    team_no = 1 and place % 2 = 0 and left_at is null as is_trained
from numbered;

-- Who takes new tickets of a team in a month: whoever is hired by then and stays for three more months.
create table roster as
select
    m::int as month_no, coalesce(case when m < 12 then earlier_team_no end, team_no)::int as works_in, agent_no
from agent, range(18) months(m)
where hired <= epoch_of(strftime(date '2025-01-01' + to_months(m::int), '%Y-%m-%d'))
    and (left_at is null or left_at > epoch_of(strftime(date '2025-04-01' + to_months(m::int), '%Y-%m-%d')));

set variable rostered = (select list(agent_no order by works_in, month_no, agent_no) from roster);
set variable roster_size = (
    select list(n order by works_in, month_no)
    from (select works_in, month_no, count(*)::int as n from roster group by works_in, month_no)
);
set variable roster_from = (
    select list(n order by works_in, month_no)
    from (
        select works_in, month_no, (sum(count(*)) over (order by works_in, month_no) - count(*))::int as n
        from roster group by works_in, month_no
    )
);
set variable skills = (select list(skill order by agent_no) from agent);
set variable trained = (select list(is_trained order by agent_no) from agent);

create macro month_no(t) as ((year(berlin(t)) - 2025) * 12 + month(berlin(t)) - 1)::int;
create macro agent_for(team_no, m, draw) as getvariable('rostered')[
    1 + getvariable('roster_from')[(team_no - 1) * 18 + m + 1]
    + floor(draw * getvariable('roster_size')[(team_no - 1) * 18 + m + 1])::int];
