"""The embedded default: a made-up province to try everything on, written as ordinary files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
