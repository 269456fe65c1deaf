"""연습 4: dbt 모델과 파이썬 자산을 한 그래프에.

    raw/users  ->  stg_users  ─┐
                               ├─>  fct_user_activity  ->  user_features  ─┐
    raw/events ->  stg_events ─┘                           trained_model  ─┴─>  user_scores
    (과정이 채운다)   dbt 모델. SQL은 dbt_project/models에      파이썬 자산 (gold)

dbt 모델: @dbt_assets로 읽는다. 자산 키는 모델의 이름 그대로다.
  - stg_users는 날로 나누지 않고, stg_events와 fct_user_activity는 daily로 나눈다.
  - 어느 날을 만들지는 dbt.cli의 --vars로 알려 준다. 변수의 이름은 자유.
  - dbt 시험은 자산 검사가 된다. 실패하면 그 아래의 파이썬 자산은 만들어지지 않는다.

user_features: 파티션의 날 D마다. 리소스 warehouse로 fct_user_activity를 읽는다. 업스트림은 그 모델 하나뿐이다.
    day            날짜   D
    user_id        int
    active_days_7  int    행이 있는 날의 수
    views_7        int    views의 합
    purchases_7    int    purchases의 합
  - 보는 날은 D-6부터 D까지의 이레다. D보다 뒤의 날은 표에 있어도 보지 않는다.
  - 그 이레에 행이 있는 사용자마다 한 행. 만들지 않은 날은 활동이 없는 날로 본다. 행의 차례는 자유.

user_scores(user_features, trained_model): 파티션의 날마다.
    user_id  int
    score    float  특징의 값에 가중치를 곱해 모두 더한 것. 가중치는 행의 차례가 아니라 feature의 이름으로 찾는다
    rank     int    score가 높은 쪽이 1. 동점은 같은 순위, 건너뛰지 않음(1, 2, 2, 3)
  - 행은 rank, 그다음 user_id의 오름차순. 특징이 빈 표이면 열이 같은 빈 표.

daily는 2024-01-01부터 하루(UTC)씩. 파이썬 자산 셋에는 설명과 그룹 gold와 주인이 있고, 구체화할 때마다 메타데이터 num_rows에
자기가 낸 행 수를 기록한다.
"""

from pathlib import Path

import dagster as dg
import pandas as pd
from dagster_duckdb import DuckDBResource

from course_lib.activity import open_project

# dbt 프로젝트를 연다. SQL이나 YAML을 고쳤으면 manifest를 새로 만든다. 환경 변수 ACTIVITY_WAREHOUSE가 없으면 창고를 만들고 그것도 정한다.
project = open_project(Path(__file__).parent / "dbt_project")

# 여기에 daily와 @dbt_assets를 쓰세요.


@dg.asset
def user_features(context: dg.AssetExecutionContext, warehouse: DuckDBResource):
    raise NotImplementedError("여기에 이레의 활동을 모으는 코드를 쓰세요")


# 다른 팀이 가르쳐 둔 모델이다. 고칠 것이 없다.
@dg.asset(group_name="gold", owners=["team:growth"])
def trained_model() -> dg.MaterializeResult[pd.DataFrame]:
    """특징마다의 가중치."""
    model = pd.DataFrame({"feature": ["active_days_7", "views_7", "purchases_7"], "weight": [2.0, 0.5, 8.0]})
    return dg.MaterializeResult(value=model, metadata={"num_rows": len(model)})


@dg.asset
def user_scores(user_features: pd.DataFrame, trained_model: pd.DataFrame):
    raise NotImplementedError("여기에 점수와 순위를 매기는 코드를 쓰세요")
