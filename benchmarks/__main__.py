"""Entry point: ``python -m benchmarks NAME [OPTIONS]``; exits 1 when a bar is missed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run one benchmark, or list those there are."""
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
    )
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print(f"usage: python -m benchmarks NAME [OPTIONS]; NAME is one of: {', '.join(names)}")
        return 2
    code: int = importlib.import_module(f"benchmarks.{sys.argv[1]}").run(sys.argv[2:])
    return code


if __name__ == "__main__":
    sys.exit(main())
