"""Dagster가 읽는 파일. `defs`에 들어 있는 자산만 화면에 나타난다."""

import dagster as dg

from .assets import cleaned_page_views, page_popularity, raw_page_views

defs = dg.Definitions(assets=[raw_page_views, cleaned_page_views, page_popularity])
