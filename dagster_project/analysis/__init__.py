"""From numbers to improvement: what statistics make of the marts. Pure functions from frames to frames.

What belongs here: one module (or folder) an analysis, which names the queries it reads (aggregated already, by SQL)
and turns their frames into the tables that `dbt_project/models/analysis/` declares. Statistics come from libraries,
imported by the functions that need them. Nothing here knows Dagster or the warehouse; defs/analysis.py runs it.
"""
