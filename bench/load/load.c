/* Load client: posts events, receives their frames on /ws, and counts every frame.
 *
 * One thread and epoll, so that it can receive millions of frames a second. bench/harness/build.py
 * compiles it; options.h lists the options. Prints one line of JSON. Exit codes: 0, 1 if a request
 * was rejected or a held connection closed, 2 if it could not run. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include "events.h"
#include "frames.h"
#include "measure.h"
#include "options.h"

#define READ_BYTES (256 * 1024)
#define ANSWER_BYTES 8192
#define REQUEST_HEAD_BYTES 768
#define LONGEST_PHASE_S 60.0

typedef struct {
    int fd;
    bool busy;
    char *request, answer[ANSWER_BYTES + 1];
    size_t size, sent, received;
    uint64_t due;
} Poster;

/* Counters from the first event of a phase to the last frame that the phase causes. */
typedef struct {
    uint32_t first;  /* number of the first event */
    uint32_t wanted; /* requests to send, 0: as many as possible */
    uint64_t started_at, ends, answered_at, framed_at;
    uint32_t requests, answers, accepted, errors;
    int error_status;
    double cpu_before, cpu_after, own_before, own_after;
    uint64_t frame_bytes[2], reads;
    Times answer, frame, late;
} Phase;

static Phase phase;
static Poster *posters;
static Watcher *watchers;
static Poster **idle; /* ring buffer; the connection that is idle longest is next */
static int idle_first, idle_count;
static int epoll, timer;
static uint32_t next_event;
static uint64_t *sent_at; /* when the event's request was due, by the event's index in the phase */
static size_t sent_capacity;
static uint64_t reconnects, read_at;
static uint32_t accepted_ever;
static char id_sought[64]; /* the text in a frame before the number of the event */
static size_t id_sought_size;
static uint8_t buffer[READ_BYTES];

/* ---- connections ---- */

static int connect_to_server(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void add_to_epoll(int fd, void *connection, bool is_watcher) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u64 = (uint64_t)(uintptr_t)connection | is_watcher; /* addresses are even */
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static void mark_idle(Poster *poster) {
    poster->busy = false;
    idle[(idle_first + idle_count++) % options.posts] = poster;
}

static void open_poster(Poster *poster) {
    poster->fd = connect_to_server();
    add_to_epoll(poster->fd, poster, false);
}

/* ---- receiving frames ---- */

/* Returns whether a message has this type, which is in its first bytes. */
static bool has_type(const Watcher *watcher, const char *type) {
    size_t size = watcher->peek_size < PEEKED_AT_LEAST ? watcher->peek_size : PEEKED_AT_LEAST;
    size_t length = strlen(type);
    if (size >= 8 + length && !memcmp(watcher->peek + 8, type, length)) return true;
    return memmem(watcher->peek, size, type, length);
}

static void on_message(Watcher *watcher) {
    const char *peek = watcher->peek;
    size_t size = watcher->peek_size;
    if (has_type(watcher, "\"visitor_update\"")) {
        watcher->updates++;
        phase.frame_bytes[0] += watcher->message_bytes;
    } else if (has_type(watcher, "\"session_activity\"")) {
        watcher->activities++;
        phase.frame_bytes[1] += watcher->message_bytes;
        phase.framed_at = read_at;
        return;
    } else {
        watcher->others++;
        return;
    }
    phase.framed_at = read_at;
    if (!watcher->sampled) return;
    const char *id = memmem(peek, size, id_sought, id_sought_size);
    if (!id || id + id_sought_size + 10 > peek + size) return;
    uint32_t number = (uint32_t)strtoul(id + id_sought_size, NULL, 10);
    if (number < phase.first || number >= next_event) return;
    uint32_t place = number - phase.first;
    times_add(&phase.frame, read_at - sent_at[place]);
    if (watcher->seen && !watcher->seen[place]) {
        watcher->seen[place] = 1;
        watcher->distinct++;
    }
}

static void read_watcher(Watcher *watcher) {
    ssize_t size = recv(watcher->fd, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0) {
        phase.reads++;
        read_at = now_ns();
        parse_bytes(watcher, buffer, (size_t)size, on_message);
    }
    if (size <= 0 || watcher->faulty) {
        watcher->open = false;
        close(watcher->fd);
    }
}

static void open_watcher(Watcher *watcher) {
    static const char FORM[] =
        "GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    char request[512];
    int size = snprintf(request, sizeof request, FORM, options.port);
    watcher->fd = connect_to_server();
    if (send(watcher->fd, request, (size_t)size, MSG_NOSIGNAL) != size) fail("handshake");
    size_t have = 0;
    uint8_t *end = NULL;
    while (!end) {
        ssize_t got = recv(watcher->fd, buffer + have, sizeof buffer - have, 0);
        if (got <= 0) fail("handshake");
        have += (size_t)got;
        end = memmem(buffer, have, "\r\n\r\n", 4);
    }
    if (memcmp(buffer, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "no handshake: %.*s\n", (int)(end - buffer), (char *)buffer);
        exit(2);
    }
    watcher->open = true;
    parse_bytes(watcher, end + 4, have - (size_t)(end + 4 - buffer), on_message);
    add_to_epoll(watcher->fd, watcher, true);
}

/* ---- posting ---- */

static void push(Poster *poster) {
    size_t left = poster->size - poster->sent;
    ssize_t sent = send(poster->fd, poster->request + poster->sent, left, MSG_NOSIGNAL);
    if (sent > 0) poster->sent += (size_t)sent;
    bool waits = poster->sent < poster->size;
    if (waits || left < poster->size) { /* a batch larger than the socket buffer */
        struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0)};
        event.data.u64 = (uint64_t)(uintptr_t)poster;
        epoll_ctl(epoll, EPOLL_CTL_MOD, poster->fd, &event);
    }
}

static size_t write_hit_head(char *head, uint32_t number, int length) {
    static const char FORM[] =
        "POST /api/track HTTP/1.1\r\nHost: localhost:%d\r\nX-Forwarded-For: 198.51.100.%u\r\n"
        "User-Agent: %s\r\nAccept: */*\r\nOrigin: https://www.example.org\r\n"
        "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %d\r\n\r\n";
    char agent[AGENT_BYTES];
    write_agent(agent, number);
    return (size_t)sprintf(head, FORM, options.port, address_of(number), agent, length);
}

static void write_request(Poster *poster) {
    static const char FORM[] =
        "POST /api/events%s HTTP/1.1\r\nHost: localhost:%d\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n";
    char head[REQUEST_HEAD_BYTES], *body = poster->request + REQUEST_HEAD_BYTES, *at = body;
    bool many = options.batch > 1;
    for (int i = 0; i < options.batch; i++) {
        if (many) *at++ = i ? ',' : '[';
        sent_at[next_event - phase.first] = poster->due;
        at += options.track ? write_hit(at, &options.site, next_event)
                            : write_event(at, &options.site, next_event);
        next_event++;
    }
    if (many) *at++ = ']';
    int length = (int)(at - body);
    size_t size = options.track
                      ? write_hit_head(head, next_event - 1, length)
                      : (size_t)sprintf(head, FORM, many ? "/batch" : "", options.port, length);
    memmove(poster->request + size, body, (size_t)length);
    memcpy(poster->request, head, size);
    poster->size = size + (size_t)length;
}

static void post(uint64_t due, uint64_t now) {
    Poster *poster = idle[idle_first];
    idle_first = (idle_first + 1) % options.posts;
    idle_count--;
    while (next_event - phase.first + (uint32_t)options.batch > sent_capacity) {
        sent_capacity = sent_capacity ? sent_capacity * 2 : 1 << 20;
        sent_at = grow(sent_at, sent_capacity * sizeof *sent_at);
    }
    poster->due = due;
    poster->busy = true;
    poster->sent = poster->received = 0;
    write_request(poster);
    push(poster);
    phase.requests++;
    times_add(&phase.late, now - due);
}

static uint64_t due_at(uint32_t request) {
    return phase.started_at + (uint64_t)((double)request * options.batch / options.rate * SECOND);
}

static bool all_sent(uint64_t now) {
    return now >= phase.ends || (phase.wanted && phase.requests >= phase.wanted);
}

/* Sends the requests that are due, as long as a connection is idle. */
static void post_due(void) {
    uint64_t now = now_ns();
    while (idle_count && !all_sent(now)) {
        uint64_t due = options.rate > 0 ? due_at(phase.requests) : now;
        if (due > now) {
            struct itimerspec when = {.it_value = {(time_t)(due / SECOND), (long)(due % SECOND)}};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
            return;
        }
        post(due, now);
        now = now_ns();
    }
}

static void on_response(Poster *poster, const char *body) {
    char wanted[32];
    int status = atoi(poster->answer + 9);
    snprintf(wanted, sizeof wanted, "\"accepted\":%d,", options.batch);
    int success = options.track ? 202 : 201;
    bool succeeded =
        options.batch == 1 ? status == success : status == 200 && strstr(body, wanted);
    if (succeeded) phase.accepted += (uint32_t)options.batch;
    else {
        phase.errors++;
        phase.error_status = status;
    }
    phase.answers++;
    phase.answered_at = now_ns();
    times_add(&phase.answer, phase.answered_at - poster->due);
    mark_idle(poster);
}

static void reconnect(Poster *poster) {
    close(poster->fd);
    bool was_busy = poster->busy;
    open_poster(poster);
    reconnects++;
    if (!was_busy) return;
    phase.answers++;
    phase.errors++;
    mark_idle(poster);
}

static void read_poster(Poster *poster) {
    if (poster->busy && poster->sent < poster->size) push(poster);
    size_t capacity = ANSWER_BYTES - poster->received;
    ssize_t size = recv(poster->fd, poster->answer + poster->received, capacity, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0 || !poster->busy) {
        reconnect(poster);
        return;
    }
    poster->received += (size_t)size;
    poster->answer[poster->received] = 0;
    char *end = strstr(poster->answer, "\r\n\r\n"), *length;
    if (!end) return;
    length = strcasestr(poster->answer, "\r\ncontent-length:");
    if (!length || length > end) {
        fprintf(stderr, "a response without Content-Length\n");
        exit(2);
    }
    size_t head = (size_t)(end + 4 - poster->answer);
    if (poster->received >= head + (size_t)atol(length + 17)) on_response(poster, end + 4);
}

/* ---- phases ---- */

static void poll_once(int timeout_ms) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, timeout_ms);
    for (int i = 0; i < count; i++) {
        uint64_t tagged = events[i].data.u64; /* 0: the timer; odd: a watcher */
        if (!tagged) {
            uint64_t times;
            if (read(timer, &times, sizeof times) < 0 && errno != EAGAIN) fail("timer");
        } else if (tagged & 1) {
            read_watcher((Watcher *)(uintptr_t)(tagged - 1));
        } else {
            read_poster((Poster *)(uintptr_t)tagged);
        }
        if (phase.started_at) post_due();
    }
}

static bool all_framed(void) {
    for (int i = 0; i < options.watch; i++) {
        Watcher *watcher = &watchers[i];
        bool expected = watcher->updates < phase.accepted || watcher->activities < phase.accepted;
        if (watcher->open && expected) return false;
    }
    return true;
}

/* Reads until no frame has arrived for `quiet_s`. */
static void settle(double quiet_s) {
    uint64_t seen = phase.reads, since = now_ns();
    while (now_ns() - since < quiet_s * SECOND) {
        poll_once(20);
        if (phase.reads != seen) since = now_ns();
        seen = phase.reads;
    }
}

static void begin_phase(uint32_t events) {
    Times answer = phase.answer, frame = phase.frame, late = phase.late;
    answer.count = frame.count = late.count = 0;
    phase = (Phase){.first = next_event, .answer = answer, .frame = frame, .late = late};
    if (events) phase.wanted = (events + (uint32_t)options.batch - 1) / (uint32_t)options.batch;
    for (int i = 0; i < options.watch; i++) {
        Watcher *watcher = &watchers[i];
        watcher->updates = watcher->activities = watcher->others = watcher->distinct = 0;
        free(watcher->seen);
        bool records_ids = watcher->sampled && events;
        watcher->seen = records_ids ? calloc(events + (uint32_t)options.batch, 1) : NULL;
    }
    phase.own_before = own_cpu_s();
    phase.cpu_before = options.server ? cpu_s_of(options.server) : -1;
    phase.started_at = now_ns();
    double most_s = options.seconds;
    if (events) most_s = options.rate > 0 ? 2 * events / options.rate + 1 : LONGEST_PHASE_S;
    phase.ends = phase.started_at + (uint64_t)(most_s * SECOND);
}

/* Sends `events` events, or with 0 as many as the time allows; then waits for their frames. */
static void run_phase(uint32_t events) {
    begin_phase(events);
    uint64_t now = phase.started_at, give_up = now + (uint64_t)(LONGEST_PHASE_S * SECOND);
    post_due();
    while (now < give_up && !(all_sent(now) && phase.answers == phase.requests)) {
        poll_once(100);
        now = now_ns();
    }
    uint64_t progress = now, seen = phase.reads;
    while (!all_framed() && now < give_up && now - progress < options.patience * SECOND) {
        poll_once(100);
        now = now_ns();
        if (phase.reads != seen) progress = now;
        seen = phase.reads;
    }
    phase.cpu_after = options.server ? cpu_s_of(options.server) : -1;
    phase.own_after = own_cpu_s();
    phase.errors += phase.requests - phase.answers;
    accepted_ever += phase.accepted;
}

/* ---- the result ---- */

/* Seconds since the start of the phase; 0 for an event that did not happen. */
static double since_beginning_s(uint64_t at) {
    return at > phase.started_at ? (double)(at - phase.started_at) / SECOND : 0;
}

static void report_watching(void) {
    uint64_t updates = 0, activities = 0, others = 0, pings = 0, lost = 0, extra = 0, missed = 0;
    uint64_t least = UINT64_MAX, most = 0;
    int gone = 0;
    for (int i = 0; i < options.watch; i++) {
        Watcher *watcher = &watchers[i];
        uint64_t each = watcher->updates + watcher->activities, expected = phase.accepted;
        updates += watcher->updates;
        activities += watcher->activities;
        others += watcher->others;
        pings += watcher->pings;
        lost += watcher->updates < expected ? expected - watcher->updates : 0;
        lost += watcher->activities < expected ? expected - watcher->activities : 0;
        extra += watcher->updates > expected ? watcher->updates - expected : 0;
        extra += watcher->activities > expected ? watcher->activities - expected : 0;
        if (watcher->seen && watcher->distinct < expected) missed += expected - watcher->distinct;
        if (each < least) least = each;
        if (each > most) most = each;
        gone += !watcher->open;
    }
    double taken_s = since_beginning_s(phase.framed_at);
    printf(",\"watchers\":%d,\"frames\":%llu,\"frames_min\":%llu,\"frames_max\":%llu,\"lost\":%llu",
           options.watch, (unsigned long long)(updates + activities), (unsigned long long)least,
           (unsigned long long)most, (unsigned long long)lost);
    printf(",\"extra\":%llu,\"ids_missed\":%llu,\"others\":%llu,\"pings\":%llu,\"gone\":%d",
           (unsigned long long)extra, (unsigned long long)missed, (unsigned long long)others,
           (unsigned long long)pings, gone);
    printf(",\"frames_s\":%.4f,\"reads\":%llu", taken_s, (unsigned long long)phase.reads);
    printf(",\"update_bytes\":%.0f,\"activity_bytes\":%.0f",
           updates ? (double)phase.frame_bytes[0] / (double)updates : 0.0,
           activities ? (double)phase.frame_bytes[1] / (double)activities : 0.0);
    times_print("frame_ms", &phase.frame);
}

static void report(void) {
    double posted_s = since_beginning_s(phase.answered_at);
    uint64_t last = phase.framed_at > phase.answered_at ? phase.framed_at : phase.answered_at;
    double all_s = since_beginning_s(last);
    printf("{\"posts\":%d,\"batch\":%d,\"requested_rate\":%.1f,\"events\":%u", options.posts,
           options.batch, options.rate, next_event - phase.first);
    printf(",\"accepted\":%u,\"errors\":%u", phase.accepted, phase.errors);
    printf(",\"accepted_ever\":%u", accepted_ever);
    printf(",\"error_status\":%d,\"reconnects\":%llu", phase.error_status,
           (unsigned long long)reconnects);
    double rate = all_s > 0 ? phase.accepted / all_s : 0.0;
    printf(",\"posts_s\":%.4f,\"rate\":%.1f", posted_s, rate);
    printf(",\"own_cpu_s\":%.3f", phase.own_after - phase.own_before);
    if (phase.cpu_before >= 0 && phase.cpu_after >= 0) {
        printf(",\"server_cpu_s\":%.6f", phase.cpu_after - phase.cpu_before);
    }
    times_print("answer_ms", &phase.answer);
    times_print("late_ms", &phase.late);
    if (options.watch) report_watching();
    printf("}\n");
    fflush(stdout);
}

static int hold(void) {
    char sink[64];
    settle(1);
    int open = 0;
    for (int i = 0; i < options.watch; i++) open += watchers[i].open;
    printf("{\"held\":%d}\n", open);
    fflush(stdout);
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    while (read(0, sink, sizeof sink) != 0) poll_once(50);
    return open == options.watch ? 0 : 1;
}

/* ---- starting ---- */

static void connect_all(void) {
    watchers = calloc((size_t)options.watch + 1, sizeof *watchers);
    for (int i = 0; i < options.watch; i++) {
        open_watcher(&watchers[i]);
        /* spread evenly, since a server writes to the first connection first */
        int before = i * options.sample / options.watch;
        watchers[i].sampled = (i + 1) * options.sample / options.watch > before;
    }
    if (options.hold) return;
    posters = calloc((size_t)options.posts, sizeof *posters);
    idle = calloc((size_t)options.posts, sizeof *idle);
    size_t capacity = REQUEST_HEAD_BYTES + 2 + (size_t)options.batch * EVENT_BYTES;
    for (int i = 0; i < options.posts; i++) {
        posters[i].request = grow(NULL, capacity);
        open_poster(&posters[i]);
        mark_idle(&posters[i]);
    }
}

int main(int count, char **words) {
    read_options(count, words);
    prctl(PR_SET_TIMERSLACK, 1000); /* in ns; the default makes each event up to 50 us late */
    epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0};
    if (epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event)) fail("epoll");
    id_sought_size = (size_t)sprintf(id_sought, "\"id\":\"%s-", options.site.tag);
    connect_all();
    if (options.hold) return hold();
    if (options.watch) settle(0.3);
    if (options.warm_up) {
        run_phase(options.warm_up);
        phase.started_at = 0; /* stops posting until the next phase */
        if (options.watch) settle(0.3);
    }
    run_phase(options.rate > 0 ? (uint32_t)(options.rate * options.seconds) : 0);
    report();
    return phase.errors ? 1 : 0;
}
