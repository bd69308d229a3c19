-- One row per published table: what it holds, in the words of its declaration.
select schema_name || '.' || table_name as "table", comment as description
from duckdb_tables()
where database_name = current_database() and schema_name in ('core', 'kpi', 'analysis', 'quality')
    and comment is not null
order by 1
