"""이 폴더의 자산을 Dagster에 등록한다. 여기 없는 자산은 Dagster에게 없는 자산이다."""

import dagster as dg

from .assets import cleaned_page_views, page_popularity, raw_page_views

defs = dg.Definitions(assets=[raw_page_views, cleaned_page_views, page_popularity])
