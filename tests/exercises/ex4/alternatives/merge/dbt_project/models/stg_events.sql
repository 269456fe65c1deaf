{{ config(materialized='incremental', incremental_strategy='merge', unique_key='event_id') }}
select event_id, any_value(user_id) as user_id, any_value(kind) as kind, any_value(occurred_at) as occurred_at,
       any_value(cast(occurred_at as date)) as day
from {{ source('raw', 'events') }}
where kind <> 'heartbeat' and occurred_at >= timestamp '{{ var("start") }}' and occurred_at < timestamp '{{ var("end") }}'
group by event_id
