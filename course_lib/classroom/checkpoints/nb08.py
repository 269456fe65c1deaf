"""08_testing의 확인 문제 8개. 학습자의 시험은 심은 버그에 대고 돌려 본다."""

import types
from collections.abc import Sequence

import dagster as dg
import pandas as pd

from course_lib.classroom.blank import has_blank
from course_lib.classroom.checkpoints import LearnerError, NotAttempted, Wrong, checkpoint
from course_lib.classroom.checkpoints.expectations import call, expect, expect_frame, show
from course_lib.classroom.feedback import Code, Table
from course_lib.classroom.mutation import Bug, Test, failures, is_test, report, survivors

_FILTER = 'orders[orders["status"] == "완료"]'
_DEDUPE = '.drop_duplicates("order_id")'
_FILL = '.fillna({"customer": "비회원"})'
_SORT = "ascending=[False, True]"

_DUPLICATES = (
    Bug("중복을 그대로 셈", _DEDUPE, ""),
    Bug("손님과 금액이 같으면 같은 주문으로 봄", _DEDUPE, '.drop_duplicates(["customer", "amount"])'),
)
_RULES = (
    Bug("상태를 보지 않음", _FILTER, "orders"),
    Bug("취소만 뺌(환불을 셈)", _FILTER, 'orders[orders["status"] != "취소"]'),
    *_DUPLICATES,
    Bug("손님이 없는 주문을 버림", _FILL, ""),
    Bug("합계 대신 평균", '("amount", "sum")', '("amount", "mean")'),
    Bug("적게 쓴 차례", _SORT, "ascending=[True, True]"),
    Bug("같은 합계면 이름의 거꾸로", _SORT, "ascending=[False, False]"),
    Bug("주문이 없으면 열도 없음", "    totals = done.groupby", "    if done.empty:\n        return pd.DataFrame()\n    totals = done.groupby"),
)
_DAYS = (
    Bug("이웃한 날도 남김", 'orders[orders["date"] == context.partition_key]', "orders"),
    Bug("모든 날을 한 파일에", 'f"{key}.parquet"', '"day_orders.parquet"'),
)
_TICKS = (
    Bug("오늘의 파티션", " - timedelta(days=1)", ""),
    Bug("‘날’ 숫자에서만 1을 뺌", 'f"{yesterday:%Y-%m-%d}"', 'f"{context.scheduled_execution_time:%Y-%m}-{context.scheduled_execution_time.day - 1:02d}"'),
    Bug("첫날에 건너뛰지 않음", "yesterday.year < 2024", "yesterday.year < 2023"),
)


# 8-1 ---------------------------------------------------------------------------------------------

_TRUSTED = {
    "A": ("success_is_proof", "A는 런이 끝까지 갔는지만 봅니다. 취소한 주문까지 더한 런은 어디서 멈출까요?"),
    "B": ("not_none_is_proof", "B는 None이 아닌지만 봅니다. 합계가 13500인 표는 None인가요?"),
    "C": ("expected_from_the_code", "C의 `want`는 누가 만들었나요? `broken`에 대고 돌릴 때 양쪽 모두 `broken`에서 나옵니다."),
    "D": ("nothing_to_break", "D의 표 `PAID`에는 취소한 주문이 없습니다. 취소를 세든 말든 답이 같습니다."),
}


@checkpoint("8-1")
def who_catches(answer: object) -> str:
    expect(
        isinstance(answer, set | frozenset | list | tuple) and all(isinstance(item, str) for item in answer),
        f'글자의 집합을 적어 주세요. 예: `{{"A", "C"}}`. 지금 값: `{show(answer, 40)}`',
    )
    chosen = {item.strip().upper() for item in answer}
    expect(chosen <= {*_TRUSTED, "E"}, f"A부터 E까지만 있습니다. 지금 값: `{show(sorted(chosen))}`")
    for letter, (name, reason) in _TRUSTED.items():
        expect(letter not in chosen, reason, misconception=name)
    expect(chosen == {"E"}, "E의 표에는 취소한 주문 9000원이 있습니다. 그것까지 세면 합계가 얼마인가요?", misconception="nobody_catches")
    return "규칙을 어기면 달라지는 행을 넣고, 나와야 할 값을 손으로 적은 시험만 잡습니다."


# 8-2, 8-3 ----------------------------------------------------------------------------------------

@checkpoint("8-2")
def same_order_counts_once(test: object) -> str:
    found = _test(test, "test_same_order_counts_once")
    sales = _right([found])
    left = survivors([found], sales, _DUPLICATES)
    expect(
        _DUPLICATES[0] not in left,
        "중복을 그대로 세는 코드에서도 통과합니다. 같은 `order_id`의 행이 둘 있어야 하고, 세는 값(건수나 합계)을 견주어야 합니다.",
        misconception="no_duplicate_in_the_table",
    )
    expect(
        not left,
        "손님과 금액이 같으면 같은 주문으로 보는 코드에서도 통과합니다. 같은 손님이 같은 값의 커피를 **다른 주문**으로 또 샀다면 몇 번 세어야 할까요?",
        misconception="only_true_duplicates",
    )
    return "겹치는 행과, 겹쳐 보이지만 다른 주문인 행. 규칙 하나를 지키려면 양쪽이 다 있어야 합니다."


@checkpoint("8-3")
def no_survivors(tests: object) -> str:
    expect(
        isinstance(tests, list | tuple | set) and len(tests) > 0,
        f"시험 함수의 목록이어야 합니다. 예: `[test_e]`. 지금 값: `{show(tests, 60)}`",
        misconception="not_a_list",
    )
    found = [_test(test) for test in tests]
    sales = _right(found)
    left = survivors(found, sales, _RULES)
    if left:
        raise Wrong(
            f"버그 {len(_RULES)}개 가운데 {len(_RULES) - len(left)}개를 잡았고 {len(left)}개가 살아남았습니다. 살아남은 버그가 어기는 규칙을 1절에서 찾아, "
            "그 규칙이 일을 해야 하는 행을 넣으세요.",
            Table("심은 버그와 시험", report(found, sales, _RULES)),
            misconception="survivors",
        )
    return f"버그 {len(_RULES)}개를 모두 잡았습니다. 이제 누가 이 코드를 고치다 규칙을 어기면 여러분의 시험이 말해 줍니다."


# 8-4 ---------------------------------------------------------------------------------------------

_KEPT = {"상속한 가짜, 런": 0, "상속한 가짜, 직접": 0, "보통 가짜, 런": 2}


@checkpoint("8-4")
def what_is_kept(answers: object) -> str:
    expect(isinstance(answers, dict) and set(answers) == set(_KEPT), "처음에 있던 사전의 세 이름을 그대로 두고 수만 채워 주세요.")
    for name, count in answers.items():
        expect(isinstance(count, int) and not isinstance(count, bool), f"{name}: 정수로 적어 주세요. 지금 값: `{show(count, 40)}`")
    expect(
        answers["보통 가짜, 런"] == 2,
        "보통 클래스의 객체는 Dagster가 손대지 않고 그대로 건넵니다. 5만 원을 넘긴 손님 둘에게 보낸 기록이 그 객체에 남습니다.",
        misconception="plain_fake_forgets",
    )
    expect(
        answers["상속한 가짜, 런"] == 0,
        "`ConfigurableResource`는 런이 시작될 때 설정을 채운 **복사본**이 됩니다. 자산이 부른 것은 복사본의 `send`입니다. 우리가 쥔 객체의 목록은요?",
        misconception="inherited_fake_remembers",
    )
    expect(
        answers["상속한 가짜, 직접"] == 0,
        "직접 부를 때도 리소스는 런에서처럼 준비됩니다. 곧 복사됩니다.",
        misconception="direct_call_keeps_the_object",
    )
    return "상속한 가짜는 런에서도 직접 불러도 잊습니다. 편지는 복사본이 보냈습니다."


# 8-5 ---------------------------------------------------------------------------------------------

_ROW = pd.DataFrame({"customer": ["하나"], "total": [9000]})


@checkpoint("8-5")
def my_s3(fake: object) -> str:
    expect(isinstance(fake, type), f"클래스 `MyS3` 자체를 넘겨 주세요. 지금 값은 `{type(fake).__name__}`입니다.", misconception="not_a_class")
    expect(
        not issubclass(fake, dg.ConfigurableResource),
        "`ConfigurableResource`를 상속한 가짜는 런에서 복사되어 아무것도 기억하지 못합니다. 상속하지 마세요.",
        misconception="inherits",
    )
    storage = call(fake)
    for name in ("put_parquet", "get_parquet"):
        expect(callable(getattr(storage, name, None)), f"`MyS3`에 메서드 `{name}`이 없습니다.")
    given = _ROW.copy()
    call(storage.put_parquet, "k", given)
    expect_frame(call(storage.get_parquet, "k"), _ROW, "둔 것을 꺼낸 표", misconception="does_not_come_back")
    _expect_key_error(storage)
    given["total"] = 0
    expect_frame(call(storage.get_parquet, "k"), _ROW, "넘긴 표를 나중에 고친 뒤에 꺼낸 표", misconception="keeps_the_same_object")
    taken = call(storage.get_parquet, "k")
    taken["total"] = 0
    expect_frame(call(storage.get_parquet, "k"), _ROW, "꺼낸 표를 고친 뒤에 다시 꺼낸 표", misconception="gives_the_same_object")
    call(storage.put_parquet, "k", _ROW.tail(0))
    expect_frame(call(storage.get_parquet, "k"), _ROW.tail(0), "같은 키에 다시 둔 표", misconception="does_not_replace")
    _expect_own_objects(fake)
    return "진짜와 똑같이 굽니다. 연습 ex3에서는 이런 가짜와 그 가짜로 하는 시험을 처음부터 씁니다."


def _expect_key_error(storage: object) -> None:
    try:
        got = storage.get_parquet("없는 키")
    except KeyError:
        return
    except Exception as error:
        raise Wrong(f"없는 키를 읽으면 `KeyError`여야 하는데 `{type(error).__name__}`입니다.", misconception="other_error") from error
    if has_blank(got):
        raise NotAttempted
    raise Wrong(
        f"없는 키를 읽었는데 예외가 나지 않고 `{show(got, 40)}`가 나옵니다. 진짜는 `KeyError`를 냅니다. 사전의 `get`과 `[]`는 무엇이 다른가요?",
        misconception="missing_key_is_none",
    )


def _expect_own_objects(fake: type) -> None:
    def write(s3) -> None:
        s3.put_parquet("run", _ROW)

    storage, other = call(fake), call(fake)
    write.__annotations__ = {"s3": dg.ResourceParam[object], "return": None}
    call(dg.materialize, [dg.asset(name="write")(write)], resources={"s3": storage})
    objects = getattr(storage, "objects", None)
    expect(isinstance(objects, dict) and "run" in objects, "런이 끝난 뒤 `objects`에 그 키가 없습니다. 받은 것은 사전 `objects`에 남겨 주세요.", misconception="no_objects")
    expect(not getattr(other, "objects", None), "새로 만든 `MyS3`의 `objects`에 다른 객체가 쓴 것이 들어 있습니다. `__init__`에서 사전을 만드세요.", misconception="shared_objects")


# 8-6 ---------------------------------------------------------------------------------------------

@checkpoint("8-6")
def saving(with_files: object, with_memory: object) -> str:
    for place, value in (("파일", with_files), ("메모리", with_memory)):
        expect(isinstance(value, int | float) and not isinstance(value, bool), f"{place}: 금액을 수로 적어 주세요. 지금 값: `{show(value, 40)}`")
    expect(
        with_files == 1000,
        f"파일에 저장할 때 {show(with_files)}원이라고 적었습니다. `saving`은 저장된 두 표를 따로 읽습니다. 메뉴는 둘이고 할인은 잔마다 500원입니다.",
        misconception="files_share",
    )
    expect(
        with_memory == 0,
        f"메모리에 둘 때 {show(with_memory)}원이라고 적었습니다. `menu`와 `sale_menu`는 따로 된 두 표일까요, 한 표의 두 이름일까요?",
        misconception="memory_copies",
    )
    return "메모리에서는 두 이름이 한 표를 가리킵니다. 그래서 차이가 없습니다."


# 8-7, 8-8 ----------------------------------------------------------------------------------------

@checkpoint("8-7")
def days_live_apart(test: object) -> str:
    found = _test(test, "test_days_live_apart")
    left = survivors([found], _right([found]), _DAYS)
    expect(
        _DAYS[1] not in left,
        "모든 날을 한 파일에 쓰는 코드에서도 통과합니다. 날이 하나뿐이면 덮어쓸 것도 없습니다. 두 날의 금액도 서로 달라야 합니다.",
        misconception="one_day_only",
    )
    expect(not left, "이웃한 날도 남기는 코드에서도 통과합니다. 두 날의 주문이 한 포스기에 함께 들어 있나요?", misconception="no_neighbours")
    return "하나는 계산의 버그, 하나는 저장의 버그입니다. 저장까지 지나는 시험이라 둘 다 잡았습니다."


@checkpoint("8-8")
def ticks(test: object) -> str:
    found = _test(test, "test_schedule")
    left = survivors([found], _right([found]), _TICKS)
    expect(_TICKS[0] not in left, "오늘의 파티션을 요청하는 코드에서도 통과합니다.", misconception="any_partition_will_do")
    expect(_TICKS[1] not in left, "‘날’의 숫자에서만 1을 빼는 코드에서도 통과합니다. 달이 바뀌는 날의 틱을 넣어 보세요.", misconception="no_month_end")
    expect(not left, "첫날에 건너뛰지 않는 코드에서도 통과합니다. 건너뛴 틱이 요청하는 것은 빈 목록입니다.", misconception="no_first_day")
    return "아무 날 하나, 달이 바뀌는 날 하나, 시작하는 날 하나. 시각을 다루는 코드는 경계에서 틀립니다."


# 함께 쓰는 것 -------------------------------------------------------------------------------------

def _test(value: object, name: str = "") -> Test:
    expect(
        is_test(value),
        f"`test_`로 시작하고 인자가 없는 함수여야 하는데 `{show(value, 60)}`입니다. 함수를 부르지 말고 이름만 적어 주세요.",
        misconception="not_a_test",
    )
    expect(not name or value.__name__ == name, f"함수의 이름이 `{value.__name__}`입니다. `{name}`이어야 합니다.")
    return value


def _right(tests: Sequence[Test]) -> types.ModuleType:
    """시험이 보는 맞는 코드. 그 코드에서 시험이 모두 통과해야 한다."""
    sales = tests[0].__globals__.get("sales")
    expect(isinstance(sales, types.ModuleType), "`sales`가 없습니다. 1절의 `sales = load_code(...)` 셀을 먼저 실행하세요.")
    found = failures(tests, sales)
    if any("____" in reason or "Blank" in reason for reason in found.values()):
        raise NotAttempted
    if found:
        raise LearnerError(
            "맞는 코드에서 실패하는 시험이 있습니다. 넣은 행으로 규칙을 따라 손으로 다시 세어 보세요.",
            Code("\n".join(f"{name}: {reason}" for name, reason in found.items()), label="실패한 시험"),
        )
    return sales
