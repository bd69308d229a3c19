select
    as_of,
    {{ reporting_date('as_of') }} as as_of_date,
    '{{ var("reporting_time_zone") }}' as reporting_time_zone
from {{ ref('int_as_of') }}
