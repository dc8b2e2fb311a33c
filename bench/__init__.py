"""Benchmarks. README.md lists what each module measures and how to run it."""
