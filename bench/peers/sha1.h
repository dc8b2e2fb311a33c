/* SHA-1 (RFC 3174) of short texts, and the value of Sec-WebSocket-Accept (RFC 6455, 4.2.2). It is
 * here so that baseline.c needs no library. */

#ifndef SHA1_H
#define SHA1_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotated(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static void sha1_block(uint32_t sum[5], const uint8_t *block) {
    uint32_t w[80], a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (int i = 16; i < 80; i++) w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                  : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = rotated(a, 5) + mixed + e + w[i];
        e = d, d = c, c = rotated(b, 30), b = a, a = next;
    }
    sum[0] += a, sum[1] += b, sum[2] += c, sum[3] += d, sum[4] += e;
}

/* Hashes at most 119 bytes, which fit two blocks. */
static void sha1(const char *text, size_t size, uint8_t digest[20]) {
    uint32_t sum[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t padded[128] = {0};
    size_t padded_size = size < 56 ? 64 : 128;
    memcpy(padded, text, size);
    padded[size] = 0x80;
    padded[padded_size - 2] = (uint8_t)(size * 8 >> 8);
    padded[padded_size - 1] = (uint8_t)(size * 8);
    for (size_t at = 0; at < padded_size; at += 64) sha1_block(sum, padded + at);
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(sum[i / 4] >> (24 - i % 4 * 8));
}

/* Writes the value of Sec-WebSocket-Accept for a key: 28 characters. */
static void websocket_accept(const char *key, size_t size, char accept[32]) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[120];
    uint8_t digest[21] = {0};
    if (size > 64) size = 64;
    static const char form[] = "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    int padded_size = snprintf(text, sizeof text, form, (int)size, key);
    sha1(text, (size_t)padded_size, digest);
    for (int i = 0; i < 7; i++) {
        uint8_t *from = digest + 3 * i;
        uint32_t three = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        for (int j = 0; j < 4; j++) accept[4 * i + j] = letters[three >> (18 - 6 * j) & 63];
    }
    accept[27] = '='; /* 20 bytes are one short of a multiple of three */
    accept[28] = 0;
}

#endif
