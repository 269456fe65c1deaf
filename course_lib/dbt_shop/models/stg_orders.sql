-- 같은 주문이 두 번 왔으면 나중 것만 남기고, 그것이 완료된 주문이면 쓴다. 먼저 거르면 나중에 취소된 주문이 되살아난다.
with latest as (
    select * from {{ source('app', 'raw_orders') }}
    qualify row_number() over (partition by order_id order by ordered_at desc) = 1
)
select order_id, customer_id, amount, ordered_at
from latest
where status = 'completed'
