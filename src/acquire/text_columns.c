/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the names of a text table's columns and the remarks above it say.
 */
#include "acquire/text_columns.h"

#include "acquire/reader.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    c = folded(c);
    return c >= 'a' && c <= 'z';
}

static bool in_list(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* Lower case, with one '_' for each run of blanks, underscores and hyphens; none at the ends. */
static void fold(const char *text, char *out, size_t capacity)
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < capacity; text++) {
        bool gap = *text == ' ' || *text == '_' || *text == '-' || *text == '\t';
        if (!gap)
            out[n++] = folded(*text);
        else if (n > 0 && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[n] = '\0';
}

/* --- units --------------------------------------------------------------------------------- */

struct time_unit {
    const char *unit;
    double seconds;
};

static const struct time_unit time_units[] = {
    {"s", 1},     {"sec", 1},          {"seconds", 1},      {"ms", 1e-3}, {"msec", 1e-3},
    {"us", 1e-6}, {"\xC2\xB5s", 1e-6}, {"\xCE\xBCs", 1e-6}, {0},
};

bool rv_text_time_factor(const char *unit, double *seconds)
{
    for (const struct time_unit *known = time_units; known->unit != NULL; known++)
        if (strcmp(unit, known->unit) == 0) {
            *seconds = known->seconds;
            return true;
        }
    return false;
}

bool rv_text_unit_is_misspelt(const char *unit)
{
    static const char *const words[] = {"v",         "mv",         "uv",        "nv",
                                        "\xC2\xB5v", "\xCE\xBCv",  "volt",      "volts",
                                        "millivolt", "millivolts", "microvolt", "microvolts",
                                        "mvolt",     "uvolt",      NULL};
    char word[32];
    double factor;
    fold(unit, word, sizeof word);
    return in_list(word, words) && !rv_unit_factor(unit, &factor);
}

static bool known_unit(const char *unit)
{
    double factor;
    return rv_unit_factor(unit, &factor) || rv_text_time_factor(unit, &factor) ||
           strcmp(unit, "mA") == 0;
}

static const char *without_brackets(const char *text, char *out, size_t capacity)
{
    size_t length = strlen(text);
    bool bracketed = length >= 3 && ((text[0] == '(' && text[length - 1] == ')') ||
                                     (text[0] == '[' && text[length - 1] == ']'));
    if (!bracketed || length - 2 >= capacity)
        return text;
    memcpy(out, text + 1, length - 2);
    out[length - 2] = '\0';
    return out;
}

bool rv_text_is_unit(const char *text)
{
    char inside[32];
    return known_unit(without_brackets(text, inside, sizeof inside));
}

/* "R APB (mV)", "R APB [mV]", "amplitude_mV", "R APB mV", "mV": where the unit begins, NULL without
 * one; *label_length gets the length of what is before it. */
static const char *unit_in(const char *name, size_t *label_length, bool *bracketed)
{
    size_t length = strlen(name);
    *label_length = length;
    *bracketed = length > 2 && (name[length - 1] == ')' || name[length - 1] == ']');
    if (*bracketed) {
        const char *open = strrchr(name, name[length - 1] == ')' ? '(' : '[');
        if (open == NULL)
            return NULL;
        *label_length = (size_t)(open - name);
        return open + 1;
    }
    for (size_t i = length; i > 0; i--)
        if (strchr("_ /,\t", name[i - 1]) != NULL) {
            *label_length = i - 1;
            return name + i;
        }
    *label_length = 0;
    return name;
}

static enum rv_status refuse_unit(const char *unit, struct rv_error *err)
{
    char shown[520];
    rv_text_visible(unit, strlen(unit), shown, sizeof shown);
    return rv_fail(err, RV_DATA, "unit '%s' is not one of V, mV, uV, nV", shown);
}

/* The unit as the name writes it. */
static enum rv_status unit_of_name(struct rv_arena *arena, struct rv_text_column *column,
                                   struct rv_error *err)
{
    char last[64] = "";
    size_t label_length;
    bool bracketed;
    const char *unit = unit_in(column->name, &label_length, &bracketed);
    size_t length = unit != NULL ? strlen(unit) - (bracketed ? 1 : 0) : 0;
    if (length > 0 && length < sizeof last)
        memcpy(last, unit, length);
    if (bracketed && rv_text_unit_is_misspelt(last))
        return refuse_unit(last, err);
    column->label = column->name;
    column->unit = "";
    if (!known_unit(last))
        return RV_OK;
    while (label_length > 0 && strchr("_ \t", column->name[label_length - 1]) != NULL)
        label_length--;
    column->label = rv_arena_text_n(arena, column->name, label_length);
    column->unit = rv_arena_text(arena, last);
    return column->label == NULL || column->unit == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status take_unit(struct rv_arena *arena, const char *unit_cell,
                                struct rv_text_column *column, struct rv_error *err)
{
    char inside[32];
    enum rv_status status = unit_of_name(arena, column, err);
    if (status != RV_OK || unit_cell == NULL || unit_cell[0] == '\0')
        return status;
    const char *unit = without_brackets(unit_cell, inside, sizeof inside);
    if (rv_text_unit_is_misspelt(unit))
        return refuse_unit(unit, err);
    column->unit = rv_arena_text(arena, unit);
    return column->unit == NULL ? rv_fail_memory(err) : RV_OK;
}

/* --- roles --------------------------------------------------------------------------------- */

static const char *const time_names[] = {"",           "time",      "times",     "t",
                                         "time_point", "timepoint", "zeit",      "temps",
                                         "tiempo",     "tempo",     "timestamp", NULL};
static const char *const index_names[] = {
    "sample", "sample_index", "sample_number", "index", "frame", "n", NULL};
static const char *const sweep_names[] = {"recording_index", "sweep",          "sweep_index",
                                          "sweep_number",    "trial",          "trial_index",
                                          "trial_number",    "record_index",   "epoch",
                                          "epoch_index",     "stimulus_index", NULL};
static const char *const channel_names[] = {"channel_index", "channel", "channel_number", "ch",
                                            NULL};
static const char *const stimulus_names[] = {
    "stimulus", "stim", "stimulus_intensity", "intensity", "current", "stim_intensity", NULL};

/* "s001", "r000_stim0.55V", "sweep 3", "trace0": a word of the list and then digits; the letters s
 * and r alone need two digits, so that the R1 of a blink reflex stays a channel. */
static bool names_sweep(const char *folded_name)
{
    static const char *const words[] = {"sweep", "trace", "trial", "record", "epoch",
                                        "stim",  "sw",    "s",     "r",      NULL};
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(folded_name, words[i], length) != 0)
            continue;
        const char *at = folded_name + length;
        at += *at == '_';
        size_t digits = 0;
        while (is_digit(at[digits]))
            digits++;
        if (digits >= (length == 1 ? 2 : 1) && (at[digits] == '\0' || at[digits] == '_'))
            return true;
    }
    return false;
}

static bool no_unit(const struct rv_text_column *column)
{
    return column->unit[0] == '\0';
}

static bool time_unit_or_none(const struct rv_text_column *column)
{
    double seconds;
    return rv_text_time_factor(column->unit, &seconds) ||
           (no_unit(column) && column->label[0] != '\0');
}

static bool intensity_unit(const struct rv_text_column *column)
{
    return strcmp(column->unit, "V") == 0 || strcmp(column->unit, "mA") == 0;
}

struct role {
    enum rv_text_role role;
    const char *const *names;
    bool (*unit_fits)(const struct rv_text_column *column);
};

static const struct role roles[] = {
    {RV_TEXT_TIME, time_names, time_unit_or_none},
    {RV_TEXT_INDEX, index_names, no_unit},
    {RV_TEXT_SWEEP, sweep_names, no_unit},
    {RV_TEXT_CHANNEL_NUMBER, channel_names, no_unit},
    {RV_TEXT_STIMULUS, stimulus_names, intensity_unit},
    {RV_TEXT_CHANNEL, NULL, NULL},
};

static void find_role(struct rv_text_column *column)
{
    char word[64];
    fold(column->label, word, sizeof word);
    column->sweep_named = names_sweep(word);
    const struct role *role = roles;
    while (role->names != NULL && !(in_list(word, role->names) && role->unit_fits(column)))
        role++;
    column->role = role->role;
    column->current = strcmp(column->unit, "mA") == 0;
    if (column->sweep_named && column->current) { /* of the stimulus, not of the samples */
        column->unit = "";
        column->label = column->name;
    }
    column->factor = NAN;
    if (column->role == RV_TEXT_TIME)
        rv_text_time_factor(column->unit, &column->factor);
    else
        rv_unit_factor(column->unit, &column->factor);
}

enum rv_status rv_text_column_read(struct rv_arena *arena, const char *name, const char *unit_cell,
                                   struct rv_text_column *column, struct rv_error *err)
{
    size_t length = strlen(name);
    *column = (struct rv_text_column){0};
    column->name = rv_text_is_utf8(name, length) ? rv_arena_text(arena, name)
                                                 : rv_text_latin1(arena, name, length);
    const char *second = unit_cell == NULL || rv_text_is_utf8(unit_cell, strlen(unit_cell))
                             ? unit_cell
                             : rv_text_latin1(arena, unit_cell, strlen(unit_cell));
    if (column->name == NULL || (unit_cell != NULL && second == NULL))
        return rv_fail_memory(err);
    enum rv_status status = take_unit(arena, second, column, err);
    if (status == RV_OK)
        find_role(column);
    return status;
}

/* Does a number begin here, rather than go on? */
static bool number_begins(const char *name, const char *at)
{
    return is_digit(*at) && (at == name || !(is_digit(at[-1]) || at[-1] == '.'));
}

/* The number of the name that stands directly before a unit of V or mA. */
void rv_text_intensity(const char *name, double *volt, double *milliampere)
{
    *volt = *milliampere = NAN;
    for (const char *at = name; *at != '\0'; at++) {
        if (!number_begins(name, at))
            continue;
        size_t length = strspn(at, "0123456789.");
        const char *unit = at + length + (at[length] == ' ');
        bool current = rv_text_starts(unit, "mA");
        size_t unit_length = current ? 2 : 1;
        double number;
        if ((current || *unit == 'V') && !is_letter(unit[unit_length]) &&
            rv_number_read(at, length, &number))
            *(current ? milliampere : volt) = number;
    }
}

/* --- remarks ------------------------------------------------------------------------------- */

static bool begins_with(const char *key, const char *const *list)
{
    for (; *list != NULL; list++)
        if (rv_text_starts(key, *list))
            return true;
    return false;
}

/* "1000", "1000.00 Hz", "10 kHz"; the unit of the key ("Sampling Rate (kHz)") comes first. */
static enum rv_status read_rate(const char *key, const char *text, bool interval, double *rate_hz,
                                struct rv_error *err)
{
    size_t length = strcspn(text, " \t");
    const char *unit = text + length + strspn(text + length, " \t");
    double number, scale = 1;
    char shown[520];
    if (!rv_number_read(text, length, &number) || number <= 0) {
        rv_text_visible(text, strlen(text), shown, sizeof shown);
        return rv_fail(err, RV_DATA, "'%s' is no sampling %s", shown,
                       interval ? "interval" : "rate");
    }
    if (!interval) {
        bool kilo = strstr(key, "khz") != NULL || rv_text_equal_case(unit, "kHz");
        *rate_hz = kilo ? number * 1000 : number;
        return RV_OK;
    }
    const char *open = strpbrk(key, "([");
    char inside[16] = "";
    if (open != NULL)
        memcpy(inside, open + 1, strcspn(open + 1, ")]") < 15 ? strcspn(open + 1, ")]") : 15);
    if (!rv_text_time_factor(unit, &scale) && !rv_text_time_factor(inside, &scale))
        return rv_fail(err, RV_DATA, "sampling interval without a unit: s, ms or us");
    *rate_hz = 1 / (number * scale);
    return RV_OK;
}

/* A remark's text as UTF-8; machines write Latin-1 too. */
static const char *remark_text(struct rv_arena *arena, const char *given)
{
    size_t length = strlen(given);
    return rv_text_is_utf8(given, length) ? rv_arena_text(arena, given)
                                          : rv_text_latin1(arena, given, length);
}

static enum rv_status take_remark(struct rv_arena *arena, const char *key, const char *given,
                                  struct rv_text_remarks *remarks, struct rv_error *err)
{
    static const char *const rates[] = {
        "sampling_rate", "sample_rate", "samplerate",       "sampling_frequency",
        "samplingrate",  "sfreq",       "sample_frequency", NULL};
    static const char *const intervals[] = {"sampling_interval", "sample_interval", NULL};
    static const char *const labels[] = {"labels", "channels", "channel", NULL};
    static const char *const units[] = {"units", "unit", NULL};
    bool interval = begins_with(key, intervals);
    if (interval || begins_with(key, rates) || strcmp(key, "fs") == 0)
        return read_rate(key, given, interval, &remarks->rate_hz, err);
    if (in_list(key, labels))
        remarks->labels = remark_text(arena, given);
    if (in_list(key, units))
        remarks->units = remark_text(arena, given);
    if (strcmp(key, "columns") == 0 && rv_text_equal_case(given, "sweeps"))
        remarks->sweeps = true;
    return RV_OK;
}

enum rv_status rv_text_remark_read(struct rv_arena *arena, const char *text,
                                   struct rv_text_remarks *remarks, struct rv_error *err)
{
    char key[96], raw[96] = "";
    size_t length = strcspn(text, ":=");
    const char *given = text + length + strspn(text + length, ":= \t");
    if (given[0] == '\0' || length >= sizeof raw)
        return RV_OK;
    memcpy(raw, text, length);
    fold(raw + strspn(raw, " \t"), key, sizeof key);
    return take_remark(arena, key, given, remarks, err);
}

const char *rv_text_list_item(struct rv_arena *arena, const char *list, size_t index)
{
    const char *marks = strpbrk(list, "\t;,") != NULL ? "\t;," : "";
    const char *at = list;
    for (size_t i = 0; i < index; i++) {
        at += strcspn(at, marks);
        if (*at == '\0')
            return NULL;
        at++;
    }
    size_t length = strcspn(at, marks);
    while (length > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        length--;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
        length--;
    return length > 0 ? rv_arena_text_n(arena, at, length) : NULL;
}
