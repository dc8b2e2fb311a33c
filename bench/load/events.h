/* The events that load.c sends: visits of a website by so many sessions to so many pages. What
 * event `number` says follows from the number alone, except its timestamp, which is now. */

#ifndef LOAD_EVENTS_H
#define LOAD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define EVENT_BYTES 512 /* an event is never longer */
#define EVENTS_OF_A_VISIT 40

typedef struct {
    const char *tag; /* begins each eventId, so that no two runs share one */
    unsigned sessions, pages;
    bool always_ids; /* else every second event has an eventId */
} Website;

static const char *const COUNTRIES[] = {"India", "USA", "Germany"};
static const char *const DEVICES[] = {"desktop", "mobile", "desktop", "tablet"};
static const char *const REFERRERS[] = {"google.com", "news.example.org", "search.example.com",
                                        "social.example.net", "mail.example.com"};

static uint64_t scatter(uint64_t value) {
    value = (value + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
    return value ^ (value >> 31);
}

/* The time as an event carries it; the text is made once a millisecond. */
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

/* Writes one event as JSON; returns how many bytes. A visit has 40 events, the last one ends it. */
static int write_event(char *out, const Website *site, uint32_t number) {
    unsigned session = number % site->sessions, turn = number / site->sessions;
    uint64_t luck = scatter(number);
    unsigned kind = (unsigned)(luck % 100), page = (unsigned)((luck >> 8) % site->pages);
    bool ends = turn && (turn + session) % EVENTS_OF_A_VISIT == EVENTS_OF_A_VISIT - 1;
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
