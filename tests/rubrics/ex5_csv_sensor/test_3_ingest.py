"""런: 파일 하나를 들여 하루 매출을 만든다. 파일마다 날짜가 달라서, 기준마다 자기 파일의 날짜만 본다."""

import re

from course_lib.grading.rubric import criterion, expect, expect_equal

from .scripts import (
    AMOUNTS_ACCEPTED_ROWS,
    AMOUNTS_REJECTED,
    COLUMNS,
    DELIVERIES,
    after,
    corrected,
    delivered,
    expect_quarantined,
    expect_sales,
    order,
    play,
    rejected_lines,
    tables,
    write,
)


@criterion("요청한 런이 daily_sales를 만든다", points=3, after="requests_each_file")
def test_makes_daily_sales(submission):
    """날짜마다 주문이 몇 건인지(orders)와 매출(revenue)이 얼마인지가 이 파이프라인의 결과입니다."""
    tick, _ = delivered(submission, "good.csv")
    expect_sales(tick, ("2024-01-05", 2, "35000"), ("2024-01-06", 1, "10000"))
    columns = sorted(map(str, tick.last.frame.columns))
    expect_equal(columns, sorted(COLUMNS), "daily_sales의 열")


@criterion("매출은 정확한 십진수다", points=3, after="makes_daily_sales")
def test_revenue_is_exact(submission):
    """실수(float)로는 0.1 + 0.2가 0.3이 아닙니다. 돈은 한 번 어긋나면 어디서 어긋났는지 찾을 수 없습니다."""
    tick, _ = delivered(submission, "good.csv")
    expect_sales(tick, ("2024-01-08", 2, "0.3"), ("2024-01-09", 2, "12345678901234567.9"))


@criterion("금액은 유한한 십진수만 받고, 아니면 그 행만 되돌린다", points=3, after="makes_daily_sales")
def test_reads_amounts(submission):
    """1,000이나 NaN을 짐작으로 고치면 틀린 매출이 되고, 파일을 통째로 버리면 멀쩡한 주문을 잃습니다."""
    tick, _ = delivered(submission, "amounts.csv")
    expect_sales(tick, ("2024-03-04", 1, "1000"), ("2024-03-05", 2, "749.5"))


@criterion("날짜는 적힌 그대로 받고, 없는 날이면 그 행만 되돌린다", points=2, after="makes_daily_sales")
def test_reads_dates(submission):
    """2024-03-16T00:30:00+09:00의 주문은 3월 16일의 매출입니다. UTC로 옮기면 15일이 됩니다. 2월 30일은 없는 날입니다."""
    tick, _ = delivered(submission, "dates.csv")
    expect_sales(tick, ("2024-03-16", 4, "2000"), dates=["2024-03-15", "2024-03-16", "2024-03-17", "2024-02-29", "2024-02-30", "2024-03-01"])


@criterion("되돌린 행과 그 줄 번호를 남긴다", points=3, after=["reads_amounts", "reads_dates"])
def test_lists_rejected_rows(submission):
    """줄 번호가 있어야 보낸 사람이 그 파일에서 찾아 고칩니다. 따옴표 안에 줄바꿈이 있으면 행의 수와 줄의 수는 다릅니다."""
    _, quarantine = delivered(submission, "amounts.csv")
    expect_equal(rejected_lines(quarantine, "amounts.csv"), AMOUNTS_REJECTED, "amounts.csv.rejected.csv의 line")


@criterion("받아들인 행과 되돌린 행의 수를 기록한다", points=2, after=["reads_amounts", "reads_dates"])
def test_records_rows(submission):
    """파일마다 몇 행이 들어오고 몇 행이 되돌아갔는지가 구체화에 남으면, 이상한 날을 그래프에서 바로 찾습니다."""
    tick, _ = delivered(submission, "amounts.csv")
    recorded = {name: value for run in tick.runs for metadata in run.metadata.values() for name, value in metadata.items()}
    for name, count in (("accepted_rows", AMOUNTS_ACCEPTED_ROWS), ("rejected_rows", len(AMOUNTS_REJECTED))):
        expect(name in recorded, f"구체화의 메타데이터에 {name}가 없습니다.")
        expect_equal(recorded[name], count, f"amounts.csv의 {name}")


@criterion("BOM이 있는 UTF-8을 읽는다", points=2, after="makes_daily_sales")
def test_reads_bom(submission):
    """엑셀의 \"CSV UTF-8\"은 맨 앞에 보이지 않는 글자(BOM)를 붙입니다. 그대로 읽으면 첫 열의 이름이 달라집니다."""
    tick, _ = delivered(submission, "bom.csv")
    expect_sales(tick, ("2024-04-01", 2, "7000"))


@criterion("CP949를 읽는다", points=3, after="makes_daily_sales")
def test_reads_cp949(submission):
    """한국의 엑셀이 CSV를 저장하는 방식입니다. EUC-KR과 거의 같지만, 뷁 같은 글자는 CP949에만 있습니다."""
    tick, _ = delivered(submission, "cp949.csv")
    expect_sales(tick, ("2024-02-01", 2, "7000"))


@criterion("빈 파일을 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_empty(submission):
    """0바이트는 \"주문이 없었다\"가 아니라 \"보내다 말았다\"는 뜻일 때가 많습니다. 조용히 넘기면 그날 매출이 빕니다."""
    expect_quarantined(submission, "empty.csv", "2024-05-09")


@criterion("머리글이 다른 파일을 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_other_header(submission):
    """머리글이 다르면 어느 열이 금액인지 알 수 없습니다. 자리만 믿고 읽으면 언젠가 다른 열을 더하게 됩니다."""
    expect_quarantined(submission, "header.csv", "2024-05-01")


@criterion("칸의 수가 다른 행이 있는 파일을 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_wrong_width(submission):
    """한 행이 잘렸다면 파일이 보내는 중에 끊겼을 수 있습니다. 나머지 행도 믿을 수 없습니다."""
    expect_quarantined(submission, "short.csv", "2024-05-02")


@criterion("첫 행의 칸이 많은 파일도 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_wide_first_row(submission):
    """pandas는 첫 데이터 행의 칸이 머리글보다 하나 많으면 첫 칸을 인덱스로 삼고 모든 값을 한 칸씩 밉니다. 예외는 나지 않습니다."""
    expect_quarantined(submission, "first_row.csv", "2024-05-03")


@criterion("따옴표가 닫히지 않은 파일을 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_unclosed_quote(submission):
    """닫히지 않은 따옴표는 그 뒤의 모든 행을 한 칸의 글로 삼킵니다."""
    expect_quarantined(submission, "quote.csv", "2024-05-04")


@criterion("읽을 수 없는 바이트가 있는 파일을 격리한다", points=2, after="makes_daily_sales")
def test_quarantines_unknown_bytes(submission):
    """UTF-8도 CP949도 아니면 무슨 글자인지 알 수 없습니다. 물음표로 바꾸어 읽으면 원본이 무엇이었는지 영영 모릅니다."""
    expect_quarantined(submission, "bytes.csv", "2024-05-05")


@criterion("머리글뿐인 파일은 격리하지 않는다", points=1, after="makes_daily_sales")
def test_accepts_header_only(submission):
    """주문이 없는 날의 올바른 파일입니다."""
    tick, quarantine = delivered(submission, "header_only.csv")
    tables(tick)
    expect("header_only.csv" not in quarantine, "header_only.csv는 행이 없을 뿐 올바른 파일인데 격리했습니다.")


@criterion("격리 폴더에 원본 그대로와 한국어로 적은 까닭을 둔다", points=2, after="quarantines_other_header")
def test_explains_quarantine(submission):
    """보낸 사람에게 돌려줄 것은 받은 그대로의 파일과 무엇을 고칠지 적은 한 줄입니다."""
    _, quarantine = delivered(submission, "header.csv")
    expect(quarantine["header.csv"] == DELIVERIES["header.csv"], "quarantine/header.csv의 바이트가 도착한 파일과 다릅니다.")
    reason = quarantine.get("header.csv.reason.txt")
    expect(reason is not None, "격리 폴더에 header.csv.reason.txt가 없습니다.", shown=sorted(quarantine))
    text = reason.decode("utf-8", "replace")
    expect(bool(re.search("[가-힣]", text)), "header.csv.reason.txt에 한국어(UTF-8)로 적은 까닭이 없습니다.", shown=[text[:200]])


@criterion("도착 폴더를 건드리지 않는다", points=1, after="makes_daily_sales")
def test_leaves_landing_untouched(submission):
    """도착 폴더는 보내는 쪽의 것입니다. 옮기거나 지우면 보낸 쪽은 다시 보내야 하는지 알 수 없습니다."""
    for name in DELIVERIES:
        tick, _ = delivered(submission, name)
        expect(tick.landing_untouched, f"{name}이 도착한 다음의 틱과 런이 도착 폴더를 바꾸었습니다.")


@criterion("고친 파일이 오면 그 파일의 행을 바꾼다", points=3, after=["requests_changed_content", "run_key_is_content", "reads_bom"])
def test_replaces_corrected_file(submission):
    """같은 이름에 다른 내용은 고친 것입니다. 옛 행 위에 더하면 매출이 두 번 잡힙니다."""
    expect_sales(corrected(submission), dates=["2024-04-01"], message="bom.csv의 옛 행이 daily_sales에 남아 있습니다.")


@criterion("같은 파일을 두 번 들여도 결과가 같다", points=2, after=["requests_changed_content", "run_key_is_content", "reads_bom"])
def test_ingests_once(submission):
    """런은 다시 실행될 수 있습니다: 사람이 누르기도 하고, 실패한 뒤에 다시 돌기도 합니다. 그때마다 더하면 안 됩니다."""
    expect_sales(corrected(submission), ("2024-04-02", 2, "7500"))


@criterion("프로세스가 새로 떠도 앞서 들인 것을 잊지 않는다", points=2, after=["makes_daily_sales", "reads_bom"])
def test_survives_restart(submission):
    """런마다 프로세스가 다릅니다. 변수에 모은 매출은 런이 끝나면 사라집니다."""
    tick, _ = delivered(submission, "bom.csv")
    expect_sales(tick, ("2024-01-05", 2, "35000"), ("2024-01-06", 1, "10000"), ("2024-04-01", 2, "7000"))


@criterion("기억은 도착 폴더의 부모 아래에만 둔다", points=2, after="makes_daily_sales")
def test_keeps_state_beside_landing(submission):
    """가게마다 폴더가 다릅니다. 다른 곳에 두면 두 가게의 매출이 섞이고, 폴더를 옮길 때 기억을 잃습니다."""
    delivered(submission, "good.csv")
    tick = play(submission, after(write("another_shop.csv", order(301, "2024-06-01")), runs=1)).ticks[0]
    found = tables(tick)
    expect(any(list(table["date"]) == ["2024-06-01"] for table in found), "새 가게의 매출에 다른 가게의 매출이 섞였습니다.", shown=found[0])
