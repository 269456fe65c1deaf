"""10_integrations의 확인 문제 8개. dbt도 Spark도 띄우지 않는다."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pandas as pd

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint, choose_each
from course_lib.classroom.checkpoints.expectations import call, expect, expect_equal, expect_frame, explain


@checkpoint("10-1")
def fill_stock(asset: object) -> str:
    found = _asset(asset)
    key = found.key.path
    if key == ["erp", "fill_stock"]:
        raise Wrong(
            "키가 `erp/fill_stock`입니다. `key_prefix`는 앞에 붙기만 하고, 마지막은 여전히 함수의 이름입니다.", misconception="prefix_only"
        )
    if key == ["stock_levels"]:
        raise Wrong("키가 `stock_levels`입니다. 원본의 이름 `erp`가 앞에 있어야 합니다.", misconception="without_source")
    if key == ["stock_levels", "erp"]:
        raise Wrong("키가 `stock_levels/erp`입니다. 원본의 이름이 먼저, 표의 이름이 나중입니다.", misconception="reversed")
    expect_equal("/".join(key), "erp/stock_levels", "자산 키")
    (event,) = _result(found, resources={}).get_asset_materialization_events()
    rows = event.materialization.metadata.get("dagster/row_count")
    expect(
        rows is not None and rows.value == 2,
        f"`dagster/row_count`가 `{rows and rows.value}`입니다. 재고는 두 행입니다. 표의 행을 세는 함수를 쓰세요.",
        misconception="row_count",
    )
    return "함수의 이름은 그대로이고 키만 dbt 원본과 같습니다. 이제 이 자산 다음에 dbt 모델이 옵니다."


_TOTALS = pd.DataFrame({"customer_id": [5, 2, 9, 1, 7], "orders": [4, 6, 3, 4, 1], "amount": [10.0, 20.0, 900.0, 40.0, 700.0]})


@checkpoint("10-2")
def regulars(asset: object) -> str:
    found = _asset(asset)
    expect(
        found.key == dg.AssetKey("regulars"),
        f"자산의 이름이 `{found.key.to_user_string()}`입니다. 함수의 이름을 `regulars`로 두세요.",
        misconception="asset_name",
    )
    if "customer_totals" in _parameters(found):
        raise Wrong(
            "`customer_totals`를 매개변수로 받았습니다. 그러면 IO 매니저가 값을 찾는데, dbt가 만든 표는 IO 매니저가 저장한 적이 없습니다. "
            "`deps=`에 적고 `warehouse`로 읽으세요.",
            misconception="as_parameter",
        )
    parents = {key.to_user_string() for key in found.dependency_keys}
    if any(name.endswith("raw_orders") or name == "stg_orders" for name in parents):
        raise Wrong(f"의존하는 것이 {sorted(parents)}입니다. 이 자산이 읽는 표는 `customer_totals`입니다.", misconception="other_upstream")
    expect(
        parents == {"customer_totals"},
        f"의존하는 것이 {sorted(parents) or '없습니다'}. 계보에 `customer_totals` 하나가 이어져야 합니다.",
        misconception="no_dependency" if not parents else "typo",
    )
    expect(
        found.required_resource_keys == {"warehouse", "io_manager"},
        "리소스 `warehouse`를 `warehouse: DuckDBResource`로 받아 주세요.",
        misconception="no_resource",
    )
    seen = _run_on_totals(found)
    wanted = pd.DataFrame({"customer_id": [2, 1, 5], "orders": [6, 4, 4]})
    if isinstance(seen, pd.DataFrame) and len(seen) == 1 and "orders" in seen:
        raise Wrong("주문이 **꼭** 4건인 고객도 남아야 합니다(4건 이상).", misconception="more_than_four")
    if isinstance(seen, pd.DataFrame) and "amount" in seen:
        raise Wrong("`amount` 열까지 돌려주었습니다. 두 열만 남기세요.", misconception="all_columns")
    expect_frame(seen, wanted, "regulars", ordered=True)
    return "의존성은 계보에, 값은 데이터베이스에서. dbt가 만든 표를 읽는 파이썬 자산은 이 모양입니다."


def _run_on_totals(found: dg.AssetsDefinition) -> object:
    """표 하나뿐인 DuckDB에서 자산을 만들어 그 값을 돌려준다."""
    import duckdb
    from dagster_duckdb import DuckDBResource

    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "check.duckdb")
        with duckdb.connect(database) as connection:
            connection.register("totals", _TOTALS)
            connection.execute("create table customer_totals as select * from totals")
        resources = {"warehouse": DuckDBResource(database=database), "io_manager": dg.mem_io_manager}
        return _result(found, resources).output_for_node("regulars")


@checkpoint("10-3")
def how_far(prediction: object) -> str:
    correct = {"stg_orders": "만들어짐", "customer_totals": "건너뜀", "best_customers": "건너뜀", "런": "실패"}
    reasons = {
        "stg_orders": "시험은 이 뷰를 읽어 봅니다. 읽으려면 무엇이 먼저 있어야 할까요?",
        "customer_totals": "`customer_is_known`에는 심각도가 적혀 있지 않습니다. 그러면 경고인가요, 오류인가요?",
        "best_customers": "읽을 표가 새로 만들어지지 않았다면, 이 자산은 무엇을 읽게 될까요?",
        "런": "오류로 정한 시험이 실패하면 dbt 명령은 어떤 상태로 끝날까요?",
    }
    made = ("만들어짐", "건너뜀")
    _expect_options(prediction, {"stg_orders": made, "customer_totals": made, "best_customers": made, "런": ("성공", "실패")})
    choose_each(prediction, correct, (*made, "성공", "실패"), reasons, misconception="tests_run_before_the_model")
    return "맞는지 다음 셀에서 진짜 dbt로 확인하세요."


def _expect_options(answers: object, options: dict[str, tuple[str, ...]]) -> None:
    """이름마다 고를 수 있는 말이 다를 때, 다른 말을 적은 것은 틀린 답이 아니라 잘못 적은 것으로 알린다."""
    if not isinstance(answers, dict):
        return  # choose_each가 모양부터 말해 준다.
    for name, allowed in options.items():
        given = answers.get(name, allowed[0])
        if not isinstance(given, str) or given.strip() not in allowed:
            words = ", ".join(f'`"{word}"`' for word in allowed)
            raise Wrong(f"{name}: {words} 가운데 하나를 적어 주세요. 지금 값: `{repr(given)[:60]}`")


@checkpoint("10-4")
def signup_arguments(function: object) -> str:
    daily = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-10")
    for first, last, start, end in (
        ("2024-01-03", "2024-01-03", "2024-01-03", "2024-01-04"),
        ("2024-02-29", "2024-02-29", "2024-02-29", "2024-03-01"),
        ("2024-01-08", "2024-01-14", "2024-01-08", "2024-01-15"),
    ):
        what = first if first == last else f"{first}부터 {last}까지"
        seen = call(function, _Context(daily, first, last))
        _expect_arguments(seen, what)
        try:
            given = json.loads(seen[2])
        except ValueError as error:
            raise Wrong(
                f"{what}: 셋째 값이 JSON이 아닙니다: `{seen[2]}`. 사전을 `str`로 바꾸면 작은따옴표가 됩니다. `json.dumps`를 쓰세요.",
                misconception="not_json",
            ) from error
        expect(isinstance(given, dict) and set(given) == {"from_day", "to_day"}, f"{what}: 변수는 `from_day`와 `to_day` 둘입니다. 지금: `{seen[2]}`", misconception="variable_names")
        _explain_days(what, given, start, end)
        expect_equal(given, {"from_day": start, "to_day": end}, f"{what}의 변수")
    return "하루든 이레든 같은 코드입니다. 끝은 다음 날 0시이고, SQL의 `<`가 그것을 받습니다."


class _Context:
    """파티션 구간만 아는 context."""

    def __init__(self, daily: dg.DailyPartitionsDefinition, first: str, last: str) -> None:
        self.partition_key_range = dg.PartitionKeyRange(first, last)
        self.partition_keys = daily.get_partition_keys_in_range(self.partition_key_range)
        self.partition_key = first
        start, end = daily.time_window_for_partition_key(first).start, daily.time_window_for_partition_key(last).end
        self.partition_time_window = dg.TimeWindow(start, end)


def _expect_arguments(seen: object, what: str) -> None:
    expect(
        isinstance(seen, list) and len(seen) == 3 and all(isinstance(part, str) for part in seen),
        f"{what}: 글자 셋의 목록이어야 합니다. 나온 값: `{seen!r:.120}`",
        misconception="not_three_strings",
    )
    expect_equal(seen[:2], ["build", "--vars"], f"{what}: 앞의 두 인자")


def _explain_days(what: str, given: dict, start: str, end: str) -> None:
    last = f"{pd.Timestamp(end) - timedelta(days=1):%Y-%m-%d}"
    if given["to_day"] == last and given["from_day"] == start:
        raise Wrong(
            f"{what}: `to_day`가 `{last}`입니다. SQL이 `signed_at < to_day`이므로 마지막 날의 행이 모두 빠집니다. `window.end`를 그대로 쓰세요.",
            misconception="last_day_lost",
        )
    if any(isinstance(value, str) and len(value) > 10 for value in given.values()):
        raise Wrong(f"{what}: 날짜만 적어 주세요(`2024-01-03`). 지금: `{given}`", misconception="time_kept")


_EVENTS = pd.DataFrame(
    [
        # 마지막이 완료 / 완료 뒤에 취소 / 취소 뒤에 완료 / 마지막 금액이 0 / 하나뿐인 대기 / 늦은 것이 먼저 적힘
        (1, 10, "pending", 50.0, "2024-01-01 09:00"), (1, 10, "completed", 60.0, "2024-01-01 10:00"),
        (2, 11, "completed", 70.0, "2024-01-01 09:00"), (2, 11, "cancelled", 70.0, "2024-01-02 09:00"),
        (3, 12, "cancelled", 80.0, "2024-01-01 09:00"), (3, 12, "completed", 80.0, "2024-01-03 09:00"),
        (4, 13, "completed", 90.0, "2024-01-01 09:00"), (4, 13, "completed", 0.0, "2024-01-01 11:00"),
        (5, 14, "pending", 30.0, "2024-01-01 09:00"),
        (6, 15, "completed", 20.0, "2024-01-05 09:00"), (6, 15, "completed", 25.0, "2024-01-04 09:00"),
    ],
    columns=["order_id", "customer_id", "status", "amount", "updated_at"],
).assign(updated_at=lambda table: pd.to_datetime(table["updated_at"]))
_CLEANED = _EVENTS.iloc[[1, 5, 9]].reset_index(drop=True)


@checkpoint("10-5")
def clean_sql(sql: object) -> str:
    import duckdb

    expect(isinstance(sql, str), f"SQL을 글자로 적어 주세요. 지금은 `{type(sql).__name__}`입니다.", misconception="not_text")
    with duckdb.connect() as connection:
        connection.register("events", _EVENTS)
        try:
            result = connection.execute(sql)
            # 빈 글에는 답이 없다.
            expect(result is not None, "SQL이 비어 있습니다. 표를 돌려주는 `select`를 적어 주세요.")
            seen = result.df()
        except duckdb.Error as error:
            raise LearnerError("DuckDB가 이 SQL을 실행하지 못했습니다.", explain(error)) from error
    if "order_id" in seen:
        kept = sorted(seen["order_id"])
        if len(kept) != len(set(kept)):
            raise Wrong("주문 하나가 여러 줄입니다. 주문마다 마지막 줄 하나만 남겨야 합니다.", misconception="not_one_per_order")
        if {2, 4} & set(kept) and 1 in kept:
            raise Wrong(
                "나중에 **취소된** 주문(2번)이나 금액이 **0이 된** 주문(4번)이 되살아났습니다. `where`가 `qualify`보다 먼저 계산되어, "
                "취소한 줄을 지운 다음에 마지막을 골랐기 때문입니다.",
                misconception="filtered_first",
            )
        if kept == [3, 6] or 1 not in kept and 2 in kept:
            raise Wrong("주문마다 **가장 이른** 줄이 남았습니다. 늦은 것이 1번이 되도록 차례를 뒤집으세요.", misconception="earliest")
    expect(set(_CLEANED) <= set(seen), f"열이 빠졌습니다: {sorted(set(_CLEANED) - set(seen))}", misconception="columns_lost")
    expect(set(seen) <= set(_CLEANED), f"열이 더 있습니다: {sorted(set(seen) - set(_CLEANED))}", misconception="columns_added")
    expect_frame(seen, _CLEANED, "정리한 표")
    return "pandas, Polars와 같은 답입니다. `events`가 표이든 Parquet 파일이든 이 SQL은 그대로입니다."


@checkpoint("10-6")
def spark_mistakes(mistakes: object) -> str:
    correct = {"중복": "정해지지 않음", "횟수": "두 번", "자리": "오류"}
    options = {"중복": ("가장 이른 줄", "가장 늦은 줄", "정해지지 않음"), "횟수": ("한 번", "두 번"), "자리": ("걸러진 표", "오류")}
    reasons = {
        "중복": "`dropDuplicates`는 조각을 다시 섞습니다. 섞인 다음에도 `orderBy`의 차례가 남아 있을까요?",
        "횟수": "`kept`는 표가 아니라 계획입니다. `write`가 끝난 다음에 `count`는 무엇을 셀까요?",
        "자리": "`overwrite`는 쓰기 전에 그 자리를 비웁니다. 그때까지 읽은 것이 있나요?",
    }
    _expect_options(mistakes, options)
    choose_each(mistakes, correct, sum(options.values(), ()), reasons, misconception="reads_like_pandas")
    return (
        "그래서 위의 코드는 `row_number`로 마지막 줄을 고르고, 쓴 파일을 세고, 읽는 자리와 쓰는 자리를 나누었습니다. "
        "작은 표에서는 첫째 실수가 우연히 맞는 답을 내기도 해서 더 위험합니다."
    )


@checkpoint("10-7")
def which_engine(choices: object) -> str:
    correct = {"엑셀 보고서": "pandas", "노트북 한 대": "DuckDB", "회사의 로그": "Spark", "느린 보고서": "pandas"}
    reasons = {
        "엑셀 보고서": "2초 만에 끝나는 일입니다. 바꾸어서 얻는 것이 있나요?",
        "노트북 한 대": "표 전체를 메모리에 올릴 수 있나요? 컴퓨터는 몇 대인가요? 두 열만 훑어 읽을 수 있는 것은 무엇인가요?",
        "회사의 로그": "한 대의 디스크에도 들지 않습니다. 이미 있는 것은 무엇인가요?",
        "느린 보고서": "40초 가운데 계산하는 시간은 몇 초인가요? 엔진을 바꾸면 나머지가 줄어드나요?",
    }
    choose_each(choices, correct, ("pandas", "DuckDB", "Spark"), reasons, misconception="bigger_is_better")
    return "느린 보고서는 엔진이 아니라 부르는 방법(한꺼번에 부르기, 함께 부르기)을 고쳐야 합니다. 재어 보기 전에는 바꾸지 않습니다."


@checkpoint("10-8")
def lazy_tables(io_manager: object) -> str:
    import polars as pl

    expect(
        isinstance(io_manager, type) and issubclass(io_manager, dg.ConfigurableIOManager),
        "`check`에는 만든 것이 아니라 클래스 `LazyTables`를 그대로 넘겨 주세요.",
        misconception="not_a_class",
    )
    lazy = _received(io_manager, pl.LazyFrame)
    if isinstance(lazy, pl.DataFrame):
        raise Wrong(
            "`pl.LazyFrame`을 기다렸는데 이미 다 읽은 `pl.DataFrame`이 왔습니다. `read_parquet`이나 `collect()`는 파일을 다 읽습니다.",
            misconception="read_at_once",
        )
    expect(
        isinstance(lazy, pl.LazyFrame),
        f"`pl.LazyFrame`이라고 적은 자산이 `{type(lazy).__name__}`을 받았습니다.",
        misconception="nothing_returned" if lazy is None else "other_type",
    )
    expect_frame(lazy.collect().to_pandas(), _TOTALS, "훑어 읽은 표")
    for kind in (pl.DataFrame, pd.DataFrame):
        seen = _received(io_manager, kind)
        if isinstance(seen, pl.LazyFrame):
            raise Wrong(f"`{kind.__module__.split('.')[0]}`의 DataFrame을 바라는 자산까지 LazyFrame을 받았습니다. 타입을 견주세요.", misconception="always_lazy")
        expect(
            isinstance(seen, kind),
            f"`{kind.__module__.split('.')[0]}.{kind.__name__}`이라고 적은 자산이 `{type(seen).__name__}`을 받았습니다. 나머지는 물려받은 `load_input`에 맡기세요.",
            misconception="others_forgotten",
        )
    return "받는 자산이 두 열만 고르면 그 두 열만 읽습니다. 자산의 코드는 매개변수의 타입 하나만 바뀌었습니다."


class _LoadContext:
    """IO 매니저가 load_input에서 보는 것 가운데 이 문제가 쓰는 것."""

    def __init__(self, kind: type) -> None:
        self.asset_key = dg.AssetKey("totals")
        self.dagster_type = dg.PythonObjectDagsterType(kind)
        self.upstream_output = None
        self.metadata: dict = {}
        self.definition_metadata: dict = {}
        self.has_asset_partitions = False


def _received(io_manager: type[dg.ConfigurableIOManager], kind: type) -> object:
    """`kind`라고 적은 자산이 받을 값. Parquet 파일은 미리 적어 둔다."""
    with tempfile.TemporaryDirectory() as folder:
        _TOTALS.to_parquet(Path(folder) / "totals.parquet", index=False)
        seen = call(lambda: io_manager(folder=folder).load_input(_LoadContext(kind)))
        # 훑기만 하는 표는 폴더가 있을 때 읽어야 한다.
        return seen.collect().lazy() if type(seen).__name__ == "LazyFrame" else seen


def _asset(asset: object) -> dg.AssetsDefinition:
    expect(
        isinstance(asset, dg.AssetsDefinition),
        f"자산이어야 하는데 `{type(asset).__name__}`입니다. 함수 위에 `@dg.asset(...)`이 있나요?",
        misconception="not_an_asset",
    )
    return asset


def _parameters(found: dg.AssetsDefinition) -> set[str]:
    """값을 받는(deps가 아닌) 입력의 이름."""
    return {name for name, definition in found.node_def.input_dict.items() if not definition.dagster_type.is_nothing}


def _result(found: dg.AssetsDefinition, resources: dict[str, object]) -> dg.ExecuteInProcessResult:
    """자산 하나를 만든 결과. 도중에 난 예외는 학습자의 것이다."""
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            return dg.materialize([found], instance=instance, resources=resources)
    except Exception as error:
        raise LearnerError("자산을 만드는 도중에 예외가 났습니다.", explain(error.__cause__ or error)) from error
