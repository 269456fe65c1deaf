"""만든 표를 두는 곳."""

from pathlib import Path

import dagster as dg

from course_lib.io_managers import ParquetIOManager


class InstanceParquetIOManager(dg.ConfigurableIOManagerFactory):
    """`ParquetIOManager`와 같고, 두는 곳이 Dagster 인스턴스의 저장 폴더(`$DAGSTER_HOME/storage`) 아래 `folder`다.

    런의 기록과 표가 함께 있고 함께 지워진다. 기록에는 "구체화됨"인데 표가 없는 일이 생기지 않는다.
    """

    folder: str = "shop"

    def create_io_manager(self, context: dg.InitResourceContext) -> dg.IOManager:
        base_path = Path(context.instance.storage_directory(), self.folder)
        return ParquetIOManager(base_path=str(base_path)).create_io_manager(context)
