"""09_deployment의 확인 문제 5개."""

from collections.abc import Mapping

import dagster as dg

from course_lib.classroom.checkpoints import checkpoint, choose
from course_lib.classroom.checkpoints.expectations import call, expect, show


def _at(value: object, *path: str) -> object:
    """사전 속의 사전을 따라간다. 길이 끊기면 None."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


# 9-1 ---------------------------------------------------------------------------------------------

@checkpoint("9-1")
def instance_settings(settings: object) -> str:
    expect(isinstance(settings, dict), "`settings`는 처음에 있던 사전 모양이어야 합니다.")
    password = _at(settings, "storage", "postgres", "postgres_db", "password")
    expect(
        not isinstance(password, dg.EnvVar),
        "`dg.EnvVar`는 파이썬으로 적는 리소스의 것입니다. `dagster.yaml`에는 파이썬이 없으니 2.1의 파일에서 본 모양을 사전으로 적으세요.",
        misconception="env_var_of_a_resource",
    )
    expect(
        not isinstance(password, str),
        "비밀번호의 자리에 글이 있습니다. 글은 그대로 비밀번호가 되고, 파일을 보는 모두가 읽습니다. 환경 변수의 이름을 적는 모양을 쓰세요.",
        misconception="password_in_the_file",
    )
    expect(password == {"env": "SHOP_PG_PASSWORD"}, f"비밀번호: `{show(password)}`. 변수 `SHOP_PG_PASSWORD`를 읽어야 합니다.", misconception="password")
    runs = _at(settings, "concurrency", "runs")
    limit = _at(runs, "max_concurrent_runs")
    expect(limit == 6, f"한꺼번에 도는 런이 `{show(limit)}`입니다. 6이어야 합니다.", misconception="max_runs")
    tags = _at(runs, "tag_concurrency_limits")
    expect(isinstance(tags, list), "태그의 한도는 여럿일 수 있어 **목록**입니다. 하나여도 대괄호로 감싸세요.", misconception="tag_limits_not_a_list")
    expect(
        tags == [{"key": "dagster/backfill", "limit": 2}],
        f"태그의 한도: `{show(tags)}`. 열쇠(key)가 `dagster/backfill`이고 한도(limit)가 2인 것 하나여야 합니다.",
        misconception="tag_limits",
    )
    pools = _at(settings, "concurrency", "pools")
    expect(_at(pools, "default_limit") == 1, f"풀의 자리가 `{show(_at(pools, 'default_limit'))}`입니다. 하나여야 합니다.", misconception="pool_limit")
    expect(
        _at(pools, "granularity") == "run",
        f"풀이 세는 단위가 `{show(_at(pools, 'granularity'))}`입니다. 단계가 아니라 런을 세야 합니다.",
        misconception="granularity",
    )
    retries = _at(settings, "run_retries")
    expect(retries == {"enabled": True}, f"재시도: `{show(retries)}`. 열쇠 `enabled`의 값이 참(`True`)인 사전이어야 켜집니다.", misconception="retries")
    return "이 사전을 YAML로 적어 DAGSTER_HOME에 두면 그대로 인스턴스의 설정이 됩니다."


# 9-2, 9-3 ----------------------------------------------------------------------------------------

@checkpoint("9-2")
def webserver_alone(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "웹서버는 부탁을 대기열에 적을 뿐입니다. 대기열을 보는 것은 누구의 일이라고 했나요?",
            "B": "대기열은 기록 속의 줄입니다. 꺼낼 데몬이 없으면 그대로 기다립니다.",
            "C": "기다리는 것은 실패가 아닙니다. 데몬이 늦게 떠도 되게 하려고 대기열이 있습니다.",
        },
        misconceptions={"A": "webserver_launches", "C": "waiting_is_failing"},
    )


@checkpoint("9-3")
def without_the_daemon(answer: object) -> str:
    return choose(
        answer,
        correct="C",
        reasons={
            "A": "1절의 표를 보세요. 런은 어느 프로세스에서 도나요?",
            "B": "기다리는 런을 대기열에서 꺼내 시작하는 것이 누구의 일인지 보세요.",
            "C": "도는 일은 코드 서버의 것이고, 꺼내는 일은 데몬의 것입니다. 기다림은 기록에 남아 있습니다.",
            "D": "대기열은 데몬의 메모리에 있지 않습니다. 어디에 적혀 있나요?",
        },
        misconceptions={"A": "runs_are_the_daemons_children", "B": "queue_moves_by_itself", "D": "queue_in_memory"},
    )


# 9-4 ---------------------------------------------------------------------------------------------

@checkpoint("9-4")
def only_the_last_failure(pager: object, pages: object) -> str:
    expect(
        isinstance(pager, dg.SensorDefinition), f"`@dg.run_failure_sensor`를 붙인 센서여야 하는데 `{type(pager).__name__}`입니다.", misconception="not_a_sensor"
    )
    expect(isinstance(pages, list), "`pages`는 처음에 있던 빈 목록이어야 합니다.")
    for tag, wanted in (("true", 0), ("false", 1), (None, 1)):
        pages.clear()
        _fail(pager, tag)
        named = {"true": '`"true"`', "false": '`"false"`', None: "없을"}[tag]
        expect(
            len(pages) <= wanted or wanted == 1,
            "다시 실행될 런(`dagster/will_retry`가 `\"true\"`)의 실패까지 알립니다. 새벽에 깨어난 사람이 할 일이 없습니다.",
            misconception="alerts_every_failure",
        )
        expect(
            len(pages) == wanted,
            f"`dagster/will_retry`가 {named} 때 알림이 {len(pages)}번 왔습니다. {wanted}번이어야 합니다.",
            misconception="misses_without_the_tag" if tag is None else "misses_the_last",
        )
    expect(
        pages == ["nightly: 표가 없습니다"], f"알림의 글: `{show(pages)}`. `잡의 이름: 까닭`의 모양으로 `nightly: 표가 없습니다`여야 합니다.", misconception="text"
    )
    pages.clear()
    return "첫 실패에는 조용하고, 더 해 볼 것이 없을 때만 사람을 부릅니다."


def _fail(pager: dg.SensorDefinition, will_retry: str | None) -> None:
    """`will_retry` 태그가 이러한 런이 실패한 것처럼 센서를 한 번 부른다."""
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.DagsterRun(job_name="nightly", tags={} if will_retry is None else {"dagster/will_retry": will_retry})
        event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_FAILURE.value, job_name="nightly", message="표가 없습니다")
        context = dg.build_run_status_sensor_context(
            sensor_name="pager", dagster_event=event, dagster_instance=instance, dagster_run=run
        ).for_run_failure()
        result = call(pager, context)
        if hasattr(result, "__next__"):
            list(result)


# 9-5 ---------------------------------------------------------------------------------------------

@checkpoint("9-5")
def old_compose(fixed: object) -> str:
    password = _at(fixed, "services", "postgres", "environment", "POSTGRES_PASSWORD")
    expect(
        isinstance(password, str) and password.startswith("${POSTGRES_PASSWORD"),
        f"비밀번호: `{show(password)}`. 변수 `POSTGRES_PASSWORD`를 `${{...}}`로 불러야 합니다.",
        misconception="password_in_the_file",
    )
    expect(
        # 쌍점 없는 `?`도 정해지지 않은 변수에서 멈춘다(빈 글로 정한 것은 넘어간다).
        password.startswith(("${POSTGRES_PASSWORD:?", "${POSTGRES_PASSWORD?")) and password.endswith("}"),
        "변수가 정해지지 않으면 빈 글이나 기본값으로 넘어갑니다. 멈추게 하는 표시를 붙이세요. 우리 `compose.yaml`의 같은 줄을 보세요.",
        misconception="empty_password",
    )
    image = _at(fixed, "services", "daemon", "image")
    expect(image == "mine/dagster:1.13.27", f"데몬의 이미지: `{show(image)}`. `mine/dagster`의 1.13.27이어야 합니다.", misconception="image")
    depends = _at(fixed, "services", "daemon", "depends_on")
    expect(
        not isinstance(depends, list),
        "목록은 ‘컨테이너가 시작했다’까지만 기다립니다. PostgreSQL이 접속을 받기 전에 데몬이 떠서 죽습니다.",
        misconception="started_is_ready",
    )
    expect(
        depends == {"postgres": {"condition": "service_healthy"}},
        f"`depends_on`: `{show(depends)}`. `postgres`의 상태 검사(healthcheck)가 통과하기를 기다려야 합니다.",
        misconception="condition",
    )
    return "비밀번호가 빠지면 시작하기 전에 멈추고, 데몬은 데이터베이스가 접속을 받은 다음에 뜹니다."
