"""Ground floor: files in, validated frames and hectares out. It has never heard of a plan."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
