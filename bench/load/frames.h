/* Parses the RFC 6455 frames of a server, for any segmentation into packets. Keeps only the first
 * bytes of each message. */

#ifndef LOAD_FRAMES_H
#define LOAD_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define PEEKED 192 /* first bytes of a message: they contain its type and the event's id */
#define PEEKED_AT_LEAST 64 /* first bytes that contain the type */
#define CONTROL_BYTES 125

enum { CONTINUED = 0, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

typedef struct {
    int fd;
    bool open, sampled, faulty;
    unsigned close_code;
    uint8_t head[10], control[CONTROL_BYTES];
    unsigned head_size, control_size, opcode, message_opcode;
    bool final;
    uint64_t left; /* bytes of this frame's payload that have not arrived */
    char peek[PEEKED];
    unsigned peek_size;
    uint64_t message_bytes;
    uint64_t updates, activities, others, pings;
    uint8_t *seen; /* one byte per event of the phase; NULL unless sampled */
    uint64_t distinct;
} Watcher;

/* Called for each complete message; `peek` has its first bytes. */
typedef void OnMessage(Watcher *watcher);

static void answer_ping(Watcher *watcher) {
    uint8_t frame[6 + CONTROL_BYTES] = {0x80 | PONG, (uint8_t)(0x80 | watcher->control_size)};
    memcpy(frame + 6, watcher->control, watcher->control_size); /* masked with zeros */
    ssize_t sent = send(watcher->fd, frame, 6 + watcher->control_size, MSG_NOSIGNAL);
    if (sent < 0) watcher->faulty = true;
    watcher->pings++;
}

static void end_frame(Watcher *watcher, OnMessage *on_message) {
    watcher->head_size = 0;
    if (watcher->opcode == PING) {
        answer_ping(watcher);
    } else if (watcher->opcode == CLOSE) {
        if (watcher->control_size >= 2) {
            watcher->close_code = (unsigned)watcher->control[0] << 8 | watcher->control[1];
        }
    } else if (watcher->opcode < CLOSE && watcher->final) {
        on_message(watcher);
        watcher->peek_size = 0;
        watcher->message_bytes = 0;
    }
}

/* Adds a byte to the frame header. Returns true when the header is complete and `left` is set. */
static bool parse_head_byte(Watcher *watcher, uint8_t byte) {
    watcher->head[watcher->head_size++] = byte;
    if (watcher->head_size < 2) return false;
    uint8_t *head = watcher->head, length = head[1] & 0x7f;
    unsigned header_size = length == 127 ? 10 : length == 126 ? 4 : 2;
    if (watcher->head_size < header_size) return false;
    watcher->left = length;
    if (length >= 126) {
        watcher->left = 0;
        for (unsigned i = 2; i < header_size; i++) watcher->left = watcher->left << 8 | head[i];
    }
    watcher->opcode = head[0] & 0x0f;
    watcher->final = head[0] & 0x80;
    watcher->control_size = 0;
    if ((head[0] & 0x70) || (head[1] & 0x80)) watcher->faulty = true;
    if (watcher->opcode >= CLOSE && watcher->left > CONTROL_BYTES) watcher->faulty = true;
    return true;
}

static void add_payload(Watcher *watcher, const uint8_t *data, size_t size) {
    if (watcher->opcode >= CLOSE) {
        memcpy(watcher->control + watcher->control_size, data, size);
        watcher->control_size += (unsigned)size;
        return;
    }
    size_t peeked = (watcher->sampled ? PEEKED : PEEKED_AT_LEAST) - watcher->peek_size;
    if (peeked > size) peeked = size;
    memcpy(watcher->peek + watcher->peek_size, data, peeked);
    watcher->peek_size += (unsigned)peeked;
    watcher->message_bytes += size;
}

/* Parses received bytes. After a protocol error the rest is ignored. */
static void parse_bytes(Watcher *watcher, const uint8_t *data, size_t size, OnMessage *on_message) {
    const uint8_t *end = data + size;
    bool in_payload = watcher->left > 0;
    while (!watcher->faulty && data < end) {
        if (!in_payload) {
            if (!parse_head_byte(watcher, *data++)) continue;
            in_payload = watcher->left > 0;
        } else {
            size_t part = (size_t)(end - data);
            if (part > watcher->left) part = watcher->left;
            add_payload(watcher, data, part);
            data += part;
            watcher->left -= part;
            in_payload = watcher->left > 0;
        }
        if (!in_payload && !watcher->faulty) end_frame(watcher, on_message);
    }
}

#endif
