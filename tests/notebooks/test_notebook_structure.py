"""노트북을 실행하지 않고 보는 것: 목록과 같은지, 셀의 모양, 말."""

import re
import symtable

import pytest
from nbformat import NotebookNode

from course_lib.classroom.answers import read_answers
from course_lib.classroom.blank import blanks_in
from course_lib.classroom.checkpoints import registered
from course_lib.manifest import Exercise, Lesson, load_manifest, repository_root
from tests.notebooks.runner import ONCE, checkpoint_of, place, read_notebook

LESSONS = load_manifest().lessons
EXERCISES = load_manifest().exercises
MAX_LINES = 30
MINUTES_BETWEEN = 10
SLACK = 1.3
TAGS_ALLOWED = re.compile(rf"checkpoint:\d+-\d+|{ONCE}")
NO_TAGS = re.compile(r"(?!)")

# style.md의 용어표: 왼쪽은 쓰지 않는 말, 오른쪽은 대신 쓰는 말.
FORBIDDEN_WORDS = {
    r"머티리얼라이[즈제]|매터리얼라이즈|물질화|머테리얼": "구체화",
    r"어셋|에셋|애셋": "자산",
    r"디펜던시|종속성": "의존성",
    r"리니지": "계보",
    r"파티셔닝 키|분할 키": "파티션 키",
    r"코드 로케이션스|코드 위치": "코드 로케이션",
    r"애셋 체크|자산 체크": "자산 검사",
    r"프레시니스|프레시니스 정책|신선성": "신선도",
    r"업스트림즈|상류|하류": "업스트림 / 다운스트림",
    r"백필링|되채우기": "백필",
    r"입출력 관리자|I/O 매니저|IO매니저": "IO 매니저",
    r"체크포인트": "확인 문제",
    r"스캐폴드|스캐폴딩": "뼈대 코드",
    r"루브릭": "채점 기준표",
}

# 지금의 Dagster에서 틀렸거나 없는 것. “예전 글에서는” 셀에서만 이름을 부를 수 있다.
OUTDATED = (
    r"freshness_policy_sensor",
    r"maximum_lag_minutes",
    r"\bpd\.np\b",
    r"\bdg\.F\b",
    r"\bSparkResource\b",
    r"dagster_airflow|dagster-airflow",
    r"make_dagster_definitions_from_airflow_dags",
    r"AutoMaterializePolicy|build_asset_reconciliation_sensor",
    r"dagster\.core\b",
    r"LegacyFreshnessPolicy|build_last_update_freshness_checks",
    r"scaffold-repository|scaffold-code-location",
    r"dagster_pandas|dagster_duckdb_pandas",
    r"@repository\b|SourceAsset\b",
    r"Dagster Cloud",
)
OLD_MATERIAL = "예전 글에서는"


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.id)
def lesson(request) -> Lesson:
    return request.param


@pytest.fixture
def lesson_notebook(lesson) -> NotebookNode:
    return read_notebook(lesson.id)


@pytest.fixture(params=EXERCISES, ids=lambda exercise: exercise.id)
def exercise(request) -> Exercise:
    return request.param


@pytest.fixture(params=[*LESSONS, *EXERCISES], ids=lambda item: item.id)
def item(request) -> Lesson | Exercise:
    """수업이나 연습 하나. 노트북이라면 모두 지킬 것을 볼 때 쓴다."""
    return request.param


@pytest.fixture
def notebook(item) -> NotebookNode:
    return read_notebook(item.id)


def test_every_notebook_is_in_the_manifest():
    on_disk = {path.stem for path in (repository_root() / "notebooks").glob("*.ipynb")}
    assert on_disk == {lesson.id for lesson in LESSONS}


def test_checkpoint_cells_equal_the_manifest_in_order(lesson, lesson_notebook):
    tagged = [name for cell in lesson_notebook.cells if (name := checkpoint_of(cell)) is not None]
    assert tagged == [item.id for item in lesson.checkpoints]


def test_a_checkpoint_cell_has_a_blank_and_ends_in_its_check(lesson_notebook):
    for cell in lesson_notebook.cells:
        name = checkpoint_of(cell)
        if name is None:
            continue
        assert blanks_in(cell.source) > 0, f"{name}: 빈칸 ____이 없습니다."
        assert cell.source.rstrip().splitlines()[-1].startswith(f'check("{name}"'), f"{name}: check로 끝나지 않습니다."


def test_every_checkpoint_has_a_checker_and_an_answer(lesson):
    wanted = {item.id for item in lesson.checkpoints}
    # 확인 문제가 없는 수업에는 검사 함수의 모듈도 없다.
    assert (registered(lesson.id) if wanted else set()) == wanted
    assert set(read_answers(lesson.id)) == wanted


def test_a_cell_run_once_never_sees_an_answer_and_nobody_needs_it(lesson, lesson_notebook):
    """답을 넣어도 그 셀이 하는 일은 같고(답이 정한 이름도, 그 이름에서 나온 이름도 쓰지 않는다), 그 셀이 없어도 나머지 셀은 돈다."""
    answers, from_answers, missing = read_answers(lesson.id), set(), set()
    for cell in lesson_notebook.cells:
        if cell.cell_type != "code" or cell.source.startswith("%%"):
            continue
        name = checkpoint_of(cell)
        bound, used = _names(cell.source if name is None else answers[name])
        if ONCE in cell.metadata.get("tags", []):
            assert name is None and not cell.source.startswith("recap("), name
            assert not used & from_answers, f"답에서 나온 이름을 씁니다: {used & from_answers} in {cell.source[:80]}"
            missing |= bound
            continue
        missing -= bound
        assert not used & missing, f"한 번만 실행하는 셀의 이름을 씁니다: {used & missing} in {cell.source[:80]}"
        if name is not None or used & from_answers:
            from_answers |= bound


def _names(source: str) -> tuple[set[str], set[str]]:
    """셀이 정하는 이름과, 함수의 속까지 셀이 쓰는 바깥 이름."""
    top = symtable.symtable(source, "cell", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}
    tables, used = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and (table is top or symbol.is_global())}
    return bound, used


def test_hints_are_a_ladder_that_never_gives_the_line(lesson):
    answers = read_answers(lesson.id)
    for item in lesson.checkpoints:
        assert 2 <= len(item.hints) <= 4, item.id
        assert len(set(item.hints)) == len(item.hints), item.id
        for text in item.hints:
            assert text.strip(), item.id
            for line in _key_lines(answers[item.id], _blank_source(lesson.id, item.id)):
                assert _squeezed(line) not in _squeezed(text), f"{item.id}의 힌트에 답의 줄이 있습니다: {line}"


def test_the_head_states_the_minutes_of_the_manifest(item, notebook):
    head = notebook.cells[0]
    assert head.cell_type == "markdown"
    stated = re.search(r"\*\*(\d+)분\*\*", head.source)
    assert stated, "첫 셀에 **40분**처럼 걸리는 시간을 적으세요."
    assert int(stated[1]) == item.minutes


def test_a_checkpoint_comes_at_least_every_ten_minutes(lesson, lesson_notebook):
    """시간은 글자 수에 맞추어 나눈 어림이다. 그래서 조금(`SLACK`) 봐준다."""
    if not lesson.checkpoints:
        return
    assert len(lesson.checkpoints) >= lesson.minutes // MINUTES_BETWEEN
    per_character = lesson.minutes / sum(len(cell.source) for cell in lesson_notebook.cells)
    since = 0.0
    for cell in lesson_notebook.cells:
        since += per_character * len(cell.source)
        if checkpoint_of(cell) is not None:
            since = 0.0
        assert since <= MINUTES_BETWEEN * SLACK, f"확인 문제 없이 {since:.0f}분이 지났습니다: {cell.source[:60]}"


def test_the_map_sums_the_minutes():
    """00_start의 지도는 목록의 시간을 모두 더해 보인다."""
    total = sum(item.minutes for item in (*LESSONS, *EXERCISES))
    outputs = [output for cell in read_notebook("00_start").cells for output in cell.get("outputs", [])]
    assert any(f"모두 {total}분" in str(output.get("data", {})) for output in outputs)


def test_the_head_names_the_prerequisites(lesson, lesson_notebook):
    for needed in lesson.prerequisites:
        assert f"`{needed}`" in lesson_notebook.cells[0].source


def test_the_head_of_a_guide_names_the_lesson_before_and_the_points(exercise):
    head = read_notebook(exercise.id).cells[0].source
    assert f"`{exercise.after}`" in head
    assert f"{exercise.points}점" in head


def test_a_guide_grades_the_exercise_in_one_cell(exercise):
    sources = [cell.source.strip() for cell in read_notebook(exercise.id).cells if cell.cell_type == "code"]
    assert sources.count(f'check("{exercise.alias}")') == 1


def test_the_recap_ticks_exactly_what_the_head_promises(lesson, lesson_notebook):
    promised = re.findall(r"^- (.+)$", lesson_notebook.cells[0].source, re.MULTILINE)
    recaps = [cell.source for cell in lesson_notebook.cells if cell.cell_type == "code" and cell.source.startswith("recap(")]
    assert len(recaps) == 1, "노트북 끝에 recap({...}) 셀이 하나 있어야 합니다."
    given: dict[str, str] = {}
    exec(recaps[0], {"recap": given.update})
    assert list(given) == promised
    # 확인 문제가 없는 노트북은 이어지는 연습이 보여 준다.
    shows = {item.id for item in lesson.checkpoints} or {lesson.prepares}
    assert {name for names in given.values() for name in names.split()} == shows


def test_the_end_points_to_the_exercise_it_prepares(lesson, lesson_notebook):
    if lesson.prepares:
        assert f"exercises/{lesson.prepares}/guide.ipynb" in lesson_notebook.cells[-1].source


def test_the_end_says_what_older_material_shows(notebook):
    assert any(cell.cell_type == "markdown" and OLD_MATERIAL in cell.source for cell in notebook.cells)


def test_cells_are_short_and_carry_only_known_tags(item, notebook):
    allowed = TAGS_ALLOWED if item in LESSONS else NO_TAGS
    for cell in notebook.cells:
        assert all(allowed.fullmatch(tag) for tag in cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= MAX_LINES, cell.source[:80]


def test_stored_outputs_are_there_and_clean(notebook):
    assert any(cell.get("outputs") for cell in notebook.cells), "출력이 저장되지 않았습니다."
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", cell.source[:80]
            assert output.get("name") != "stderr", output.get("text")


def test_nothing_of_the_authors_machine_is_stored(item):
    text = (repository_root() / place(item.id)).read_text(encoding="utf-8")
    assert not re.search(r"/(?:root|home|work|Users)/|[A-Z]:\\\\Users", text)


def test_terms_are_the_courses_own(notebook):
    for cell in notebook.cells:
        if OLD_MATERIAL in cell.source:
            continue
        for pattern, instead in FORBIDDEN_WORDS.items():
            found = re.search(pattern, cell.source)
            assert not found, f"‘{found[0]}’ 대신 ‘{instead}’로 씁니다: {cell.source[:80]}"


def test_nothing_outdated_is_taught(item, notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and OLD_MATERIAL in cell.source:
            continue
        for pattern in OUTDATED:
            found = re.search(pattern, cell.source)
            assert not found, f"‘{found[0]}’은 예전 것입니다: {cell.source[:80]}"
    for text in _hints(item):
        assert not any(re.search(pattern, text) for pattern in OUTDATED), text


def _hints(item: Lesson | Exercise) -> list[str]:
    ladders = item.hints.values() if isinstance(item, Exercise) else [checkpoint.hints for checkpoint in item.checkpoints]
    return [text for ladder in ladders for text in ladder]


def _blank_source(lesson_id: str, name: str) -> str:
    return next(cell.source for cell in read_notebook(lesson_id).cells if checkpoint_of(cell) == name)


def _key_lines(answer: str, blank: str) -> list[str]:
    """답에서 학습자가 써야 할 줄: 빈칸이 있는 셀에는 없는 줄."""
    given = {line.strip() for line in blank.splitlines()}
    lines = [line.strip() for line in answer.splitlines()]
    return [
        line
        for line in lines
        if line and line not in given and not line.startswith(("#", '"""', "@dg.asset", "def ", "check(")) and len(line) > 3
    ]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
