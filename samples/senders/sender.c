/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes a made nerve conduction study as Ranvier frames (docs/stream.md) to standard output:
 *     cc sender.c -lm -o sender && ./sender | ranvier stream
 * Replace make_samples() by what your amplifier delivers.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { RATE = 20000, CHUNK = 400, STIMULI = 10 };
static uint32_t sequence, counter; /* of frames, of samples */
static unsigned label_number;

static void put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t crc32c(uint32_t crc, const unsigned char *at, size_t count)
{
    for (crc = ~crc; count > 0; count--, at++)
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (((crc ^ (uint32_t)*at >> bit) & 1) ? 0x82F63B78u : 0);
    return ~crc;
}

static void send_frame(char type, const void *payload, size_t length)
{
    unsigned char head[24] = {'R', 'V', 'F', '1', (unsigned char)type};
    head[6] = (unsigned char)label_number;
    head[7] = (unsigned char)(label_number >> 8);
    put_u32(head + 8, (uint32_t)length);
    put_u32(head + 12, sequence++);
    put_u32(head + 16, counter);
    put_u32(head + 20, crc32c(crc32c(0, head, 20), payload, length));
    fwrite(head, 1, sizeof head, stdout);
    fwrite(payload, 1, length, stdout);
    fflush(stdout); /* what is not flushed is late */
}

static void send_label(const char *json)
{
    label_number++;
    send_frame('L', json, strlen(json));
}

static void send_stimulus(float after, float milliampere) /* after: 0 to 1 of a sample */
{
    const float numbers[4] = {after, milliampere, NAN, 0.2f}; /* V not known, pulse 0.2 ms */
    unsigned char payload[16];
    for (int i = 0; i < 4; i++) {
        uint32_t bits;
        memcpy(&bits, &numbers[i], 4);
        put_u32(payload + 4 * i, bits);
    }
    send_frame('T', payload, sizeof payload);
}

/* A response that begins 3.5 ms after the stimulus, negative (down) first, and some noise; in uV.
 */
static void make_samples(double since_ms, unsigned char *payload)
{
    static uint32_t noise = 1;
    for (int i = 0; i < CHUNK; i++, since_ms += 1000.0 / RATE) {
        double t = (since_ms - 3.5) / 6.0;
        double response = t > 0 && t < 2 ? -8000 * sin(M_PI * t) * sin(M_PI * t / 2) : 0;
        noise = noise * 1664525u + 1013904223u;
        int value = (int)lrint(response) + (int)(noise >> 28) - 8;
        payload[2 * i] = (unsigned char)value;
        payload[2 * i + 1] = (unsigned char)(value >> 8);
    }
    send_frame('S', payload, 2 * CHUNK);
    counter += CHUNK;
}

int main(void)
{
    static const char header[] =
        "{\"format\": \"ranvier-frames\", \"version\": 1, \"rate_hz\": 20000, "
        "\"encoding\": \"s16le\", \"channels\": [{\"label\": \"R APB\", \"uv\": 1}]}";
    unsigned char payload[2 * CHUNK];
    send_frame('H', header, strlen(header));
    send_label("{\"label\": \"median motor R wrist 80mm\"}");
    for (int chunk = 0; chunk < 25 * STIMULI;
         chunk++) {                              /* 25 chunks of 20 ms: 2 stimuli a second */
        double since_ms = chunk % 25 * 20 - 100; /* at 100 ms of each half second */
        if (chunk % 25 == 5)
            send_stimulus(0, 12.5f);
        make_samples(since_ms, payload);
    }
    send_frame('E', "", 0);
    return 0;
}
