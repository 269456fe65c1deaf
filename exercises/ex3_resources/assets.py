"""연습 3: 데이터베이스의 두 표로 사용자마다 한 행을 만드는 자산.

    PostgreSQL: users, events   ->   user_profiles (gold)   ->   S3: profiles/user_profiles.parquet

읽는 표
    users   user_id str, name str, signup_date 날짜, updated_at 시각    고칠 때마다 행이 늘어, 같은 user_id가 여럿일 수 있다
    events  user_id str, occurred_at 시각                               행 하나가 한 일 하나

user_profiles(postgres, s3): 사용자마다 한 행. 행 순서는 자유.
    user_id      str
    name         str        updated_at이 가장 늦은 행의 이름
    signup_date  날짜       같은 행의 날짜
    event_count  int        events에 있는 행의 수. 없으면 0
    last_event   datetime   가장 늦은 occurred_at. 없으면 없음(NaT)
  1. 표준 SQL로 꼭 두 번 묻는다. 하나는 FROM users, 하나는 FROM events. SQL에서 두 표를 합치지 않는다.
  2. 두 물음이 끝난 뒤, 위의 표를 s3의 키 profiles/user_profiles.parquet에 꼭 한 번 쓴다.
  3. 같은 표를 돌려준다.
  - 아무것도 하지 않은 사용자도 남는다. users에 없는 user_id의 events는 사용자를 만들지 않는다.
  - 표가 비어도 열이 같은 빈 표를 쓰고 돌려준다.
  - 데이터베이스나 S3가 실패하면 런도 실패한다. 데이터베이스가 실패했으면 아무것도 쓰지 않는다.
  - 설명과 그룹 gold가 있다.
"""

import dagster as dg


# 리소스는 매개변수로 받는다. 매개변수의 이름은 postgres와 s3, 타입은 resources.py의 클래스다.
@dg.asset
def user_profiles():
    raise NotImplementedError("여기에 두 번 묻고, 계산하고, 한 번 쓰는 코드를 쓰세요")
