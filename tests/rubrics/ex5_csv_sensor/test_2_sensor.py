"""센서: 무엇을 새 파일로 보고, 무엇을 기억하는가. 여기서는 런을 실행하지 않는다."""

import json

from course_lib.grading.rubric import criterion, expect, expect_equal
from course_lib.grading.seen import SensorTicks, Tick

from .scripts import MINUTE, NOON, Step, after, copy, delete, expected, folder, keys, order, play, rename, touch, write

NOTHING_IN_DAGSTERS_WORDS = "Sensor function returned an empty result"


def expect_requests(tick: Tick, count: int, message: str) -> None:
    expect(len(tick.requests) == count, f"{message} 요청은 {count}개여야 하는데 {len(tick.requests)}개입니다.")


def expect_counts(seen: SensorTicks, *counts: int, message: str) -> None:
    """틱마다의 요청 수. 앞의 틱부터 본다."""
    for number, (tick, count) in enumerate(zip(seen.ticks, counts, strict=True), start=1):
        expect_requests(tick, count, f"{message} {number}번째 틱의")


@criterion("새 파일마다 런을 하나씩 요청한다", points=3, after="loads")
def test_requests_each_file(submission):
    """파일마다 런이 따로여야, 하나가 잘못되어도 다른 파일은 들어가고 어느 파일이 잘못인지도 보인다."""
    seen = play(submission, after(write("each-1.csv", order(11)), write("each-2.csv", order(12))))
    expect_requests(seen.ticks[0], 2, "새 파일 두 개가 도착했습니다.")


@criterion("본 것을 커서에 JSON으로 기억한다", points=3, after="requests_each_file")
def test_remembers_in_cursor(submission):
    """커서는 틱 사이에 남는 유일한 기억이다. 모듈의 변수는 프로세스가 새로 뜨면 사라지고, 그러면 모든 파일이 다시 새것이 된다."""
    seen = play(submission, after(write("memory-1.csv", order(31))), after(), after(write("memory-2.csv", order(32), NOON + MINUTE)))
    cursor = seen.ticks[0].cursor
    expect(bool(cursor), "틱이 끝난 뒤에 커서가 비어 있습니다. context.update_cursor(글)이나 SensorResult(cursor=글)로 남기세요.")
    try:
        json.loads(cursor)
    except ValueError:
        expect(False, "커서가 JSON이 아닙니다. json.dumps로 적으세요.", shown=[cursor[:200]])
    expect_counts(seen, 1, 0, 1, message="첫 틱과 셋째 틱 앞에만 새 파일이 도착했습니다.")


@criterion("새것이 없으면 까닭을 말하고 건너뛴다", points=2, after="remembers_in_cursor")
def test_skips_with_reason(submission):
    """화면의 틱 기록에서 \"볼 것이 없었다\"와 \"고장 났다\"를 구별하게 해 주는 것은 이 한 문장이다."""
    seen = play(submission, after(), after(write("skip.csv", order(41))), after())
    for number in (1, 3):
        skip = seen.ticks[number - 1].skip
        expect(bool(skip and skip.strip()) and skip != NOTHING_IN_DAGSTERS_WORDS,
               f"{number}번째 틱에 새 파일이 없는데 건너뛴 까닭이 없습니다. dg.SkipReason(\"까닭\")을 돌려주세요.", shown=[skip] if skip else None)


@criterion("수정 시각이 언제이든 새 파일을 본다", points=4, after="remembers_in_cursor")
def test_sees_any_mtime(submission):
    """압축을 풀거나 시각을 지켜 복사한 파일은 옛 시각으로 도착한다. 시계가 앞선 컴퓨터의 파일은 내일의 시각으로 온다."""
    seen = play(
        submission, after(write("mtime-1.csv", order(51))), after(write("mtime-2.csv", order(52), NOON - 60 * MINUTE)),
        after(write("mtime-3.csv", order(53))), after(write("mtime-4.csv", order(54), NOON + 1440 * MINUTE)),
        after(write("mtime-5.csv", order(55), NOON + MINUTE)),
    )
    expect_counts(seen, 1, 1, 1, 1, 1, message="틱마다 그 앞에 새 파일이 하나씩 도착했습니다.")


@criterion("이미 본 내용은 다시 요청하지 않는다", points=4, after="remembers_in_cursor")
def test_skips_known_content(submission):
    """시각만 바뀐 파일, 복사한 파일, 이름을 바꾼 파일에 새 주문은 없다. 새것인지는 내용이 정한다."""
    seen = play(
        submission, after(write("known-1.csv", order(61)), write("known-2.csv", order(62))), after(touch("known-1.csv", NOON + MINUTE)),
        after(copy("known-1.csv", "known-1 사본.csv", NOON + MINUTE)), after(rename("known-2.csv", "known-3.csv")),
    )
    expect_counts(seen, 2, 0, 0, 0, message="첫 틱 다음에는 시각, 사본, 이름만 달라졌습니다.")


@criterion("같은 이름에 다른 내용이 오면 다시 요청한다", points=3, after="remembers_in_cursor")
def test_requests_changed_content(submission):
    """같은 이름으로 다시 온 파일은 고친 것이다. 크기가 같아도 내용은 다를 수 있다."""
    longer = order(72) + b"o-0073,c-0073,2000,2024-01-02\n"
    seen = play(submission, after(write("changed.csv", order(71))), after(write("changed.csv", order(72), NOON + MINUTE)),
                after(write("changed.csv", longer, NOON + 2 * MINUTE)))
    expect_counts(seen, 1, 1, 1, message="틱마다 changed.csv가 새 내용으로 도착했습니다.")


@criterion("런 키는 내용에서 나온다", points=4, after="remembers_in_cursor")
def test_run_key_is_content(submission):
    """Dagster는 같은 런 키의 요청을 두 번 실행하지 않는다. 그래서 커서를 잃어도 같은 내용은 두 번 들어가지 않는다."""
    one = play(submission, after(write("key-1.csv", order(81)), write("key-2.csv", order(82)))).ticks[0]
    renamed = play(submission, after(write("key-3.csv", order(81), NOON + MINUTE))).ticks[0]
    changed = play(submission, after(write("key-1.csv", order(81) + b"o-0083,c-0083,1000,2024-01-02\n"))).ticks[0]
    expect(None not in keys(one), "런 키(run_key)가 없는 요청이 있습니다.")
    expect(len(set(keys(one))) == 2, "내용이 다른 두 파일의 런 키가 같습니다.", shown=keys(one))
    expect(bool(set(keys(renamed)) & set(keys(one))), "내용이 같은 파일이 다른 이름, 다른 시각으로 왔는데 런 키가 다릅니다.",
           shown=[*keys(one), *keys(renamed)])
    expect(not set(keys(changed)) & set(keys(one)), "이름과 시각은 같지만 내용이 다른 파일의 런 키가 같습니다.", shown=[*keys(one), *keys(changed)])


@criterion("이름 차례로 요청한다", points=2, after="run_key_is_content")
def test_requests_in_name_order(submission):
    """차례가 정해져 있어야 다시 돌려도 같은 일이 같은 차례로 일어난다. 폴더를 읽는 차례는 컴퓨터마다 다르다."""
    one_by_one = play(submission, *(after(write(f"name-{number}.csv", order(90 + number), NOON + number * MINUTE)) for number in (1, 2, 3)))
    together = play(submission, after(
        write("name-3.csv", order(93), NOON - 2 * MINUTE), write("name-1.csv", order(91)), write("name-2.csv", order(92), NOON - MINUTE),
    )).ticks[0]
    wanted = [key for tick in one_by_one.ticks for key in keys(tick)]
    numbers = [f"name-{wanted.index(key) + 1}.csv" if key in wanted else str(key) for key in keys(together)]
    expect_equal(numbers, ["name-1.csv", "name-2.csv", "name-3.csv"], "요청의 차례")


@criterion("도착하지 않은 것은 보지 않는다", points=3, after="requests_each_file")
def test_watches_csv_only(submission):
    """쓰는 중인 파일(.tmp, .part), 숨은 파일, 하위 폴더, CSV가 아닌 것은 주문 파일이 아니다. 반쯤 쓴 파일을 들이면 금액이 잘린다."""
    names = ("note.txt", "only.csv.tmp", "only.csv.part", ".only.csv", "sub/only.csv", "only.csv~", "csv")
    seen = play(submission, after(*(write(name, order(101 + number)) for number, name in enumerate(names)), folder("folder.csv")),
                after(write("file.csv", order(110), NOON + MINUTE)))
    expect_counts(seen, 0, 1, message="첫 틱에는 주문 파일이 없고, 두 번째 틱 앞에 file.csv가 도착했습니다.")


@criterion("확장자의 대소문자를 가리지 않는다", points=1, after="requests_each_file")
def test_accepts_any_case_of_csv(submission):
    """오래된 Windows 프로그램은 .CSV로 저장한다."""
    seen = play(submission, after(write("UPPER.CSV", order(111)), write("mixed.Csv", order(112))))
    expect_requests(seen.ticks[0], 2, "UPPER.CSV와 mixed.Csv가 도착했습니다.")


@criterion("커서를 잃거나 망가져도 처음부터 다시 본다", points=4, after="run_key_is_content")
def test_starts_over(submission):
    """커서는 사람이 지울 수도, 옛 판의 코드가 다른 모양으로 남겼을 수도 있다. 그때마다 멈추면 파일이 쌓이기만 한다."""
    lost = (None, "", "망가진 커서", '{"files": {"over-1.csv"', "[]")
    seen = play(submission, after(write("over-1.csv", order(121)), write("over-2.csv", order(122))),
                *(after(cursor=cursor) for cursor in lost), after())
    for cursor, tick in zip(lost, seen.ticks[1:], strict=False):
        expect_requests(tick, 2, f"커서가 {cursor!r}이(가) 되었습니다.")
        expect_equal(keys(tick), keys(seen.ticks[0]), "다시 요청한 런 키")
    expect_requests(seen.ticks[-1], 0, "커서를 되찾은 다음에는 새 파일이 없었습니다.")


@criterion("사라진 파일이 있어도 멈추지 않는다", points=2, after="remembers_in_cursor")
def test_survives_deletion(submission):
    """도착 폴더는 우리만 쓰는 곳이 아니다. 처리한 파일을 누가 치우기도 한다."""
    seen = play(submission, after(write("gone.csv", order(131)), write("stays.csv", order(132))), after(delete("gone.csv")),
                after(write("new.csv", order(133), NOON + MINUTE)))
    expect_counts(seen, 2, 0, 1, message="두 번째 틱 앞에 gone.csv를 지우고, 세 번째 틱 앞에 new.csv를 넣었습니다.")


@criterion("뒤섞인 여러 틱에서도 같은 것을 요청한다", points=3, hidden=True,
           after=["sees_any_mtime", "skips_known_content", "requests_changed_content", "requests_in_name_order", "watches_csv_only",
                  "accepts_any_case_of_csv", "starts_over", "survives_deletion"])
def test_ticks_match_reference(submission, reference):
    """하나씩은 맞던 규칙들이 한 폴더에서 함께 일어날 때도 맞는지 본다."""
    steps = mixed_steps()
    expect_equal(requested(play(submission, *steps)), requested(expected(reference, "mixed ticks", *steps)), "틱마다 요청한 내용의 번호")


def mixed_steps() -> list[Step]:
    """이름, 내용, 시각이 엇갈리는 대본."""
    return [
        after(write("나.csv", order(201)), write("가.CSV", order(202), NOON - MINUTE), folder("다.csv")),
        after(copy("나.csv", "라.csv"), write("마.csv", order(203), NOON - 99 * MINUTE), write(".바.csv", order(204))),
        after(touch("가.CSV", NOON + MINUTE), write("나.csv", order(205), NOON - MINUTE), write("같은-1.csv", order(206)), write("같은-2.csv", order(206))),
        after(delete("마.csv"), write("사.csv.part", order(207))),
        after(rename("사.csv.part", "사.csv"), copy("같은-1.csv", "같은-3.csv")),
        after(cursor="null"),
        after(cursor="42"),
        after(cursor='{"files": 7, "seen": 7}'),
        after(write("아.csv", order(208), NOON + 999 * MINUTE)),
        after(write("자.csv", order(209), NOON)),
    ]


def requested(seen: SensorTicks) -> list[str]:
    """틱마다 요청한 내용. 처음 보는 런 키에 차례로 번호를 붙인다. 한 틱에서 같은 런 키를 두 번 요청한 것은 한 번으로 본다."""
    numbers: dict[str | None, int] = {}
    for tick in seen.ticks:
        for key in keys(tick):
            numbers.setdefault(key, len(numbers) + 1)
    return ["·".join(str(number) for number in dict.fromkeys(numbers[key] for key in keys(tick))) or "없음" for tick in seen.ticks]
