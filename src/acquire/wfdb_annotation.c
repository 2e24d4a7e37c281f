/* SPDX-License-Identifier: GPL-3.0-or-later
 * WFDB annotation files in the MIT format: annot(5) of the WFDB Applications Guide.
 */
#include "acquire/bytes.h"
#include "acquire/wfdb.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { NOTE = 22, SKIP = 59, NUM = 60, SUB = 61, CHN = 62, AUX = 63, COUNT_MAX = 1 << 20 };

/* Mnemonics of the codes, in order; '\0': none. */
static const char mnemonics[] = "\0NLRaVFJASEj/Q~\0|\0sT*D\"=pB^t+u?![]en@xf()r";

struct notes {
    struct rv_arena *arena;
    struct rv_event *items; /* heap */
    size_t count, capacity;
    double rate_hz;
    int64_t tick;
};

static enum rv_status add(struct notes *notes, unsigned code, struct rv_error *err)
{
    char word[2] = "";
    if (code < sizeof mnemonics - 1)
        word[0] = mnemonics[code];
    if (notes->count == COUNT_MAX)
        return rv_fail(err, RV_DATA, "more than %d annotations", COUNT_MAX);
    if (!rv_grow(&notes->items, &notes->capacity, notes->count + 1, sizeof *notes->items))
        return rv_fail_memory(err);
    const char *text = word[0] != '\0' ? rv_arena_text(notes->arena, word)
                                       : rv_arena_format(notes->arena, "%u", code);
    if (text == NULL)
        return rv_fail_memory(err);
    notes->items[notes->count++] = (struct rv_event){.kind = RV_EVENT_NOTE,
                                                     .time_s = (double)notes->tick / notes->rate_hz,
                                                     .duration_s = NAN,
                                                     .text = text,
                                                     .intensity_ma = NAN,
                                                     .intensity_v = NAN};
    return RV_OK;
}

/* A text that belongs to the annotation before it; "## time resolution: 1000" sets the clock. */
static enum rv_status take_text(struct notes *notes, const unsigned char *bytes, size_t length,
                                struct rv_error *err)
{
    static const char clock[] = "## time resolution: ";
    while (length > 0 && bytes[length - 1] == 0)
        length--;
    const char *text = rv_text_utf8(notes->arena, (const char *)bytes, length);
    if (text == NULL)
        return rv_fail_memory(err);
    if (rv_text_starts(text, clock)) {
        double rate_hz;
        if (rv_number_text(text + strlen(clock), &rate_hz, NULL) && rate_hz > 0)
            notes->rate_hz = rate_hz;
        if (notes->count > 0)
            notes->count--; /* it says nothing else */
    } else if (length > 0 && notes->count > 0) {
        notes->items[notes->count - 1].text = text;
    }
    return RV_OK;
}

static enum rv_status read_all(struct notes *notes, const unsigned char *bytes, size_t size,
                               struct rv_error *err)
{
    for (size_t at = 0; at + 2 <= size;) {
        unsigned word = rv_u16le(bytes + at), code = word >> 10, low = word & 0x3FF;
        at += 2;
        enum rv_status status = RV_OK;
        if (word == 0)
            return RV_OK;
        size_t needed = code == SKIP ? 4 : code == AUX ? low + (low & 1) : 0;
        if (size - at < needed)
            return rv_fail(err, RV_DATA, "annotation at byte %zu runs past the end", at - 2);
        if (code == SKIP) { /* 32 bits, the high half first; may be negative */
            notes->tick += rv_signed(rv_u16le(bytes + at) << 16 | rv_u16le(bytes + at + 2), 32);
        } else if (code == AUX) {
            status = take_text(notes, bytes + at, low, err);
        } else if (code < SKIP) {
            notes->tick += low;
            status = notes->tick < 0
                         ? rv_fail(err, RV_DATA, "annotation at byte %zu is before 0", at - 2)
                         : add(notes, code, err);
        }
        if (status != RV_OK)
            return status;
        at += needed;
    }
    return rv_fail(err, RV_DATA, "annotations end without their end mark");
}

enum rv_status rv_wfdb_annotations_read(struct rv_arena *arena, const unsigned char *bytes,
                                        size_t size, double rate_hz, struct rv_event **events,
                                        size_t *count, struct rv_error *err)
{
    struct notes notes = {.arena = arena, .rate_hz = rate_hz};
    enum rv_status status = read_all(&notes, bytes, size, err);
    for (size_t i = 1; i < notes.count && status == RV_OK; i++)
        if (notes.items[i].time_s < notes.items[i - 1].time_s)
            status = rv_fail(err, RV_DATA, "annotation %zu goes back in time", i + 1);
    if (status == RV_OK) {
        *events = rv_arena_copy(arena, notes.items, notes.count, sizeof **events);
        *count = notes.count;
        status = *events == NULL ? rv_fail_memory(err) : RV_OK;
    }
    rv_release(notes.items);
    return status;
}
