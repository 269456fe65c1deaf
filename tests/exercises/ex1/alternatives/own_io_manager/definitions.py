import dagster as dg

from .assets import Blog, cleaned_page_views, page_popularity, raw_page_views

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, page_popularity],
    resources={"memory": dg.mem_io_manager, "blog": Blog(days=3)},
)
