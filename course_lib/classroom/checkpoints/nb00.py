"""00_start의 확인 문제."""

import dagster as dg
import pandas as pd

from course_lib.classroom.checkpoints import Wrong, checkpoint, choose
from course_lib.classroom.checkpoints.expectations import call, expect, expect_equal


@checkpoint("0-1")
def order_count(asset: object) -> str:
    expect(isinstance(asset, dg.AssetsDefinition), f"`order_count`가 자산이 아니라 `{type(asset).__name__}`입니다. `@dg.asset`을 지우지 마세요.")
    shop = pd.DataFrame({"item": ["커피", "빵", "커피"], "price": [4500, 3200, 4500]})
    expect_equal(call(asset, shop), 3, "주문 세 건짜리 표를 넣은 결과")
    # 이 노트북의 표만 보고 3이라고 적은 답은 다른 표에서 드러난다.
    busy = pd.concat([shop, shop], ignore_index=True)
    try:
        expect_equal(call(asset, busy), 6, "주문 여섯 건짜리 표를 넣은 결과")
    except Wrong as wrong:
        raise Wrong(f"{wrong.message}\n주문은 날마다 달라집니다. 받은 표를 세어서 돌려주세요.", misconception="constant_answer") from wrong
    return "첫 자산을 썼습니다. 어떤 표가 와도 셀 수 있습니다."


@checkpoint("0-2")
def which_first(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "`menu_report`를 만들려면 `menu`의 값이 손에 있어야 합니다. 그 값은 아직 없습니다.",
            "B": "차례를 정하는 것은 목록이 아니라 의존성입니다. `menu_report`의 매개변수 이름이 `menu`이므로 Dagster는 `menu`부터 만듭니다.",
            "C": "목록에는 차례라는 뜻이 없습니다. 무엇을 만들지만 적는 것이라서 틀린 차례라는 것도 없습니다.",
        },
    )
