-- 사용자마다 가장 나중에 고친 행 하나. 사람은 날에 속하지 않으므로 표 전체를 다시 만든다.
select user_id, plan, signed_up_on
from {{ source('raw', 'users') }}
qualify row_number() over (partition by user_id order by updated_at desc) = 1
