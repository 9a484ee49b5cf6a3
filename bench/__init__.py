"""Benchmarks: Lumina beside its peers, on the same files in the same run. README.md holds dated results."""
