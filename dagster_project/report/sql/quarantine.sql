-- One row per entity and reason, the most frequent first.
select entity, reasons, count(*) as quarantined_rows
from quality.quarantine
group by entity, reasons
order by quarantined_rows desc, entity, reasons
limit 20
