from .boundaries import build_boundaries as build_boundaries
from .build import build_demo as build_demo
