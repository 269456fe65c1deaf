"""하루치 페이지 뷰를 주는 기록."""

import dagster as dg
import pandas as pd

from course_lib.datasets import VIEW_COLUMNS, page_views, user_agent


class PageViewLog(dg.ConfigurableResource):
    """블로그의 페이지 뷰 기록. 인자 없이 만들고, 날짜마다 언제나 같은 행을 준다. `seed`가 다르면 다른 블로그다."""

    # 필드가 하나도 없는 ConfigurableResource는 Dagster 안에서 pydantic의 폐기 예정 경고를 낸다.
    seed: int = 20

    def read(self, day: str) -> pd.DataFrame:
        """`day`(예: "2024-01-15")의 기록. 열은 `datasets.page_views`와 같고 timestamp는 시간대 없는 UTC다.

        기록은 세션을 자르지 않는다. 자정을 넘긴 세션은 두 날의 기록에 모두 통째로 들어 있으므로, **이웃한 날의 행이 섞여 있다.**
        """
        date = pd.Timestamp(day)
        rows = [*_session_over_midnight(date - pd.Timedelta(days=1)), *_session_over_midnight(date)]
        late = pd.DataFrame(rows, columns=VIEW_COLUMNS)
        own = page_views(days=1, start=f"{date:%Y-%m-%d}", seed=self.seed)
        return pd.concat([own, late.astype(own.dtypes)], ignore_index=True)


def _session_over_midnight(date: pd.Timestamp) -> list[tuple]:
    """그날 밤에 시작해 다음 날로 넘어가는 세션. 같은 글을 자정 앞뒤로 본다."""
    midnight = date + pd.Timedelta(days=1)
    session, agent = f"s{date:%m%d}-밤", user_agent("Safari (iPhone)")
    moments = [
        ("/", midnight - pd.Timedelta(minutes=4)),
        ("/글/파티션과-백필", midnight - pd.Timedelta(microseconds=1)),
        ("/소개", midnight),
        ("/글/파티션과-백필", midnight + pd.Timedelta(minutes=7)),
    ]
    return [(page, "u031", moment, session, agent) for page, moment in moments]
