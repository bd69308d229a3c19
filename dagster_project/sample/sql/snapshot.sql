-- What the helpdesk shows of a ticket on the last day: its latest values, from its events.

create table snapshot as
select
    no,
    coalesce(arg_max(new, moment * 100 + ord) filter (where type = 'status_changed'), 'New') as status,
    arg_max(new, moment * 100 + ord) filter (where type = 'assigned') as assignee,
    arg_max(new, moment * 100 + ord) filter (where type = 'team_changed') as team,
    arg_max(new, moment * 100 + ord) filter (where type = 'priority_changed') as priority,
    arg_max(new, moment * 100 + ord) filter (where type = 'category_changed') as category,
    max(moment) as updated_at
from event
group by no;
