"""04_project_structure의 확인 문제 7개."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pandas as pd
import yaml

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint, choose, choose_each
from course_lib.classroom.checkpoints.expectations import call, expect, expect_frame, explain
from course_lib.classroom.feedback import Code
from course_lib.project_lab.tour import FILES, copy_with, load_project

# 두 도시의 행이 섞여 있고, 도시의 차례가 가나다가 아니다.
ORDERS = pd.DataFrame({"order_id": [7, 8, 9, 10], "city": ["제주", "강릉", "제주", "강릉"], "amount": [5000, 1000, 2500, 400]})
TOTALS = pd.DataFrame({"city": ["강릉", "제주"], "amount": [1400, 7500]})
PRODUCTS = "src/my_shop/defs/products"


@checkpoint("4-1")
def places(answers: object) -> str:
    choose_each(
        answers,
        correct={"a": "gold.py", "b": "schedules.py", "c": "resources", "d": "checks.py", "e": "dagster.yaml", "f": "definitions.py"},
        choices=("gold.py", "schedules.py", "resources", "checks.py", "dagster.yaml", "definitions.py"),
        reasons={
            "a": "사람이 보는 표를 만드는 함수입니다. 층의 이름으로 찾아보세요.",
            "b": "무엇을 만드는지는 그대로이고, 언제 만드는지가 새로 생깁니다.",
            "c": "자산의 코드는 그대로이고, 어디에서 읽는지가 바뀝니다.",
            "d": "표를 만드는 것이 아니라, 만들어진 표가 옳은지 묻습니다.",
            "e": "파이썬 코드가 아닌 파일이 하나 있었습니다. 여러 코드가 함께 쓰는 설정입니다.",
            "f": "스케줄을 쓴 파일을 고쳐도 나타나지 않습니다. 무엇을 담을지는 어느 파일이 정하나요?",
        },
    )
    return "바뀌는 까닭이 하나면 고칠 파일도 하나입니다. 그렇게 되도록 나눈 것입니다."


@checkpoint("4-2")
def moments(answers: object) -> str:
    choose_each(
        answers,
        correct={"a": "읽을 때", "b": "검증할 때", "c": "검증할 때", "d": "검증할 때", "e": "조용함", "f": "실행할 때"},
        choices=("읽을 때", "검증할 때", "실행할 때", "조용함"),
        reasons={
            "a": "`import`는 누가 언제 하나요? Dagster가 아니라 파이썬의 일입니다.",
            "b": "자산과 리소스를 나란히 놓고 보아야 알 수 있습니다. 그 둘을 맞춰 보는 때는 언제인가요?",
            "c": "센서에는 잡의 이름만 글자로 있습니다. 그 이름의 잡이 있는지는 모두 모아 놓고 보아야 압니다.",
            "d": "두 파일은 저마다 옳습니다. 둘을 함께 놓고 볼 때 드러납니다. 파이썬은 다른 파일의 같은 이름을 탓하지 않습니다.",
            "e": "02의 2절에서 `deps=`의 오타가 어떻게 되었는지 떠올려 보세요. Dagster에게는 밖에서 만드는 자산과 구별되지 않습니다.",
            "f": "`EnvVar`는 값이 아니라 이름입니다. 값은 언제 처음 필요한가요? 02의 8절에서 보았습니다.",
        },
        misconception="everything_at_import",
    )
    return "넷 가운데 가장 넓은 그물은 ‘검증할 때’입니다. 그래서 검증을 시험과 배포의 앞에 둡니다. 그물을 빠져나가는 것(e)이 있다는 것도 기억하세요."


@checkpoint("4-3")
def mended(answer: object) -> str:
    expect(isinstance(answer, dg.Definitions), f"`dg.Definitions(...)`여야 하는데 `{type(answer).__name__}`입니다.", misconception="not_definitions")
    sensors = {sensor.name for sensor in answer.sensors or []}
    expect(
        "report_sensor" in sensors,
        "오류는 사라졌을지 몰라도 `report_sensor`가 없습니다. 탓하는 것을 빼면 조용해지지만, 일도 하지 않습니다. 센서가 찾는 것을 담으세요.",
        misconception="sensor_removed",
    )
    resources = answer.resources or {}
    expect(
        "mailer" in resources or not resources,
        f"리소스의 키가 `{', '.join(map(str, resources))}`입니다. 키는 `report`의 매개변수의 이름과 같아야 합니다.",
        misconception="resource_key",
    )
    try:
        dg.Definitions.validate_loadable(answer)
        graph = answer.resolve_asset_graph()
    except Exception as error:
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        raise Wrong(
            "아직 검증을 지나지 못합니다. Dagster는 한 번에 하나씩 말합니다. 이번에 없다고 하는 것은 이것입니다.",
            Code(f"{type(error).__name__}: {first}"),
            misconception=_missing(str(error)),
        ) from error
    names = {key.to_user_string() for key in graph.executable_asset_keys}
    expect(
        names >= {"orders", "report"},
        f"만들 수 있는 자산이 {', '.join(f'`{name}`' for name in sorted(names)) or '없음'}뿐입니다. `orders`와 `report`가 모두 있어야 합니다.",
        misconception="asset_removed",
    )
    job = answer.resolve_job_def("report_job")
    expect(
        {key.to_user_string() for key in job.asset_layer.selected_asset_keys} == {"report"},
        "`report_job`이 처음과 다릅니다. 위의 셀에서 만든 것을 그대로 담으세요.",
        misconception="job_changed",
    )
    return "오류가 하나씩 나오는 것은 귀찮지만, 마지막에 조용해지면 모두 이어졌다는 뜻입니다. 시험 파일의 한 줄도 바로 이 검증입니다."


def _missing(message: str) -> str:
    if "required by op" in message:
        return "missing_resource"
    return "missing_job" if "targets job" in message else "missing_upstream" if "is not produced" in message else ""


@checkpoint("4-4")
def settings(answers: object) -> str:
    choose_each(
        answers,
        correct={
            "a": "dagster.yaml", "b": "코드", "c": "환경 변수", "d": "pyproject.toml", "e": "dagster.yaml", "f": "코드", "g": "pyproject.toml",
        },  # fmt: skip
        choices=("코드", "dagster.yaml", "pyproject.toml", "환경 변수"),
        reasons={
            "a": "어느 자산을 만들든 상관없는 이야기입니다. 3절에서 4와 10을 가른 것은 무엇이었나요?",
            "b": "이 프로젝트의 자산 이야기입니다. 다른 프로젝트와 함께 쓸 설정이 아닙니다.",
            "c": "git에 올라가면 안 되고, 컴퓨터마다 다릅니다. 코드에는 이름만 적었습니다.",
            "d": "Dagster를 부르기도 전에, 설치할 때 필요합니다.",
            "e": "런의 기록은 모든 코드 로케이션이 함께 씁니다.",
            "f": "`definitions.py`의 `resources`에서 `io_manager`를 보았습니다.",
            "g": "`dg`가 코드를 찾기 전에 읽어야 하는 파일입니다.",
        },
        misconception="instance_and_code",
    )
    return "무엇을 만드는가는 코드, 어떻게 돌리는가는 dagster.yaml, 무엇으로 돌리는가는 pyproject.toml, 컴퓨터마다 다른 것은 환경 변수입니다."


@checkpoint("4-5")
def new_file(project: object, place: object, text: object) -> str:
    root = _root(project)
    relative = _inside(root, place)
    expect(isinstance(text, str) and bool(text.strip()), "`code`에는 파일에 쓸 글을 적습니다. 여러 줄이면 따옴표 세 개 사이에 적으세요.")
    expect(relative.suffix == ".py", f"파이썬이 읽으려면 이름이 `.py`로 끝나야 합니다. 지금은 `{relative.name}`입니다.", misconception="not_python")
    expect(
        not (root / relative).exists(),
        f"`{relative.as_posix()}`은(는) 이미 있는 파일입니다. 덮어쓰지 말고 새 파일의 이름을 지으세요.",
        misconception="overwrites",
    )
    expect(
        relative.as_posix().startswith("src/my_shop/defs/"),
        f"`{relative.as_posix()}`에는 적어도 아무도 읽지 않습니다. `definitions.py`가 읽는 폴더가 어디였나요?",
        misconception="outside_defs",
    )
    with _loaded(root, {relative.as_posix(): text}) as defs:
        asset = _asset(defs, "city_totals")
        expect(
            asset is not None,
            "파일은 읽혔지만 `city_totals`라는 자산이 없습니다. 함수의 이름과 `@dg.asset`을 확인하세요.",
            misconception="no_asset",
        )
        deps = {key.to_user_string() for key in asset.dependency_keys}
        expect(
            deps == {"orders"},
            f"업스트림이 {', '.join(f'`{dep}`' for dep in sorted(deps)) or '없음'}입니다. 다른 파일의 자산도 매개변수의 **이름**으로 잇습니다: `orders`.",
            misconception="upstream",
        )
        context = [dg.build_asset_context()] if asset.op.compute_fn.has_context_arg() else []
        expect_frame(call(asset, *context, ORDERS.copy()), TOTALS, "주문 네 행을 넣은 `city_totals`")
    return "`import`도 등록도 하지 않았습니다. 폴더에 두는 것이 곧 등록입니다. 다음 셀이 진짜 `dg`에게 물어봅니다."


@checkpoint("4-6")
def more_yaml(project: object, text: object) -> str:
    root = _root(project)
    expect(isinstance(text, str) and bool(text.strip()), "`defs.yaml`에 쓸 글을 따옴표 세 개 사이에 적으세요.")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Wrong("YAML로 읽을 수 없는 글입니다. 들여쓰기와 쌍점 뒤의 빈칸을 보세요.", Code(str(error)[:300]), misconception="not_yaml") from error
    expect(isinstance(document, dict), "`이름: 값` 모양의 줄들이어야 합니다. 위에서 본 `stores`의 것과 견주어 보세요.", misconception="not_yaml")
    kind = document.get("type")
    expect(
        kind == "my_shop.components.csv_table.CsvTable",
        f"`type`이 `{kind}`입니다. 클래스가 있는 자리를 끝까지 적어야 찾습니다. `stores`의 것과 같은 클래스입니다.",
        misconception="component_type",
    )
    loose = sorted(set(document) & {"name", "file", "group"})
    expect(
        not loose,
        f"{', '.join(f'`{name}`' for name in loose)}이(가) 맨 앞 칸에 있습니다. 클래스에 주는 값은 `attributes:` 아래에 두 칸 들여 적습니다.",
        misconception="not_under_attributes",
    )
    attributes = document.get("attributes")
    unknown = sorted(set(attributes) - {"name", "file", "group"}) if isinstance(attributes, dict) else []
    expect(
        not unknown,
        f"`CsvTable`에 없는 이름입니다: {', '.join(f'`{name}`' for name in unknown)}. 클래스의 필드는 `name`, `file`, `group`입니다.",
        misconception="unknown_attribute",
    )
    table = (FILES / "products.csv").read_text(encoding="utf-8")
    with _loaded(root, {f"{PRODUCTS}/defs.yaml": text, f"{PRODUCTS}/products.csv": table}) as defs:
        asset = _asset(defs, "products")
        expect(asset is not None, "`products`라는 자산이 생기지 않았습니다. `name`을 확인하세요.", misconception="asset_name")
        group = asset.get_asset_spec().group_name
        expect(group == "catalog", f"그룹이 `{group}`입니다. `catalog`여야 합니다. 적지 않으면 클래스에 적힌 기본값입니다.", misconception="default_group")
        try:
            actual = asset()
        except OSError as error:
            raise Wrong("CSV 파일을 찾지 못했습니다. `file`은 `defs.yaml`의 곁에 있는 파일의 이름입니다.", explain(error), misconception="file_name") from error
        expect_frame(actual, pd.read_csv(FILES / "products.csv"), "`products`")
    return "파이썬을 한 줄도 쓰지 않고 자산이 늘었습니다. 클래스를 쓴 사람과 YAML을 쓰는 사람이 달라도 됩니다."


@checkpoint("4-7")
def one_broken(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "그러려면 두 코드를 한 프로세스가 읽어야 합니다. 로케이션마다 코드를 읽는 프로세스가 따로입니다.",
            "B": "로케이션마다 프로세스가 따로라서, `ads`의 `import`가 실패한 것은 `ads`의 프로세스에서 끝납니다. 화면에는 그 로케이션만 오류로 보입니다.",
            "C": "조용히 넘어가면 아무도 모릅니다. 읽지 못한 로케이션은 오류라고 적혀 있습니다.",
            "D": "`clicks`가 `orders`에 기대지, `orders`가 `clicks`에 기대지 않습니다. 게다가 읽지 못한 것과 실행하지 못하는 것은 다른 이야기입니다.",
        },
        misconceptions={"A": "all_or_nothing", "C": "silently_gone", "D": "spreads_upstream"},
    )


def _root(project: object) -> Path:
    if not isinstance(project, Path) or not (project / "pyproject.toml").is_file():
        raise Wrong("프로젝트의 폴더가 없습니다. 4절의 첫 셀(프로젝트를 만드는 셀)부터 차례로 실행하세요.")
    return project


def _inside(root: Path, place: object) -> Path:
    """프로젝트 안의 자리."""
    if not isinstance(place, (str, Path)):
        raise Wrong(f"`place`에는 파일의 자리를 적습니다. 예: `project / \"README.md\"`. 지금 값: `{place!r:.60}`")
    try:
        return (root / place).resolve().relative_to(root.resolve())
    except ValueError:
        raise Wrong(f"`{place}`은(는) 프로젝트의 폴더 밖입니다. `project / ...`로 시작하세요.", misconception="outside_project") from None


@contextlib.contextmanager
def _loaded(root: Path, files: Mapping[str, str]) -> Iterator[dg.Definitions]:
    """프로젝트에 `files`(자리 -> 글)를 더한 사본을 읽는다. 사본은 블록이 끝나면 지운다."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = copy_with(root, files, Path(folder))
        try:
            defs = load_project(place)
        except Exception as error:
            raise LearnerError("그 파일이 있는 프로젝트를 읽다가 예외가 났습니다.", explain(_first(error))) from error
        yield defs


def _first(error: BaseException) -> BaseException:
    """맨 처음에 난 예외. Dagster는 그것을 폴더의 그림으로 감싼다."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


def _asset(defs: dg.Definitions, name: str) -> dg.AssetsDefinition | None:
    found = [item for item in defs.assets or [] if isinstance(item, dg.AssetsDefinition) and name in {key.to_user_string() for key in item.keys}]
    return found[0] if found else None
