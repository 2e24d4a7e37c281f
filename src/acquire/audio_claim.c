/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the header of an audio container claims. Layouts: RIFF (Microsoft and IBM 1991), RF64 (EBU
 * Tech 3306), Wave64 (Sony), AIFF and AIFF-C (Apple 1989, 1991), CAF (Apple 2005), AU (Sun), FLAC
 * (RFC 9639), MATLAB level 4 and 5 (The MathWorks, MAT-File Format).
 */
#include "acquire/audio_claim.h"

#include "acquire/bytes.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* A file that is a row of chunks: identifier, size, payload. */
struct rv_chunk_layout {
    const char *format;
    size_t magic_size, form_at; /* form_at 0: no second word */
    const char *magic, *form, *form_other;
    size_t begin;    /* of the first chunk */
    size_t id_bytes; /* 4, or 16 for the GUIDs of W64, of which four characters are enough */
    size_t size_bytes;
    bool big_endian;
    bool size_is_whole; /* a chunk's size counts its own head */
    size_t alignment;
    size_t data_head; /* bytes of the data chunk before the samples */
    const char *coding_id, *data_id;
    bool (*coding)(const unsigned char *bytes, size_t size, struct rv_audio_claim *claim);
};

static uint64_t number(const struct rv_chunk_layout *layout, const unsigned char *bytes)
{
    if (layout->size_bytes == 8)
        return layout->big_endian ? rv_u64be(bytes) : rv_u64le(bytes);
    return layout->big_endian ? rv_u32be(bytes) : rv_u32le(bytes);
}

/* Bytes between a payload and the next chunk. */
static uint64_t padding(const struct rv_chunk_layout *layout, uint64_t size)
{
    return (layout->alignment - size % layout->alignment) % layout->alignment;
}

/* PCM or float, plain or in the extensible form: the codings whose decoders are a loop. */
static bool wave_coding_of(unsigned tag, const unsigned char *bytes, size_t size)
{
    static const unsigned char sub_format_tail[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                                    0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
    if (tag == 0xFFFE)
        return size >= 40 && bytes[25] == 0 && (bytes[24] == 1 || bytes[24] == 3) &&
               memcmp(bytes + 26, sub_format_tail, sizeof sub_format_tail) == 0;
    return tag == 1 || tag == 3;
}

static bool wave_coding(const unsigned char *bytes, size_t size, struct rv_audio_claim *claim)
{
    (void)claim;
    return size >= 16 && wave_coding_of(rv_u16le(bytes), bytes, size);
}

/* RIFX turns the numbers round; an extensible form is not written so. */
static bool wave_coding_big(const unsigned char *bytes, size_t size, struct rv_audio_claim *claim)
{
    (void)claim;
    return size >= 16 && (rv_u16be(bytes) == 1 || rv_u16be(bytes) == 3);
}

static bool aiff_coding(const unsigned char *bytes, size_t size, struct rv_audio_claim *claim)
{
    static const char *const codings[] = {"NONE", "twos", "sowt", "in24", "in32",
                                          "fl32", "FL32", "fl64", "FL64", NULL};
    if (size < 18)
        return false;
    claim->frames = rv_u32be(bytes + 2);
    if (size < 22)
        return size == 18; /* plain AIFF: big-endian PCM */
    for (size_t i = 0; codings[i] != NULL; i++)
        if (memcmp(bytes + 18, codings[i], 4) == 0)
            return true;
    return false;
}

static bool caf_coding(const unsigned char *bytes, size_t size, struct rv_audio_claim *claim)
{
    (void)claim;
    return size >= 32 && memcmp(bytes + 8, "lpcm", 4) == 0;
}

#define W64_RIFF "riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00"
#define W64_WAVE "wave\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A"

static const struct rv_chunk_layout layouts[] = {
    {.format = "WAV",
     .magic = "RIFF",
     .magic_size = 4,
     .form_at = 8,
     .form = "WAVE",
     .begin = 12,
     .id_bytes = 4,
     .size_bytes = 4,
     .alignment = 2,
     .coding_id = "fmt ",
     .data_id = "data",
     .coding = wave_coding},
    {.format = "WAV (RIFX)",
     .magic = "RIFX",
     .magic_size = 4,
     .form_at = 8,
     .form = "WAVE",
     .begin = 12,
     .id_bytes = 4,
     .size_bytes = 4,
     .big_endian = true,
     .alignment = 2,
     .coding_id = "fmt ",
     .data_id = "data",
     .coding = wave_coding_big},
    {.format = "RF64",
     .magic = "RF64",
     .magic_size = 4,
     .form_at = 8,
     .form = "WAVE",
     .begin = 12,
     .id_bytes = 4,
     .size_bytes = 4,
     .alignment = 2,
     .coding_id = "fmt ",
     .data_id = "data",
     .coding = wave_coding},
    {.format = "W64",
     .magic = W64_RIFF,
     .magic_size = 16,
     .form_at = 24,
     .form = W64_WAVE,
     .begin = 40,
     .id_bytes = 16,
     .size_bytes = 8,
     .size_is_whole = true,
     .alignment = 8,
     .coding_id = "fmt ",
     .data_id = "data",
     .coding = wave_coding},
    {.format = "AIFF",
     .magic = "FORM",
     .magic_size = 4,
     .form_at = 8,
     .form = "AIFF",
     .form_other = "AIFC",
     .begin = 12,
     .id_bytes = 4,
     .size_bytes = 4,
     .big_endian = true,
     .alignment = 2,
     .data_head = 8,
     .coding_id = "COMM",
     .data_id = "SSND",
     .coding = aiff_coding},
    {.format = "CAF",
     .magic = "caff\0\x01",
     .magic_size = 6,
     .begin = 8,
     .id_bytes = 4,
     .size_bytes = 8,
     .big_endian = true,
     .alignment = 1,
     .data_head = 4,
     .coding_id = "desc",
     .data_id = "data",
     .coding = caf_coding},
    {0},
};

static const struct rv_chunk_layout *layout_of(const unsigned char *bytes, size_t size)
{
    for (const struct rv_chunk_layout *layout = layouts; layout->format != NULL; layout++) {
        if (size < layout->begin || memcmp(bytes, layout->magic, layout->magic_size) != 0)
            continue;
        const unsigned char *form = bytes + layout->form_at;
        if (layout->form_at == 0 || memcmp(form, layout->form, 4) == 0 ||
            (layout->form_other != NULL && memcmp(form, layout->form_other, 4) == 0))
            return layout;
    }
    return NULL;
}

/* --- chunks -------------------------------------------------------------------------------- */

struct walk {
    const struct rv_chunk_layout *layout;
    struct rv_replay *replay;
    struct rv_audio_claim *claim;
    uint64_t at;           /* of the chunk's head */
    uint64_t data_bytes64; /* of an RF64's ds64 */
    bool coding_seen;
    bool done;
};

static enum rv_status cut_in_header(const struct walk *walk, struct rv_error *err)
{
    if (walk->replay->status != RV_OK) {
        if (err != NULL)
            *err = walk->replay->error;
        return walk->replay->status;
    }
    return rv_fail(err, RV_DATA, "%s ends at byte %zu, inside its header: no samples",
                   walk->claim->format, walk->replay->kept_count);
}

static uint64_t file_size(const struct walk *walk)
{
    return rv_input_size(walk->replay->input);
}

/* A length of 0 or all ones is what recorders write first and correct when they stop. */
static bool length_is_open(const struct walk *walk, uint64_t head, uint64_t *size)
{
    const struct rv_chunk_layout *layout = walk->layout;
    const uint64_t end = walk->claim->file_end;
    bool ones = *size == UINT64_MAX || (layout->size_bytes == 4 && *size == UINT32_MAX);
    if (ones && walk->data_bytes64 != UINT64_MAX) {
        *size = walk->data_bytes64; /* RF64: the length stands in ds64 */
        ones = false;
    }
    bool unwritten = end == UINT64_MAX || (end <= head && file_size(walk) > head);
    return *size == 0 ? layout->size_bytes == 4 && unwritten : ones;
}

/* AIFF lets samples begin some bytes into their chunk. */
static enum rv_status add_offset(struct rv_audio_claim *claim, uint64_t offset,
                                 struct rv_error *err)
{
    if (claim->data_bytes < offset)
        return rv_fail(err, RV_DATA, "samples begin %llu bytes into a data chunk of %llu",
                       (unsigned long long)offset, (unsigned long long)claim->data_bytes);
    claim->data_begin += offset;
    claim->data_bytes -= claim->not_closed ? 0 : offset;
    return RV_OK;
}

static enum rv_status take_data(struct walk *walk, uint64_t size, struct rv_error *err)
{
    struct rv_audio_claim *claim = walk->claim;
    const struct rv_chunk_layout *layout = walk->layout;
    const uint64_t head = walk->at + layout->id_bytes + layout->size_bytes;
    if (!walk->coding_seen)
        return rv_fail(err, RV_DATA, "%s has its samples before the chunk that describes them",
                       layout->format);
    if (!rv_replay_keep(walk->replay, head + layout->data_head))
        return cut_in_header(walk, err);
    const bool open = length_is_open(walk, head, &size);
    if (!open && (size < layout->data_head || size > INT64_MAX))
        return rv_fail(err, RV_DATA, "data chunk claims %llu bytes", (unsigned long long)size);
    claim->data_begin = head + layout->data_head;
    claim->data_bytes = open ? UINT64_MAX : size - layout->data_head;
    claim->not_closed = open;
    if (open && layout->size_bytes == 4) /* libsndfile takes 0 for what it says */
        memset(walk->replay->kept + head - 4, 0xFF, 4);
    if (open)
        claim->file_end = UINT64_MAX;
    walk->done = true;
    return strcmp(layout->format, "AIFF") == 0
               ? add_offset(claim, rv_u32be(walk->replay->kept + head), err)
               : RV_OK;
}

static enum rv_status keep_chunk(const struct walk *walk, uint64_t size, uint64_t payload,
                                 struct rv_error *err)
{
    const uint64_t most = walk->replay->keep_limit;
    if (size > most || payload + size > most)
        return rv_fail(err, RV_DATA, "chunk at byte %llu claims %llu bytes before the samples",
                       (unsigned long long)walk->at, (unsigned long long)size);
    if (file_size(walk) != UINT64_MAX && payload + size > file_size(walk))
        return rv_fail(err, RV_DATA, "chunk at byte %llu claims %llu bytes, the file ends before",
                       (unsigned long long)walk->at, (unsigned long long)size);
    return rv_replay_keep(walk->replay, payload + size) ? RV_OK : cut_in_header(walk, err);
}

static enum rv_status take_chunk(struct walk *walk, const char *id, uint64_t size, uint64_t payload,
                                 struct rv_error *err)
{
    const struct rv_chunk_layout *layout = walk->layout;
    if (strncmp(id, layout->data_id, 4) == 0)
        return take_data(walk, size, err);
    enum rv_status status = keep_chunk(walk, size, payload, err);
    if (status != RV_OK)
        return status;
    const unsigned char *bytes = walk->replay->kept + payload;
    if (strncmp(id, "ds64", 4) == 0 && size >= 24) {
        uint64_t whole = rv_u64le(bytes);
        walk->claim->file_end = whole < UINT64_MAX - 8 ? whole + 8 : UINT64_MAX;
        walk->data_bytes64 = rv_u64le(bytes + 8);
    }
    if (strncmp(id, layout->coding_id, 4) != 0)
        return RV_OK;
    if (walk->coding_seen)
        return rv_fail(err, RV_DATA, "%s describes its samples twice", layout->format);
    if (!layout->coding(bytes, (size_t)size, walk->claim))
        return rv_fail(err, RV_DATA, "%s with a coding that is not read: PCM and float only",
                       layout->format);
    walk->coding_seen = true;
    return RV_OK;
}

static uint64_t end_claimed(const struct rv_chunk_layout *layout, const unsigned char *bytes)
{
    if (strcmp(layout->format, "CAF") == 0)
        return UINT64_MAX;
    uint64_t size = number(layout, bytes + layout->id_bytes);
    if (layout->size_is_whole)
        return size;
    return size == 0 || size == UINT32_MAX ? UINT64_MAX : size + 8;
}

static enum rv_status walk_chunks(struct walk *walk, struct rv_error *err)
{
    const struct rv_chunk_layout *layout = walk->layout;
    const size_t head = layout->id_bytes + layout->size_bytes;
    walk->claim->file_end = end_claimed(layout, walk->replay->kept);
    walk->at = layout->begin;
    while (!walk->done) {
        if (!rv_replay_keep(walk->replay, walk->at + head))
            return cut_in_header(walk, err);
        char id[4];
        memcpy(id, walk->replay->kept + walk->at, sizeof id);
        uint64_t size = number(layout, walk->replay->kept + walk->at + layout->id_bytes);
        if (layout->size_is_whole && size < head)
            return rv_fail(err, RV_DATA,
                           "chunk at byte %llu claims %llu bytes, fewer than its head",
                           (unsigned long long)walk->at, (unsigned long long)size);
        size -= layout->size_is_whole ? head : 0;
        enum rv_status status = take_chunk(walk, id, size, walk->at + head, err);
        if (status != RV_OK)
            return status;
        if (!walk->done)
            walk->at += head + size + padding(layout, size);
    }
    return RV_OK;
}

/* --- containers without chunks --------------------------------------------------------------- */

static bool is_au(const unsigned char *bytes, size_t size)
{
    return size >= 24 && (memcmp(bytes, ".snd", 4) == 0 || memcmp(bytes, "dns.", 4) == 0);
}

static bool is_flac(const unsigned char *bytes, size_t size)
{
    return size >= 42 && memcmp(bytes, "fLaC", 4) == 0 && (bytes[4] & 0x7F) == 0;
}

/* As audio programs write it: a first variable named samplerate. */
static bool is_mat4(const unsigned char *bytes, size_t size)
{
    bool little = size >= 31 && rv_u32le(bytes) == 0 && rv_u32le(bytes + 4) == 1 &&
                  rv_u32le(bytes + 8) == 1 && rv_u32le(bytes + 16) == 11;
    bool big = size >= 31 && rv_u32be(bytes) == 1000 && rv_u32be(bytes + 4) == 1 &&
               rv_u32be(bytes + 8) == 1 && rv_u32be(bytes + 16) == 11;
    return (little || big) && memcmp(bytes + 20, "samplerate", 11) == 0;
}

static bool is_mat5(const unsigned char *bytes, size_t size)
{
    return size >= 136 && memcmp(bytes, "MATLAB 5.0 MAT-file", 19) == 0 &&
           (memcmp(bytes + 126, "IM", 2) == 0 || memcmp(bytes + 126, "MI", 2) == 0);
}

static enum rv_status claim_au(struct walk *walk, struct rv_error *err)
{
    const unsigned char *bytes = walk->replay->kept;
    bool big = bytes[0] == '.';
    uint32_t word[5];
    for (size_t i = 0; i < 5; i++)
        word[i] = big ? rv_u32be(bytes + 4 + 4 * i) : rv_u32le(bytes + 4 + 4 * i);
    if (word[2] < 2 || word[2] > 7)
        return rv_fail(err, RV_DATA, "AU with coding %u, which is not read: PCM and float only",
                       (unsigned)word[2]);
    if (word[0] < 24 || word[0] > walk->replay->keep_limit)
        return rv_fail(err, RV_DATA, "AU header claims %u bytes", (unsigned)word[0]);
    walk->claim->data_begin = word[0];
    walk->claim->not_closed = word[1] == UINT32_MAX;
    walk->claim->data_bytes = walk->claim->not_closed ? UINT64_MAX : word[1];
    return RV_OK;
}

static enum rv_status claim_flac(struct walk *walk, struct rv_error *err)
{
    uint64_t at = 4;
    for (bool last = false; !last;) {
        if (!rv_replay_keep(walk->replay, at + 4))
            return cut_in_header(walk, err);
        const unsigned char *head = walk->replay->kept + at;
        last = (head[0] & 0x80) != 0;
        at += 4 + ((uint64_t)head[1] << 16 | (uint64_t)head[2] << 8 | head[3]);
    }
    if (!rv_replay_keep(walk->replay, at))
        return cut_in_header(walk, err);
    /* STREAMINFO: 36 bits of sample count behind 20 + 3 + 5 bits, from its byte 10. */
    uint64_t packed = rv_u64be(walk->replay->kept + 8 + 10);
    uint64_t frames = packed & 0xFFFFFFFFFu;
    walk->claim->frames = frames != 0 ? frames : UINT64_MAX;
    walk->claim->data_begin = at;
    return RV_OK;
}

static enum rv_status claim_mat4(struct walk *walk, struct rv_error *err)
{
    const size_t second = 20 + 11 + 8;
    if (!rv_replay_keep(walk->replay, second + 20))
        return cut_in_header(walk, err);
    const unsigned char *bytes = walk->replay->kept;
    bool little = rv_u32le(bytes) == 0;
    uint32_t word[5];
    for (size_t i = 0; i < 5; i++)
        word[i] = little ? rv_u32le(bytes + second + 4 * i) : rv_u32be(bytes + second + 4 * i);
    static const uint32_t widths[] = {8, 4, 4, 2, 2, 1};
    uint32_t kind = word[0] % 1000 / 10;
    if (kind > 5 || word[4] > 64)
        return rv_fail(err, RV_DATA, "MATLAB 4 file with a matrix of type %u", (unsigned)word[0]);
    walk->claim->data_begin = second + 20 + word[4];
    walk->claim->data_bytes = (uint64_t)word[1] * word[2];
    if (walk->claim->data_bytes > UINT64_MAX / 16)
        return rv_fail(err, RV_DATA, "matrix of %u x %u", (unsigned)word[1], (unsigned)word[2]);
    walk->claim->data_bytes *= widths[kind];
    return RV_OK;
}

static uint32_t mat5_word(const struct walk *walk, uint64_t at)
{
    const unsigned char *bytes = walk->replay->kept;
    return bytes[126] == 'I' ? rv_u32le(bytes + at) : rv_u32be(bytes + at);
}

/* Bytes of the element at `at` with its tag; a small one is packed into 8. false: cut, or larger
 * than a header is. */
static bool mat5_element(const struct walk *walk, uint64_t at, uint64_t *bytes)
{
    if (!rv_replay_keep(walk->replay, at + 8))
        return false;
    uint64_t size = mat5_word(walk, at + 4);
    bool small = mat5_word(walk, at) >> 16 != 0;
    *bytes = small ? 8 : 8 + (size + 7) / 8 * 8;
    return true;
}

/* Two arrays, uncompressed: samplerate, then wavedata, whose flags, dimensions and name stand
 * before its numbers. The size of the array itself is not used: libsndfile writes it 8 too large.
 */
static enum rv_status claim_mat5(struct walk *walk, struct rv_error *err)
{
    if (mat5_word(walk, 128) == 15)
        return rv_fail(err, RV_DATA,
                       "compressed MATLAB file, which is not read: save its traces as a text "
                       "table, or uncompressed with the arrays samplerate and wavedata");
    uint64_t at = 128, size = 0;
    bool there = mat5_element(walk, at, &size);
    at += size + 8; /* inside the second array */
    for (size_t i = 0; i < 3 && there; i++) {
        there = mat5_element(walk, at, &size);
        at += size;
    }
    there = there && mat5_element(walk, at, &size);
    if (!there && at + 8 > walk->replay->keep_limit)
        return rv_fail(err, RV_DATA, "MATLAB arrays of %llu bytes before the samples",
                       (unsigned long long)at);
    if (!there)
        return cut_in_header(walk, err);
    if (mat5_word(walk, at) >> 16 != 0) /* packed: at most 4 bytes */
        return rv_fail(err, RV_DATA, "MAT5 holds no samples");
    walk->claim->data_begin = at + 8;
    walk->claim->data_bytes = mat5_word(walk, at + 4);
    return RV_OK;
}

struct plain {
    const char *format;
    size_t head;
    bool (*matches)(const unsigned char *bytes, size_t size);
    enum rv_status (*claim)(struct walk *walk, struct rv_error *err);
};

static const struct plain plains[] = {
    {"AU", 24, is_au, claim_au},
    {"FLAC", 42, is_flac, claim_flac},
    {"MAT4", 31, is_mat4, claim_mat4},
    {"MAT5", 136, is_mat5, claim_mat5},
    {0},
};

static const struct plain *plain_of(const unsigned char *bytes, size_t size)
{
    for (const struct plain *plain = plains; plain->format != NULL; plain++)
        if (plain->matches(bytes, size))
            return plain;
    return NULL;
}

/* --- public ---------------------------------------------------------------------------------- */

const char *rv_audio_format(const unsigned char *bytes, size_t size)
{
    const struct rv_chunk_layout *layout = layout_of(bytes, size);
    const struct plain *plain = plain_of(bytes, size);
    return layout != NULL ? layout->format : plain != NULL ? plain->format : NULL;
}

enum rv_status rv_audio_claim_read(struct rv_replay *replay, struct rv_audio_claim *claim,
                                   struct rv_error *err)
{
    const size_t longest = 136;
    const unsigned char *bytes;
    size_t count;
    enum rv_status status = rv_input_peek(replay->input, longest, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    const struct rv_chunk_layout *layout = layout_of(bytes, count);
    const struct plain *plain = plain_of(bytes, count);
    if (layout == NULL && plain == NULL)
        return rv_fail(err, RV_DATA,
                       "no audio container that is read (WAV, RF64, W64, AIFF, FLAC, CAF, AU, "
                       "MAT4, MAT5)");
    *claim = (struct rv_audio_claim){.format = layout != NULL ? layout->format : plain->format,
                                     .layout = layout,
                                     .data_bytes = UINT64_MAX,
                                     .frames = UINT64_MAX,
                                     .file_end = UINT64_MAX};
    struct walk walk = {
        .layout = layout, .replay = replay, .claim = claim, .data_bytes64 = UINT64_MAX};
    if (!rv_replay_keep(replay, layout != NULL ? layout->begin : plain->head))
        return cut_in_header(&walk, err);
    return layout != NULL ? walk_chunks(&walk, err) : plain->claim(&walk, err);
}

/* Passes over one chunk; *more is false where no whole head follows. */
static enum rv_status pass_chunk(const struct rv_chunk_layout *layout, struct rv_input *input,
                                 bool *more, struct rv_error *err)
{
    const size_t head = layout->id_bytes + layout->size_bytes;
    const unsigned char *bytes;
    size_t count;
    uint64_t passed;
    enum rv_status status = rv_input_peek(input, head, &bytes, &count, err);
    *more = status == RV_OK && count == head;
    if (!*more)
        return status;
    if (memcmp(bytes, layout->data_id, 4) == 0)
        return rv_fail(err, RV_DATA, "a second %s chunk at byte %llu", layout->data_id,
                       (unsigned long long)rv_input_position(input));
    uint64_t size = number(layout, bytes + layout->id_bytes);
    size -= layout->size_is_whole ? (size < head ? size : head) : 0;
    status = rv_input_skip(input, head, &passed, err);
    if (status == RV_OK)
        status = rv_input_skip(input, size, &passed, err);
    if (status == RV_OK)
        status = rv_input_skip(input, padding(layout, size), &passed, err);
    return status;
}

enum rv_status rv_audio_claim_tail(const struct rv_audio_claim *claim, struct rv_input *input,
                                   uint64_t *surplus, struct rv_error *err)
{
    const struct rv_chunk_layout *layout = claim->layout;
    *surplus = 0;
    uint64_t passed = 0;
    if (layout == NULL)
        return RV_OK;
    enum rv_status status = rv_input_skip(input, padding(layout, claim->data_bytes), &passed, err);
    for (bool more = true; status == RV_OK && more;) {
        more = rv_input_position(input) < claim->file_end;
        if (more)
            status = pass_chunk(layout, input, &more, err);
    }
    if (status == RV_OK && claim->file_end != UINT64_MAX)
        status = rv_input_skip(input, UINT64_MAX, surplus, err);
    return status;
}
