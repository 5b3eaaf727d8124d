"""The area engine: hectares of polygons on polygons and of raster classes in polygons."""
