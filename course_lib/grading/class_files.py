"""강사가 쓰는 파일: 마감(`deadlines.toml`이나 CSV)과 손으로 고친 점수(`adjustments.csv`).

마감 CSV: `exercise,deadline,student`. student가 비면 모두의 마감, 있으면 그 학생의 연장이다.
마감 TOML:

    timezone = "Asia/Seoul"
    [deadlines]
    ex1 = "2026-12-01 23:59"
    [extensions."홍길동"]
    ex1 = "2026-12-03 23:59"

시간대를 적지 않은 시각은 `timezone`(기본 Asia/Seoul)의 시각이다. 날짜만 적으면 그날이 끝날 때까지다. TOML에서 한글 이름은 따옴표로 싼다.
엑셀은 한국어 윈도우에서 CSV를 CP949로 저장하므로 둘 다 읽는다.
"""

import csv
import io
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from course_lib.grading.archives import readable_name
from course_lib.grading.handed_in import CohortError
from course_lib.manifest import Manifest, UnknownId

SEOUL = "Asia/Seoul"
ADJUSTMENTS = "adjustments.csv"
# 엑셀과 다른 스프레드시트가 수식의 시작으로 읽는 글자들. 전각 글자도 수식이 된다.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ADJUSTMENT_COLUMNS = ("student", "exercise", "points", "reason")


@dataclass(frozen=True)
class Deadlines:
    """연습마다의 마감과 학생마다의 연장. 비어 있으면 늦은 날을 세지 않는다."""

    general: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    zone: ZoneInfo = ZoneInfo(SEOUL)

    def late_days(self, student: str, exercise: str, attempted_at: str) -> int | None:
        """늦은 날의 수. 1초라도 늦으면 하루다. 마감이나 제출한 때를 모르면 None."""
        deadline = self.extensions.get((student, exercise)) or self.general.get(exercise)
        if deadline is None or not attempted_at:
            return None
        late = datetime.fromisoformat(attempted_at) - deadline
        return max(0, math.ceil(late / timedelta(days=1)))


@dataclass(frozen=True)
class Adjustment:
    """강사가 더하거나 뺀 점수 하나. `points`는 음수일 수 있다."""

    student: str
    exercise: str
    points: float
    reason: str


def read_deadlines(path: Path, manifest: Manifest) -> Deadlines:
    """마감 파일을 읽는다. 이름의 꼬리가 .toml이면 TOML, 아니면 CSV. 틀린 곳이 있으면 CohortError."""
    if not path.is_file():
        raise CohortError(f"마감 파일이 없습니다: {path}")
    rows = list(_toml_rows(path) if path.suffix.lower() == ".toml" else _csv_rows(path))
    zone = rows[0][3] if rows else ZoneInfo(SEOUL)
    general, extensions = {}, {}
    for where, name, value, zone, student in rows:
        exercise = _exercise(manifest, name, where)
        moment = _moment(value, zone, where)
        if student:
            extensions[(student, exercise)] = moment
        else:
            general[exercise] = moment
    return Deadlines(general, extensions, zone)


def read_adjustments(out: Path, manifest: Manifest) -> dict[tuple[str, str], list[Adjustment]]:
    """`adjustments.csv`를 읽는다. 파일이 없으면 머리줄만 있는 것을 만들어 둔다. 있는 파일은 고치지 않는다.

    (학생, 연습)마다 적힌 차례의 목록. 틀린 줄이 있으면 CohortError.
    """
    path = out / ADJUSTMENTS
    if not path.exists():
        try:
            with path.open("x", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerow(ADJUSTMENT_COLUMNS)
        except FileExistsError:
            pass
    found: dict[tuple[str, str], list[Adjustment]] = {}
    for where, row in _table(path, ("student", "exercise", "points")):
        exercise = _exercise(manifest, row["exercise"], where)
        student = _plain(row["student"])
        try:
            points = float(_plain(row["points"]))
        except ValueError:
            points = math.nan
        if not math.isfinite(points):
            raise CohortError(f"{where}: points가 숫자가 아닙니다: {row['points']!r}. 더할 점수는 3, 뺄 점수는 -3처럼 적으세요.")
        found.setdefault((student, exercise), []).append(Adjustment(student, exercise, points, row.get("reason", "").strip()))
    return found


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """CSV의 머리줄과 나머지 줄. 엑셀이 CP949로 저장한 것도 읽는다."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp949", "replace")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    return (rows[0], rows[1:]) if rows else ([], [])


def _csv_rows(path: Path) -> Iterator[tuple]:
    zone = ZoneInfo(SEOUL)
    for where, row in _table(path, ("exercise", "deadline")):
        yield where, row["exercise"], row["deadline"].strip(), zone, _plain(row.get("student", ""))


def _toml_rows(path: Path) -> Iterator[tuple]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CohortError(f"{path.name}을(를) 읽을 수 없습니다: {error}") from None
    unknown = set(document) - {"timezone", "deadlines", "extensions"}
    if unknown:
        raise CohortError(f"{path.name}: 모르는 이름 {', '.join(sorted(unknown))}이 있습니다. timezone, [deadlines], [extensions.\"학생\"]을 쓸 수 있습니다.")
    try:
        zone = ZoneInfo(document.get("timezone", SEOUL))
    except (ValueError, KeyError, TypeError, OSError):
        raise CohortError(f"{path.name}: 시간대 {document['timezone']!r}을 모릅니다. 예: timezone = \"Asia/Seoul\"") from None
    tables = [("", document.get("deadlines", {})), *document.get("extensions", {}).items()]
    for student, table in tables:
        if not isinstance(table, dict):
            raise CohortError(f"{path.name}: [extensions.\"학생\"] 아래에 `연습 = \"마감\"`을 적으세요.")
        for name, value in table.items():
            yield f"{path.name} {student or 'deadlines'}", name, value, zone, readable_name(student)


def _table(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    head, rows = read_table(path)
    names = [name.strip().lower() for name in head]
    missing = [name for name in needed if name not in names]
    if missing:
        raise CohortError(f"{path.name}: 첫 줄에 {', '.join(missing)} 열이 없습니다. 첫 줄은 열의 이름이어야 합니다.")
    for number, row in enumerate(rows, start=2):
        yield f"{path.name} {number}번째 줄", dict(zip(names, [*row, *[""] * len(names)], strict=False))


def _exercise(manifest: Manifest, name: str, where: str) -> str:
    try:
        return manifest.exercise(_plain(name)).id
    except UnknownId as unknown:
        raise CohortError(f"{where}: {unknown}") from None


def _moment(value: object, zone: ZoneInfo, where: str) -> datetime:
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value) if len(value.strip()) == 10 else datetime.fromisoformat(value.strip())
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=zone)
        if isinstance(value, date):
            return datetime.combine(value + timedelta(days=1), time(), zone)
    except ValueError:
        pass
    raise CohortError(f"{where}: 마감 {value!r}을 읽을 수 없습니다. 2026-12-01 23:59나 2026-12-01T23:59+09:00처럼 적으세요.")


def _plain(text: str) -> str:
    """성적표에서 베낀 칸의 앞에 붙은 작은따옴표(엑셀이 수식으로 읽지 않게 붙인 것)를 뗀다."""
    text = text.strip()
    return readable_name(text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text)
