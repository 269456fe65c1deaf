{{ config(severity='error', meta={'dagster': {'ref': {'name': 'stg_events'}}}) }}
-- 그날의 이벤트만 본다. 다른 날의 것은 그날이 본다.
select e.* from {{ ref('stg_events') }} e
left join {{ ref('stg_users') }} u using (user_id)
where u.user_id is null and {{ on_the_day('e.day') }}
