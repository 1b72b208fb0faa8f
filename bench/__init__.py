"""Benchmarks: each prints one JSON line with its goal, its own baseline and the ratio of the two."""
