/* Clocks, CPU times and percentiles for load.c. Times are nanoseconds of CLOCK_MONOTONIC. */

#ifndef LOAD_MEASURE_H
#define LOAD_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull

static uint64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * SECOND + (uint64_t)at.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

/* Reallocates, or exits. */
static void *grow(void *old, size_t bytes) {
    void *memory = realloc(old, bytes);
    if (!memory) fail("memory");
    return memory;
}

/* Durations in units of 0.1 us; longer ones than 429 s count as 429 s. */
typedef struct {
    uint32_t *all;
    size_t count, capacity;
} Times;

static void times_add(Times *times, uint64_t ns) {
    if (times->count == times->capacity) {
        times->capacity = times->capacity ? times->capacity * 2 : 65536;
        times->all = grow(times->all, times->capacity * sizeof *times->all);
    }
    uint64_t steps = ns / 100;
    times->all[times->count++] = steps > UINT32_MAX ? UINT32_MAX : (uint32_t)steps;
}

static int times_order(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Returns the smallest duration that `percent` of all don't exceed, in ms. `all` must be sorted. */
static double times_ms(const Times *times, double percent) {
    if (!times->count) return 0;
    size_t rank = (size_t)(percent / 100 * (double)times->count + 0.999999);
    if (rank < 1) rank = 1;
    if (rank > times->count) rank = times->count;
    return times->all[rank - 1] / 1e4;
}

static void times_print(const char *name, Times *times) {
    if (!times->count) {
        printf(",\"%s\":null", name);
        return;
    }
    qsort(times->all, times->count, sizeof *times->all, times_order);
    printf(",\"%s\":{\"count\":%zu,\"p50\":%.3f,\"p95\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name,
           times->count, times_ms(times, 50), times_ms(times, 95), times_ms(times, 99),
           times_ms(times, 100));
}

/* Returns user and system time of a process in seconds, negative if there is no such process. The
 * clock has nanoseconds; /proc counts in ticks of 10 ms, too coarse for a slow rate. */
static double cpu_s_of(int pid) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used)) return -1;
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double own_cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

#endif
