/* C baseline: a server that does no work except TCP, as a lower bound of the costs.
 *
 *   baseline [--port N] [--update-bytes N] [--activity-bytes N] [--batch N] [--one-write]
 *
 * It answers each POST to /api/events with the same bytes, without parsing JSON, and keeps no
 * state. For each POST it sends two frames, made at the start, to every client of /ws, with one
 * send() per frame and client. It copies the eventId into the first frame, so that latency can be
 * measured.
 *
 * --one-write sends both frames of an event with one send(). --batch N is the number of events that
 * a POST to /api/events/batch is confirmed with; it sends no frames. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sha1.h"

#define MOST_FDS 32768
#define REQUEST_BYTES (1 << 20)
#define FRAME_BYTES 65536
#define BACKLOG_BYTES (4 << 20)
#define ID_BYTES 64

typedef struct {
    bool is_open, is_watcher;
    char *request; /* received bytes of an incomplete request */
    size_t received;
    char *backlog; /* bytes that the socket buffer did not accept */
    size_t backlog_size;
} Connection;

typedef struct {
    uint8_t bytes[FRAME_BYTES + 4];
    size_t size, id_at; /* offset of the event's id, 0: no id */
} Frame;

static const char HEAD[] =
    "HTTP/1.1 %s\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n"
    "Content-Length: %zu\r\n\r\n%s";
static const char ACCEPTED[] =
    "{\"success\":true,\"eventId\":\"51930b9dbb824d109305db50338f1996\","
    "\"receivedAt\":\"2026-11-24T03:47:33.455Z\"}";

static Connection connections[MOST_FDS];
static int watchers[MOST_FDS], watcher_count;
static Frame update, activity;
static char created[512], batch_accepted[512], healthy[512];
static char input[REQUEST_BYTES + 1];
static int epoll, events_of_batch = 100;
static bool one_write;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void send_text(int fd, const char *text) {
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) {
        perror("send");
    }
}

static void drop(int fd) {
    Connection *connection = &connections[fd];
    for (int i = 0; connection->is_watcher && i < watcher_count; i++) {
        if (watchers[i] == fd) watchers[i--] = watchers[--watcher_count];
    }
    free(connection->request);
    free(connection->backlog);
    *connection = (Connection){0};
    close(fd);
}

/* ---- frames ---- */

static void make_frame(Frame *frame, const char *type, size_t size) {
    char *text = (char *)frame->bytes + 4;
    if (size < 256) size = 256;
    if (size > FRAME_BYTES - 1) size = FRAME_BYTES - 1;
    frame->bytes[0] = 0x81;
    frame->bytes[1] = 126;
    frame->bytes[2] = (uint8_t)(size >> 8);
    frame->bytes[3] = (uint8_t)size;
    memset(text, 'x', size);
    int start = sprintf(text, "{\"type\":\"%s\",\"data\":{\"event\":{\"id\":\"", type);
    frame->id_at = strcmp(type, "visitor_update") ? 0 : 4 + (size_t)start;
    memset(text + start, ' ', ID_BYTES);
    memcpy(text + start + ID_BYTES, "\",\"page\":\"", 10);
    memcpy(text + size - 4, "\"}}}", 4);
    frame->size = 4 + size;
}

static void set_event_id(const char *body) {
    const char *id = strstr(body, "\"eventId\":\"");
    if (!id) return;
    id += 11;
    size_t size = strcspn(id, "\"");
    if (size <= ID_BYTES) memcpy(update.bytes + update.id_at, id, size);
}

static void append_backlog(int fd, const uint8_t *bytes, size_t size) {
    Connection *connection = &connections[fd];
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = fd};
    size_t total = connection->backlog_size + size;
    if (total > BACKLOG_BYTES) return; /* dropped; the load client counts it as lost */
    connection->backlog = realloc(connection->backlog, total);
    memcpy(connection->backlog + connection->backlog_size, bytes, size);
    connection->backlog_size = total;
    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static void send_bytes(int fd, const uint8_t *bytes, size_t size) {
    ssize_t sent = 0;
    if (!connections[fd].backlog_size) {
        sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0) sent = 0;
    }
    if ((size_t)sent < size) append_backlog(fd, bytes + sent, size - (size_t)sent);
}

static void fan_out(void) {
    static uint8_t both[2 * FRAME_BYTES];
    if (one_write) {
        memcpy(both, update.bytes, update.size);
        memcpy(both + update.size, activity.bytes, activity.size);
    }
    for (int i = 0; i < watcher_count; i++) {
        if (one_write) {
            send_bytes(watchers[i], both, update.size + activity.size);
        } else {
            send_bytes(watchers[i], update.bytes, update.size);
            send_bytes(watchers[i], activity.bytes, activity.size);
        }
    }
}

static void flush_backlog(int fd) {
    Connection *connection = &connections[fd];
    ssize_t sent = send(fd, connection->backlog, connection->backlog_size, MSG_NOSIGNAL);
    if (sent <= 0) return;
    connection->backlog_size -= (size_t)sent;
    memmove(connection->backlog, connection->backlog + sent, connection->backlog_size);
    if (!connection->backlog_size) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
    }
}

/* ---- requests ---- */

static void upgrade(int fd, const char *head) {
    const char *key = strcasestr(head, "\r\nsec-websocket-key:");
    char answer[256], accept[32];
    if (!key) {
        drop(fd);
        return;
    }
    key += 20;
    key += strspn(key, " ");
    websocket_accept(key, strcspn(key, " \r"), accept);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    send_text(fd, answer);
    connections[fd].is_watcher = true;
    watchers[watcher_count++] = fd;
}

static void respond(int fd, const char *head, const char *body) {
    if (!memcmp(head, "POST /api/events/batch", 22)) {
        send_text(fd, batch_accepted);
    } else if (!memcmp(head, "POST /api/events", 16)) {
        send_text(fd, created);
        if (!watcher_count) return;
        set_event_id(body);
        fan_out();
    } else if (!memcmp(head, "GET /ws", 7)) {
        upgrade(fd, head);
    } else {
        send_text(fd, healthy);
    }
}

/* Returns the size of the first request in `text`, 0 if it is incomplete. */
static size_t request_size(const char *text, size_t size, const char **body) {
    const char *end = memmem(text, size, "\r\n\r\n", 4);
    if (!end) return 0;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    size_t needs = (size_t)(end + 4 - text);
    if (length && length < end) needs += (size_t)atol(length + 17);
    *body = end + 4;
    return needs <= size ? needs : 0;
}

static void read_requests(int fd) {
    Connection *connection = &connections[fd];
    size_t size = connection->received;
    if (size) memcpy(input, connection->request, size);
    ssize_t got = recv(fd, input + size, REQUEST_BYTES - size, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        drop(fd);
        return;
    }
    if (connection->is_watcher) return; /* messages of /ws clients are ignored */
    size += (size_t)got;
    input[size] = 0;
    size_t done = 0, each;
    const char *body;
    while ((each = request_size(input + done, size - done, &body))) {
        respond(fd, input + done, body);
        done += each;
        if (!connection->is_open) return;
    }
    connection->received = size - done;
    if (!connection->received) return;
    connection->request = realloc(connection->request, connection->received);
    memcpy(connection->request, input + done, connection->received);
}

/* ---- the server ---- */

static void accept_connection(int listening) {
    int one = 1, fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0) return;
    if (fd >= MOST_FDS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections[fd].is_open = true;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int listen_on(int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 2048)) fail("listen");
    getsockname(fd, (struct sockaddr *)&at, &size);
    printf("C baseline on http://localhost:%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void serve(int listening) {
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listening};
    epoll = epoll_create1(0);
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event)) fail("epoll");
    for (;;) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listening) accept_connection(listening);
            else {
                if (events[i].events & EPOLLOUT) flush_backlog(fd);
                if (events[i].events & ~(uint32_t)EPOLLOUT) read_requests(fd);
            }
        }
    }
}

int main(int count, char **words) {
    int port = 0;
    size_t update_bytes = 1300, activity_bytes = 700;
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : "0";
        if (!strcmp(words[i], "--one-write")) one_write = true;
        else if (!strcmp(words[i], "--port")) port = atoi(value), i++;
        else if (!strcmp(words[i], "--update-bytes")) update_bytes = (size_t)atol(value), i++;
        else if (!strcmp(words[i], "--activity-bytes")) activity_bytes = (size_t)atol(value), i++;
        else if (!strcmp(words[i], "--batch")) events_of_batch = atoi(value), i++;
        else return fprintf(stderr, "%s is not an option\n", words[i]), 2;
    }
    char body[128];
    snprintf(body, sizeof body, "{\"accepted\":%d,\"duplicates\":0,\"rejected\":[]}",
             events_of_batch);
    snprintf(created, sizeof created, HEAD, "201 Created", strlen(ACCEPTED), ACCEPTED);
    snprintf(batch_accepted, sizeof batch_accepted, HEAD, "200 OK", strlen(body), body);
    snprintf(healthy, sizeof healthy, HEAD, "200 OK", (size_t)2, "{}");
    make_frame(&update, "visitor_update", update_bytes);
    make_frame(&activity, "session_activity", activity_bytes);
    signal(SIGPIPE, SIG_IGN);
    serve(listen_on(port));
}
