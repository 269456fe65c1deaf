import dagster as dg

from .assets import clean, load_views, rank

defs = dg.Definitions(assets=[rank, clean, load_views])
