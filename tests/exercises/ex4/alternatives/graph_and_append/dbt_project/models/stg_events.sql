{{ config(materialized='incremental', incremental_strategy='append',
          pre_hook="{% if is_incremental() %} delete from {{ this }} where day = '{{ var('start') }}' {% endif %}") }}
select distinct event_id, user_id, kind, occurred_at, date_trunc('day', occurred_at)::date as day
from {{ source('raw', 'events') }}
where kind != 'heartbeat' and strftime(occurred_at, '%Y-%m-%d') = '{{ var("start") }}'
