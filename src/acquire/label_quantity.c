/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers with units in the free text of an EMG machine. A number that could mean something else
 * is left alone: a wrong distance is worse than none.
 */
#include "acquire/label_quantity.h"

#include "knowledge/knowledge.h"

#include <math.h>

enum quantity { DISTANCE, CURRENT, VOLTAGE, PULSE, TEMPERATURE, QUANTITY_COUNT };

static const struct {
    const char *unit;
    enum quantity quantity;
    double factor; /* to mm, mA, V, ms, degrees C */
} units[] = {
    {"mm", DISTANCE, 1},
    {"cm", DISTANCE, 10},
    {"ma", CURRENT, 1},
    {"v", VOLTAGE, 1},
    {"volt", VOLTAGE, 1},
    {"volts", VOLTAGE, 1},
    {"ms", PULSE, 1},
    {"msec", PULSE, 1},
    {"us", PULSE, 0.001},
    {"usec", PULSE, 0.001},
    {"c", TEMPERATURE, 1},
    {"degc", TEMPERATURE, 1},
    {"celsius", TEMPERATURE, 1},
    {NULL, DISTANCE, 0},
};

static const char *const bands[QUANTITY_COUNT] = {"distance_mm", "intensity_ma", "intensity_v",
                                                  "pulse_ms", "temperature_c"};
static const char *const other_temperature_before[] = {"room", "ambient", "air", "bath",
                                                       "core", "body",    NULL};

/* Words before or after a length that make it something else than the distance. */
static const char *const other_length_before[] = {
    "height",     "tall",           "leg",  "limb", "length", "spacing",
    "separation", "interelectrode", "ring", "disc", "disk",   "diameter",
    "size",       "segment",        "g1",   "g2",   "needle", NULL};
static const char *const other_length_after[] = {
    "height",   "tall",  "disc",      "disk",       "discs",    "disks",  "ring",    "rings",
    "diameter", "apart", "spacing",   "bar",        "segment",  "div",    "needle",  "cup",
    "cups",     "long",  "below",     "above",      "proximal", "distal", "lateral", "medial",
    "behind",   "under", "electrode", "electrodes", NULL};
static const char *const pulse_near[] = {"pulse",    "pulses", "width",  "pulsewidth", "pw",
                                         "duration", "dur",    "square", NULL};
static const char *const other_time_before[] = {"latency", "lat",   "onset",    "peak",   "at",
                                                "after",   "sweep", "div",      "window", "delay",
                                                "gate",    "isi",   "interval", "every",  NULL};
static const char *const record_words[] = {
    "rec", "record", "recording", "recorded", "recordings", "active", "pickup", "g1", "e1", NULL};
static const char *const stimulate_words[] = {"stim",       "stimulus",    "stimulate",
                                              "stimulated", "stimulating", "stimulation",
                                              "stimuli",    "cathode",     NULL};

bool rv_label_says_record(const struct rv_label_token *token)
{
    return rv_label_in(token, record_words);
}

bool rv_label_says_stimulate(const struct rv_label_token *token)
{
    return rv_label_in(token, stimulate_words);
}

struct found {
    enum quantity quantity;
    double value;
    size_t first, count; /* tokens */
};

/* Degrees are written with a capital: "20 c" may be anything. */
static size_t find_unit(const struct rv_label_token *token)
{
    size_t i = 0;
    while (units[i].unit != NULL &&
           (!rv_label_is(token, units[i].unit) || (token->length == 1 && *token->text == 'c')))
        i++;
    return i;
}

/* "10-14 cm" is a range, "-14 cm" no length, "8 +- 0.2 cm" an error. */
static bool stands_alone(const struct rv_label_tokens *tokens, size_t i)
{
    const struct rv_label_token *token = &tokens->items[i];
    double left;
    if (token->minus || token->before == '~')
        return false;
    return token->before != '-' || i == 0 || rv_label_number(token - 1, &left) != token[-1].length;
}

static bool is_plausible(const struct found *found)
{
    double lower, upper;
    return rv_plausible(bands[found->quantity], &lower, &upper) && found->value >= lower &&
           found->value <= upper;
}

/* A number and its unit at token i, as written ("14cm") or parted by a blank. */
static bool read_at(const struct rv_label_tokens *tokens, size_t i, struct found *found)
{
    const struct rv_label_token *token = &tokens->items[i];
    double number;
    size_t digits = rv_label_number(token, &number);
    if (digits == 0 || !stands_alone(tokens, i))
        return false;
    *found = (struct found){.first = i, .count = 1};
    struct rv_label_token unit = {.text = token->text + digits, .length = token->length - digits};
    if (unit.length == 0) {
        if (i + 1 == tokens->count || token[1].before != ' ')
            return false;
        unit = token[1];
        found->count = 2;
        if (rv_label_is(&unit, "deg") && i + 2 < tokens->count && token[2].before == ' ') {
            unit = token[2];
            found->count = 3;
        }
    }
    size_t which = find_unit(&unit), after = i + found->count;
    if (units[which].unit == NULL ||
        (after < tokens->count && tokens->items[after].before == '/')) /* "mm/s" */
        return false;
    found->quantity = units[which].quantity;
    found->value = number * units[which].factor;
    return is_plausible(found);
}

static const struct rv_label_token *token_at(const struct rv_label_tokens *tokens, size_t i)
{
    return i < tokens->count ? &tokens->items[i] : NULL;
}

static bool near(const struct rv_label_token *token, const char *const *words)
{
    return token != NULL && rv_label_in(token, words);
}

/* "from" leads to the recording electrode: "6.5cm from recording site". */
static bool from_recording(const struct rv_label_tokens *tokens, size_t from)
{
    const struct rv_label_token *next = token_at(tokens, from + 1);
    if (next != NULL && rv_label_is(next, "the"))
        next = token_at(tokens, from + 2);
    return next != NULL && rv_label_says_record(next);
}

static bool is_distance(const struct rv_label_tokens *tokens, const struct found *found)
{
    const struct rv_label_token *before =
        found->first > 0 ? &tokens->items[found->first - 1] : NULL;
    const struct rv_label_token *after = token_at(tokens, found->first + found->count);
    if (near(before, other_length_before) || near(after, other_length_after))
        return false;
    return after == NULL || !rv_label_is(after, "from") ||
           from_recording(tokens, found->first + found->count);
}

static bool is_skin(const struct rv_label_tokens *tokens, const struct found *found)
{
    return found->first == 0 || !near(&tokens->items[found->first - 1], other_temperature_before);
}

/* Parted by "x", by a times sign or by a star. */
static bool is_times(const struct rv_label_tokens *tokens, size_t left_end, size_t right)
{
    if (right >= tokens->count)
        return false;
    return (left_end == right && tokens->items[right].before == '*') ||
           (left_end + 1 == right && rv_label_is(&tokens->items[left_end], "x"));
}

static bool is_strength(const struct found *found)
{
    return found->quantity == CURRENT || found->quantity == VOLTAGE;
}

static bool is_pulse(const struct rv_label_tokens *tokens, const struct found *all, size_t count,
                     size_t which)
{
    const struct found *found = &all[which];
    size_t end = found->first + found->count, times = 0, strengths = 0;
    const struct rv_label_token *before =
        found->first > 0 ? &tokens->items[found->first - 1] : NULL;
    if (near(before, pulse_near) || near(token_at(tokens, end), pulse_near))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (all[i].quantity == PULSE)
            times++;
        if (!is_strength(&all[i]))
            continue;
        strengths++;
        if (is_times(tokens, end, all[i].first) ||
            is_times(tokens, all[i].first + all[i].count, found->first))
            return true;
    }
    /* One time and a strength in one text, and no word that makes the time a latency. */
    return strengths > 0 && times == 1 && !near(before, other_time_before);
}

static void take(struct rv_label_tokens *tokens, const struct found *found)
{
    for (size_t i = 0; i < found->count; i++) {
        tokens->items[found->first + i].used = true;
        if (found->quantity == DISTANCE)
            tokens->items[found->first + i].what = RV_LABEL_DISTANCE;
    }
}

/* The one value of a quantity; two different ones leave it unknown, and their words unused. */
static double settle(struct rv_label_tokens *tokens, const struct found *all, const bool *good,
                     size_t count, enum quantity quantity)
{
    double value = NAN;
    for (size_t i = 0; i < count; i++) {
        if (all[i].quantity != quantity || !good[i])
            continue;
        if (!isnan(value) && fabs(all[i].value - value) > 1e-9 * value)
            return NAN;
        value = all[i].value;
    }
    for (size_t i = 0; i < count; i++)
        if (all[i].quantity == quantity && good[i])
            take(tokens, &all[i]);
    return value;
}

void rv_label_quantities(struct rv_label_tokens *tokens, struct rv_label *label)
{
    struct found all[RV_LABEL_TOKENS];
    bool good[RV_LABEL_TOKENS];
    size_t count = 0;
    for (size_t i = 0; i < tokens->count; i++)
        if (read_at(tokens, i, &all[count]))
            count++;
    for (size_t i = 0; i < count; i++)
        good[i] = all[i].quantity == DISTANCE      ? is_distance(tokens, &all[i])
                  : all[i].quantity == PULSE       ? is_pulse(tokens, all, count, i)
                  : all[i].quantity == TEMPERATURE ? is_skin(tokens, &all[i])
                                                   : true;
    label->distance_mm = settle(tokens, all, good, count, DISTANCE);
    label->intensity_ma = settle(tokens, all, good, count, CURRENT);
    label->intensity_v = settle(tokens, all, good, count, VOLTAGE);
    label->pulse_ms = settle(tokens, all, good, count, PULSE);
    label->temperature_c = settle(tokens, all, good, count, TEMPERATURE);
}
