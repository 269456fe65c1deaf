"""02_core_concepts의 확인 문제 8개."""

import tempfile
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow.parquet as pq

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint, choose
from course_lib.classroom.checkpoints.expectations import call, expect, expect_equal, expect_frame, explain
from course_lib.resources import FakePostgres, FakeS3

ORDERS = pd.DataFrame(
    {
        "order_id": [11, 12, 13, 14, 15, 16],
        "customer_id": [7, 8, 7, 9, 8, 7],
        "amount": [1000, 2000, 3500, 400, 600, 50],
        "status": ["completed", "refunded", "completed", "pending", "completed", "completed"],
    },
    # 앞의 자산이 행을 걸러 냈으면 인덱스는 0부터 이어지지 않는다.
    index=[4, 9, 2, 30, 31, 5],
)


@checkpoint("2-1")
def customer_totals(asset: object) -> str:
    found = _asset(asset, "customer_totals")
    deps = _deps(found)
    expect(bool(deps), "업스트림이 없습니다. 함수의 매개변수 이름이 업스트림 자산의 이름이 됩니다.", misconception="no_upstream")
    expect(
        deps == {"cleaned_orders"},
        f"업스트림이 `{', '.join(sorted(deps))}`입니다. `cleaned_orders`를 받아야 합니다. "
        "매개변수 이름이 자산 이름과 한 글자라도 다르면 다른 자산이 됩니다.",
        misconception="parameter_name",
    )
    group = found.get_asset_spec().group_name
    expect(group == "gold", f"그룹이 `{group or 'default'}`입니다. `gold`로 정하세요.", misconception="no_group")
    result = _value(call(found, ORDERS.copy()))
    expected = pd.DataFrame({"customer_id": [7, 8, 9], "order_count": [3, 2, 1], "total_amount": [4550, 2600, 400]})
    if isinstance(result, pd.DataFrame) and "customer_id" not in result.columns and "customer_id" in result.index.names:
        raise Wrong(
            "`customer_id`가 열이 아니라 인덱스에 있습니다. `groupby`는 묶은 열을 인덱스로 옮깁니다. 다시 열로 꺼내 주세요.",
            misconception="group_key_in_index",
        )
    expect_frame(result, expected, "고객별 합계")
    return "매개변수 하나로 세 번째 자산이 이어졌습니다. `show_graph([raw_orders, cleaned_orders, customer_totals])`로 그려 보세요."


@checkpoint("2-2")
def typo(answer: object) -> str:
    return choose(
        answer,
        correct="C",
        reasons={
            "A": "`Definitions(...)`는 적힌 것을 모아 둘 뿐, 서로 맞는지는 아직 보지 않습니다.",
            "B": "`deps=`는 값을 받지 않습니다. 그래서 모르는 이름은 “이 코드 밖에서 만드는 자산”일 수 있고, Dagster는 틀렸다고 할 수 없습니다.",
            "C": "`by_parameter`는 값을 받아야 하므로 그 값을 만드는 자산이 없으면 검증에서 걸립니다. "
            "`by_deps`는 값을 받지 않으니, 모르는 이름은 코드 밖의 자산으로 여겨집니다. 다음 셀에서 확인하세요.",
            "D": "매개변수 쪽은 값을 만들 자산이 없다는 것을 실행하지 않고도 알 수 있습니다.",
        },
        misconceptions={"A": "definitions_validate_at_once", "B": "deps_are_checked", "D": "nothing_is_checked"},
    )


@checkpoint("2-3")
def paid_orders(asset: object) -> str:
    found = _asset(asset, "paid_orders")
    expect(_deps(found) == {"raw_orders"}, "업스트림은 `raw_orders` 하나여야 합니다.", misconception="parameter_name")
    spec = found.get_asset_spec()
    expect(spec.group_name == "silver", "그룹을 `silver`로 정하세요.", misconception="no_group")
    expect(bool(spec.owners), "주인이 없습니다. `owners=[...]`에 전자우편 주소나 `team:이름`을 적으세요.", misconception="no_owner")
    expect("pandas" in spec.kinds, '종류가 없습니다. `kinds={"pandas"}`를 적으세요.', misconception="no_kind")

    result = _materialize_on(found, ORDERS)
    paid = ORDERS[ORDERS["status"] == "completed"]
    expect_frame(result.output_for_node("paid_orders"), paid, "결제된 주문")
    recorded = result.asset_materializations_for_node("paid_orders")[0].metadata
    for name, wanted in (("num_rows", len(paid)), ("total_amount", int(paid["amount"].sum()))):
        if name not in recorded and name in spec.metadata:
            raise Wrong(
                f"`{name}`을 정의의 `metadata=`에 적었습니다. 만들 때마다 달라지는 수는 구체화에 남겨야 합니다: `MaterializeResult(metadata=...)`",
                misconception="metadata_on_definition",
            )
        expect(name in recorded, f"구체화의 메타데이터에 `{name}`이 없습니다.", misconception="no_materialization_metadata")
        seen = recorded[name].value
        if name == "num_rows" and seen == len(ORDERS):
            raise Wrong(
                f"`num_rows`가 {seen}입니다. 거르기 **전**의 행 수입니다. 남은 행 수는 {wanted}입니다.", misconception="rows_before_filter"
            )
        expect(isinstance(seen, int), f"`{name}`이 정수가 아니라 `{type(seen).__name__}`입니다.", misconception="not_an_integer")
        expect_equal(seen, wanted, f"구체화의 메타데이터 `{name}`")
    return "정의에는 변하지 않는 사실이, 구체화에는 이번 결과의 수가 남았습니다. 연습 ex1도 이 모양을 씁니다."


# 설정, 바른 답, 그 설정이 드러내는 잘못(잘못된 답, 이름, 설명).
_LATE = (
    ({"limit_days": 6}, 0, (1, "lost_always_counted", "잃어버린 배송은 `include_lost`가 참일 때만 셉니다.")),
    ({"limit_days": 3}, 1, (2, "greater_or_equal", "`limit_days`와 **같은** 배송은 늦은 것이 아닙니다.")),
    (
        {"limit_days": 3, "include_lost": True},
        2,
        (1, "lost_never_counted", "`include_lost`가 참이면 잃어버린 배송도 셉니다."),
    ),
    ({"limit_days": 0, "include_lost": True}, 4, None),
)


@checkpoint("2-4")
def late_job(job: object) -> str:
    expect(isinstance(job, dg.JobDefinition), f"`@dg.job`을 붙인 잡이어야 하는데 `{type(job).__name__}`입니다.")

    def count(**settings: object) -> object:
        run_config = {"ops": {"count_late": {"config": settings}}}
        try:
            return call(job.execute_in_process, run_config=run_config).output_for_node("count_late")
        except LearnerError as error:
            if isinstance(error.__cause__, dg.DagsterInvalidConfigError):
                raise Wrong(
                    f"설정 `{settings}`을 받아들이지 않습니다. `LateConfig`의 항목 이름과 타입을 확인하세요.",
                    *error.blocks,
                    misconception="config_fields",
                ) from error
            raise

    for settings, wanted, mistake in _LATE:
        seen = count(**settings)
        if isinstance(seen, int) and mistake is not None and seen == mistake[0]:
            raise Wrong(
                f"`{settings}`로 실행하면 {wanted}이어야 하는데 {seen}입니다. {mistake[2]}", misconception=mistake[1]
            )
        expect_equal(seen, wanted, f"`{settings}`로 실행한 결과")
    try:
        job.execute_in_process(run_config={"ops": {"count_late": {"config": {}}}})
    except dg.DagsterInvalidConfigError:
        return "설정을 빠뜨리거나 철자를 틀리면, 이 잡은 한 단계도 실행하기 전에 거절합니다."
    raise Wrong("`limit_days`를 적지 않아도 실행됩니다. 꼭 적어야 하는 항목에는 기본값을 주지 마세요.", misconception="default_on_required")


@checkpoint("2-5")
def attempts(network: object, bad_data: object) -> str:
    for answer in (network, bad_data):
        expect(
            isinstance(answer, int) and not isinstance(answer, bool), f'정수 두 개를 적어 주세요. 예: `check("2-5", 2, 2)`. 지금 값: `{answer!r:.40}`'
        )
    if network == 3:
        raise Wrong("`max_retries`는 **다시** 시도하는 횟수입니다. 처음 한 번이 더 있습니다.", misconception="retries_are_attempts")
    if network == 1:
        raise Wrong("그냥 `dg.Failure`는 다른 예외와 똑같이 다시 시도됩니다.", misconception="failure_stops_retries")
    expect(network == 4, "`network`의 횟수를 다시 세어 보세요. 처음 한 번, 그리고 다시 시도하는 횟수입니다.")
    if bad_data in (3, 4):
        raise Wrong("`allow_retries=False`로 알린 실패는 다시 시도하지 않습니다.", misconception="failure_always_retried")
    expect(bad_data == 1, "`bad_data`의 함수도 처음 한 번은 불립니다.")
    return "`network`는 처음 한 번과 다시 세 번, `bad_data`는 한 번뿐입니다. 다음 셀에서 세어 보세요."


_MOMENTS = (
    (
        "A",
        {
            "A": "꼭 필요한 값이 없으면 객체를 만드는 그 줄에서 오류가 납니다.",
            "B": "불러오기까지 가지도 못합니다. 객체를 만드는 줄이 먼저 실행됩니다.",
            "C": "실행까지 가지도 못합니다. 객체를 만드는 줄이 먼저 실행됩니다.",
        },
    ),
    (
        "C",
        {
            "A": "`EnvVar`는 변수의 이름만 적어 둡니다. 객체를 만들 때는 값을 읽지 않습니다.",
            "B": "검증은 값을 읽지 않습니다. 그래서 비밀번호가 없는 컴퓨터에서도 코드를 불러올 수 있습니다.",
            "C": "`EnvVar`의 값은 런이 시작될 때 읽습니다.",
        },
    ),
    (
        "B",
        {
            "A": "`Definitions(...)`를 만들 때는 맞춰 보지 않습니다.",
            "B": "무엇이 필요하고 무엇이 있는지는 실행하지 않아도 알 수 있으므로 검증에서 걸립니다.",
            "C": "무엇이 필요한지는 자산의 매개변수에 적혀 있으므로, 실행하지 않아도 알 수 있습니다.",
        },
    ),
)


@checkpoint("2-6")
def three_moments(first: object, second: object, third: object) -> str:
    praise = []
    for number, (answer, (correct, reasons)) in enumerate(zip((first, second, third), _MOMENTS, strict=True), start=1):
        wrong_names = {letter: f"moment_{number}" for letter in reasons if letter != correct}
        try:
            praise.append(f"{number}. {choose(answer, correct, reasons, wrong_names)}")
        except Wrong as wrong:
            raise Wrong(f"{number}번: {wrong.message}", misconception=wrong.misconception) from None
    return "\n".join(praise)


@checkpoint("2-7")
def invoice(asset: object) -> str:
    found = _asset(asset, "invoice")
    strangers = _deps(found) & {"postgres", "s3"}
    if strangers:
        raise Wrong(
            f"`{', '.join(sorted(strangers))}`가 리소스가 아니라 업스트림 자산이 되었습니다. 매개변수에 타입을 적으세요(10절).",
            misconception="untyped_resource",
        )
    orders = pd.DataFrame(
        {
            "order_id": [3, 1, 2, 4],
            "customer": ["O'Brien", "O'Brien", "김민지", "이서준"],
            "amount": [700, 1200, 5000, 900],
        }
    )
    _check_invoice(found, orders, pd.DataFrame({"order_id": [1, 3], "amount": [1200, 700]}))
    _check_invoice(found, orders[orders["customer"] != "O'Brien"], pd.DataFrame({"order_id": [], "amount": []}, dtype="int64"))
    return "이 자산은 진짜에도 그대로 끼울 수 있습니다. 가짜에는 없는 것(접속, 권한)만 진짜로 확인하면 됩니다."


def _check_invoice(asset: dg.AssetsDefinition, orders: pd.DataFrame, expected: pd.DataFrame) -> None:
    postgres, s3 = FakePostgres({"orders": orders}), FakeS3()
    try:
        result = call(dg.materialize, [asset], resources={"postgres": postgres, "s3": s3})
    except LearnerError:
        _expect_bound(postgres)
        raise
    _expect_bound(postgres)
    expect(
        len(postgres.queries) == 1,
        f"질의를 {len(postgres.queries)}번 했습니다. `postgres.query`를 한 번만 부르세요.",
        misconception="number_of_queries",
    )
    expect(bool(s3.puts), "S3에 아무것도 쓰지 않았습니다. 돌려주는 것만으로는 S3에 가지 않습니다.", misconception="nothing_written")
    expect_equal(s3.puts, ["invoices/latest.parquet"], "S3에 쓴 키", misconception="written_keys")
    expect_frame(s3.objects["invoices/latest.parquet"], expected, "S3에 쓴 표", ordered=True)
    recorded = result.asset_materializations_for_node("invoice")[0].metadata
    expect("num_rows" in recorded, "구체화의 메타데이터에 `num_rows`가 없습니다.", misconception="no_materialization_metadata")
    expect_equal(recorded["num_rows"].value, len(expected), "구체화의 메타데이터 `num_rows`")


def _expect_bound(postgres: FakePostgres) -> None:
    for query in postgres.queries:
        expect(
            "Brien" not in query.sql,
            "손님의 이름이 SQL 글자 안에 들어 있습니다. SQL에는 `%s`만 적고, 이름은 `query`의 둘째 인자로 보내세요.",
            misconception="sql_by_fstring",
        )


@checkpoint("2-8")
def parquet_io_manager(manager: object) -> str:
    expect(
        isinstance(manager, type) and issubclass(manager, dg.ConfigurableIOManager),
        "`dg.ConfigurableIOManager`를 상속한 클래스를 그대로(괄호 없이) 넘겨 주세요.",
    )
    moved = pd.DataFrame(
        {"zip": ["01234", "48058"], "moved_at": pd.to_datetime(["2024-01-05", "2024-02-10"])}, index=[7, 3]
    )
    seen = []

    @dg.asset(key=["shop", "moved"])
    def source() -> pd.DataFrame:
        return moved

    @dg.asset(ins={"frame": dg.AssetIn(key=["shop", "moved"])})
    def reader(frame: pd.DataFrame) -> None:
        seen.append(frame)

    with tempfile.TemporaryDirectory() as folder:
        try:
            dg.materialize([source], resources={"io_manager": manager(folder=folder)})
            path = Path(folder, "shop", "moved.parquet")
            expect(path.is_file(), "`self.path_of(context)`가 알려 준 자리에 파일이 없습니다.", misconception="nothing_saved")
            columns = _parquet_columns(path)
            # 저장한 객체를 기억해 두었다가 돌려주는 일이 없게, 새 객체로 읽는다.
            dg.materialize([source, reader], selection=[reader], resources={"io_manager": manager(folder=folder)})
        except OSError as error:
            if not Path(folder, "shop").is_dir():
                raise Wrong(
                    "파일을 둘 폴더가 없습니다. 쓰기 전에 폴더를 만드세요. 이미 있어도 오류가 나지 않아야 합니다.",
                    misconception="folder_not_created",
                ) from error
            raise LearnerError("IO 매니저가 예외를 냈습니다.", explain(error)) from error
        except Wrong:
            raise
        except dg.DagsterTypeCheckDidNotPass as error:
            raise Wrong("`load_input`이 표를 돌려주지 않습니다. `return`을 잊지 않았나요?", misconception="nothing_loaded") from error
        except Exception as error:
            raise LearnerError("IO 매니저가 예외를 냈습니다.", explain(error)) from error
    expect_frame(seen[0], moved, "다시 읽은 표")
    expect(
        columns == ["zip", "moved_at"], f"파일에 인덱스까지 저장되었습니다: `{columns}`. `index=False`를 적으세요.", misconception="index_saved"
    )
    return "다른 객체로 다시 읽었는데도 우편번호의 0과 날짜가 그대로입니다. 이제 이 클래스를 리소스 키 `io_manager`에 끼우면 모든 자산이 쓰게 됩니다."


def _parquet_columns(path: Path) -> list[str]:
    try:
        return pq.read_schema(path).names
    except Exception as error:
        raise Wrong("저장된 파일이 Parquet이 아닙니다. `DataFrame.to_parquet`을 쓰세요.", misconception="not_parquet") from error


def _asset(value: object, name: str) -> dg.AssetsDefinition:
    expect(
        isinstance(value, dg.AssetsDefinition), f"`@dg.asset`을 붙인 자산이어야 하는데 `{type(value).__name__}`입니다.", misconception="not_an_asset"
    )
    keys = [key.to_user_string() for key in value.keys]
    expect(keys == [name], f"자산의 이름이 `{', '.join(keys)}`입니다. `{name}`이어야 합니다.", misconception="asset_name")
    return value


def _deps(asset: dg.AssetsDefinition) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in asset.get_asset_spec().deps}


def _value(result: object) -> object:
    return result.value if isinstance(result, (dg.MaterializeResult, dg.Output)) else result


def _materialize_on(asset: dg.AssetsDefinition, orders: pd.DataFrame) -> dg.ExecuteInProcessResult:
    @dg.asset(name="raw_orders")
    def source() -> pd.DataFrame:
        return orders.copy()

    try:
        return call(dg.materialize, [source, asset], resources={"io_manager": dg.InMemoryIOManager()})
    except LearnerError as error:
        if "numpy" in str(error.__cause__):
            raise Wrong(
                "메타데이터에 numpy의 수가 들어 있습니다. pandas가 돌려준 수는 `int(...)`로 감싸세요.", *error.blocks, misconception="numpy_in_metadata"
            ) from error
        raise
