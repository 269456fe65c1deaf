"""03_dagster_vs_airflow의 확인 문제 6개."""

import copy
import warnings

import dagster as dg

from course_lib.airflow_lab.dags import order_steps as steps
from course_lib.airflow_lab.order_assets import daily
from course_lib.classroom.checkpoints import Wrong, checkpoint, choose, choose_each
from course_lib.classroom.checkpoints.expectations import call, expect, expect_equal

DAY = "2024-03-09"
# 두 번 온 주문이 떨어져 있고, 번호의 차례도 아니다.
ORDERS = [
    {"order_id": number, "customer": customer, "amount": amount, "status": status, "ordered_on": DAY}
    for number, customer, amount, status in (
        (32, "한지우", 7000, "completed"),
        (31, "오세훈", 9000, "completed"),
        (33, "한지우", 1500, "refunded"),
        (32, "한지우", 7000, "completed"),
        (34, "한지우", 2500, "completed"),
    )
]


@checkpoint("3-1")
def tasks_to_assets(cleaned: object, metrics: object) -> str:
    _moved(cleaned, "cleaned_orders", "raw_orders")
    _moved(metrics, "order_metrics", "cleaned_orders")
    given = copy.deepcopy(ORDERS)
    expect_equal(_value(cleaned, given), steps.clean(ORDERS), "주문 다섯 행(하나는 두 번 옴, 하나는 환불)을 넣은 `cleaned_orders`")
    expect(given == ORDERS, "`cleaned_orders`가 받은 목록을 고쳤습니다. 받은 것은 두고 새 목록을 돌려주세요.", misconception="input_changed")
    paid = steps.clean(ORDERS)
    expect_equal(_value(metrics, paid), steps.summarize(paid), "결제된 주문 세 행을 넣은 `order_metrics`")
    return "`>>`도, 파일을 읽고 쓰는 코드도 사라졌습니다. 매개변수의 이름이 차례를, IO 매니저가 자리를 정합니다."


def _moved(asset: object, name: str, upstream: str) -> None:
    """DAG의 태스크를 옮긴 자산의 모양: 이름, 업스트림, 파티션."""
    expect(
        isinstance(asset, dg.AssetsDefinition),
        f"`{name}`: 자산이 아니라 `{type(asset).__name__}`입니다. 함수 위에 `@dg.asset(...)`을 붙이세요.",
        misconception="not_an_asset",
    )
    key = asset.key.to_user_string()
    expect(key == name, f"자산의 이름이 `{key}`입니다. 함수의 이름을 `{name}`로 지으세요.", misconception="asset_name")
    deps = {dep.asset_key.to_user_string() for dep in asset.get_asset_spec().deps}
    expect(
        bool(deps),
        f"`{name}`에 업스트림이 없습니다. 안에서 파일을 읽거나 `steps.extract`를 부르면 Dagster는 무엇에 기대는지 모릅니다. 매개변수로 받으세요.",
        misconception="no_upstream",
    )
    expect(deps == {upstream}, f"`{name}`의 업스트림이 `{', '.join(sorted(deps))}`입니다. `{upstream}` 하나여야 합니다.", misconception="parameter_name")
    values = [item for item in asset.op.input_defs if not item.dagster_type.is_nothing]
    expect(
        bool(values),
        f"`{name}`이(가) `deps=`로 이어져 있습니다. `deps=`는 DAG의 `>>`처럼 차례만 잇고 값은 받지 않습니다. 매개변수로 받으세요.",
        misconception="deps_only",
    )
    expect(
        asset.partitions_def == daily,
        f"`{name}`에 `partitions_def=daily`가 없습니다. 그러면 날마다 하나씩이 아니라 통틀어 하나인 자산이 되어, 날짜별 파일과 맞지 않습니다.",
        misconception="no_partitions",
    )


def _value(asset: dg.AssetsDefinition, rows: list) -> object:
    context = [dg.build_asset_context(partition_key=DAY)] if asset.op.compute_fn.has_context_arg() else []
    return call(asset, *context, rows)


@checkpoint("3-2")
def asset_events(answer: object) -> str:
    if isinstance(answer, str):
        answer = {answer}
    if not isinstance(answer, (set, frozenset, list, tuple)) or not all(isinstance(name, str) for name in answer):
        raise Wrong('자산의 이름을 집합으로 적어 주세요. 예: `{"raw_orders", "cleaned_orders"}`')
    files, tasks = {"raw_orders", "cleaned_orders", "order_metrics"}, {"extract_orders", "clean_orders", "summarize_orders"}
    named = set(answer)
    expect(
        not named & tasks,
        f"`{', '.join(sorted(named & tasks))}`은(는) 태스크의 이름입니다. 자산의 이름을 적어 주세요.",
        misconception="task_name",
    )
    expect(named <= files, f"파일 셋에 없는 이름입니다: `{', '.join(sorted(named - files))}`. 철자를 확인하세요.")
    expect(bool(named), "`asset_event`에 한 행이 있었습니다. 하나는 남았습니다.")
    expect(
        named == {"order_metrics"},
        "파일을 썼다고 남는 것이 아닙니다. 태스크가 무엇을 썼는지 Airflow는 들여다보지 않습니다. DAG 파일에서 자산이라고 **밝힌** 곳을 찾아보세요.",
        misconception="every_file_is_an_asset",
    )
    return "태스크의 `outlets`에 적은 `order_metrics` 하나입니다. 다음 셀에서 확인하세요."


@checkpoint("3-3")
def claims(answers: object) -> str:
    choose_each(
        answers,
        correct={"a": "X", "b": "X", "c": "O", "d": "X", "e": "O", "f": "X"},
        choices=("O", "X"),
        reasons={
            "a": "2절의 DAG 파일과 5절의 파일에서 무엇을 들여왔나요?",
            "b": "2절에서 DAG를 실행할 때 무엇을 띄웠고 무엇을 띄우지 않았나요?",
            "c": "4절에서 이벤트가 남은 자산과 남지 않은 자산이 무엇으로 갈렸나요?",
            "d": "5절의 출력 마지막 줄을 보세요. 들어온 것의 타입이 무엇이었나요?",
            "e": "4절에서 Dagster의 장부에 물었을 때 줄마다 끝에 무엇이 있었나요?",
            "f": "3절에서 그래프를 그릴 때 무언가를 실행했나요? 실행하기 전에 그릴 수 있다면, 언제 정해진 것일까요?",
        },
    )
    return "비교한 글을 볼 때는 판의 번호부터 보세요. 위의 넷은 Airflow 2 무렵의 말이거나, 닮은 코드를 같은 뜻으로 읽은 것입니다."


@checkpoint("3-4")
def mappings(answer: object) -> str:
    wanted = ("extract_orders", "clean_orders", "summarize_orders")
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Wrong(f"태스크 셋을 열쇠로 하는 사전이어야 합니다: `{', '.join(wanted)}`. 열쇠는 처음 모양 그대로 두세요.")
    found = {task: _only(task, assets) for task, assets in answer.items()}
    handed, left = found["clean_orders"], found["summarize_orders"]
    expect(
        isinstance(handed, dg.AssetsDefinition),
        "`clean_orders`에 `dg.AssetSpec`을 적었습니다. 있다는 것만 적으면 Dagster가 실행할 계산이 없어, 태스크가 부탁할 곳이 없습니다. "
        "계산까지 있는 자산을 적으세요.",
        misconception="nothing_to_run",
    )
    key = handed.key.to_user_string()
    expect(key == "cleaned_orders", f"`clean_orders`에 적은 자산이 `{key}`입니다. 그 태스크가 만들던 것은 `cleaned_orders`입니다.", misconception="wrong_asset")
    expect(
        isinstance(left, dg.AssetSpec),
        "`summarize_orders`에 계산까지 있는 자산을 적었습니다. 그러면 Dagster도 `order_metrics`를 만들 수 있게 되어, 아직 Airflow가 만드는 "
        "것과 어느 쪽이 진짜인지 알 수 없습니다. 있다는 것만 적으세요.",
        misconception="hands_over_too_much",
    )
    expect_equal(left.key.to_user_string(), "order_metrics", "`summarize_orders`에 적은 외부 자산의 이름", misconception="wrong_asset")
    deps = {dep.asset_key.to_user_string() for dep in left.deps}
    expect(
        deps == {"cleaned_orders"},
        f"`order_metrics`의 `deps`가 `{', '.join(sorted(deps)) or '없음'}`입니다. `cleaned_orders`를 적지 않으면 계보가 거기서 끊깁니다.",
        misconception="no_deps",
    )
    expect(left.partitions_def == daily, "`order_metrics`에 `partitions_def=daily`가 없습니다. 앞뒤의 자산처럼 날마다 하나씩입니다.", misconception="no_partitions")
    _check_graph(answer)
    return "Dagster가 실행할 수 있는 것은 `cleaned_orders` 하나뿐이고, 나머지 둘은 계보에만 있습니다. 옮길 때마다 한 줄씩 바뀝니다."


def _only(task: str, assets: object) -> object:
    """태스크에 적은 자산 하나."""
    if not isinstance(assets, (list, tuple)):
        raise Wrong(f"`{task}`의 값은 목록이어야 하는데 `{type(assets).__name__}`입니다. 하나뿐이라도 대괄호로 감싸세요.")
    if len(assets) != 1:
        raise Wrong(f"`{task}`에는 자산을 하나만 적으세요. 지금은 {len(assets)}개입니다.")
    if not isinstance(assets[0], dg.AssetsDefinition | dg.AssetSpec):
        raise Wrong(f"`{task}`의 목록에 자산이 아니라 `{type(assets[0]).__name__}`이(가) 있습니다. 이름의 글자가 아니라 자산 자체를 적으세요.")
    return assets[0]


def _check_graph(task_mappings: dict) -> None:
    """dagster-airlift에 정말 넘겨 본다. 처음부터 적혀 있던 줄까지 그대로여야 한다."""
    from dagster_airlift.core import assets_with_task_mappings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        assets = assets_with_task_mappings(dag_id="order_pipeline", task_mappings=task_mappings)
    nodes = dg.Definitions(assets=assets).resolve_asset_graph().asset_nodes
    executable = {node.key.to_user_string(): node.is_executable for node in nodes}
    expect(
        executable == {"raw_orders": False, "cleaned_orders": True, "order_metrics": False},
        "`extract_orders`의 줄이 처음과 달라졌습니다. `raw_orders`는 외부 자산으로 두세요.",
        misconception="extract_changed",
    )


@checkpoint("3-5")
def flip(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "`proxied: True`는 태스크를 지우지 않습니다. 지우면 앞뒤의 화살표도, 언제 도는지도 다시 정해야 합니다.",
            "B": "DAG의 모양과 도는 시각은 그대로이고, 그 칸에서 하는 일만 ‘Dagster에 부탁하고 기다리기’로 바뀝니다.",
            "C": "그것은 1번 걸음(관찰)에 가깝습니다. 대신하기는 계산하는 쪽이 바뀌는 것입니다.",
            "D": "YAML에서 `True`인 것은 하나뿐입니다. `summarize_orders`는 `False`이므로 여전히 Airflow가 합니다.",
        },
        misconceptions={"A": "task_disappears", "C": "only_observed", "D": "downstream_moves_too"},
    )


@checkpoint("3-6")
def paths(answers: object) -> str:
    choose_each(
        answers,
        correct={"a": "관찰", "b": "대신하기", "c": "그대로", "d": "대신하기"},
        choices=("관찰", "대신하기", "그대로"),
        reasons={
            "a": "DAG의 코드는 손댈 수 없고, 바라는 것은 보는 것입니다. Airflow의 판이 몇인지도 보세요.",
            "b": "바라는 것(파티션, 검사)은 Dagster가 그 표를 만들어야 얻습니다.",
            "c": "이 일이 끝나면 누가 무엇을 읽나요? 옮겨서 새로 얻는 것이 있나요?",
            "d": "404는 어느 걸음이 안 된다는 뜻이었나요? 그 걸음 없이도 되는 길이 있었습니다.",
        },
    )
    return "판이 관찰을 가르고, 얻을 것이 옮길지를 가릅니다. 옮기지 않는 것도 결정입니다."
