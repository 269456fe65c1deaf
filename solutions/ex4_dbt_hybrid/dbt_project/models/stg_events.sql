-- 만들 날들의 이벤트. 같은 날을 다시 만들면 그날의 행을 지우고 새로 넣는다.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='day') }}
select distinct event_id, user_id, kind, occurred_at, cast(occurred_at as date) as day
from {{ source('raw', 'events') }}
where kind <> 'heartbeat'
  and occurred_at >= timestamp '{{ var("start") }}' and occurred_at < timestamp '{{ var("end") }}'
