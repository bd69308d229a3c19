-- One row per source and entity: what became of every row.
select
    source, entity, sum(extracted_rows) as extracted_rows, sum(accepted_rows) as accepted_rows,
    sum(quarantined_rows) as quarantined_rows, sum(superseded_rows) as superseded_rows,
    sum(duplicate_rows) as duplicate_rows, sum(rejected_lines) as rejected_lines,
    sum(unaccounted_rows) as unaccounted_rows
from quality.row_account
group by source, entity
order by source, entity
limit 200
