"""Speed and memory beside other ways of reading the same replies; run ``python -m tests.benchmarks``."""
