"""숨은 파일들과, 자산에 붙은 사실."""

from typing import Any

from course_lib.grading.rubric import criterion, expect, expect_equal
from course_lib.grading.seen import IngestRun

from .generated import generated_file
from .scripts import after, expect_sales, expected, play, rejected_lines, tables, write

LAYERS = ("bronze", "silver", "gold")


@criterion("뒤섞인 파일들에서도 매출이 맞는다", points=3, hidden=True,
           after=["revenue_is_exact", "lists_rejected_rows", "records_rows", "reads_cp949", "quarantines_empty", "survives_restart",
                  "keeps_state_beside_landing"])
def test_sales_match_reference(submission, reference):
    """하나씩은 맞던 규칙들이, 줄바꿈과 따옴표와 인코딩이 뒤섞인 여러 파일에서도 함께 맞는지 봅니다."""
    files = {
        "서울 1호점.csv": generated_file(1, newline="\r\n"),
        "부산점.csv": generated_file(2, encoding="cp949"),
        "제주점.csv": generated_file(3, encoding="utf-8-sig"),
    }
    blank = "쉬는 날.csv"
    step = after(*(write(name, data) for name, (data, _, _) in files.items()), write(blank, b"\r\n \n"), runs=1)
    mine, wanted = play(submission, step), expected(reference, "mixed files", step)
    expect_sales(mine.ticks[0], *tables(wanted.ticks[0])[0].itertuples(index=False, name=None))
    for name in files:
        expect_equal(rejected_lines(mine.quarantine, name), rejected_lines(wanted.quarantine, name), f"{name}의 되돌린 줄")
    counts = [tuple(values.get(name) for name in ("accepted_rows", "rejected_rows")) for values in map(_recorded, mine.runs)]
    unseen = [(accepted, rejected) for _, accepted, rejected in files.values() if (accepted, rejected) not in counts]
    expect(not unseen, "런이 기록한 (accepted_rows, rejected_rows)에 이 수들이 없습니다.", shown=unseen)
    expect(blank in mine.quarantine, f"공백과 줄바꿈뿐인 파일 {blank}가 격리 폴더에 없습니다.")


def _recorded(run: IngestRun) -> dict[str, Any]:
    return {name: value for metadata in run.metadata.values() for name, value in metadata.items()}


@criterion("자산에 설명이 있고 층의 그룹에 있다", points=1, after="makes_daily_sales")
def test_describes_assets(submission):
    """카탈로그에서 처음 보는 사람이 읽는 것은 설명이고, 얼마나 믿어도 되는지 알려 주는 것은 층의 이름입니다."""
    for key, asset in submission.facts().assets.items():
        expect(asset.description.strip(), f"{key}에 설명(description)이 없습니다. docstring도 설명이 됩니다.")
        expect(asset.group in LAYERS, f"{key}의 그룹이 {asset.group}입니다. bronze, silver, gold 가운데 하나여야 합니다.")
