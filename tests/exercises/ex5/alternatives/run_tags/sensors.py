"""새 파일마다 런을 하나 요청하는 센서."""

import json
from dataclasses import asdict, dataclass, field

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, orders
from .ingest import arrived, fingerprint

ingest_orders = dg.define_asset_job("ingest_orders", selection=[orders, daily_sales])


@dataclass
class Memory:
    """커서에 담는 기억. `files`는 이름마다 (mtime_ns, 크기), `contents`는 지금까지 본 내용의 해시."""

    files: dict[str, list[int]] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, cursor: str | None) -> "Memory":
        """커서가 없거나 읽을 수 없으면 처음부터 다시 본다. 이미 들인 내용은 런 키가 같아서 두 번 들어가지 않는다."""
        try:
            saved = json.loads(cursor or "{}")
            files = {str(name): [int(number) for number in stat] for name, stat in saved["files"].items()}
            return cls(files, [str(content) for content in saved["contents"]])
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self) -> str:
        return json.dumps(asdict(self))


@dg.sensor(job=ingest_orders, minimum_interval_seconds=30)
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing) -> dg.SensorResult | dg.SkipReason:
    """도착 폴더에 처음 보는 내용의 CSV가 있으면 파일마다 런을 하나 요청한다."""
    before, now = Memory.read(context.cursor), Memory()
    now.contents = list(before.contents)
    requests = []
    for path in arrived(landing.path):
        try:
            stat = path.stat()
            # 시각과 크기는 다시 읽어 볼지만 정한다. 새것인지는 내용이 정한다: 옛 시각으로 도착하는 파일도, 시각만 바뀐 파일도 있다.
            if before.files.get(path.name) != [stat.st_mtime_ns, stat.st_size]:
                content = fingerprint(path.read_bytes())
                if content not in now.contents:
                    now.contents.append(content)
                    requests.append(dg.RunRequest(run_key=content, tags={"order_file": path.name}))
        except OSError as error:
            # 보는 사이에 사라졌거나 다른 프로그램이 잠갔다. 기억하지 않았으므로 다음 틱에 다시 본다.
            context.log.warning(f"{path.name}을 읽지 못했습니다: {error}")
            continue
        now.files[path.name] = [stat.st_mtime_ns, stat.st_size]
    if not requests:
        context.update_cursor(now.write())
        return dg.SkipReason("새로 도착한 내용이 없습니다.")
    return dg.SensorResult(run_requests=requests, cursor=now.write())
