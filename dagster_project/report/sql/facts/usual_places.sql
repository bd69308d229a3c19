-- One row per activity: where in the life of a ticket it usually stands.
select activity, avg(activity_number) as usual_place
from core.fct_ticket_activity
group by activity
