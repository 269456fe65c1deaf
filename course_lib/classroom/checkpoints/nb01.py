"""01_asset_philosophy의 확인 문제."""

import dagster as dg
import pandas as pd

from course_lib.classroom.checkpoints import Wrong, checkpoint, choose, choose_each
from course_lib.classroom.checkpoints.expectations import call, expect, expect_frame
from course_lib.classroom.feedback import Table


@checkpoint("1-1")
def refunded_orders(asset: object) -> str:
    expect(
        isinstance(asset, dg.AssetsDefinition),
        f"`refunded_orders`가 자산이 아니라 `{type(asset).__name__}`입니다. 함수 위에 `@dg.asset`을 붙였는지 보세요.",
    )
    key = asset.key.to_user_string()
    expect(key == "refunded_orders", f"자산의 이름이 `{key}`입니다. 함수 이름이 곧 자산의 이름이므로 `refunded_orders`로 지으세요.")
    upstream = {dep.asset_key.to_user_string() for spec in asset.specs for dep in spec.deps}
    expect(
        bool(upstream),
        "업스트림이 없는 자산입니다. 안에서 `raw_orders()`를 부르거나 `WORLD`를 읽으면 값은 나오지만 Dagster는 이 자산이 "
        "`raw_orders`에 기댄다는 것을 모릅니다. 매개변수로 받으세요.",
        misconception="calls_upstream_itself",
    )
    expect(
        upstream == {"raw_orders"},
        f"업스트림이 `{', '.join(sorted(upstream))}`입니다. 매개변수 이름이 업스트림의 이름입니다. `raw_orders` 하나여야 합니다.",
        misconception="parameter_is_no_asset",
    )
    orders = pd.DataFrame(
        {
            "order_id": [14, 11, 12, 13],
            "customer": ["가온", "나래", "가온", "다솜"],
            "amount_usd": [5.0, 7.5, 9.0, 1.0],
            "status": ["refunded", "refunded", "completed", "pending"],
        }
    )
    given = orders.copy()
    expect_frame(call(asset, orders), given.iloc[[1, 0]], "order_id 14, 11, 12, 13 가운데 14와 11이 환불된 표를 넣은 결과", ordered=True)
    expect_frame(orders, given, "넣은 표가 바뀌었습니다. 받은 표는 다른 자산도 읽으므로 고치지 말고 새 표를 만드세요. 넣은 표", ordered=True)
    expect_frame(call(asset, given.iloc[[2]]), given.iloc[0:0], "환불이 하나도 없는 표를 넣은 결과", ordered=True)
    return "매개변수 이름 하나로 그래프에 이어졌습니다. 이제 `show_graph([raw_orders, refunded_orders])`를 새 셀에서 실행해 보세요."


@checkpoint("1-2")
def what_is_left(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "실패한 것은 `compute_metrics`이고, `load_dashboard`는 시작도 하지 않았습니다. 시작하지 않은 태스크는 아무것도 지우지 않습니다.",
            "B": "시작하지 않은 태스크는 아무것도 바꾸지 않으므로 어제의 표가 그대로 있고, 어제 것이라고 말해 주는 것도 없습니다.",
            "C": "오늘의 매출은 `compute_metrics`가 계산해야 하는데 거기서 멈췄습니다. 새 주문은 `cleaned_orders`까지만 왔습니다.",
            "D": "표를 둔 곳은 사전(`warehouse`)일 뿐입니다. 누가 표시를 붙여 줄까요? 실행기는 함수가 끝났는지만 압니다.",
        },
    )


@checkpoint("1-3")
def where_stale(answer: object) -> str:
    chain = ["raw_orders", "cleaned_orders", "order_metrics", "dashboard_summary"]
    if not isinstance(answer, (set, frozenset, list, tuple)) or not all(isinstance(name, str) for name in answer):
        raise Wrong('자산의 이름을 집합으로 적어 주세요. 예: `{"raw_orders", "dashboard_summary"}`')
    named = set(answer)
    unknown = sorted(named - set(chain))
    expect(not unknown, f"이 파이프라인에 없는 이름입니다: `{', '.join(unknown)}`. 철자를 확인하세요.")
    expect(
        named != set(chain[1:]),
        "다운스트림 전체를 골랐습니다. 많은 글이 그렇게 말하지만 Dagster는 그렇게 표시하지 않습니다. `order_metrics`에게 물어보세요. "
        "‘네가 읽은 `cleaned_orders`가 그 뒤에 새로 만들어졌니?’",
        misconception="stale_is_transitive",
    )
    expect("raw_orders" not in named, "`raw_orders`는 방금 새로 만들었습니다. 업스트림이 없으니 오래될 까닭도 없습니다.")
    expect(bool(named), "붙는 자산이 있습니다. 방금 새로 만들어진 `raw_orders`를 읽는 자산은 무엇인가요?")
    expect(
        named == {"cleaned_orders"},
        "‘오래됨’은 내가 읽은 것이 그 뒤에 새로 만들어졌을 때 붙습니다. 하나씩 물어보세요. 바로 위가 새로 만들어졌나요?",
        misconception="stale_is_transitive",
    )
    return "바로 위가 새로 만들어진 것은 `cleaned_orders`뿐입니다. 다음 셀을 실행해 확인하세요."


@checkpoint("1-4")
def which_signal(answers: object) -> str:
    choose_each(
        answers,
        correct={"a": "failed", "b": "stale", "c": "not_fresh", "d": "failed", "e": "not_fresh"},
        choices=("failed", "stale", "not_fresh"),
        reasons={
            "a": "업스트림은 그대로이고 시간 이야기도 없습니다. 런에서 무슨 일이 있었나요?",
            "b": "런은 성공했습니다. 바로 위가 새로 만들어졌는데 이쪽은 아직입니다.",
            "c": "예외도, 바뀐 업스트림도 없습니다. 지난 것은 시간뿐입니다.",
            "d": "왜 죽었든 런이 끝까지 가지 못했습니다.",
            "e": "런은 모두 성공이고 업스트림도 그대로입니다. 그런데 약속한 하루를 넘겨 이틀이 지났습니다.",
        },
    )
    return "런을 보면 실패, 바로 위를 보면 오래됨, 시계를 보면 신선도입니다. 세 물음을 섞지 않으면 헷갈리지 않습니다."


@checkpoint("1-5")
def evidence(customer_totals: object, table: object, expected: object) -> str:
    for name, frame in {"evidence": table, "expected": expected}.items():
        expect(isinstance(frame, pd.DataFrame), f"`{name}`: DataFrame이어야 하는데 `{type(frame).__name__}`입니다.")
        missing = [column for column in ("customer", "amount_usd") if column not in frame.columns]
        expect(not missing, f"`{name}`에 `{', '.join(missing)}` 열이 없습니다.")
    expect(len(table) > 0, "`evidence`에 행이 없습니다. 행이 없으면 더할 것도 없어 버그가 드러나지 않습니다.")
    expect(pd.api.types.is_numeric_dtype(table["amount_usd"]), "`evidence`의 `amount_usd`는 수여야 합니다.")
    right = table.groupby("customer", as_index=False)["amount_usd"].sum()
    columns = list(right.columns)
    expect_frame(expected[columns], right, "`expected`는 고객마다 금액을 모두 더한 표여야 합니다. `expected`")
    seen = call(customer_totals, table)
    if isinstance(seen, pd.DataFrame) and right.equals(seen[columns]):
        raise Wrong(
            "이 표로는 버그가 드러나지 않습니다. `customer_totals`의 답이 맞습니다. 코드의 첫 줄이 어떤 행을 지우는지 보세요.",
            Table("customer_totals(evidence)", seen),
        )
    size = len(table)
    smaller = "" if size == 2 else f" 지금은 {size}행인데, 2행으로도 드러낼 수 있습니다."
    return f"증거를 찾았습니다. 같은 고객이 같은 금액을 두 번 내면 서로 다른 주문인데도 하나가 사라집니다.{smaller}"


@checkpoint("1-6")
def decide(answers: object) -> str:
    choose_each(
        answers,
        correct={"dbt": "A", "servers": "B", "airflow": "C", "fraud": "D", "report": "A"},
        choices=("A", "B", "C", "D"),
        reasons={
            "dbt": "무엇이 남나요? 표 92개입니다. 회의에서 정하는 것은 ‘무엇이 낡았나’입니다.",
            "servers": "이 일이 끝나면 누가 무엇을 읽나요? 빈 폴더를 읽는 사람은 없습니다.",
            "airflow": "옮기는 값은 DAG 300개입니다. 그 값을 치르고 새로 얻는 것이 적혀 있나요?",
            "fraud": "배치로 미리 만들어 둘 수 있는 답인가요? 결제가 들어와야 물음이 생깁니다.",
            "report": "남는 것은 매출 표이고, 하루를 쓰는 일은 ‘누가 언제 무엇에서 만들었나’를 찾는 것입니다.",
        },
    )
    return "`report`와 `dbt`는 계보와 최신 여부가 결정했고, 나머지는 남는 데이터, 옮기는 값, 답하는 때가 결정했습니다."
