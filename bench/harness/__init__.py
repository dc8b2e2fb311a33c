"""What the benchmarks share: builds, processes, CPU times, sample events."""
