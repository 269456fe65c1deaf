{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['day', 'user_id']) }}
select day, user_id, plan, count_if(kind = 'view') as views, count_if(kind = 'purchase') as purchases
from {{ ref('stg_events') }} join {{ ref('stg_users') }} using (user_id)
where day >= date '{{ var("start") }}' and day < date '{{ var("end") }}'
group by all
