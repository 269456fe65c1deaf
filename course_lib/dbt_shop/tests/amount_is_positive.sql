-- 0원이나 음수인 주문이 있어도 멈추지 않고 알리기만 한다.
{{ config(severity='warn') }}
select order_id from {{ ref('stg_orders') }} where amount <= 0
