from .boundaries import build_boundaries as build_boundaries
