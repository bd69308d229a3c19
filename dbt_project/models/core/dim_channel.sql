select
    channel,
    name,
    is_live,
    position
from {{ ref('channels') }}

union all

select
    'unknown' as channel,
    'Unknown' as name,
    false as is_live,
    999 as position
