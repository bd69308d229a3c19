-- One row per tenth of customers by risk: what the model promised, and what came.
select risk_decile, customers, churned, predicted_rate, observed_rate, observed_low as observed_rate_low,
    observed_high as observed_rate_high
from analysis.churn_calibration
order by risk_decile
