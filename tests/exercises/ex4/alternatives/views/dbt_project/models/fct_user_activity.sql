{{ config(materialized='incremental', unique_key=['day', 'user_id'], incremental_strategy='delete+insert') }}
select e.day, e.user_id, any_value(u.plan) as plan,
       sum(case when e.kind = 'view' then 1 else 0 end) as views,
       sum(case when e.kind = 'purchase' then 1 else 0 end) as purchases
from {{ ref('stg_events') }} e
inner join {{ ref('stg_users') }} u on u.user_id = e.user_id
where {{ on_the_day('e.day') }}
group by e.day, e.user_id
