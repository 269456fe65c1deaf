select user_id, max_by(plan, updated_at) as plan, max_by(signed_up_on, updated_at) as signed_up_on
from {{ source('raw', 'users') }}
group by user_id
