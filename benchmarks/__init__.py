"""Ours and the peers side by side: ``python -m benchmarks NAME`` prints ratios of one run."""
