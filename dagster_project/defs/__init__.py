"""Dagster's view of the project: assets, checks, jobs, schedules, sensors. What they do lives outside."""
