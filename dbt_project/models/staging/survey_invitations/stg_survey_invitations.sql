{{ accepted_rows('survey_invitations', ref('typed_survey_invitations')) }}
