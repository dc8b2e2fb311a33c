/* Generates the events that load.c sends. An event depends on its number alone, except for its
 * timestamp, which is the current time. */

#ifndef LOAD_EVENTS_H
#define LOAD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define EVENT_BYTES 512 /* upper bound of the size of an event */
#define EVENTS_PER_SESSION 40

typedef struct {
    const char *tag; /* prefix of each eventId, different in each run */
    unsigned sessions, pages;
    bool always_ids; /* false: every second event has an eventId */
} Website;

static const char *const COUNTRIES[] = {"India", "USA", "Germany"};
static const char *const DEVICES[] = {"desktop", "mobile", "desktop", "tablet"};
static const char *const REFERRERS[] = {"google.com", "news.example.org", "search.example.com",
                                        "social.example.net", "mail.example.com"};

/* Like splitmix64: the same number for the same value, evenly distributed. */
static uint64_t hash64(uint64_t value) {
    value = (value + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
    return value ^ (value >> 31);
}

/* Formats the current time for an event, at most once a millisecond. */
static const char *timestamp(void) {
    static char text[40];
    static int64_t shown;
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    int64_t ms = (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
    if (ms != shown) {
        struct tm utc;
        char seconds[24];
        gmtime_r(&at.tv_sec, &utc);
        strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
        snprintf(text, sizeof text, "%s.%03dZ", seconds, (int)(ms % 1000));
        shown = ms;
    }
    return text;
}

/* Writes one event as JSON. Returns its size in bytes. The last of 40 events ends the session. */
static int write_event(char *out, const Website *site, uint32_t number) {
    unsigned session = number % site->sessions, turn = number / site->sessions;
    uint64_t random = hash64(number);
    unsigned kind = (unsigned)(random % 100), page = (unsigned)((random >> 8) % site->pages);
    bool ends = turn && (turn + session) % EVENTS_PER_SESSION == EVENTS_PER_SESSION - 1;
    const char *type = kind < 75 ? "pageview" : kind < 95 ? "click" : "custom";
    if (ends) type = "session_end";
    char *at = out;
    at += sprintf(at, "{\"type\":\"%s\",\"page\":\"/products/item-%02u\"", type, page);
    at += sprintf(at, ",\"sessionId\":\"visitor-%06u\"", session);
    if (type[1] == 'u') at += sprintf(at, ",\"name\":\"newsletter-signup\"");
    at += sprintf(at, ",\"timestamp\":\"%s\"", timestamp());
    at += sprintf(at, ",\"country\":\"%s\"", COUNTRIES[session % 3]);
    at += sprintf(at, ",\"metadata\":{\"device\":\"%s\",\"referrer\":\"%s\"", DEVICES[session % 4],
                  REFERRERS[session % 5]);
    if (type[1] == 'l') at += sprintf(at, ",\"element\":\"buy-button\"");
    *at++ = '}';
    if (site->always_ids || number % 2) {
        at += sprintf(at, ",\"eventId\":\"%s-%010u\"", site->tag, number);
    }
    *at++ = '}';
    return (int)(at - out);
}

#endif
