from .boundaries import load_boundaries as load_boundaries
from .build import build_demo as build_demo
from .build import build_region_demo as build_region_demo
