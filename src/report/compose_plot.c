/* SPDX-License-Identifier: GPL-3.0-or-later
 * The waveforms: the sites of one nerve one above the other, distal on top, one time axis and one
 * gain; late responses as a raster of their sweeps. What is chosen here is only how much is shown.
 */
#include "base/waveform.h"
#include "report/compose.h"
#include "report/round.h"
#include "report/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES_MOST = 24,     /* sites in one plot; the rest gets a plot of its own */
    SWEEPS_MOST = 12,    /* single sweeps behind an average */
    RASTER_MOST = 20,    /* sweeps of a raster */
    DIVISIONS_MOST = 14, /* of the time axis */
    LANE_DIVISIONS = 7   /* of the height of a trace, about */
};

/* What part of the traces is shown. */
struct view {
    double from_ms, to_ms;
    double up, down; /* extent of the responses above and below their baselines, unit of samples */
};

static const struct {
    const char *letter, *words;
} mark_letters[RV_MARK_COUNT] = {
    [RV_MARK_ONSET] = {"O", "O onset"},
    [RV_MARK_INITIAL_POSITIVE_PEAK] = {"I", "I initial positive peak"},
    [RV_MARK_NEGATIVE_PEAK] = {"N", "N negative peak"},
    [RV_MARK_RECOVERY] = {"R", "R end of the negative phase"},
    [RV_MARK_POSITIVE_PEAK] = {"P", "P positive peak"},
    [RV_MARK_END] = {"E", "E end"},
};

static bool is_marked(const struct rv_measurement *m, enum rv_mark_kind kind)
{
    return m->marks[kind].validity == RV_MEASURED && isfinite(m->marks[kind].ms);
}

static size_t index_at(const struct rv_trace *trace, double ms)
{
    double index = ceil(rv_sample_index(trace->start_ms, trace->rate_hz, ms));
    if (!(index > 0.0))
        return 0;
    return index >= (double)trace->sample_count ? trace->sample_count : (size_t)index;
}

static double end_ms(const struct rv_trace *trace)
{
    return rv_sample_ms(trace->start_ms, trace->rate_hz, (double)trace->sample_count);
}

static double mean(const double *samples, size_t from, size_t to)
{
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        if (isfinite(samples[i])) {
            sum += samples[i];
            count++;
        }
    return count > 0 ? sum / (double)count : 0.0;
}

/* The average between two samples. */
static double level_at(const struct rv_trace *trace, const double *samples, double ms)
{
    double index = rv_sample_index(trace->start_ms, trace->rate_hz, ms);
    if (!(index >= 0.0) || index >= (double)(trace->sample_count - 1))
        return NAN;
    size_t before = (size_t)index;
    double part = index - (double)before;
    return samples[before] * (1.0 - part) + samples[before + 1] * part;
}

/* The level that a response starts from: the artefact tail under its onset, else what was there
 * before the stimulus, else the mean. */
static double baseline(const struct rv_measurement *m)
{
    const struct rv_trace *trace = m->trace;
    if (trace->tail_uv != NULL && is_marked(m, RV_MARK_ONSET)) {
        double level = level_at(trace, trace->tail_uv, m->marks[RV_MARK_ONSET].ms);
        if (isfinite(level))
            return level;
    }
    size_t stimulus = index_at(trace, 0.0);
    bool before = stimulus >= 5;
    return mean(trace->average_uv, 0, before ? stimulus : trace->sample_count);
}

/* Where the response is over; NaN when nothing was marked. */
static double response_end(const struct rv_measurement *m)
{
    if (is_marked(m, RV_MARK_END))
        return 1.08 * m->marks[RV_MARK_END].ms;
    if (is_marked(m, RV_MARK_POSITIVE_PEAK))
        return 1.3 * m->marks[RV_MARK_POSITIVE_PEAK].ms;
    if (is_marked(m, RV_MARK_RECOVERY))
        return 1.5 * m->marks[RV_MARK_RECOVERY].ms;
    if (is_marked(m, RV_MARK_NEGATIVE_PEAK))
        return 2.5 * m->marks[RV_MARK_NEGATIVE_PEAK].ms;
    return NAN;
}

static void see_extent(const double *samples, size_t from, size_t to, double center,
                       struct view *view)
{
    for (size_t i = from; i < to; i++) {
        view->up = fmax(view->up, center - samples[i]);
        view->down = fmax(view->down, samples[i] - center);
    }
}

/* Without a response the gain shows what would have been seen: the limit of its amplitude. */
static double least_extent(const struct rv_measurement *m)
{
    const struct rv_verdict *limit = &m->results[RV_AMPLITUDE].verdict;
    double noise = m->trace->noise_uv > 0.0 ? 5.0 * m->trace->noise_uv : 1.0;
    if (is_marked(m, RV_MARK_NEGATIVE_PEAK) || !m->trace->calibrated)
        return noise;
    bool milli = strcmp(rv_parameter_unit(RV_AMPLITUDE, m->response->kind), "mV") == 0;
    double seen = isfinite(limit->lower) ? limit->lower * (milli ? 1000.0 : 1.0) : 4.0 * noise;
    return fmax(noise, seen);
}

/* Onset, or the peak where the onset is withheld; NaN. */
static double response_start(const struct rv_measurement *m)
{
    if (is_marked(m, RV_MARK_ONSET))
        return m->marks[RV_MARK_ONSET].ms - 0.3;
    return is_marked(m, RV_MARK_NEGATIVE_PEAK) ? 0.7 * m->marks[RV_MARK_NEGATIVE_PEAK].ms
                                               : (double)NAN;
}

static struct view view_of(const struct rv_measurement *const *members, size_t count)
{
    struct view view = {.from_ms = 0.0, .to_ms = NAN};
    double longest = 0.0, least = 0.0;
    for (size_t i = 0; i < count; i++) {
        view.to_ms = fmax(view.to_ms, response_end(members[i])); /* fmax passes over NaN */
        view.from_ms = fmin(view.from_ms, members[i]->trace->start_ms);
        longest = fmax(longest, end_ms(members[i]->trace));
        least = fmax(least, least_extent(members[i]));
    }
    view.to_ms = isnan(view.to_ms) ? longest : fmin(view.to_ms, longest);
    for (size_t i = 0; i < count; i++) {
        const struct rv_trace *trace = members[i]->trace;
        double from = response_start(members[i]);
        if (!isnan(from))
            see_extent(trace->average_uv, index_at(trace, from), index_at(trace, view.to_ms),
                       baseline(members[i]), &view);
    }
    view.up = fmax(view.up, least);
    view.down = fmax(view.down, 0.2 * least);
    return view;
}

static const char *amount(struct rv_document *document, double samples, bool calibrated)
{
    char digits[RV_ROUNDED_SIZE];
    bool milli = calibrated && samples >= 1000.0;
    rv_round_plain(milli ? samples / 1000.0 : samples, digits);
    return rv_document_format(document, "%s %s", digits,
                              !calibrated ? "counts"
                              : milli     ? "mV"
                                          : "\xC2\xB5V");
}

static void set_scale(struct rv_document *document, struct rv_plot *plot, bool calibrated,
                      const char *more)
{
    char ms[RV_ROUNDED_SIZE];
    rv_round_plain(plot->x_division, ms);
    plot->y_label = amount(document, plot->y_division, calibrated);
    plot->scale = rv_document_join(
        document, rv_document_format(document, "%s ms/div, %s/div, negative up", ms, plot->y_label),
        ", ", more);
}

static void set_axes(struct rv_plot *plot, const struct view *view)
{
    plot->x_division = rv_round_nice(view->to_ms / DIVISIONS_MOST);
    plot->x_to = plot->x_division * ceil(view->to_ms / plot->x_division - 1e-9);
    plot->x_from = fmax(fmin(view->from_ms, 0.0), -0.5 * plot->x_division);
    plot->y_division = rv_round_nice((view->up + view->down) / LANE_DIVISIONS);
    plot->up = ceil(view->up / plot->y_division + 0.15);
    plot->down = ceil(view->down / plot->y_division + 0.15);
    plot->division_size = 22.0;
}

static struct rv_curve curve_of(const struct rv_trace *trace, const double *samples,
                                enum rv_curve_style style)
{
    return (struct rv_curve){.style = style,
                             .samples = samples,
                             .count = trace->sample_count,
                             .start = trace->start_ms,
                             .step = 1000.0 / trace->rate_hz};
}

/* The k-th of `shown` sweeps spread evenly over all of them. */
static size_t spread(size_t k, size_t shown, size_t all)
{
    return shown >= all ? k : k * (all - 1) / (shown - 1);
}

static void add_curves(struct rv_document *document, struct rv_lane *lane,
                       const struct rv_trace *trace)
{
    size_t shown = trace->sweeps_uv == NULL ? 0 : trace->sweep_count;
    if (shown > SWEEPS_MOST)
        shown = SWEEPS_MOST;
    for (size_t k = 0; k < shown; k++) {
        size_t sweep = spread(k, shown, trace->sweep_count);
        bool rejected = trace->sweep_rejected != NULL && trace->sweep_rejected[sweep];
        struct rv_curve curve = curve_of(trace, trace->sweeps_uv + sweep * trace->sample_count,
                                         rejected ? RV_CURVE_REJECTED : RV_CURVE_SWEEP);
        rv_lane_curve(document, lane, &curve);
    }
    struct rv_curve average = curve_of(trace, trace->average_uv, RV_CURVE_AVERAGE);
    if (trace->tail_uv != NULL) {
        struct rv_curve tail = curve_of(trace, trace->tail_uv, RV_CURVE_TAIL);
        size_t stimulus = index_at(trace, 0.0);
        tail.samples += stimulus;
        tail.count -= stimulus;
        tail.start = rv_sample_ms(trace->start_ms, trace->rate_hz, (double)stimulus);
        rv_lane_curve(document, lane, &tail);
    }
    rv_lane_curve(document, lane, &average);
}

static void add_marks(struct rv_document *document, struct rv_lane *lane,
                      const struct rv_measurement *m, bool *used)
{
    for (enum rv_mark_kind kind = 0; kind < RV_MARK_COUNT; kind++) {
        if (!is_marked(m, kind))
            continue;
        double level = level_at(m->trace, m->trace->average_uv, m->marks[kind].ms);
        if (isnan(level))
            continue;
        struct rv_plot_mark mark = {.label = mark_letters[kind].letter,
                                    .x = m->marks[kind].ms,
                                    .x_se = m->marks[kind].se_ms,
                                    .y = level};
        rv_lane_mark(document, lane, &mark);
        used[kind] = true;
    }
}

static const char *value_line(struct rv_document *document, const char *name,
                              const struct rv_measurement *m, enum rv_parameter parameter)
{
    const char *words = rv_compose_words(document, m, parameter);
    bool absent = m->results[parameter].value.validity == RV_ABSENT;
    return absent || *words == '\0' ? NULL : rv_document_join(document, name, " ", words);
}

static void add_lane(struct rv_document *document, struct rv_plot *plot,
                     const struct rv_measurement *m, bool *used)
{
    const char *site = rv_document_clean(document, m->response->stimulate);
    struct rv_lane *lane = rv_plot_lane(document, plot, site != NULL ? site : "site not said");
    if (lane == NULL)
        return;
    lane->center = baseline(m);
    const char *id = rv_document_clean(document, m->response->id);
    rv_lane_line(lane, rv_document_join(document, id, ", ",
                                        rv_document_format(document, "%zu sweep%s", m->sweeps_used,
                                                           m->sweeps_used == 1 ? "" : "s")));
    if (m->present == RV_PRESENT_NO)
        rv_lane_line(lane, "no response");
    rv_lane_line(lane, value_line(document, "onset", m, RV_ONSET_LATENCY));
    rv_lane_line(lane, value_line(document, NULL, m, RV_AMPLITUDE));
    rv_lane_line(lane, value_line(document, NULL, m, RV_CONDUCTION_VELOCITY));
    add_curves(document, lane, m->trace);
    add_marks(document, lane, m, used);
}

static const char *legend_of(struct rv_document *document, const bool *used, bool tail, bool sweeps)
{
    const char *legend = NULL;
    for (size_t i = 0; i < RV_MARK_COUNT; i++)
        if (used[i])
            legend = rv_document_join(document, legend, ", ", mark_letters[i].words);
    if (legend != NULL)
        legend = rv_document_join(document, legend, "; ", "bars: \xC2\xB1 one standard error");
    if (sweeps)
        legend = rv_document_join(document, legend, "; ", "faint: single sweeps");
    return rv_document_join(document, legend, "; ", tail ? "dashed: artefact tail" : NULL);
}

static struct rv_plot *new_plot(struct rv_document *document, struct rv_section *section,
                                const struct rv_response *response)
{
    struct rv_part *part = rv_section_part(document, section, RV_BLOCK_PLOT, NULL);
    struct rv_plot *plot = part != NULL ? rv_arena_alloc(document->arena, 1, sizeof *plot) : NULL;
    if (plot == NULL) {
        document->failed = true;
        return NULL;
    }
    part->plot = plot;
    plot->side = response->side;
    plot->title = rv_document_format(document, "%s: %s", rv_compose_nerve(document, response),
                                     rv_kind_title(response->kind));
    return plot;
}

/* Shorter latency first, then the order of the table. */
static int more_distal(const void *left, const void *right)
{
    const struct rv_measurement *a = *(const struct rv_measurement *const *)left;
    const struct rv_measurement *b = *(const struct rv_measurement *const *)right;
    bool timed = is_marked(a, RV_MARK_ONSET) && is_marked(b, RV_MARK_ONSET);
    double difference = timed ? a->marks[RV_MARK_ONSET].ms - b->marks[RV_MARK_ONSET].ms : 0.0;
    if (difference < 0.0 || difference > 0.0)
        return difference < 0.0 ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void stacked_plot(struct rv_document *document, struct rv_section *section,
                         const struct rv_measurement **members, size_t count)
{
    struct rv_plot *plot = new_plot(document, section, members[0]->response);
    if (plot == NULL)
        return;
    bool used[RV_MARK_COUNT] = {false}, tail = false, sweeps = false;
    qsort(members, count, sizeof(*members), more_distal);
    struct view view = view_of(members, count);
    set_axes(plot, &view);
    set_scale(document, plot, members[0]->trace->calibrated, NULL);
    for (size_t i = 0; i < count; i++) {
        add_lane(document, plot, members[i], used);
        tail = tail || members[i]->trace->tail_uv != NULL;
        sweeps = sweeps || members[i]->trace->sweeps_uv != NULL;
    }
    plot->legend = legend_of(document, used, tail, sweeps);
}

/* --- rasters of late responses -------------------------------------------------------------- */

static bool is_raster(const struct rv_measurement *m)
{
    enum rv_kind kind = m->response->kind;
    return kind >= RV_F_WAVE && m->trace->sweeps_uv != NULL && m->trace->sweep_count > 1;
}

/* From where on the late response is looked for: only to choose the gain. */
static double late_from(const struct rv_measurement *m)
{
    static const enum rv_parameter latencies[] = {RV_F_MINIMUM, RV_H_LATENCY, RV_R1_LATENCY};
    for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++)
        if (m->results[latencies[i]].value.validity == RV_MEASURED)
            return m->results[latencies[i]].value.value - 2.0;
    return m->response->kind == RV_REPETITIVE ? 1.0 : 0.4 * end_ms(m->trace);
}

static void raster_mark(struct rv_document *document, struct rv_lane *lane,
                        const struct rv_measurement *m, enum rv_parameter parameter,
                        const char *label)
{
    const struct rv_value *value = &m->results[parameter].value;
    if (value->validity != RV_MEASURED)
        return;
    struct rv_plot_mark mark = {
        .label = label, .x = value->value, .x_se = value->se, .y = NAN, .through = true};
    rv_lane_mark(document, lane, &mark);
}

/* The onset of the late response of one sweep, and of an A-wave in it. */
static void sweep_marks(struct rv_document *document, struct rv_lane *lane,
                        const struct rv_measurement *m, size_t sweep, const double *samples)
{
    if (m->late == NULL || m->late->sweep_count != m->trace->sweep_count ||
        m->response->kind == RV_REPETITIVE)
        return;
    const struct rv_late_sweep *found = &m->late->sweeps[sweep];
    double onset = found->found == RV_MEASURED ? found->onset_ms : (double)NAN;
    struct rv_plot_mark marks[] = {
        {.label = found->repeats ? "r" : NULL, .x = onset, .x_se = found->onset_se_ms},
        {.label = "A", .x = found->a_wave_ms, .x_se = NAN},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        marks[i].y = isfinite(marks[i].x) ? level_at(m->trace, samples, marks[i].x) : (double)NAN;
        if (isfinite(marks[i].y))
            rv_lane_mark(document, lane, &marks[i]);
    }
}

static void raster_lane(struct rv_document *document, struct rv_plot *plot,
                        const struct rv_measurement *m, size_t sweep)
{
    const struct rv_trace *trace = m->trace;
    const double *samples = trace->sweeps_uv + sweep * trace->sample_count;
    const char *label = rv_document_format(document, "%zu", sweep + 1);
    if (trace->sweep_intensity != NULL)
        label = rv_document_join(document, label, ", ",
                                 rv_compose_number(document, trace->sweep_intensity[sweep], 1,
                                                   isnan(m->response->intensity_v) ? "mA" : "V"));
    struct rv_lane *lane = rv_plot_lane(document, plot, label);
    if (lane == NULL)
        return;
    bool rejected = trace->sweep_rejected != NULL && trace->sweep_rejected[sweep];
    struct rv_curve curve =
        curve_of(trace, samples, rejected ? RV_CURVE_REJECTED : RV_CURVE_AVERAGE);
    lane->center = mean(samples, index_at(trace, late_from(m)), trace->sample_count);
    rv_lane_curve(document, lane, &curve);
    sweep_marks(document, lane, m, sweep, samples);
}

static double raster_extent(const struct rv_measurement *m)
{
    const struct rv_trace *trace = m->trace;
    struct view view = {0};
    size_t from = index_at(trace, late_from(m));
    for (size_t sweep = 0; sweep < trace->sweep_count; sweep++) {
        const double *samples = trace->sweeps_uv + sweep * trace->sample_count;
        if (trace->sweep_rejected == NULL || !trace->sweep_rejected[sweep])
            see_extent(samples, from, trace->sample_count, mean(samples, from, trace->sample_count),
                       &view);
    }
    return fmax(view.up, view.down);
}

static void raster_plot(struct rv_document *document, struct rv_section *section,
                        const struct rv_measurement *m)
{
    struct rv_plot *plot = new_plot(document, section, m->response);
    if (plot == NULL)
        return;
    const struct rv_trace *trace = m->trace;
    size_t shown = trace->sweep_count < RASTER_MOST ? trace->sweep_count : RASTER_MOST;
    plot->x_division = rv_round_nice(end_ms(trace) / DIVISIONS_MOST);
    plot->x_to = end_ms(trace);
    plot->x_from = fmax(fmin(trace->start_ms, 0.0), -0.5 * plot->x_division);
    plot->y_division = rv_round_nice(raster_extent(m) / 2.0);
    plot->up = plot->down = 1.0;
    plot->division_size = 13.0;
    const char *id = rv_document_clean(document, m->response->id);
    set_scale(document, plot, trace->calibrated,
              rv_document_join(
                  document, id, ", ",
                  rv_document_format(document, "%zu of %zu sweeps", shown, trace->sweep_count)));
    for (size_t k = 0; k < shown; k++)
        raster_lane(document, plot, m, spread(k, shown, trace->sweep_count));
    raster_mark(document, plot->lanes, m, RV_F_MINIMUM, "F min");
    raster_mark(document, plot->lanes, m, RV_F_MEAN, "F mean");
    raster_mark(document, plot->lanes, m, RV_H_LATENCY, "H");
    plot->legend =
        "Each line is one stimulus; the M-wave is cut at the height of its line. Violet "
        "ticks: onset in this sweep, \xC2\xB1 one standard error; r: repeats, A: A-wave.";
}

/* --- all of them ---------------------------------------------------------------------------- */

static bool belongs(const struct rv_measurement *m, const struct rv_measurement *to)
{
    return m->trace != NULL && m->trace->sample_count > 1 && !is_raster(m) &&
           m->response->kind == to->response->kind &&
           m->trace->calibrated == to->trace->calibrated &&
           rv_compose_same_nerve(m->response, to->response);
}

static bool is_first(const struct rv_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (belongs(&report->measurements[i], &report->measurements[index]))
            return false;
    return true;
}

static void plot_of(struct rv_document *document, struct rv_section *section,
                    const struct rv_report *report, size_t index)
{
    const struct rv_measurement *members[LANES_MOST];
    const struct rv_measurement *m = &report->measurements[index];
    if (is_raster(m)) {
        raster_plot(document, section, m);
        rv_compose_recruitment(document, section, m);
        return;
    }
    if (!is_first(report, index))
        return;
    size_t count = 0;
    for (size_t i = index; i < report->measurement_count; i++) {
        if (!belongs(&report->measurements[i], m))
            continue;
        members[count++] = &report->measurements[i];
        if (count == LANES_MOST) {
            stacked_plot(document, section, members, count);
            count = 0;
        }
    }
    if (count > 0)
        stacked_plot(document, section, members, count);
}

void rv_compose_waveforms(struct rv_document *document, const struct rv_report *report)
{
    struct rv_section *section = NULL;
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *m = &report->measurements[i];
        if (m->trace == NULL || m->trace->sample_count < 2 || m->trace->average_uv == NULL ||
            !(m->trace->rate_hz > 0.0))
            continue;
        if (section == NULL)
            section = rv_document_section(document, "waveforms", "Waveforms");
        plot_of(document, section, report, i);
    }
}
