"""The second engine: the same project on Apache Spark, for when one machine is not enough (docs/scale-out.md).

What belongs here: what Spark needs and DuckDB does not: the session and its settings, the views over what is landed,
reading texts out in many processes, and putting questions in DuckDB's SQL. `engine` is what a run uses of it. The SQL
of models is that of dbt_project, whose dispatched macros say what the engines do differently. pyspark is an extra
(requirements-spark.lock) and is imported when a session is opened.
"""
