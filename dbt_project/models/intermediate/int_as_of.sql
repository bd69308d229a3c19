select coalesce({{ configured_as_of() }}, max(newest_at)) as as_of
from {{ ref('row_outcome') }}
where outcome = 'accepted'
