/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the live view shows of the events of a stream.
 */
#include "cli/live_layout.h"
#include "live_page.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 300 };

/* 30 ms at 10 kHz from -5 ms on: rest, and -1000 uV from 5 to 10 ms. */
static double samples[SAMPLES];

static struct rv_trace square_wave(void)
{
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = i >= 100 && i < 150 ? -1000 : 0;
    return (struct rv_trace){.rate_hz = 10000,
                             .start_ms = -5,
                             .sample_count = SAMPLES,
                             .average_uv = samples,
                             .noise_uv = 2.5,
                             .calibrated = true};
}

static struct rv_stream_event blank(enum rv_stream_event_kind kind, const char *response,
                                    double time_s)
{
    return (struct rv_stream_event){.kind = kind,
                                    .time_s = time_s,
                                    .response = response,
                                    .label = "median motor R wrist",
                                    .intensity = NAN,
                                    .amplitude_uv = NAN,
                                    .gap_s = NAN};
}

static void tell_sweep(struct live_model *model, const char *response, double time_s, size_t sweep)
{
    struct rv_trace trace = square_wave();
    struct rv_stream_event event = blank(RV_STREAM_SWEEP, response, time_s);
    event.sweep = sweep;
    event.intensity = 12.5;
    event.trace = &trace;
    live_model_event(model, &event);
}

static void tell_response(struct live_model *model, const char *response, double time_s)
{
    static const struct rv_response said = {.kind = RV_MOTOR};
    struct rv_trace trace = square_wave();
    struct rv_measurement found = {.response = &said,
                                   .present = RV_PRESENT_YES,
                                   .sweeps_used = 3,
                                   .sweeps_rejected = 1,
                                   .snr_db = 41.2,
                                   .trace = &trace};
    found.marks[RV_MARK_ONSET] = (struct rv_mark){.validity = RV_MEASURED, .ms = 5, .se_ms = 0.02};
    found.marks[RV_MARK_END] = (struct rv_mark){.validity = RV_MEASURED, .ms = 10, .se_ms = 0.1};
    found.results[RV_ONSET_LATENCY].value = (struct rv_value){RV_MEASURED, 5, 0.02, RV_BY_AUTO, ""};
    found.results[RV_AMPLITUDE].value = (struct rv_value){RV_MEASURED, 1, 0.1, RV_BY_AUTO, ""};
    struct rv_stream_event event = blank(RV_STREAM_RESPONSE, response, time_s);
    event.measurement = &found;
    live_model_event(model, &event);
}

static void tell_advice(struct live_model *model, const char *code, const char *text)
{
    struct rv_stream_event event = blank(RV_STREAM_ADVICE, "R01", 1);
    event.code = code;
    event.text = text;
    live_model_event(model, &event);
}

static struct live_canvas drawn(const struct live_model *model, size_t chosen, size_t width,
                                size_t height)
{
    struct live_canvas canvas = {.cells = NULL};
    struct live_screen *screen = calloc(1, sizeof *screen);
    const struct live_view view = {.chosen = chosen};
    cr_assert(screen != NULL && live_model_show(model, chosen, screen));
    cr_assert(live_canvas_begin(&canvas, width, height));
    live_layout(screen, &view, &canvas);
    live_screen_finish(screen);
    free(screen);
    return canvas;
}

static void expect_rows(const struct live_canvas *canvas, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        cr_expect_lt(page_find(canvas, *texts), canvas->height, "%zux%zu lacks: %s", canvas->width,
                     canvas->height, *texts);
}

Test(layout, everything_that_was_asked_for_has_its_place)
{
    static const size_t sizes[][2] = {{80, 24}, {120, 40}, {60, 15}};
    static const char *const texts[] = {"R01",
                                        "median motor R wrist",
                                        "0:00:07",
                                        "onset 5.00 \xC2\xB1 0.02",
                                        "end 10.0",
                                        "0 mV",
                                        "ms",
                                        "sweeps 4 (used 3, rejected 1",
                                        "noise 2.5 \xC2\xB5V",
                                        "SNR 41 dB",
                                        "two more",
                                        "q end",
                                        NULL};
    struct live_model model = {0};
    tell_sweep(&model, "R01", 1, 4);
    tell_response(&model, "R01", 1);
    tell_advice(&model, "more_sweeps", "two more sweeps will do");
    live_model_clock(&model, 7.9);
    for (size_t i = 0; i < 3; i++) {
        struct live_canvas canvas = drawn(&model, SIZE_MAX, sizes[i][0], sizes[i][1]);
        expect_rows(&canvas, texts);
        live_canvas_finish(&canvas);
    }
    live_model_finish(&model);
}

Test(layout, small_terminal_says_so_in_one_line)
{
    static const size_t sizes[][2] = {{39, 24}, {80, 9}, {1, 1}};
    struct live_model model = {0};
    tell_sweep(&model, "R01", 1, 1);
    for (size_t i = 0; i < 3; i++) {
        struct live_canvas canvas = drawn(&model, SIZE_MAX, sizes[i][0], sizes[i][1]);
        for (size_t y = 1; y < sizes[i][1]; y++)
            cr_expect_str_eq(page_row(&canvas, y), "");
        if (sizes[i][0] > 30)
            cr_expect(strstr(page_row(&canvas, 0), "needs 40x10") != NULL);
        live_canvas_finish(&canvas);
    }
    live_model_finish(&model);
}

/* Every size from the least on is drawn without touching what is not its own (sanitizers see). */
Test(layout, any_size_is_drawn)
{
    struct live_model model = {0};
    tell_sweep(&model, "R01", 1, 1);
    tell_response(&model, "R01", 1);
    tell_sweep(&model, "R02", 1, 1);
    tell_advice(&model, "a", "an advice that is rather longer than a narrow terminal is wide");
    for (size_t width = LIVE_WIDTH_LEAST; width < 130; width += 7)
        for (size_t height = LIVE_HEIGHT_LEAST; height < 60; height += 3) {
            struct live_canvas canvas = drawn(&model, SIZE_MAX, width, height);
            cr_expect_lt(page_find(&canvas, "R01"), height, "%zux%zu", width, height);
            live_canvas_finish(&canvas);
        }
    live_model_finish(&model);
}

/* Two channels share their stimuli: the first stays in front. Another label comes: it does. */
Test(layout, newest_examination_is_in_front)
{
    struct live_model model = {0};
    for (size_t i = 1; i <= 2; i++) {
        tell_sweep(&model, "R01", (double)i, i);
        tell_sweep(&model, "R02", (double)i, i);
        live_model_clock(&model, (double)i + 0.1);
        cr_expect_eq(model.front, 0);
    }
    tell_sweep(&model, "R03", 3, 1);
    tell_sweep(&model, "R04", 3, 1);
    live_model_clock(&model, 3.1);
    cr_expect_eq(model.front, 2);
    tell_sweep(&model, "R01", 4, 3); /* back to the first label */
    tell_sweep(&model, "R02", 4, 3);
    live_model_clock(&model, 4.1);
    cr_expect_eq(model.front, 0);
    struct live_canvas canvas = drawn(&model, 3, 80, 24);
    cr_expect(strstr(page_row(&canvas, 0), "R04") != NULL && strstr(page_row(&canvas, 0), "kept"));
    live_canvas_finish(&canvas);
    live_model_finish(&model);
}

Test(layout, advice_that_is_over_is_gone)
{
    struct live_model model = {0};
    tell_advice(&model, "not_supramaximal", "still rising");
    tell_advice(&model, "more_sweeps", "nine more");
    tell_advice(&model, "more_sweeps", "two more");
    tell_advice(&model, "supramaximal", "rises no more");
    const struct live_facts *facts = &model.responses[0].facts;
    cr_expect_eq(facts->advice_count, 2);
    cr_expect_str_eq(facts->advice[0].text, "rises no more");
    cr_expect_str_eq(facts->advice[1].text, "two more");
    tell_advice(&model, "no_response", "nothing seen");
    tell_response(&model, "R01", 2);
    cr_expect_eq(facts->advice_count, 2, "a response was seen");
    live_model_finish(&model);
}

Test(layout, gaps_are_said)
{
    struct live_model model = {0};
    struct rv_stream_event gap = blank(RV_STREAM_GAP, NULL, 65);
    gap.gap_s = 0.25;
    tell_sweep(&model, "R01", 1, 1);
    live_model_event(&model, &gap);
    struct live_canvas canvas = drawn(&model, SIZE_MAX, 80, 24);
    cr_expect_lt(page_find(&canvas, "gaps 1, the last of 0.25 s before 0:01:05"), 24);
    live_canvas_finish(&canvas);
    live_model_finish(&model);
}

Test(layout, x_03_hostile_names_are_only_text)
{
    struct live_model model = {0};
    const struct rv_recording_facts facts = {.patient_id = "P\033]0;x\007", .patient_name = "\x9B"};
    struct rv_stream_event event = blank(RV_STREAM_SWEEP, "R01", 1);
    event.label = "median\033[2J\033[31m";
    live_model_patient(&model, &facts);
    live_model_event(&model, &event);
    tell_advice(&model, "label_needed", "say \033P what\n\r");
    struct live_canvas canvas = drawn(&model, SIZE_MAX, 120, 40);
    for (size_t y = 0; y < 40; y++)
        for (const char *c = page_row(&canvas, y); *c != '\0'; c++)
            cr_expect((unsigned char)*c >= 0x20 && *c != 0x7F, "row %zu holds %02x", y, *c);
    live_canvas_finish(&canvas);
    live_model_finish(&model);
}
