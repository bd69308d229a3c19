"""`make bench`: a large sample company through the whole job, and each part of it beside what does the same barely.

What belongs here: measuring and printing. Nothing is asserted about speed: it is read, not tested. A part a module,
each of which can be measured alone (`--only`); what they share lies in `measuring` and `company`.

    job         the whole run by stages, the build beside its own SQL run directly, and a night with 1 % new events
    gates       the gates beside the queries that they ask
    landing     CSV, JSON Lines and Parquet landed, beside DuckDB's bare readers of the same files
    facts       facts of tickets by their models' SQL, and by pandas
    extraction  a million rows out of PostgreSQL, beside a plain COPY
    curve       time, memory and disk of the whole run by its size (not a part of `make bench`: see docs/benchmarks.md)

The machine may be shared: CPU seconds (user and system) stand beside seconds of the clock everywhere.
"""
