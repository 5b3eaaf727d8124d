"""Pages: frames and figures in, maps and annexes out. No figure is computed here."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
