"""09의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다."""

import dagster as dg
import pytest
import yaml

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import Wrong, nb09
from tests.checkpoints.answer_cells import edited, judge

ANSWERS = read_answers("09_deployment")
NAMES = {"dg": dg}
RETRY = 'if run.tags.get("dagster/will_retry") == "true":'
# 확인 문제, 잘못의 이름, 답에서 바꿀 글자
WRONG = [
    ("9-1", "password_in_the_file", '{"env": "SHOP_PG_PASSWORD"}', '"secret"'),
    ("9-1", "env_var_of_a_resource", '{"env": "SHOP_PG_PASSWORD"}', 'dg.EnvVar("SHOP_PG_PASSWORD")'),
    ("9-1", "password", "SHOP_PG_PASSWORD", "PG_PASSWORD"),
    ("9-1", "max_runs", '"max_concurrent_runs": 6', '"max_concurrent_runs": 2'),
    ("9-1", "tag_limits_not_a_list", '[{"key": "dagster/backfill", "limit": 2}]', '{"dagster/backfill": 2}'),
    ("9-1", "tag_limits", '"dagster/backfill"', '"backfill"'),
    ("9-1", "pool_limit", '"default_limit": 1', '"default_limit": 2'),
    ("9-1", "granularity", '"granularity": "run"', '"granularity": "op"'),
    ("9-1", "retries", '{"enabled": True}', "True"),
    ("9-2", "webserver_launches", '"B"', '"A"'),
    ("9-2", "waiting_is_failing", '"B"', '"c"'),
    ("9-3", "runs_are_the_daemons_children", '"C"', '"A"'),
    ("9-3", "queue_moves_by_itself", '"C"', '"B"'),
    ("9-3", "queue_in_memory", '"C"', '"D"'),
    ("9-4", "not_a_sensor", "@dg.run_failure_sensor\n", ""),
    ("9-4", "alerts_every_failure", RETRY, "if False:"),
    ("9-4", "misses_the_last", RETRY, 'if "dagster/will_retry" in run.tags:'),
    ("9-4", "misses_without_the_tag", RETRY, 'if run.tags.get("dagster/will_retry") != "false":'),
    ("9-4", "text", "{run.job_name}: ", ""),
    ("9-5", "password_in_the_file", "${POSTGRES_PASSWORD:?비밀번호를 정하세요}", "secret"),
    ("9-5", "empty_password", ":?비밀번호를 정하세요", ""),
    ("9-5", "image", "mine/dagster:1.13.27", "mine/dagster:latest"),
    ("9-5", "started_is_ready", '{"postgres": {"condition": "service_healthy"}}', '["postgres"]'),
    ("9-5", "condition", "service_healthy", "service_started"),
]
RIGHT = [
    ("9-2", 'answer = "B"', 'answer = " b "'),
    ("9-4", "        return\n    pages", "        return None\n    pages"),
    ("9-4", "@dg.run_failure_sensor\n", "@dg.run_failure_sensor(minimum_interval_seconds=30)\n"),
    ("9-4", RETRY, "if run.tags.get('dagster/will_retry', 'false') == 'true':"),
    ("9-5", ":?비밀번호를 정하세요", ":?"),
    ("9-5", ":?비밀번호를 정하세요", "?비밀번호를 정하세요"),
]


@pytest.mark.parametrize("checkpoint_id", ANSWERS)
def test_the_answer_is_right(checkpoint_id):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], names=NAMES)


@pytest.mark.parametrize(("checkpoint_id", "old", "new"), RIGHT)
def test_other_styles_are_right(checkpoint_id, old, new):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], [(old, new)]), names=NAMES)


@pytest.mark.parametrize(("checkpoint_id", "name", "old", "new"), WRONG)
def test_a_mistake_is_named(checkpoint_id, name, old, new):
    with pytest.raises(Wrong) as wrong:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], [(old, new)]), names=NAMES)
    assert wrong.value.misconception == name


def test_every_named_mistake_is_made_here():
    import re
    from pathlib import Path

    source = Path(nb09.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', source)) | set(re.findall(r'"[A-D]": "(\w+)"', source))
    named |= {"misses_without_the_tag", "misses_the_last"}
    assert named == {name for _, name, *_ in WRONG}


def test_dagster_itself_takes_the_settings(tmp_path, monkeypatch):
    """답의 사전을 YAML로 적으면 정말 Dagster가 읽는다."""
    monkeypatch.setenv("SHOP_PG_PASSWORD", "x")
    space: dict = {"check": lambda *_: None}
    exec(ANSWERS["9-1"], space)
    settings = {key: value for key, value in space["settings"].items() if key != "storage"}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 6
        assert instance.run_retries_enabled
