-- One row per step from the sources to the published tables: how many tables it has, and how many rows.
select 1 as step, 'extracted' as layer, count(distinct (source, entity)) as tables,
    sum(extracted_rows)::bigint as rows
from quality.row_account
union all
select 2, 'accepted', count(distinct entity), sum(accepted_rows)::bigint from quality.row_account
union all
select array_position(['core', 'kpi', 'analysis'], schema_name) + 2, schema_name, count(*), sum(estimated_size)::bigint
from duckdb_tables()
where database_name = current_database() and schema_name in ('core', 'kpi', 'analysis')
group by schema_name
order by step
