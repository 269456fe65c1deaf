"""노트북 실행을 나누어 쓴다: 실행은 오래 걸리므로 한 번씩만, 커널 두 개까지 함께."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from nbformat import NotebookNode

from tests.notebooks import runner

Run = tuple[str, bool]
"""(수업이나 연습의 이름, 답을 넣었는지)"""


@pytest.fixture(scope="session")
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, bool], NotebookNode]]:
    """`executed("01_asset_philosophy", answered=True)`는 실행한 노트북을 돌려준다. 같은 실행은 한 번만 한다."""
    runs: dict[Run, Future[NotebookNode]] = {}

    def start(run: Run) -> Future[NotebookNode]:
        if run not in runs:
            name, answered = run
            runs[run] = pool.submit(runner.run, name, tmp_path_factory.mktemp("notebook"), answered=answered)
        return runs[run]

    with ThreadPoolExecutor(max_workers=2) as pool:
        # xdist의 일꾼은 어느 시험이 제 것인지 미리 모르므로 앞서 실행하지 않는다.
        if "PYTEST_XDIST_WORKER" not in os.environ:
            for item in request.session.items:
                run = getattr(item, "callspec", None) and item.callspec.params.get("run")
                if run is not None and item.get_closest_marker("notebook_run"):
                    start(run)
        yield lambda name, answered: start((name, answered)).result()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "notebook_run: 노트북을 커널에서 실행하는 시험")
