-- One row: how good the model of churn was on customers it had not seen.
select verdict, reason, method, validated_on, validation_customers, validation_churned, predicted_churned,
    auc, auc_low, auc_high, brier_score, calibration_error, lift_of_top_tenth
from analysis.churn_model
limit 1
