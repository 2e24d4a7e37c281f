/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranvier frames: whole, damaged, lost, repeated, turned over.
 */
#include "acquire/frames.h"
#include "base/crc32c.h"
#include "reading.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

TestSuite(read_frames, .timeout = 60);

enum { ROOM = 1 << 16 };

struct wire {
    unsigned char bytes[ROOM];
    size_t size;
    uint32_t sequence, counter;
    unsigned label;
};

static void put(unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> 8 * i);
}

static void frame(struct wire *wire, char type, const void *payload, size_t length)
{
    unsigned char *head = wire->bytes + wire->size;
    cr_assert(wire->size + RV_FRAME_HEAD + length <= ROOM);
    memset(head, 0, RV_FRAME_HEAD);
    memcpy(head, "RVF1", 4);
    head[4] = (unsigned char)type;
    head[6] = (unsigned char)wire->label;
    put(head + 8, (uint32_t)length);
    put(head + 12, wire->sequence++);
    put(head + 16, wire->counter);
    if (length > 0)
        memcpy(head + RV_FRAME_HEAD, payload, length);
    put(head + 20, rv_crc32c(rv_crc32c(0, head, 20), head + RV_FRAME_HEAD, length));
    wire->size += RV_FRAME_HEAD + length;
}

static void header(struct wire *wire)
{
    static const char json[] =
        "{\"format\":\"ranvier-frames\",\"version\":1,\"rate_hz\":1000,\"encoding\":\"s16le\","
        "\"channels\":[{\"label\":\"R APB\",\"uv\":2}],\"patient\":{\"id\":\"P1\"}}";
    frame(wire, 'H', json, strlen(json));
}

/* Ten samples that count on from the counter. */
static void samples(struct wire *wire)
{
    unsigned char payload[20] = {0};
    for (uint32_t i = 0; i < 10; i++)
        payload[2 * i] = (unsigned char)((wire->counter + i) & 0x7F);
    frame(wire, 'S', payload, sizeof payload);
    wire->counter += 10;
}

static void stimulus(struct wire *wire, const char *text)
{
    unsigned char payload[64] = {0};
    put(payload, 0x3F000000);     /* half a sample: 0.5 */
    put(payload + 4, 0x41480000); /* 12.5 mA */
    put(payload + 8, 0x7FC00000); /* not a number */
    put(payload + 12, 0x7FC00000);
    memcpy(payload + 16, text, strlen(text));
    frame(wire, 'T', payload, 16 + strlen(text));
}

static void label(struct wire *wire, const char *json)
{
    wire->label++;
    frame(wire, 'L', json, strlen(json));
}

static struct rv_recording *read_wire(const struct wire *wire)
{
    return read_bytes("stream", wire->bytes, wire->size, NULL);
}

/* RFC 3720, appendix B.4, and the check value of the catalogue of CRCs ("123456789"). */
Test(read_frames, checksum_is_crc_32c)
{
    unsigned char rows[4][32];
    memset(rows[0], 0, 32);
    memset(rows[1], 0xFF, 32);
    for (unsigned char i = 0; i < 32; i++) {
        rows[2][i] = i;
        rows[3][i] = (unsigned char)(31 - i);
    }
    static const uint32_t expected[] = {0x8A9136AA, 0x62A8AB43, 0x46DD794E, 0x113FDB5C};
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(rv_crc32c(0, rows[i], 32), expected[i], "row %zu", i);
    cr_expect_eq(rv_crc32c(0, "123456789", 9), 0xE3069283);
    cr_expect_eq(rv_crc32c(rv_crc32c(0, "1234", 4), "56789", 5), 0xE3069283);
}

Test(read_frames, samples_stimuli_and_labels_arrive)
{
    struct wire wire = {.size = 0};
    header(&wire);
    label(&wire, "{\"label\":\"median motor\"}");
    samples(&wire);
    stimulus(&wire, "site 1");
    frame(&wire, 'N', "cough", 5);
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_assert_eq(recording->segment_count, 1);
    cr_assert_eq(sample_count(recording, 0), 20);
    for (size_t i = 0; i < 20; i++)
        cr_expect_float_eq(recording->samples[0][i], 2.0 * (double)i, 1e-12); /* 2 uV a unit */
    cr_expect(recording->channels[0].calibrated);
    cr_expect_float_eq(recording->channels[0].maximum, 65534, 1e-9);
    cr_expect_str_eq(recording->facts.patient_id, "P1");
    cr_assert_eq(recording->event_count, 2);
    cr_expect_str_eq(recording->events[0].text, "cough");
    cr_expect_str_eq(recording->events[1].text, "median motor site 1");
    cr_expect_eq(recording->events[1].kind, RV_EVENT_STIMULUS);
    cr_expect_float_eq(recording->events[1].time_s, 0.0105, 1e-12); /* (10 + 0.5) / 1000 */
    cr_expect_float_eq(recording->events[1].intensity_ma, 12.5, 1e-12);
    cr_expect(isnan(recording->events[1].intensity_v));
    cr_expect_eq(recording->notice_count, 0);
    rv_recording_free(recording);
}

Test(read_frames, s_16_garbage_between_frames_is_passed_over)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    memcpy(wire.bytes + wire.size, "RVRVF1S garbage RVF1", 20);
    wire.size += 20;
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_expect_eq(sample_count(recording, 0), 20);
    cr_expect_eq(recording->segment_count, 1);
    cr_expect(has_notice(recording, "frames_damaged", "20 bytes"));
    rv_recording_free(recording);
}

Test(read_frames, s_17_damaged_frame_is_a_gap_wherever_it_is_hit)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    size_t from = wire.size;
    samples(&wire);
    size_t to = wire.size;
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    for (size_t i = from; i < to; i++) {
        struct wire hit = wire;
        hit.bytes[i] ^= 0x10;
        struct rv_recording *recording = read_wire(&hit);
        cr_assert_eq(sample_count(recording, 0), 20, "byte %zu", i - from);
        cr_assert_eq(recording->segment_count, 2, "byte %zu", i - from);
        cr_expect_float_eq(recording->segments[1].start_s, 0.020, 1e-12);
        cr_expect_float_eq(recording->samples[0][10], 40, 1e-12); /* sample 20 at 2 uV */
        cr_expect(has_notice(recording, "frames_damaged", "44 bytes"), "byte %zu", i - from);
        cr_expect(has_notice(recording, "gaps", "1 gaps of 10 samples"));
        cr_expect(has_notice(recording, "frames_lost", "1 frames lost"));
        rv_recording_free(recording);
    }
}

Test(read_frames, s_17_lengths_beyond_the_limit_are_no_frames)
{
    static const uint32_t lengths[] = {UINT32_MAX, RV_FRAME_PAYLOAD_MAX + 1, 0x7FFFFFFF};
    for (size_t i = 0; i < 3; i++) {
        struct wire wire = {.size = 0};
        header(&wire);
        samples(&wire);
        put(wire.bytes + wire.size - 44 + 8, lengths[i]);
        samples(&wire);
        frame(&wire, 'E', NULL, 0);
        struct rv_recording *recording = read_wire(&wire);
        cr_expect_eq(sample_count(recording, 0), 10);
        cr_expect(has_notice(recording, "frames_damaged", "44 bytes"));
        rv_recording_free(recording);
    }
}

Test(read_frames, s_17_repeated_and_late_frames_are_refused)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    memcpy(wire.bytes + wire.size, wire.bytes + wire.size - 44, 44); /* the same once more */
    wire.size += 44;
    samples(&wire);
    memcpy(wire.bytes + wire.size, wire.bytes + wire.size - 132, 44); /* the first one, late */
    wire.size += 44;
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_expect_eq(sample_count(recording, 0), 30);
    cr_expect_eq(recording->segment_count, 1);
    cr_expect(has_notice(recording, "frames_lost", "0 frames lost, 2 repeated"));
    rv_recording_free(recording);
}

Test(read_frames, s_18_counters_turn_over_after_2_to_the_32)
{
    struct wire wire = {.sequence = UINT32_MAX - 1, .counter = UINT32_MAX - 14};
    header(&wire);
    samples(&wire);
    samples(&wire); /* from -5 on */
    stimulus(&wire, "");
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_expect_eq(sample_count(recording, 0), 30);
    cr_expect_eq(recording->segment_count, 1);
    cr_expect_eq(recording->notice_count, 0);
    cr_expect_float_eq(recording->events[0].time_s, 0.0205, 1e-12);
    rv_recording_free(recording);
}

Test(read_frames, s_18_jump_of_the_counter_begins_a_segment)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    wire.counter += 500;
    samples(&wire); /* ahead: 0.5 s are missing */
    wire.counter = 3;
    samples(&wire); /* back: the device counts anew; taken as 1 s */
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_assert_eq(recording->segment_count, 3);
    cr_expect_float_eq(recording->segments[1].start_s, 0.510, 1e-12);
    cr_expect_float_eq(recording->segments[2].start_s, 1.520, 1e-12);
    cr_expect(has_notice(recording, "gaps", "500 samples"));
    cr_expect(has_notice(recording, "counter_jumped", "1 times"));
    rv_recording_free(recording);
}

Test(read_frames, s_19_second_recording_is_never_merged)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    memcpy(wire.bytes + wire.size, wire.bytes, wire.size);
    refuse_bytes("stream", wire.bytes, 2 * wire.size, NULL, RV_DATA, "a second recording");
    size_t without_end = wire.size - RV_FRAME_HEAD;
    memmove(wire.bytes + without_end, wire.bytes, wire.size);
    refuse_bytes("stream", wire.bytes, without_end + wire.size, NULL, RV_DATA,
                 "a second recording");
}

Test(read_frames, repeated_header_changes_nothing)
{
    struct wire wire = {.size = 0};
    header(&wire);
    samples(&wire);
    header(&wire);
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_expect_eq(sample_count(recording, 0), 20);
    cr_expect_eq(recording->segment_count, 1);
    rv_recording_free(recording);
}

Test(read_frames, stimulus_after_a_lost_label_is_not_given_the_old_one)
{
    struct wire wire = {.size = 0};
    header(&wire);
    label(&wire, "{\"label\":\"median motor wrist\"}");
    samples(&wire);
    stimulus(&wire, "");
    size_t before = wire.size;
    label(&wire, "{\"label\":\"median motor elbow\"}");
    wire.size = before; /* never sent */
    stimulus(&wire, "");
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_assert_eq(recording->event_count, 2);
    cr_expect_str_eq(recording->events[0].text, "median motor wrist");
    cr_expect_eq(recording->events[1].kind, RV_EVENT_NOTE);
    cr_expect(has_notice(recording, "label_lost", "1 stimuli"));
    rv_recording_free(recording);
}

Test(read_frames, s_05_stream_cut_anywhere_is_refused_or_flagged)
{
    struct wire wire = {.size = 0};
    header(&wire);
    size_t first = wire.size;
    samples(&wire);
    samples(&wire);
    size_t last = wire.size;
    struct rv_source_options options = rv_source_defaults();
    options.format = "frames";
    for (size_t cut = 1; cut < first + 44; cut++)
        refuse_bytes("stream", wire.bytes, cut, &options, RV_DATA, "");
    options.allow_truncated = true;
    for (size_t cut = first + 44; cut <= last; cut++) {
        refuse_bytes("stream", wire.bytes, cut, NULL, RV_DATA, "without an end frame after");
        struct rv_recording *recording = read_bytes("stream", wire.bytes, cut, &options);
        cr_expect_eq(sample_count(recording, 0), cut < last ? 10 : 20);
        cr_expect(has_notice(recording, "truncated", ""));
        rv_recording_free(recording);
    }
}

Test(read_frames, headers_that_say_too_little_are_refused)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"[]", "no JSON object"},
        {"{", "no JSON"},
        {"{\"format\":\"x\"}", "ranvier-frames"},
        {"{\"format\":\"ranvier-frames\",\"version\":2}", "version"},
        {"{\"format\":\"ranvier-frames\",\"version\":1}", "encoding"},
        {"{\"format\":\"ranvier-frames\",\"version\":1,\"encoding\":\"s16le\"}", "rate_hz"},
        {"{\"format\":\"ranvier-frames\",\"version\":1,\"encoding\":\"s16le\",\"rate_hz\":1e9}",
         "rate_hz"},
        {"{\"format\":\"ranvier-frames\",\"version\":1,\"encoding\":\"s16le\",\"rate_hz\":1000}",
         "0 channels"},
        {"{\"format\":\"ranvier-frames\",\"version\":1,\"encoding\":\"s16le\",\"rate_hz\":1000,"
         "\"channels\":[{\"uv\":-1}]}",
         "channel 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wire wire = {.size = 0};
        frame(&wire, 'H', rows[i].json, strlen(rows[i].json));
        samples(&wire);
        frame(&wire, 'E', NULL, 0);
        refuse_bytes("stream", wire.bytes, wire.size, NULL, RV_DATA, rows[i].words);
    }
}

Test(read_frames, s_22_samples_beyond_the_declared_range_are_flagged)
{
    struct wire wire = {.size = 0};
    static const char json[] =
        "{\"format\":\"ranvier-frames\",\"version\":1,\"rate_hz\":1000,\"encoding\":\"s16le\","
        "\"channels\":[{\"uv\":2,\"minimum_uv\":-10,\"maximum_uv\":10}]}";
    frame(&wire, 'H', json, strlen(json));
    samples(&wire); /* 0 to 18 uV */
    frame(&wire, 'E', NULL, 0);
    struct rv_recording *recording = read_wire(&wire);
    cr_expect(has_notice(recording, "beyond_range", ""));
    rv_recording_free(recording);
}

Test(read_frames, every_damaged_byte_leaves_a_readable_or_refused_stream)
{
    struct wire wire = {.size = 0};
    header(&wire);
    label(&wire, "{\"label\":\"median motor\"}");
    stimulus(&wire, "");
    samples(&wire);
    samples(&wire);
    frame(&wire, 'E', NULL, 0);
    struct rv_source_options options = rv_source_defaults();
    options.allow_truncated = true;
    for (size_t i = 0; i < 8 * wire.size; i++) {
        struct wire hit = wire;
        struct rv_source *source = NULL;
        struct rv_block block;
        bool more = true;
        hit.bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        if (rv_source_open_memory("stream", hit.bytes, hit.size, &options, &source, NULL) != RV_OK)
            continue;
        size_t total = 0;
        while (more && rv_source_next(source, &block, &more, NULL) == RV_OK)
            total += more && block.channel_count > 0 ? block.sample_count[0] : 0;
        cr_expect(total <= 20, "bit %zu", i);
        rv_source_close(source);
    }
}
