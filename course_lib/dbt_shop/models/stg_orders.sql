-- 취소한 주문을 빼고, 같은 주문이 두 번 왔으면 나중 것만 남긴다.
select order_id, customer_id, amount, ordered_at
from {{ source('app', 'raw_orders') }}
where status = 'completed'
qualify row_number() over (partition by order_id order by ordered_at desc) = 1
