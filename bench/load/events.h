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
#define AGENT_BYTES 200 /* upper bound of the size of a User-Agent */
#define AGENTS 1000
#define ADDRESSES 16 /* of each User-Agent: together they are the visitors */

typedef struct {
    const char *tag; /* prefix of each eventId, different in each run */
    unsigned sessions, pages;
    bool always_ids; /* false: every second event has an eventId */
} Website;

static const char *const COUNTRIES[] = {"India", "USA", "Germany"};
static const char *const DEVICES[] = {"desktop", "mobile", "desktop", "tablet"};
static const char *const REFERRERS[] = {"google.com", "news.example.org", "search.example.com",
                                        "social.example.net", "mail.example.com"};

static const char *const AGENT_FORMS[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.%u.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.%u.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.%u Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.%u Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.%u"};
#define AGENT_FORM_COUNT (sizeof AGENT_FORMS / sizeof *AGENT_FORMS)
static const char *const LINKS[] = {"https://www.google.com/", "https://news.ycombinator.com/item?id=1",
                                    "https://github.com/explore", "https://t.co/abc", ""};
static const char *const ZONES[] = {"Europe/Berlin", "Asia/Kolkata", "America/New_York"};

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

/* Writes the User-Agent of a visitor: one of 1,000 in rotation. */
static void write_agent(char *out, uint32_t number) {
    unsigned agent = number % AGENTS;
    sprintf(out, AGENT_FORMS[agent % AGENT_FORM_COUNT], agent);
}

/* Returns the last two bytes of a visitor's address. */
static unsigned address_of(uint32_t number) { return number / AGENTS % ADDRESSES; }

/* Writes what a tracker sends of one pageview. Returns its size in bytes. */
static int write_hit(char *out, const Website *site, uint32_t number) {
    unsigned page = (unsigned)(hash64(number) % site->pages);
    char *at = out;
    at += sprintf(at, "{\"type\":\"pageview\",\"url\":\"https://www.example.org/products/item-%02u",
                  page);
    if (number % 4 == 0) at += sprintf(at, "?utm_source=newsletter&utm_campaign=spring-%u", page % 4);
    at += sprintf(at, "\",\"referrer\":\"%s\",\"timezone\":\"%s\"", LINKS[number % 5],
                  ZONES[number % 3]);
    at += sprintf(at, ",\"language\":\"en-GB\",\"screen\":\"1920x1080\"");
    at += sprintf(at, ",\"eventId\":\"%s-%010u\"}", site->tag, number);
    return (int)(at - out);
}

#endif
