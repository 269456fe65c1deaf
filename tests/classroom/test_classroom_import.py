"""노트북의 첫 셀: 가볍고, 조용하고, 기록은 그대로 남는다."""

import subprocess
import sys

import dagster as dg
from dagster._core.execution import context_creation_job

from course_lib import classroom
from course_lib.classroom import quiet

OPTIONAL = ("dbt", "dagster_dbt", "pyspark", "polars", "airflow", "celery")
HEAVY = ("pytest", "nbclient", "jupyterlab", "moto", "hypothesis", "matplotlib", "course_lib.grading.judge", *OPTIONAL)


def test_the_names_a_notebook_gets():
    assert set(classroom.__all__) >= {"check", "hint", "solution", "quiz", "____", "show_graph", "show_diff", "recap", "course_map"}
    assert all(callable(getattr(classroom, name)) for name in classroom.__all__)


def test_importing_costs_little_more_than_dagster():
    assert imported_by("from course_lib.classroom import *", HEAVY) == "[]"


def test_grading_an_exercise_without_dbt_imports_no_optional_part():
    assert imported_by("from course_lib.grading import judge, observe, worker; observe.warm_up()", OPTIONAL) == "[]"


def imported_by(code: str, names: tuple[str, ...]) -> str:
    """새 프로세스에서 `code`를 실행한 뒤에 불러와 있는 것들."""
    code = f"import sys\n{code}\nprint([name for name in {names!r} if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
    return seen.stdout.splitlines()[-1]


def test_hushed_runs_print_nothing_and_keep_their_events(monkeypatch, capfd):
    monkeypatch.setattr(context_creation_job, "default_system_loggers", context_creation_job.default_system_loggers)
    quiet.hush()

    @dg.asset
    def noted(context: dg.AssetExecutionContext) -> int:
        context.log.info("남아야 할 말")
        return 1

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([noted], instance=instance)
        assert capfd.readouterr().err == ""
        assert any(entry.user_message == "남아야 할 말" for entry in instance.all_logs(result.run_id))
        assert instance.get_latest_materialization_event(noted.key) is not None


def test_logs_asked_for_are_still_shown(monkeypatch, capfd):
    monkeypatch.setattr(context_creation_job, "default_system_loggers", context_creation_job.default_system_loggers)
    quiet.hush()

    @dg.asset
    def noted(context: dg.AssetExecutionContext) -> int:
        context.log.info("보여야 할 말")
        return 1

    dg.materialize([noted], run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}})
    assert "보여야 할 말" in capfd.readouterr().err
