"""연습 5의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception


def _in(file: str, *changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit(file, old, new) for old, new in changes)


LOADING = (
    Misconception(
        id="sensor_left_out_of_defs",
        title="센서를 defs에 넣지 않음",
        criterion="loads",
        explanation="csv_sensor가 Definitions의 sensors에 없습니다. 함수를 import하는 것만으로는 Dagster가 알지 못해 화면에도 나타나지 않습니다.",
        edits=_in("definitions.py", ("sensors=[csv_sensor]", "sensors=[]")),
    ),
    Misconception(
        id="job_name_typo",
        title="잡의 이름을 글자로 적다가 틀림",
        criterion="loads",
        explanation="job_name=\"ingest_order\"라는 잡은 없습니다. 이름을 글자로 적으면 파이썬은 틀린 것을 모릅니다. job=이나 target=에 객체를 주면 철자를 틀릴 수 없습니다.",
        edits=_in("sensors.py", ("@dg.sensor(job=ingest_orders,", '@dg.sensor(job_name="ingest_order",')),
    ),
)

REQUESTS = (
    Misconception(
        id="one_run_for_batch",
        title="새 파일을 모두 한 런에 맡김",
        criterion="requests_each_file",
        explanation="그 틱에 도착한 파일이 모두 한 런으로 갑니다. 하나가 잘못되면 나머지도 함께 실패하고, 어느 파일 때문인지 런의 목록에서 보이지 않습니다. 파일마다 RunRequest를 하나씩 내세요.",
        edits=(
            *_in("assets.py", ("    name: str", "    names: list[str]"),
                 ("ingested = ingest(landing, config.name)", "ingested = [ingest(landing, name) for name in config.names][-1]"),
                 ('"file": config.name', '"file": config.names[-1]')),
            *_in("sensors.py",
                 ('                    config = dg.RunConfig(ops={"orders": OrderFile(name=path.name)})\n', ""),
                 ("requests.append(dg.RunRequest(run_key=content, run_config=config))", "requests.append((content, path.name))"),
                 ("return dg.SensorResult(run_requests=requests,",
                  'config = dg.RunConfig(ops={"orders": OrderFile(names=[name for _, name in requests])})\n'
                  "    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=requests[-1][0], run_config=config)],")),
        ),
    ),
    Misconception(
        id="cursor_is_dict",
        title="커서에 글이 아닌 것을 넣음",
        criterion="requests_each_file",
        explanation="커서에 dict를 그대로 넣어 틱이 멈춥니다. 커서는 글(str)만 담습니다. json.dumps로 글을 만들고, 읽을 때 json.loads로 되돌리세요.",
        edits=_in("sensors.py", ("cursor=now.write())", "cursor=asdict(now))")),
    ),
    Misconception(
        id="cursor_set_twice",
        title="update_cursor와 SensorResult(cursor=)를 함께 씀",
        criterion="requests_each_file",
        explanation="context.update_cursor를 부른 틱에서 SensorResult(cursor=...)도 돌려주면 Dagster가 어느 쪽을 믿을지 알 수 없어 멈춥니다. 둘 가운데 하나만 쓰세요.",
        edits=_in("sensors.py", ("    return dg.SensorResult(run_requests", "    context.update_cursor(now.write())\n    return dg.SensorResult(run_requests")),
    ),
)

MEMORY = (
    Misconception(
        id="cursor_never_saved",
        title="커서를 남기지 않음",
        criterion="remembers_in_cursor",
        explanation="본 것을 커서에 남기지 않아 틱마다 모든 파일을 다시 요청합니다. 런 키가 같아서 두 번 실행되지는 않지만, 파일이 만 개면 틱마다 만 개를 읽고 요청합니다.",
        edits=_in("sensors.py", ("run_requests=requests, cursor=now.write())", "run_requests=requests)")),
    ),
    Misconception(
        id="module_level_set",
        title="모듈의 변수에 기억함",
        criterion="remembers_in_cursor",
        explanation="본 내용을 모듈의 set에 담았습니다. 코드 서버가 다시 뜨면 비고, 그동안 무엇을 보았는지 화면에서도 알 수 없습니다. 틱 사이의 기억은 커서에 담으세요.",
        edits=_in("sensors.py",
                  ('ingest_orders = dg.define', 'SEEN: set[str] = set()\n\ningest_orders = dg.define'),
                  ("if content not in now.contents:", "if content not in SEEN:"),
                  ("now.contents.append(content)", "SEEN.add(content)"),
                  ("if before.files.get(path.name) != [stat.st_mtime_ns, stat.st_size]:", "if True:"),
                  ("        context.update_cursor(now.write())\n", ""),
                  ("run_requests=requests, cursor=now.write())", "run_requests=requests)")),
    ),
    Misconception(
        id="cursor_is_repr",
        title="커서를 파이썬의 모양으로 적음",
        criterion="remembers_in_cursor",
        explanation="str(dict)는 작은따옴표를 쓰는 파이썬의 모양이라 JSON이 아닙니다. 다른 도구가 읽지 못하고, eval로 읽으면 남이 적은 글을 실행하게 됩니다. json.dumps로 적으세요.",
        edits=_in("sensors.py", ("import json\n", "import ast\n"), ("json.loads(cursor or", "ast.literal_eval(cursor or"),
                  ("return json.dumps(asdict(self))", "return str(asdict(self))")),
    ),
    Misconception(
        id="returns_nothing",
        title="새것이 없을 때 아무것도 돌려주지 않음",
        criterion="skips_with_reason",
        explanation="아무것도 돌려주지 않아 틱 기록에 \"Sensor function returned an empty result\"만 남습니다. 볼 것이 없었다고 우리말로 적은 dg.SkipReason을 돌려주세요.",
        edits=_in("sensors.py", ('return dg.SkipReason("새로 도착한 내용이 없습니다.")', "return None")),
    ),
    Misconception(
        id="only_newer_mtime",
        title="마지막으로 본 시각보다 나중 파일만 봄",
        criterion="sees_any_mtime",
        explanation="수정 시각이 커서의 시각보다 큰 파일만 봅니다. 옛 시각을 지닌 채 도착한 파일(압축 해제, cp -p)과 같은 시각의 파일은 영영 보이지 않고, "
        "미래 시각의 파일 하나가 그 뒤의 모든 파일을 막습니다. 무엇을 보았는지 이름과 내용으로 기억하세요.",
        edits=_in("sensors.py", ("if before.files.get(path.name) != [stat.st_mtime_ns, stat.st_size]:",
                                 "if stat.st_mtime_ns > max((mtime for mtime, _ in before.files.values()), default=0):")),
    ),
    Misconception(
        id="touch_is_new",
        title="시각이나 이름이 다르면 새 파일로 봄",
        criterion="skips_known_content",
        explanation="내용을 견주지 않아, 시각만 바뀐 파일과 복사한 파일을 다시 요청합니다. 시각과 크기는 다시 읽어 볼지만 정하고, 새것인지는 내용의 해시로 정하세요.",
        edits=_in("sensors.py", ("                if content not in now.contents:", "                if content:")),
    ),
    Misconception(
        id="name_is_identity",
        title="본 적 있는 이름이면 건너뜀",
        criterion="requests_changed_content",
        explanation="이름만 기억해서, 같은 이름으로 고쳐 보낸 파일을 보지 못합니다. 시각이나 크기가 달라졌으면 내용을 다시 읽어 보세요.",
        edits=_in("sensors.py", ("if before.files.get(path.name) != [stat.st_mtime_ns, stat.st_size]:", "if path.name not in before.files:")),
    ),
    Misconception(
        id="run_key_is_name",
        title="런 키가 파일의 이름",
        criterion="run_key_is_content",
        explanation="이름이 같으면 런 키도 같아서, 고쳐 보낸 파일의 요청을 Dagster가 \"이미 한 일\"이라며 실행하지 않습니다. 센서가 옳게 요청해도 아무 일도 일어나지 않습니다. 런 키는 내용의 해시로 하세요.",
        edits=_in("sensors.py", ("run_key=content,", "run_key=path.name,")),
    ),
    Misconception(
        id="run_key_is_mtime",
        title="런 키에 시각이 들어감",
        criterion="run_key_is_content",
        explanation="런 키에 이름과 수정 시각이 들어 있습니다. 커서를 잃은 뒤 사본이나 시각이 바뀐 파일이 오면 같은 내용이 다른 런 키로 두 번 들어갑니다. 런 키는 내용의 해시로 하세요.",
        edits=_in("sensors.py", ("run_key=content,", 'run_key=f"{path.name}-{stat.st_mtime_ns}",')),
    ),
    Misconception(
        id="run_key_is_random",
        title="런 키를 부를 때마다 새로 지음",
        criterion="run_key_is_content",
        explanation="런 키가 부를 때마다 달라서 없는 것과 같습니다. 커서를 잃으면 이미 들인 파일이 모두 다시 실행됩니다. 런 키는 내용의 해시로 하세요.",
        edits=_in("sensors.py", ("import json\n", "import json\nimport uuid\n"), ("run_key=content,", "run_key=str(uuid.uuid4()),")),
    ),
    Misconception(
        id="ordered_by_mtime",
        title="수정 시각의 차례로 요청함",
        criterion="requests_in_name_order",
        explanation="요청이 이름이 아니라 수정 시각의 차례입니다. 복사하거나 압축을 풀면 시각이 달라져 차례도 달라집니다.",
        edits=_in("sensors.py", ("for path in arrived(landing.path):",
                                 "for path in sorted(arrived(landing.path), key=lambda found: found.stat().st_mtime_ns):")),
    ),
    Misconception(
        id="looks_in_subfolders",
        title="하위 폴더까지 뒤짐",
        criterion="watches_csv_only",
        explanation="하위 폴더의 CSV도 요청합니다. 하위 폴더는 보내는 쪽이 작업하거나 보관하는 자리이고, 이름이 같은 파일이 여럿일 수 있습니다.",
        edits=_in("ingest.py", ("folder.iterdir()", 'folder.rglob("*")')),
    ),
    Misconception(
        id="reads_hidden_files",
        title="숨은 파일도 봄",
        criterion="watches_csv_only",
        explanation="점으로 시작하는 파일도 요청합니다. 파일을 나르는 프로그램은 다 쓰기 전까지 숨은 이름을 쓰므로, 반쯤 쓴 파일을 들이게 됩니다.",
        edits=_in("ingest.py", (' and not path.name.startswith(".")', "")),
    ),
    Misconception(
        id="csv_anywhere_in_name",
        title="이름에 .csv가 들어 있으면 봄",
        criterion="watches_csv_only",
        explanation="orders.csv.part나 orders.csv.tmp도 요청합니다. 쓰는 중이라는 표시이므로 아직 도착한 것이 아닙니다. 이름이 .csv로 끝나는지 보세요.",
        edits=_in("ingest.py", ('path.suffix.lower() == ".csv"', '".csv" in path.name.lower()')),
    ),
    Misconception(
        id="lower_case_suffix_only",
        title="소문자 .csv만 봄",
        criterion="accepts_any_case_of_csv",
        explanation=".CSV로 끝나는 파일을 보지 않습니다. 이름을 소문자로 바꾼 다음 견주세요.",
        edits=_in("ingest.py", ('path.suffix.lower() == ".csv"', 'path.suffix == ".csv"')),
    ),
    Misconception(
        id="crashes_on_corrupt_cursor",
        title="망가진 커서에서 멈춤",
        criterion="starts_over",
        explanation="커서를 JSON으로 읽지 못하면 틱이 예외로 끝나고, 다음 틱도 같은 커서로 또 멈춥니다. 사람이 지울 때까지 아무 파일도 들어오지 않습니다. 읽지 못하면 처음부터 보세요.",
        edits=_in("sensors.py", ("except (ValueError, KeyError, TypeError, AttributeError):", "except KeyError:")),
    ),
    Misconception(
        id="stats_remembered_files",
        title="기억한 파일이 늘 있다고 믿음",
        criterion="survives_deletion",
        explanation="커서에 있는 이름의 파일을 모두 다시 열어 보다가, 누가 치운 파일에서 멈춥니다. 지금 폴더에 있는 것만 보세요.",
        edits=_in("sensors.py", ("    requests = []\n", "    sizes = {name: (landing.path / name).stat().st_size for name in before.files}\n    requests = []\n"),
                  ("!= [stat.st_mtime_ns, stat.st_size]:", "!= [stat.st_mtime_ns, stat.st_size] or sizes.get(path.name) != stat.st_size:")),
        also=("skips_known_content",),
    ),
    Misconception(
        id="cursor_of_another_shape",
        title="JSON이기만 하면 제 모양이라고 믿음",
        criterion="ticks_match_reference",
        explanation="커서가 JSON이어도 그 안의 모양은 다를 수 있습니다. 옛 판의 코드가 남겼거나 사람이 고쳤을 때입니다. 읽은 다음 모양까지 맞지 않으면 처음부터 보세요.",
        edits=_in("sensors.py", ("except (ValueError, KeyError, TypeError, AttributeError):", "except (ValueError, KeyError, TypeError):")),
    ),
)

SALES = (
    Misconception(
        id="counts_customers",
        title="주문이 아니라 손님을 셈",
        criterion="makes_daily_sales",
        explanation="orders가 서로 다른 손님의 수입니다. 한 손님이 두 번 주문하면 두 건입니다. 행의 수를 세세요.",
        edits=_in("assets.py", ('orders=("order_id", "size")', 'orders=("customer_id", "nunique")')),
    ),
    Misconception(
        id="date_in_index",
        title="날짜가 열이 아니라 인덱스에 있음",
        criterion="makes_daily_sales",
        explanation="groupby로 묶은 열은 인덱스로 갑니다. daily_sales에 date 열이 없습니다. as_index=False나 reset_index()로 열로 되돌리세요.",
        edits=_in("assets.py", ('groupby("date", as_index=False)', 'groupby("date")')),
    ),
    Misconception(
        id="float_revenue",
        title="매출을 실수로 더함",
        criterion="revenue_is_exact",
        explanation="금액을 float로 바꾸어 더했습니다. 0.1 + 0.2는 0.30000000000000004가 되고, 큰 금액은 끝자리를 잃습니다. Decimal로 읽어 Decimal로 더하세요.",
        edits=_in("ingest.py", ("Order(order_id, customer_id, Decimal(amount), date.fromisoformat(day))",
                                "Order(order_id, customer_id, float(amount), date.fromisoformat(day))")),
    ),
)

ROWS = (
    Misconception(
        id="strips_commas",
        title="쉼표를 지우고 읽음",
        criterion="reads_amounts",
        explanation="\"1,000\"에서 쉼표를 지워 1000으로 읽었습니다. 어떤 나라에서는 쉼표가 소수점이라 1,000이 1일 수도 있습니다. 짐작하지 말고 그 행을 돌려보내세요.",
        edits=_in("ingest.py", ("amount = Decimal(text)", 'amount = Decimal(text.replace(",", ""))')),
    ),
    Misconception(
        id="accepts_nan",
        title="Decimal로 읽히면 모두 받음",
        criterion="reads_amounts",
        explanation="Decimal(\"NaN\")과 Decimal(\"Infinity\")는 예외를 내지 않습니다. NaN이 하나만 들어와도 그날의 매출이 NaN이 됩니다. is_finite()로 확인하세요.",
        edits=_in("ingest.py", ("    if not amount.is_finite() or \"_\" in text:", "    if \"_\" in text:"),
                  ("if amount.adjusted() > MAX_DIGITS or amount.as_tuple().exponent < -MAX_DIGITS:", "if amount.adjusted() > MAX_DIGITS:")),
    ),
    Misconception(
        id="bad_row_quarantines_file",
        title="나쁜 행 하나에 파일을 통째로 격리함",
        criterion="reads_amounts",
        explanation="금액이나 날짜가 나쁜 행이 하나라도 있으면 파일을 통째로 격리합니다. 칸의 수가 맞으면 다른 행은 믿을 수 있습니다. 그 행만 되돌리고 나머지는 받으세요.",
        edits=_in("ingest.py", ("rejected.append(Rejected(line, fields, str(error)))", "raise Unreadable(str(error)) from error")),
        also=("reads_dates",),
    ),
    Misconception(
        id="shifts_to_utc",
        title="날짜를 UTC로 옮김",
        criterion="reads_dates",
        explanation="시간대가 있는 시각을 UTC로 바꾼 다음 날짜를 뗐습니다. 서울의 3월 16일 0시 30분은 UTC로 15일이라, 가게의 장부와 날짜가 어긋납니다. 적힌 날짜를 그대로 쓰세요.",
        edits=_in("ingest.py", ("from datetime import date, datetime\n", "from datetime import UTC, date, datetime\n"),
                  ("datetime.fromisoformat(text).date()", "datetime.fromisoformat(text).astimezone(UTC).date()")),
    ),
    Misconception(
        id="dates_without_time_only",
        title="시각이 붙은 날짜를 되돌림",
        criterion="reads_dates",
        explanation="2024-03-16T23:30:00+09:00처럼 시각이 붙은 것을 모두 되돌렸습니다. ISO 8601의 날짜시각도 받습니다. datetime.fromisoformat은 날짜만 있는 것도 읽습니다.",
        edits=_in("ingest.py", ("datetime.fromisoformat(text).date()", "date.fromisoformat(text)")),
    ),
    Misconception(
        id="numbers_rows_not_lines",
        title="줄이 아니라 행을 셈",
        criterion="lists_rejected_rows",
        explanation="몇 번째 행인지를 적었습니다. 따옴표 안에 줄바꿈이 있는 행은 파일에서 두 줄을 차지하므로, 그 뒤의 번호가 모두 어긋납니다. csv.reader의 line_num을 보세요.",
        edits=_in("ingest.py", ("line = reader.line_num + 1", "line += 1")),
    ),
    Misconception(
        id="drops_bad_rows",
        title="나쁜 행을 조용히 버림",
        criterion="lists_rejected_rows",
        explanation="나쁜 행을 건너뛰기만 했습니다(on_bad_lines=\"skip\"과 같습니다). 주문 하나가 사라졌는데 아무도 모릅니다. 줄 번호와 함께 격리 폴더에 남기세요.",
        edits=_in("ingest.py", ("rejected.append(Rejected(line, fields, str(error)))", "del error")),
        also=("records_rows",),
    ),
    Misconception(
        id="counts_every_row_so_far",
        title="지금까지의 행을 모두 셈",
        criterion="records_rows",
        explanation="accepted_rows가 이 파일이 아니라 지금까지 들인 모든 행의 수입니다. 그래프가 늘 오르기만 해서, 어느 파일이 이상한지 보이지 않습니다.",
        edits=_in("assets.py", ('"accepted_rows": len(ingested.orders)', '"accepted_rows": len(accepted_orders(landing))')),
    ),
)

FILES = (
    Misconception(
        id="bom_in_header",
        title="BOM을 떼지 않음",
        criterion="reads_bom",
        explanation="맨 앞의 BOM이 첫 열의 이름에 붙어 머리글이 다르다고 판단했습니다. 눈에는 똑같아 보입니다. utf-8-sig는 BOM이 있으면 떼고 없으면 그대로 읽습니다.",
        edits=_in("ingest.py", ('"utf-8-sig"', '"utf-8"')),
    ),
    Misconception(
        id="utf8_only",
        title="UTF-8만 읽음",
        criterion="reads_cp949",
        explanation="한국의 엑셀이 저장한 CP949 파일을 격리했습니다. UTF-8로 읽지 못하면 CP949로 읽어 보세요.",
        edits=_in("ingest.py", ('("utf-8-sig", "cp949")', '("utf-8-sig",)')),
    ),
    Misconception(
        id="euc_kr",
        title="CP949 대신 EUC-KR로 읽음",
        criterion="reads_cp949",
        explanation="EUC-KR에는 뷁, 펲 같은 글자가 없습니다. 사람 이름이나 상호에 그런 글자가 하나만 있어도 파일을 통째로 잃습니다. CP949는 EUC-KR을 모두 담고 나머지 글자도 담습니다.",
        edits=_in("ingest.py", ('"cp949"', '"euc-kr"')),
    ),
    Misconception(
        id="empty_is_zero_rows",
        title="빈 파일을 주문 없는 날로 봄",
        criterion="quarantines_empty",
        explanation="0바이트 파일을 0행으로 받아들였습니다. 머리글조차 없으면 보내다 만 것입니다. 격리해서 보낸 사람이 알게 하세요.",
        edits=_in("ingest.py", ('raise Unreadable("빈 파일입니다.")', "return [], []")),
    ),
    Misconception(
        id="header_not_checked",
        title="머리글을 읽지 않고 건너뜀",
        criterion="quarantines_other_header",
        explanation="첫 줄을 보지 않고 자리만으로 읽었습니다. 열의 차례가 바뀐 파일이 오면 손님의 번호를 금액으로 더할 수도 있습니다. 머리글이 같은지 확인하세요.",
        edits=_in("ingest.py", ("if header != HEADER:", "if len(header) != len(HEADER):")),
    ),
    Misconception(
        id="width_rejects_row_only",
        title="칸의 수가 다른 행만 되돌림",
        criterion="quarantines_wrong_width",
        explanation="칸의 수가 다른 행만 되돌리고 나머지를 받았습니다. 칸이 어긋난 파일은 잘렸거나 구분자가 섞인 것이라 다른 행의 값도 믿을 수 없습니다. 통째로 격리하세요.",
        edits=_in("ingest.py", (
            'raise Unreadable(f"{line}번째 줄의 칸이 {len(fields)}개입니다. {len(HEADER)}개여야 합니다.")',
            'rejected.append(Rejected(line, fields, "칸의 수가 다릅니다."))\n            continue')),
        also=("quarantines_wide_first_row",),
    ),
    Misconception(
        id="pandas_defaults",
        title="pandas가 예외를 내지 않으면 올바른 CSV라고 믿음",
        criterion="quarantines_wide_first_row",
        explanation="pd.read_csv는 첫 데이터 행의 칸이 하나 많으면 첫 칸을 인덱스로 삼아 값을 한 칸씩 밀고, 칸이 모자란 행은 빈 값으로 채웁니다. 예외는 나지 않습니다. "
        "행 번호도 줄 번호가 아닙니다. csv.reader로 행마다 칸을 세어 보세요.",
        edits=_in("ingest.py", (
            "    rows = _rows(text)\n",
            "    try:\n"
            "        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).fillna(\"\")\n"
            "    except ValueError as error:\n"
            "        raise Unreadable(f\"CSV로 읽을 수 없습니다. ({error})\") from error\n"
            "    rows = iter([(1, list(frame.columns)), *enumerate(map(list, frame.itertuples(index=False, name=None)), start=2)])\n")),
        also=("quarantines_wrong_width", "lists_rejected_rows"),
    ),
    Misconception(
        id="lenient_quotes",
        title="닫히지 않은 따옴표를 눈감아 줌",
        criterion="quarantines_unclosed_quote",
        explanation="csv.reader는 기본값으로 닫히지 않은 따옴표를 파일 끝에서 닫힌 것으로 봅니다. 그 뒤의 행이 모두 한 칸의 글이 되어 사라집니다. strict=True로 예외를 내게 하세요.",
        edits=_in("ingest.py", (", strict=True)\n    line = 1", ")\n    line = 1")),
    ),
    Misconception(
        id="replaces_unknown_bytes",
        title="읽을 수 없는 바이트를 다른 글자로 바꿈",
        criterion="quarantines_unknown_bytes",
        explanation="errors=\"replace\"는 읽을 수 없는 바이트를 물음표 같은 글자로 바꿉니다. 서로 다른 손님이 같은 이름이 되고, 원본이 무엇이었는지 알 수 없습니다.",
        edits=_in("ingest.py", ('raise Unreadable("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장해 주세요.")', 'return data.decode("utf-8", errors="replace")')),
    ),
    Misconception(
        id="latin1_reads_anything",
        title="마지막에는 latin-1로 읽음",
        criterion="quarantines_unknown_bytes",
        explanation="latin-1은 어떤 바이트든 글자로 바꾸므로 실패하지 않습니다. 읽은 것이 아니라 뜻 모를 글자로 바꾼 것입니다. 두 인코딩으로 읽지 못하면 격리하세요.",
        edits=_in("ingest.py", ('("utf-8-sig", "cp949")', '("utf-8-sig", "cp949", "latin-1")')),
    ),
    Misconception(
        id="header_only_is_empty",
        title="머리글뿐인 파일을 격리함",
        criterion="accepts_header_only",
        explanation="행이 없다고 격리했습니다. 머리글이 온전하면 \"오늘은 주문이 없다\"고 말하는 올바른 파일입니다. 쉬는 날마다 잘못되었다고 알리게 됩니다.",
        edits=_in("ingest.py", ("    return orders, rejected", '    if not orders and not rejected:\n        raise Unreadable("행이 없습니다.")\n    return orders, rejected')),
    ),
    Misconception(
        id="reason_in_english",
        title="파이썬의 오류 메시지를 그대로 남김",
        criterion="explains_quarantine",
        explanation="까닭이 파이썬의 영어 메시지입니다. 읽을 사람은 파일을 보낸 가게의 직원입니다. 무엇을 고치면 되는지 우리말로 적으세요.",
        edits=_in("ingest.py", ('reason.write_text(ingested.quarantined + "\\n", encoding="utf-8")', 'reason.write_text("ValueError: invalid file", encoding="utf-8")')),
    ),
    Misconception(
        id="quarantines_decoded_text",
        title="읽은 글을 다시 써서 격리함",
        criterion="explains_quarantine",
        explanation="바이트가 아니라 글로 읽어 다시 썼습니다. 인코딩과 줄바꿈이 달라져, 무엇이 문제였는지 원본으로 확인할 수 없습니다. read_bytes로 읽은 것을 write_bytes로 쓰세요.",
        edits=_in("ingest.py", ("original.write_bytes(data)", 'original.write_text(data.decode("cp949", errors="replace"), encoding="utf-8")')),
    ),
    Misconception(
        id="moves_bad_files",
        title="나쁜 파일을 도착 폴더에서 옮김",
        criterion="leaves_landing_untouched",
        explanation="격리한 파일을 도착 폴더에서 지웠습니다. 보내는 쪽의 프로그램은 자기가 보낸 파일이 없어지면 다시 보내기도 합니다. 사본만 격리 폴더에 두세요.",
        edits=_in("ingest.py", ("    if replaced not in (None, fingerprint(data)):",
                                "    if ingested.quarantined:\n        (landing.path / name).unlink()\n    if replaced not in (None, fingerprint(data)):")),
    ),
)

STATE = (
    Misconception(
        id="corrections_are_added",
        title="고친 파일의 행을 옛 행에 더함",
        criterion="replaces_corrected_file",
        explanation="장부의 자리를 내용으로 정해서, 고친 파일이 오면 옛 행과 새 행이 함께 남습니다. 같은 이름이면 같은 자리에 다시 써야 옛 행이 바뀝니다.",
        edits=_in("ingest.py", ("    page = _page(landing, name)", "    page = _page(landing, fingerprint(data))")),
    ),
    Misconception(
        id="appends_every_run",
        title="런마다 장부에 덧붙임",
        criterion="ingests_once",
        explanation="런이 돌 때마다 행을 덧붙입니다. 같은 요청을 다시 실행하면 매출이 두 배가 됩니다. 몇 번을 해도 같은 자리에 같은 것을 쓰게 하세요.",
        edits=_in("ingest.py", ("    page = _page(landing, name)", "    page = _page(landing, os.urandom(8).hex())"),
                  ('pages.setdefault(page["content"], page["orders"])', 'pages.setdefault(path.name, page["orders"])')),
        also=("replaces_corrected_file",),
    ),
    Misconception(
        id="book_in_memory",
        title="들인 것을 프로세스가 끝나면 사라지는 곳에 둠",
        criterion="survives_restart",
        explanation="앞서 들인 것이 프로세스와 함께 사라집니다. 데몬은 런마다 새 프로세스를 띄우므로, 파일 하나만 든 매출이 됩니다. 도착 폴더의 부모 아래에 파일로 두세요.",
        edits=_in("ingest.py", ("import os\n", "import os\nimport tempfile\n"),
                  ("class Unreadable(Exception)", "BOOKS: dict[Path, Path] = {}\n\n\nclass Unreadable(Exception)"),
                  ('return landing.path.parent / "accepted"', "return BOOKS.setdefault(landing.path, Path(tempfile.mkdtemp()))")),
    ),
    Misconception(
        id="sales_of_this_file_only",
        title="이번 파일의 매출만 냄",
        criterion="survives_restart",
        explanation="daily_sales가 이번 런의 파일만 셈합니다. 다음 파일이 오면 앞의 매출이 사라진 것처럼 보입니다. 지금까지 들인 것을 모두 셈하세요.",
        edits=_in("assets.py", ("value=accepted_orders(landing),",
                                'value=pd.DataFrame(ingested.orders, columns=["order_id", "customer_id", "amount", "date"]),')),
    ),
    Misconception(
        id="state_in_working_folder",
        title="기억을 지금 폴더에 둠",
        criterion="keeps_state_beside_landing",
        explanation="상대 경로는 명령을 실행한 폴더를 뜻합니다. 데몬과 사람이 다른 폴더에서 실행하면 기억이 둘로 갈리고, 두 가게를 한 곳에서 실행하면 섞입니다. landing.path.parent 아래에 두세요.",
        edits=_in("ingest.py", ('return landing.path.parent / "accepted"', 'return Path("accepted")')),
    ),
    Misconception(
        id="refuses_spaces",
        title="공백이 있는 금액을 되돌림",
        criterion="sales_match_reference",
        explanation="\" 12 \"처럼 앞뒤에 공백이 있는 금액을 되돌렸습니다. 규칙은 Decimal(글)로 읽히는 유한한 수이고, Decimal은 앞뒤의 공백을 받습니다.",
        edits=_in("ingest.py", ('or "_" in text:', 'or "_" in text or text != text.strip():')),
    ),
    Misconception(
        id="no_group",
        title="자산의 그룹을 적지 않음",
        criterion="describes_assets",
        explanation="그룹을 적지 않으면 default 그룹이 됩니다. 이 데이터를 얼마나 믿어도 되는지 이름이 말해 주도록 bronze, silver, gold 가운데 하나를 적으세요.",
        edits=_in("assets.py", ('@dg.asset(group_name="gold")', "@dg.asset")),
    ),
)

LEARNER_TESTS = (
    Misconception(
        id="tests_with_rising_mtimes",
        title="테스트의 파일이 늘 나중 시각에 도착함",
        criterion="learner_tests_catch_bugs",
        explanation="새 파일이 모두 앞의 파일보다 나중 시각이라, 시각만 보는 센서도 통과합니다. 옛 시각과 같은 시각으로 도착하는 파일도 놓아 보세요.",
        edits=_in("test_sensor.py", ("enumerate((NOON - 3600, NOON, NOON + 3600))", "enumerate((NOON + 60, NOON + 120, NOON + 180))")),
    ),
    Misconception(
        id="tests_whole_won",
        title="테스트의 금액이 모두 정수",
        criterion="learner_tests_catch_bugs",
        explanation="금액이 모두 작은 정수라 실수로 더해도 통과합니다. 0.1과 0.2처럼 실수로는 어긋나는 금액을 넣어 보세요.",
        edits=_in("test_sensor.py", ("손님,0.1,", "손님,1,"), ("손님,0.2,", "손님,2,"), ('Decimal("0.3")', "Decimal(3)")),
    ),
)

MISCONCEPTIONS = (*LOADING, *REQUESTS, *MEMORY, *SALES, *ROWS, *FILES, *STATE, *LEARNER_TESTS)

# 학습자의 테스트가 잡아야 하는 실수들. 안내 노트북이 이 목록을 말로 알려 준다.
TESTS_MUST_CATCH = (
    "only_newer_mtime",
    "touch_is_new",
    "name_is_identity",
    "run_key_is_name",
    "crashes_on_corrupt_cursor",
    "float_revenue",
    "utf8_only",
    "pandas_defaults",
)
