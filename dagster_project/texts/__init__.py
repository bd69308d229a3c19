"""What is read out of texts: their language, their sentiment and their topics, each text once.

What belongs here: pure functions from a text to what it says, the models they use, and the one place that runs them
over the texts of schema `personal` (`store`). What counts as a text is dbt's business (models/staging/texts/), what a
sentiment means for a KPI that of core and kpi. docs/text.md says how well it works, and on what data that was measured.
"""
