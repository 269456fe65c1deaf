# 09_deployment의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [9-1]
settings = {
    "storage": {
        "postgres": {
            "postgres_db": {
                "hostname": "db.example",
                "username": "dagster",
                "db_name": "dagster",
                "password": {"env": "SHOP_PG_PASSWORD"},
                "scheme": "postgresql+psycopg2",
            }
        }
    },
    "concurrency": {
        "runs": {"max_concurrent_runs": 6, "tag_concurrency_limits": [{"key": "dagster/backfill", "limit": 2}]},
        "pools": {"default_limit": 1, "granularity": "run"},
    },
    "run_retries": {"enabled": True},
}

check("9-1", settings)

# %% [9-2]
answer = "B"

check("9-2", answer)

# %% [9-3]
answer = "C"

check("9-3", answer)

# %% [9-4]
pages = []


@dg.run_failure_sensor
def pager(context: dg.RunFailureSensorContext):
    run = context.dagster_run
    if run.tags.get("dagster/will_retry") == "true":
        return
    pages.append(f"{run.job_name}: {context.failure_event.message}")


check("9-4", pager, pages)

# %% [9-5]
fixed = {
    "services": {
        "postgres": {
            "image": "postgres:18.1",
            "environment": {"POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:?비밀번호를 정하세요}"},
            "healthcheck": {"test": ["CMD-SHELL", "pg_isready"], "interval": "2s"},
        },
        "daemon": {
            "image": "mine/dagster:1.13.27",
            "command": "dagster-daemon run --workspace workspace.yaml",
            "depends_on": {"postgres": {"condition": "service_healthy"}},
        },
    }
}

check("9-5", fixed)
