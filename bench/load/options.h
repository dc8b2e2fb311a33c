/* Options of load.c. */

#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

static const char USAGE[] =
    "load --port N [options]\n"
    "  --posts N        connections that post (32)\n"
    "  --rate R         events a second, each sent when due (0: each after a response)\n"
    "  --seconds S      duration (2)\n"
    "  --warm-up N      events sent before the measurement (0)\n"
    "  --batch N        events in a request, to /api/events/batch if more than 1 (1)\n"
    "  --watch N        connections to /ws (0)\n"
    "  --sample N       connections to /ws that record event ids (all)\n"
    "  --patience S     a frame is lost if none arrives for S seconds (3)\n"
    "  --sessions N     different sessionIds (200)\n"
    "  --pages N        different pages (50)\n"
    "  --tag TEXT       prefix of each eventId; different in each run on one server\n"
    "  --server PID     process whose CPU time is measured\n"
    "  --track          post to /api/track what a tracker sends, behind a proxy\n"
    "  --hold           only connect to /ws: print the number of open connections, stay until\n"
    "                   stdin is closed\n";

typedef struct {
    int port, posts, batch, watch, sample, server;
    double rate, seconds, patience;
    uint32_t warm_up;
    bool hold, track;
    Website site;
} Options;

static Options options = {.port = 0, .posts = 32, .batch = 1, .sample = -1, .seconds = 2,
                          .patience = 3, .site = {.tag = "load", .sessions = 200, .pages = 50}};

static void set_option(const char *name, const char *value) {
    if (!strcmp(name, "--port")) options.port = atoi(value);
    else if (!strcmp(name, "--posts")) options.posts = atoi(value);
    else if (!strcmp(name, "--rate")) options.rate = atof(value);
    else if (!strcmp(name, "--seconds")) options.seconds = atof(value);
    else if (!strcmp(name, "--warm-up")) options.warm_up = (uint32_t)atoi(value);
    else if (!strcmp(name, "--batch")) options.batch = atoi(value);
    else if (!strcmp(name, "--watch")) options.watch = atoi(value);
    else if (!strcmp(name, "--sample")) options.sample = atoi(value);
    else if (!strcmp(name, "--patience")) options.patience = atof(value);
    else if (!strcmp(name, "--sessions")) options.site.sessions = (unsigned)atoi(value);
    else if (!strcmp(name, "--pages")) options.site.pages = (unsigned)atoi(value);
    else if (!strcmp(name, "--tag")) options.site.tag = value;
    else if (!strcmp(name, "--server")) options.server = atoi(value);
    else {
        fprintf(stderr, "%s is not an option\n%s", name, USAGE);
        exit(2);
    }
}

static void read_options(int count, char **words) {
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "--hold")) options.hold = true;
        else if (!strcmp(words[i], "--track")) options.track = true;
        else if (i + 1 < count) set_option(words[i], words[i + 1]), i++;
        else fputs(USAGE, stderr), exit(2);
    }
    options.site.always_ids = options.watch > 0;
    if (options.sample < 0 || options.sample > options.watch) options.sample = options.watch;
    if (options.port < 1 || options.posts < 1 || options.batch < 1 || options.batch > 1000 ||
        options.watch < 0 || options.site.sessions < 1 || options.site.pages < 1 ||
        options.rate < 0 || strlen(options.site.tag) > 40 || (options.hold && !options.watch) ||
        (options.track && options.batch > 1)) {
        fputs(USAGE, stderr);
        exit(2);
    }
}

#endif
