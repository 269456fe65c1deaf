# 04_project_structure의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [4-1]
places = {
    "a": "gold.py",
    "b": "schedules.py",
    "c": "resources",
    "d": "checks.py",
    "e": "dagster.yaml",
    "f": "definitions.py",
}

check("4-1", places)

# %% [4-2]
moments = {
    "a": "읽을 때",
    "b": "검증할 때",
    "c": "검증할 때",
    "d": "검증할 때",
    "e": "조용함",
    "f": "실행할 때",
}

check("4-2", moments)

# %% [4-3]
mended = dg.Definitions(
    assets=[orders, report],
    jobs=[report_job],
    sensors=[report_sensor],
    resources={"mailer": Mailer(address="team@shop.example")},
)

check("4-3", mended)

# %% [4-4]
settings = {
    "a": "dagster.yaml",
    "b": "코드",
    "c": "환경 변수",
    "d": "pyproject.toml",
    "e": "dagster.yaml",
    "f": "코드",
    "g": "pyproject.toml",
}

check("4-4", settings)

# %% [4-5]
place = project / "src/my_shop/defs/totals.py"
code = """
import dagster as dg
import pandas as pd


@dg.asset(group_name="gold", kinds={"pandas"})
def city_totals(orders: pd.DataFrame) -> pd.DataFrame:
    '''도시마다의 매출.'''
    return orders.groupby("city", as_index=False)["amount"].sum()
"""

check("4-5", project, place, code)

# %% [4-6]
text = """
type: my_shop.components.csv_table.CsvTable

attributes:
  name: products
  file: products.csv
  group: catalog
"""

check("4-6", project, text)

# %% [4-7]
answer = "B"

check("4-7", answer)
