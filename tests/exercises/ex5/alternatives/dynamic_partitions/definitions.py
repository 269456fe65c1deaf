"""정의."""

import dagster as dg

from course_lib.resources import Landing

from . import assets, sensors

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets]), jobs=[sensors.job], sensors=[sensors.csv_sensor], resources={"landing": Landing("landing")},
)
