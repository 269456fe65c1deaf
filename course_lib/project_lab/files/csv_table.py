import dagster as dg
import pandas as pd


class CsvTable(dg.Component, dg.Model, dg.Resolvable):
    """CSV 파일 하나를 자산 하나로 만든다."""

    name: str
    file: str
    group: str = "bronze"

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        path = context.path / self.file

        @dg.asset(name=self.name, group_name=self.group, kinds={"csv"})
        def table() -> pd.DataFrame:
            return pd.read_csv(path)

        return dg.Definitions(assets=[table])
