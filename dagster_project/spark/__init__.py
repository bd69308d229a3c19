"""The second engine: the same project on Apache Spark, for when one machine is not enough (docs/scale-out.md).

What belongs here: what Spark needs and DuckDB does not, which is the session, the views over what is landed, and
reading texts out in many processes. The SQL is that of dbt_project, whose dispatched macros say what the engines do
differently. pyspark is an extra (requirements-spark.lock) and is imported when a session is opened.
"""
