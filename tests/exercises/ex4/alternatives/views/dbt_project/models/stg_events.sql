-- 표를 만들지 않는 뷰라서 모든 날이 보인다. 하루만 만드는 것은 아래의 표다.
with once as (
    select *, row_number() over (partition by event_id order by occurred_at) as nth
    from {{ source('raw', 'events') }}
    where kind in ('view', 'purchase')
)
select event_id, user_id, kind, occurred_at, occurred_at::date as day from once where nth = 1
