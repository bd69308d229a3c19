"""Who is about to fall silent: the risk of each customer, from a model that proved itself on a later period.

What belongs here: what is known of a customer at a cut (`features`), fitting, choosing and validating (`model`), and
how the tables `churn_risk`, `churn_model` and `churn_calibration` come of it (`churn`).
"""
