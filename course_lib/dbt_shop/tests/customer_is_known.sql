-- 고객을 모르는 주문이 있으면 아래의 모델도, 그것을 읽는 파이썬 자산도 만들지 않는다.
select order_id from {{ ref('stg_orders') }} where customer_id is null
