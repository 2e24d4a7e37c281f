/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where what stands on the page of ranvier stream --live.
 */
#include "live_layout.h"

#include "live_trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PANEL_FROM_WIDTH = 110, PANEL_COLUMNS = 38, VALUE_COLUMNS = 26, LINE = 512 };

#define BETWEEN "  "
#define HELD "\xC2\xA0" /* a blank at which no line is broken */

/* Which values, the first of them where there is little room. */
static const enum rv_parameter motor_values[] = {RV_ONSET_LATENCY,       RV_AMPLITUDE,
                                                 RV_NEGATIVE_DURATION,   RV_NEGATIVE_AREA,
                                                 RV_CONDUCTION_VELOCITY, RV_AMPLITUDE_PEAK_TO_PEAK,
                                                 RV_TOTAL_DURATION,      RV_NEGATIVE_PEAK_LATENCY};
static const enum rv_parameter sensory_values[] = {
    RV_NEGATIVE_PEAK_LATENCY,  RV_AMPLITUDE,         RV_ONSET_LATENCY, RV_CONDUCTION_VELOCITY,
    RV_AMPLITUDE_PEAK_TO_PEAK, RV_NEGATIVE_DURATION, RV_NEGATIVE_AREA, RV_TOTAL_DURATION};
enum { VALUES_MOST = sizeof motor_values / sizeof *motor_values };

/* What was done to every trace is no news. */
static const uint64_t usual_flags =
    (uint64_t)1 << RV_FLAG_TAIL_SUBTRACTED | (uint64_t)1 << RV_FLAG_MAINS_SUBTRACTED;

static void clock_text(double s, char out[32])
{
    unsigned long whole = s > 0 && s < 1e9 ? (unsigned long)s : 0;
    snprintf(out, 32, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
}

/* --- lines --------------------------------------------------------------------------------- */

/* Bytes of the text that fit into so many columns, up to a blank where there is one. */
static size_t line_of(const struct live_canvas *canvas, const char *text, size_t columns)
{
    char line[LINE];
    size_t length = strlen(text) < LINE - 1 ? strlen(text) : LINE - 1, best = 0;
    memcpy(line, text, length + (length < LINE - 1 ? 1 : 0));
    line[length] = '\0';
    if (live_text_columns(canvas, line) <= columns)
        return length;
    for (size_t i = 1; i < length; i++) {
        if (text[i] != ' ')
            continue;
        line[i] = '\0';
        if (live_text_columns(canvas, line) <= columns)
            best = i;
        line[i] = ' ';
    }
    return best;
}

/* Text over up to `rows` lines, the last one cut; returns the lines taken. */
static size_t wrapped(struct live_canvas *canvas, struct live_area area, enum live_style style,
                      const char *text)
{
    for (size_t row = 0; row < area.height; row++) {
        char line[LINE];
        size_t length = line_of(canvas, text, area.width);
        bool last = row + 1 == area.height || length == 0;
        snprintf(line, sizeof line, "%.*s", last ? LINE - 1 : (int)length, text);
        live_canvas_text(canvas, area.x, area.y + row, area.width, style, line);
        text += last ? strlen(text) : length + (text[length] == ' ' ? 1 : 0);
        if (*text == '\0')
            return row + 1;
    }
    return area.height;
}

static void title(const struct live_screen *screen, struct live_canvas *canvas)
{
    char right[LINE], left[2 * LINE], clock[32];
    const struct live_facts *facts = &screen->response.facts;
    clock_text(screen->clock_s, clock);
    snprintf(right, sizeof right, "%.60s%s%zu/%zu%s  %s ", screen->patient,
             screen->patient[0] != '\0' ? "  " : "", screen->count > 0 ? screen->shown + 1 : 0,
             screen->count, screen->pinned ? " kept" : "", clock);
    snprintf(left, sizeof left, " %s  %s%s%s", screen->count > 0 ? facts->id : "ranvier",
             facts->name, facts->name[0] != '\0' ? "  " : "",
             screen->count > 0 ? facts->label : "");
    live_canvas_fill(canvas, (struct live_area){0, 0, canvas->width, 1}, LIVE_TITLE);
    size_t columns = live_text_columns(canvas, right);
    if (columns > canvas->width / 2)
        columns = canvas->width / 2;
    live_canvas_text(canvas, canvas->width - columns, 0, columns, LIVE_TITLE, right);
    live_canvas_text(canvas, 0, 0, canvas->width - columns - 1, LIVE_TITLE, left);
}

static void keys(const struct live_screen *screen, struct live_canvas *canvas)
{
    static const char words[] = "q end  n/p response  +/- gain  w window  0 reset";
    size_t y = canvas->height - 1, taken = 0;
    if (screen->state[0] != '\0')
        taken = live_canvas_text(canvas, 0, y, canvas->width, LIVE_BOLD, screen->state) + 2;
    if (taken < canvas->width)
        live_canvas_text(canvas, taken, y, canvas->width - taken, LIVE_FAINT, words);
}

/* --- values -------------------------------------------------------------------------------- */

static void value_line(const struct live_facts *facts, enum rv_parameter parameter, bool aligned,
                       char out[LINE])
{
    char text[RV_VALUE_TEXT_SIZE];
    const struct rv_value *value = &facts->values[parameter];
    bool number = value->validity == RV_MEASURED;
    rv_value_text(value, parameter, facts->kind, text);
    snprintf(out, LINE, aligned ? "%-10s %s%s%s" : "%s %s%s%s",
             rv_parameter_facts(parameter)->short_name, text, number ? " " : "",
             number ? rv_value_unit(parameter, facts->kind) : "");
}

enum { COLUMNS_MOST = 4, GAP = 2 };

/* Width of each of so many columns that are filled row by row; false: they do not fit. */
static bool fits(const struct live_canvas *canvas, char lines[][LINE], size_t count, size_t columns,
                 size_t room, size_t widths[COLUMNS_MOST])
{
    size_t sum = GAP * (columns - 1);
    for (size_t c = 0; c < columns; c++) {
        widths[c] = 0;
        for (size_t i = c; i < count; i += columns)
            if (live_text_columns(canvas, lines[i]) > widths[c])
                widths[c] = live_text_columns(canvas, lines[i]);
        sum += widths[c];
    }
    return sum <= room;
}

/* In as many columns as fit; how many rows were taken. */
static size_t tabulate(char lines[][LINE], size_t count, struct live_canvas *canvas,
                       struct live_area area)
{
    size_t widths[COLUMNS_MOST], columns = COLUMNS_MOST;
    while (columns > 1 && !fits(canvas, lines, count, columns, area.width, widths))
        columns--;
    if (columns == 1)
        widths[0] = area.width;
    for (size_t i = 0; i < count && i / columns < area.height; i++) {
        size_t x = area.x;
        for (size_t c = 0; c < i % columns; c++)
            x += widths[c] + GAP;
        live_canvas_text(canvas, x, area.y + i / columns, widths[i % columns], LIVE_BOLD, lines[i]);
    }
    size_t rows = (count + columns - 1) / columns;
    return rows < area.height ? rows : area.height;
}

static size_t values(const struct live_facts *facts, struct live_canvas *canvas,
                     struct live_area area)
{
    bool sensory = facts->kind == RV_SENSORY || facts->kind == RV_MIXED;
    const enum rv_parameter *which = sensory ? sensory_values : motor_values;
    char lines[VALUES_MOST][LINE];
    size_t count = 0;
    if (!facts->measured) {
        live_canvas_text(canvas, area.x, area.y, area.width, LIVE_PLAIN,
                         facts->sweep_count > 0 ? "single sweep; not measured while it comes"
                                                : "no sweep yet");
        return 1;
    }
    for (size_t i = 0; i < VALUES_MOST; i++)
        if (facts->values[which[i]].validity != RV_UNTESTED)
            value_line(facts, which[i], area.width < 2 * VALUE_COLUMNS, lines[count++]);
    return tabulate(lines, count, canvas, area);
}

/* --- quality ------------------------------------------------------------------------------- */

static void append(char line[LINE], const char *between, const char *more)
{
    size_t length = strlen(line);
    snprintf(line + length, LINE - length, "%s%s", length > 0 ? between : "", more);
}

static void number_text(char out[LINE], const char *before, double number, const char *after)
{
    out[0] = '\0';
    if (isfinite(number))
        snprintf(out, LINE, "%s%.3g%s", before, number, after);
}

static void sweeps_text(const struct live_facts *facts, char out[LINE])
{
    char part[64];
    snprintf(out, LINE, "sweeps %zu", facts->sweep_count);
    if (!facts->measured)
        return;
    snprintf(part, sizeof part, " (used %zu, rejected %zu", facts->used, facts->rejected);
    append(out, "", part);
    if (facts->withheld_count > 0) {
        snprintf(part, sizeof part, ", over gaps %zu", facts->withheld_count);
        append(out, "", part);
    }
    append(out, "", ")");
}

static void quality_text(const struct live_facts *facts, char line[LINE])
{
    char part[LINE];
    sweeps_text(facts, line);
    if (facts->measured && facts->calibrated) {
        number_text(part, "noise" HELD, facts->noise_uv, HELD "\xC2\xB5V");
        append(line, BETWEEN, part);
    }
    if (facts->measured && isfinite(facts->snr_db)) {
        snprintf(part, sizeof part, "SNR" HELD "%.0f" HELD "dB", facts->snr_db);
        append(line, BETWEEN, part);
    }
    number_text(part, "", facts->intensity, HELD "mA");
    if (part[0] != '\0')
        append(line, BETWEEN, part);
}

static void troubles_text(const struct live_screen *screen, char line[LINE])
{
    char part[160], clock[32];
    line[0] = '\0';
    if (screen->gap_count > 0) {
        clock_text(screen->gap_s, clock);
        snprintf(part, sizeof part, "gaps %zu, the last of %.3g s before %s", screen->gap_count,
                 screen->gap_length_s, clock);
        append(line, BETWEEN, part);
    }
    for (int flag = 0; flag < RV_FLAG_COUNT; flag++) {
        if ((screen->response.facts.flags & ~usual_flags & (uint64_t)1 << flag) == 0)
            continue;
        snprintf(part, sizeof part, "%.150s", rv_flag_name((enum rv_flag)flag));
        for (char *c = part; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        append(line, BETWEEN, part);
    }
}

/* Quality, troubles and advice below one another, as far as there is room. */
static void remarks(const struct live_screen *screen, struct live_canvas *canvas,
                    struct live_area area)
{
    const struct live_facts *facts = &screen->response.facts;
    char line[LINE];
    size_t bottom = area.y + area.height;
    quality_text(facts, line);
    bool narrow = area.width < 70 && area.height > 6;
    area.height = narrow ? 3 : 1;
    area.y += wrapped(canvas, area, LIVE_PLAIN, line);
    troubles_text(screen, line);
    bool room = bottom - area.y > 1 || facts->advice_count == 0;
    area.height = narrow ? 2 : 1;
    if (line[0] != '\0' && room && area.y < bottom)
        area.y += wrapped(canvas, area, LIVE_WARN, line);
    for (size_t i = 0; i < facts->advice_count && area.y < bottom; i++) {
        area.height = bottom - area.y;
        area.y += wrapped(canvas, area, LIVE_WARN, facts->advice[i].text);
    }
}

/* --- list of responses --------------------------------------------------------------------- */

static void result_text(const struct live_row *row, enum rv_parameter parameter,
                        const struct rv_value *value, char out[LINE])
{
    char text[RV_VALUE_TEXT_SIZE];
    out[0] = '\0';
    if (!row->measured)
        return;
    rv_value_text(value, parameter, row->kind, text);
    snprintf(out, LINE, "%s%s%s", text, value->validity == RV_MEASURED ? " " : "",
             value->validity == RV_MEASURED ? rv_value_unit(parameter, row->kind) : "");
}

static void list_row(const struct live_row *row, bool shown, struct live_canvas *canvas,
                     struct live_area area)
{
    enum { SWEEPS = 6, RESULT = 18 };
    char latency[LINE], amplitude[LINE], sweeps[32], head[LINE];
    enum live_style style = shown ? LIVE_BOLD : LIVE_PLAIN;
    bool onset = row->kind == RV_MOTOR;
    result_text(row, onset ? RV_ONSET_LATENCY : RV_NEGATIVE_PEAK_LATENCY, &row->latency, latency);
    result_text(row, RV_AMPLITUDE, &row->amplitude, amplitude);
    snprintf(sweeps, sizeof sweeps, "%4zu", row->sweep_count);
    snprintf(head, sizeof head, "%s %s %s", shown ? "\xE2\x96\xB6" : " ", row->id, row->label);
    size_t right = SWEEPS + 2 * RESULT, x = area.x + area.width - right;
    if (area.width < right + 16) {
        live_canvas_text(canvas, area.x, area.y, area.width, style, head);
        return;
    }
    live_canvas_text(canvas, area.x, area.y, area.width - right - 1, style, head);
    live_canvas_text(canvas, x, area.y, SWEEPS, style, sweeps);
    live_canvas_text(canvas, x + SWEEPS, area.y, RESULT - 1, style, latency);
    live_canvas_text(canvas, x + SWEEPS + RESULT, area.y, RESULT, style, amplitude);
}

/* Newest first; the one that is shown is among them. */
static void list(const struct live_screen *screen, struct live_canvas *canvas,
                 struct live_area area)
{
    size_t first = 0;
    for (size_t i = 0; i < screen->row_count; i++)
        if (screen->rows[i].number == screen->shown && i >= area.height)
            first = i - area.height + 1;
    for (size_t y = 0; y < area.height && first + y < screen->row_count; y++) {
        struct live_area line = {area.x, area.y + y, area.width, 1};
        const struct live_row *row = &screen->rows[first + y];
        list_row(row, row->number == screen->shown, canvas, line);
    }
}

/* --- the page ------------------------------------------------------------------------------ */

static size_t list_height(const struct live_screen *screen, size_t height)
{
    size_t most = height < 20 ? 0 : height < 24 ? 2 : 3 + (height - 24) / 4;
    return screen->row_count < 2 ? 0 : screen->row_count < most ? screen->row_count : most;
}

static void beside(const struct live_screen *screen, const struct live_view *view,
                   struct live_canvas *canvas, struct live_area body)
{
    struct live_area trace = {0, body.y, body.width - PANEL_COLUMNS - 2, body.height};
    struct live_area panel = {body.width - PANEL_COLUMNS, body.y + 1, PANEL_COLUMNS,
                              body.height - 1};
    live_trace_draw(canvas, trace, &screen->response, view);
    size_t taken = values(&screen->response.facts, canvas, panel) + 1;
    if (taken >= panel.height)
        return;
    panel.y += taken;
    panel.height -= taken;
    remarks(screen, canvas, panel);
}

static void below(const struct live_screen *screen, const struct live_view *view,
                  struct live_canvas *canvas, struct live_area body)
{
    size_t value_rows = canvas->height < 28 ? 2 : 3;
    size_t remark_rows = canvas->height < 20 ? 2 : canvas->height < 28 ? 4 : 5;
    struct live_area trace = {0, body.y, body.width, body.height - value_rows - remark_rows};
    struct live_area rest = {1, body.y + trace.height, body.width - 1, value_rows};
    live_trace_draw(canvas, trace, &screen->response, view);
    rest.y += values(&screen->response.facts, canvas, rest);
    rest.height = body.y + body.height - rest.y;
    remarks(screen, canvas, rest);
}

static void too_small(struct live_canvas *canvas)
{
    char text[96];
    snprintf(text, sizeof text, "too small: %zux%zu, needs %dx%d", canvas->width, canvas->height,
             LIVE_WIDTH_LEAST, LIVE_HEIGHT_LEAST);
    live_canvas_text(canvas, 0, 0, canvas->width, LIVE_PLAIN, text);
}

void live_layout(const struct live_screen *screen, const struct live_view *view,
                 struct live_canvas *canvas)
{
    if (canvas->width < LIVE_WIDTH_LEAST || canvas->height < LIVE_HEIGHT_LEAST) {
        too_small(canvas);
        return;
    }
    title(screen, canvas);
    keys(screen, canvas);
    if (screen->count == 0) {
        live_canvas_text(canvas, 1, canvas->height / 2, canvas->width - 1, LIVE_PLAIN,
                         screen->clock_s > 0 ? "no stimulus so far" : "nothing has come so far");
        return;
    }
    size_t rows = list_height(screen, canvas->height);
    struct live_area body = {0, 1, canvas->width, canvas->height - 2 - rows};
    struct live_area lines = {0, canvas->height - 1 - rows, canvas->width, rows};
    (canvas->width >= PANEL_FROM_WIDTH ? beside : below)(screen, view, canvas, body);
    list(screen, canvas, lines);
}
