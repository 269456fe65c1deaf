-- 하루나 여러 날을 다시 만들면 그 날들의 행만 바뀐다. 구간은 [start, end)이고 --vars로 온다.
{{ config(materialized='incremental', unique_key='day', incremental_strategy='delete+insert', tags=['daily']) }}
select cast(ordered_at as date) as day, count(*) as orders, sum(amount) as amount
from {{ ref('stg_orders') }}
where ordered_at >= '{{ var("start", "1900-01-01") }}' and ordered_at < '{{ var("end", "2999-01-01") }}'
group by 1
