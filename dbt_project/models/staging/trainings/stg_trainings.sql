{{ accepted_rows('trainings', ref('typed_trainings')) }}
