# 07_sensors_and_schedules의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [7-1]
leap = "2024-02-29"
new_year = "2024-12-31"
first_day = None

check("7-1", leap, new_year, first_day)

# %% [7-2]
seoul_daily = dg.DailyPartitionsDefinition(start_date="2024-01-01", timezone="Asia/Seoul")


@dg.asset(partitions_def=seoul_daily)
def seoul_orders() -> None:
    """서울의 하루치 주문."""


seoul_job = dg.define_asset_job("seoul_job", selection=[seoul_orders])
seoul_schedule = dg.build_schedule_from_partitioned_job(seoul_job, hour_of_day=6, minute_of_hour=30)

check("7-2", seoul_orders, seoul_schedule)

# %% [7-3]
second = {"newer.csv", "a.csv"}
fourth = set()

check("7-3", second, fourth)

# %% [7-4]
@dg.sensor(target=[landed_file])
def content_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    """처음 보는 내용의 파일마다 런을 하나 요청한다."""
    seen = json.loads(context.cursor) if context.cursor else []
    requests = []
    for path in sorted(landing.path.glob("*.csv")):
        content = fingerprint(path)
        if content not in seen:
            seen.append(content)
            requests.append(request(path, content))
    if not requests:
        return dg.SkipReason("처음 보는 내용이 없습니다.")
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(seen))


check("7-4", content_sensor)

# %% [7-5]
answer = "A"

check("7-5", answer)

# %% [7-6]
answer = "D"

check("7-6", answer)

# %% [7-7]
@dg.asset(
    deps=["shop_orders"],
    automation_condition=dg.AutomationCondition.on_cron("0 6 * * *", "Asia/Seoul"),
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26)),
)
def morning_report() -> None:
    """아침 회의에서 보는 표."""


check("7-7", morning_report)
