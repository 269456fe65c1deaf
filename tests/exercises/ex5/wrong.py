"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준.

목록의 오개념으로만 채점 기준표를 시험하면 기준표가 그 목록에 맞춰진다. 여기 있는 것은 따로 쓴 실수다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _in(file: str, id: str, lost: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(id, frozenset(lost.split()), tuple(Edit(f"{file}.py", old, new) for old, new in changes))


_LOOK_AGAIN = "if before.files.get(path.name) != [stat.st_mtime_ns, stat.st_size]:"
_KEY = "run_key=content,"
_FINITE = 'if not amount.is_finite() or "_" in text:'
_DATE = "datetime.fromisoformat(text).date()"
_SUM = 'revenue=("amount", "sum"))\n'

WRONG = (
    # 불러오기
    _in("sensors", "unclosed_parenthesis", "loads", ("requests = []", "requests = [")),
    _in("definitions", "absolute_import", "loads", ("from .sensors import", "from sensors import")),
    _in("definitions", "defs_under_another_name", "loads", ("defs = dg", "definitions = dg")),
    _in("sensors", "sensor_under_another_name", "loads", ("@dg.sensor(job=", '@dg.sensor(name="watch_csv", job=')),
    _in("definitions", "landing_not_given", "loads", ('"landing": Landing(', '"inbox": Landing(')),
    # 센서
    _in("sensors", "asks_for_one_file_a_tick", "requests_each_file", ("run_requests=requests,", "run_requests=requests[:1],")),
    _in("sensors", "cursor_is_a_number", "requests_each_file", ("cursor=now.write())", "cursor=len(now.files))")),
    _in("sensors", "requests_and_skip_together", "requests_each_file",
        ("cursor=now.write())", 'cursor=now.write(), skip_reason="요청함")')),
    _in("sensors", "pickled_cursor", "remembers_in_cursor",
        ("import json\n", "import base64\nimport json\nimport pickle\n"),
        ("saved = json.loads(cursor or \"{}\")", "saved = pickle.loads(base64.b64decode(cursor))"),
        ("return json.dumps(asdict(self))", "return base64.b64encode(pickle.dumps(asdict(self))).decode()"),
        ("except (ValueError, KeyError, TypeError, AttributeError):", "except Exception:")),
    _in("sensors", "forgets_contents", "skips_known_content",
        ("Memory.read(context.cursor), Memory()\n    now.contents = list(before.contents)", "Memory.read(context.cursor), Memory()")),
    _in("sensors", "blank_skip_reason", "skips_with_reason", ('"새로 도착한 내용이 없습니다."', '"  "')),
    _in("sensors", "newest_of_nothing", "skips_with_reason watches_csv_only",
        ("    requests = []\n", "    newest = max(path.stat().st_mtime_ns for path in arrived(landing.path))\n    assert newest\n    requests = []\n")),
    _in("sensors", "newer_or_equal_mtime", "sees_any_mtime",
        (_LOOK_AGAIN, "if path.name not in before.files and stat.st_mtime_ns < max((mtime for mtime, _ in before.files.values()), default=0):\n"
                      "                continue\n            " + _LOOK_AGAIN)),
    _in("sensors", "another_mtime_each", "sees_any_mtime",
        (_LOOK_AGAIN, "if stat.st_mtime_ns not in [mtime for mtime, _ in before.files.values()]:")),
    _in("sensors", "copies_are_new", "skips_known_content",
        ("if content not in now.contents:", "if content not in now.contents or path.name not in before.files:")),
    _in("sensors", "size_tells_all", "requests_changed_content", (_LOOK_AGAIN, "if before.files.get(path.name, [0, -1])[1] != stat.st_size:")),
    _in("sensors", "run_key_of_first_bytes", "run_key_is_content", (_KEY, "run_key=fingerprint(path.read_bytes()[:60]),")),
    _in("sensors", "run_key_with_name", "run_key_is_content", (_KEY, 'run_key=f"{path.name}:{content}",')),
    _in("sensors", "no_run_key", "run_key_is_content", (_KEY, "run_key=None,")),
    _in("ingest", "last_name_first", "requests_in_name_order", ("path.is_file())", "path.is_file())[::-1]")),
    _in("ingest", "text_files_too", "watches_csv_only", ('path.suffix.lower() == ".csv"', 'path.suffix.lower() in (".csv", ".txt")')),
    _in("ingest", "either_all_small_or_all_capital", "accepts_any_case_of_csv",
        ('path.suffix.lower() == ".csv"', 'path.suffix in (".csv", ".CSV")')),
    _in("sensors", "only_none_is_a_fresh_start", "starts_over",
        ('saved = json.loads(cursor or "{}")', 'saved = {"files": {}, "contents": []} if cursor is None else json.loads(cursor)'),
        ("except (ValueError, KeyError, TypeError, AttributeError):", "except KeyError:")),
    _in("sensors", "opens_what_it_remembers", "survives_deletion skips_known_content",
        ("    requests = []\n", "    for name in before.files:\n        (landing.path / name).open().close()\n    requests = []\n")),
    # 매출
    _in("assets", "revenue_turned_float_at_the_end", "revenue_is_exact", (_SUM, 'revenue=("amount", "sum"))\n        daily["revenue"] = daily["revenue"].astype(float)\n')),
    _in("assets", "rounded_to_seven_digits", "revenue_is_exact", ("prec=3 * MAX_DIGITS", "prec=7")),
    _in("assets", "mean_instead_of_sum", "makes_daily_sales", ('("amount", "sum")', '("amount", "max")')),
    _in("assets", "one_more_column", "makes_daily_sales", (_SUM, 'revenue=("amount", "sum"), average=("amount", "max"))\n')),
    _in("assets", "sales_is_not_a_frame", "makes_daily_sales",
        ("def daily_sales(orders: pd.DataFrame) -> pd.DataFrame:", "def daily_sales(orders: pd.DataFrame):"), ("    return daily\n", '    return daily.to_dict("records")\n')),
    _in("sensors", "asks_without_config", "makes_daily_sales", (", run_config=config)", ")"), ("config = dg.RunConfig", "_ = dg.RunConfig")),
    # 행
    _in("ingest", "no_refunds", "reads_amounts", (_FINITE, 'if not amount.is_finite() or "_" in text or amount < 0:')),
    _in("ingest", "plain_digits_only", "reads_amounts", (_FINITE, 'if not amount.is_finite() or not text.replace(".", "").lstrip("-").isdigit():')),
    _in("ingest", "empty_amount_is_zero", "reads_amounts", ("amount = Decimal(text)", 'amount = Decimal(text or "0")')),
    _in("ingest", "infinity_is_a_number", "reads_amounts", (_FINITE, 'if amount.is_nan() or "_" in text:'),
        ("amount.as_tuple().exponent < -MAX_DIGITS", "amount < -10 ** MAX_DIGITS")),
    _in("ingest", "shifts_to_seoul", "reads_dates",
        ("from pathlib import Path\n", "from pathlib import Path\nfrom zoneinfo import ZoneInfo\n"),
        (_DATE, '(moment.astimezone(ZoneInfo("Asia/Seoul")) if (moment := datetime.fromisoformat(text)).tzinfo else moment).date()')),
    _in("ingest", "thirtieth_of_february_is_the_first_of_march", "reads_dates",
        (_DATE, '(date(int(text[:4]), int(text[5:7]), 1) + timedelta(days=int(text[8:10]) - 1))'),
        ("from datetime import date, datetime\n", "from datetime import date, timedelta\n")),
    _in("ingest", "lines_from_zero", "lists_rejected_rows", ("rejected.append(Rejected(line, ", "rejected.append(Rejected(line - 1, ")),
    _in("ingest", "last_line_of_the_row", "lists_rejected_rows", ("yield line, fields", "yield reader.line_num - line, fields")),
    _in("ingest", "another_name_for_line", "lists_rejected_rows", ('["line", *HEADER', '["줄", *HEADER')),
    _in("ingest", "rejects_only_in_log", "lists_rejected_rows", ("    if ingested.rejected:\n        with", "    if len(ingested.rejected) > 1000:\n        with")),
    _in("assets", "rejected_counted_as_accepted", "records_rows",
        ('"accepted_rows": len(ingested.orders)', '"accepted_rows": len(ingested.orders) + len(ingested.rejected)')),
    _in("assets", "counts_as_text", "records_rows", ('"rejected_rows": len(ingested.rejected)', '"rejected_rows": str(len(ingested.rejected))')),
    _in("assets", "another_name_for_counts", "records_rows", ('"rejected_rows"', '"bad_rows"')),
    # 파일
    _in("ingest", "drops_three_bytes_always", "makes_daily_sales",
        ("        try:\n            return data.decode(encoding)", "        try:\n            return data[3:].decode(encoding)")),
    _in("ingest", "skips_unknown_bytes", "quarantines_unknown_bytes",
        ('raise Unreadable("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장해 주세요.")', 'return data.decode("cp949", errors="ignore")')),
    _in("ingest", "empty_by_size", "sales_match_reference", ("if not text.strip():", "if not data:"),
        ("    if header != HEADER:", "    if not header or not header[0].strip():\n        return [], []\n    if header != HEADER:")),
    _in("ingest", "header_by_first_name", "quarantines_other_header", ("if header != HEADER:", 'if "," in header[0]:')),
    _in("ingest", "short_rows_filled", "quarantines_wrong_width",
        ("    for line, fields in rows:\n", "    for line, fields in rows:\n        fields = fields + [\"\"] * (len(HEADER) - len(fields))\n")),
    _in("ingest", "long_rows_cut", "quarantines_wide_first_row",
        ("    for line, fields in rows:\n", "    for line, fields in rows:\n        fields = fields[-len(HEADER):]\n")),
    _in("ingest", "first_row_not_counted", "quarantines_wide_first_row",
        ("        if len(fields) != len(HEADER):", "        if line == 2 and len(fields) > len(HEADER):\n            continue\n        if len(fields) != len(HEADER):")),
    _in("ingest", "closes_the_quote_itself", "quarantines_unclosed_quote",
        ("io.StringIO(text, newline=\"\")", "io.StringIO(text + '\"' * (text.count('\"') % 2), newline=\"\")")),
    _in("ingest", "bad_file_fails_the_run", "quarantines_empty",
        ('raise Unreadable("빈 파일입니다.")', 'raise RuntimeError("빈 파일입니다.")')),
    _in("ingest", "reason_beside_another_name", "explains_quarantine", ('folder / f"{name}.reason.txt"', 'folder / f"{Path(name).stem}.reason.txt"')),
    _in("ingest", "reason_in_cp949", "explains_quarantine", ('reason.write_text(ingested.quarantined + "\\n", encoding="utf-8")',
                                                          'reason.write_text(ingested.quarantined + "\\n", encoding="cp949")')),
    _in("ingest", "marks_what_is_done", "leaves_landing_untouched",
        ("    _quarantine(landing.quarantine,", '    (landing.path / f"{name}.done").touch()\n    _quarantine(landing.quarantine,')),
    _in("ingest", "touches_what_it_read", "leaves_landing_untouched",
        ("    _quarantine(landing.quarantine,", "    (landing.path / name).touch()\n    _quarantine(landing.quarantine,")),
    # 기억
    _in("ingest", "first_version_stays", "replaces_corrected_file ingests_once",
        ("    _write_page(page, name,", "    if replaced is not None:\n        return ingested\n    _write_page(page, name,")),
    _in("ingest", "same_page_twice_as_long", "ingests_once",
        ("    _write_page(page, name, fingerprint(data), ingested.orders)",
         "    again = ingested.orders if replaced == fingerprint(data) else []\n    _write_page(page, name, fingerprint(data), ingested.orders + again)")),
    _in("ingest", "book_in_temporary_folder", "keeps_state_beside_landing",
        ("import os\n", "import os\nimport tempfile\n"), ('return landing.path.parent / "accepted"', 'return Path(tempfile.gettempdir()) / "accepted"')),
    _in("ingest", "one_book_for_all_in_memory", "survives_restart keeps_state_beside_landing",
        ("import os\n", "import os\nimport tempfile\n"), ("class Unreadable(Exception)", "BOOK = Path(tempfile.mkdtemp())\n\n\nclass Unreadable(Exception)"),
        ('return landing.path.parent / "accepted"', "return BOOK")),
    # 자산에 붙은 사실
    _in("assets", "blank_description", "describes_assets",
        ('    """지금까지 도착한 모든 파일의 받아들인 주문. 런마다 파일 하나를 들인다."""\n', '    """ """\n')),
    _in("assets", "group_in_capitals", "describes_assets", ('group_name="gold"', 'group_name="Gold"')),
)

# 테스트 파일만 틀린 제출물. 모두 learner_tests_catch_bugs를 잃는다.
TEST_FILES = {
    "no_tests": "import dagster as dg\n",
    "syntax_error": "def test_a(:\n    pass\n",
    "imports_a_helper_of_ones_own": "from .jobs import ingest_file\n\n\ndef test_a():\n    assert ingest_file\n",
    "always_passes": "def test_a():\n    assert True\n",
    "always_fails": "def test_a():\n    assert False\n",
    "only_skips": "import pytest\n\n\ndef test_a():\n    pytest.skip('나중에')\n",
    "success_is_all": (
        "import dagster as dg\nfrom course_lib.resources import Landing\n\nfrom .sensors import csv_sensor\n\n\n"
        "def test_ticks(tmp_path):\n"
        "    context = dg.build_sensor_context(resources={'landing': Landing(tmp_path)})\n"
        "    assert csv_sensor.evaluate_tick(context) is not None\n"
    ),
}
