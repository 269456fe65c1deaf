-- 그날 한 일이 있는 사용자마다 한 행.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='day') }}
select
    events.day,
    events.user_id,
    users.plan,
    count(*) filter (where events.kind = 'view') as views,
    count(*) filter (where events.kind = 'purchase') as purchases
from {{ ref('stg_events') }} as events
join {{ ref('stg_users') }} as users using (user_id)
where events.day >= date '{{ var("start") }}' and events.day < date '{{ var("end") }}'
group by all
