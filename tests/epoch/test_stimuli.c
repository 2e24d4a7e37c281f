/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the stimuli of a recording are found.
 */
#include "recording_by_hand.h"

#include <criterion/criterion.h>

static enum rv_status find(struct hand *hand, const char *text, struct rv_stimuli *found)
{
    return rv_stimuli_find(&hand->recording, 0, text, hand->arena, found, &hand->err);
}

static void ten_events(struct hand *hand)
{
    hand_begin(hand, 2, 1000.0, 12000);
    hand_segment(hand, 0.0, 12000);
    for (int i = 0; i < 10; i++)
        hand_event(hand, 1.0 + i, NULL);
}

Test(stimuli, events_come_before_everything_else)
{
    struct hand hand;
    struct rv_stimuli found;
    ten_events(&hand);
    hand_event(&hand, 11.5, "Stimulus by hand");
    hand.samples[1][300] = 5.0;
    cr_assert_eq(find(&hand, NULL, &found), RV_OK);
    cr_assert_eq(found.count, 10);
    cr_assert_float_eq(found.time_s[9], 10.0, 1e-12);
    hand_end(&hand);
}

Test(stimuli, ranges_count_from_one_in_the_order_of_the_recording)
{
    struct {
        const char *text;
        size_t count;
        double first_s, last_s;
    } rows[] = {{"all", 10, 1, 10},   {"1-10", 10, 1, 10},  {"3", 1, 3, 3},
                {"1,3,5-7", 5, 1, 7}, {" 2 - 4 ", 3, 2, 4}, {"9,2", 2, 2, 9},
                {"2-4,3-5", 4, 2, 5}};
    struct hand hand;
    ten_events(&hand);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rv_stimuli found;
        cr_assert_eq(find(&hand, rows[i].text, &found), RV_OK, "%s", rows[i].text);
        cr_assert_eq(found.count, rows[i].count, "%s", rows[i].text);
        cr_assert_float_eq(found.time_s[0], rows[i].first_s, 1e-12, "%s", rows[i].text);
        cr_assert_float_eq(found.time_s[found.count - 1], rows[i].last_s, 1e-12);
    }
    hand_end(&hand);
}

Test(stimuli, wrong_ranges_are_refused_and_named)
{
    struct {
        const char *text;
        enum rv_status status;
        const char *says;
    } rows[] = {{"5-2", RV_STUDY, "5-2"},
                {"0", RV_STUDY, "\"0\""},
                {"1-", RV_STUDY, "1-"},
                {"-3", RV_STUDY, "-3"},
                {"1,,2", RV_STUDY, ",,"},
                {"0-4", RV_STUDY, "0-4"},
                {"11", RV_DATA, "11"},
                {"3-12", RV_DATA, "12"},
                {",", RV_STUDY, ","},
                {"1-2-3", RV_STUDY, "1-2-3"},
                {"99999999999999999999", RV_STUDY, "9999"}};
    struct hand hand;
    ten_events(&hand);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rv_stimuli found = {.count = 77};
        cr_assert_eq(find(&hand, rows[i].text, &found), rows[i].status, "%s", rows[i].text);
        cr_assert_not_null(strstr(hand.err.text, rows[i].says), "%s: %s", rows[i].text,
                           hand.err.text);
        cr_assert_eq(found.count, 77, "nothing is written on failure");
    }
    hand_end(&hand);
}

Test(stimuli, annotations_of_one_site_are_found_by_their_words)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 1, 20000.0, 2000);
    hand_segment(&hand, 0.0, 1000);
    hand_segment(&hand, 10.0, 1000);
    hand_event(&hand, 0.0, "Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording site");
    hand_event(&hand, 0.0, "Response 7.2mV at 3.8ms");
    hand_event(&hand, 10.0, "Stimulus right elbow 0.2ms x 15.3mA at 28.5cm from recording site");
    cr_assert_eq(find(&hand, "stimulus right elbow", &found), RV_OK);
    cr_assert_eq(found.count, 1);
    cr_assert_float_eq(found.time_s[0], 10.0, 1e-12);
    cr_assert_float_eq(found.intensity[0], 15.3, 1e-12);
    cr_assert_not(found.volts);
    cr_assert_eq(find(&hand, "1", &found), RV_OK);
    cr_assert_float_eq(found.intensity[0], 8.2, 1e-12);
    cr_assert_eq(find(&hand, "Stimulus right el", &found), RV_DATA, "not within a word");
    cr_assert_not_null(strstr(hand.err.text, "right wrist"), "%s", hand.err.text);
    hand_end(&hand);
}

Test(stimuli, two_sites_are_never_averaged_together)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 1, 20000.0, 2000);
    hand_segment(&hand, 0.0, 2000);
    hand_event(&hand, 0.01, "Stimulus wrist 8 mA");
    hand_event(&hand, 0.03, "Stimulus wrist 9.5 mA");
    cr_assert_eq(find(&hand, NULL, &found), RV_OK, "another intensity is the same site");
    hand_event(&hand, 0.05, "Stimulus elbow 9.5 mA");
    cr_assert_eq(find(&hand, NULL, &found), RV_DATA);
    cr_assert_not_null(strstr(hand.err.text, "different stimuli"), "%s", hand.err.text);
    cr_assert_eq(find(&hand, "1-2", &found), RV_OK);
    hand_end(&hand);
}

Test(stimuli, volts_stay_volts)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 1, 20000.0, 2000);
    hand_segment(&hand, 0.0, 2000);
    hand_event(&hand, 0.01, "stim 120V, response 3 mV");
    cr_assert_eq(find(&hand, NULL, &found), RV_OK);
    cr_assert(found.volts);
    cr_assert_float_eq(found.intensity[0], 120.0, 1e-12);
    hand_end(&hand);
}

Test(stimuli, a_trigger_gives_its_edges_either_way)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 2, 10000.0, 10000);
    hand_segment(&hand, 0.0, 10000);
    for (size_t pulse = 0; pulse < 3; pulse++)
        for (size_t i = 0; i < 50; i++)
            hand.samples[1][1000 + 3000 * pulse + i] = 5.0;
    cr_assert_eq(find(&hand, "trigger:STIM>0.5", &found), RV_OK);
    cr_assert_eq(found.count, 3);
    cr_assert_float_eq(found.time_s[1], 0.4, 1e-12, "the first sample of the pulse");
    cr_assert_float_eq(found.se_s, 1e-4 / sqrt(12.0), 1e-12);
    cr_assert_eq(find(&hand, "trigger:stim < 0.5", &found), RV_OK);
    cr_assert_float_eq(found.time_s[1], 0.405, 1e-12, "the first sample after it");
    cr_assert_eq(find(&hand, NULL, &found), RV_OK, "found without being named");
    cr_assert_float_eq(found.time_s[2], 0.7, 1e-12);
    for (size_t i = 0; i < 10000; i++)
        hand.samples[1][i] = 5.0 - hand.samples[1][i];
    cr_assert_eq(find(&hand, NULL, &found), RV_OK);
    cr_assert_float_eq(found.time_s[2], 0.7, 1e-12, "a line that rests high falls");
    hand_end(&hand);
}

Test(stimuli, a_slow_edge_is_dated_where_it_crosses)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 2, 1000.0, 1000);
    hand_segment(&hand, 2.0, 1000);
    for (size_t i = 0; i < 10; i++) /* 0 at sample 100, 10 at sample 110: level 2.5 at 102.5 */
        hand.samples[1][100 + i] = (double)i;
    for (size_t i = 110; i < 200; i++)
        hand.samples[1][i] = 10.0;
    cr_assert_eq(find(&hand, "trigger:2>2.5", &found), RV_OK);
    cr_assert_float_eq(found.time_s[0], 2.1025, 1e-9);
    hand_end(&hand);
}

Test(stimuli, bounces_within_five_ms_are_one_stimulus)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 2, 10000.0, 2000);
    hand_segment(&hand, 0.0, 2000);
    hand.samples[1][100] = hand.samples[1][103] = hand.samples[1][149] = 1.0;
    hand.samples[1][151] = 1.0; /* 5.1 ms after the first */
    cr_assert_eq(find(&hand, "trigger:STIM>0.5", &found), RV_OK);
    cr_assert_eq(found.count, 2);
    cr_assert_float_eq(found.time_s[1], 0.0151, 1e-12);
    hand_end(&hand);
}

Test(stimuli, a_level_that_holds_from_the_beginning_is_no_edge)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 2, 1000.0, 200);
    hand_segment(&hand, 0.0, 100);
    hand_segment(&hand, 5.0, 100);
    for (size_t i = 0; i < 110; i++)
        hand.samples[1][i] = 1.0;
    hand.samples[1][150] = 1.0;
    cr_assert_eq(find(&hand, "trigger:STIM>0.5", &found), RV_OK);
    cr_assert_eq(found.count, 1);
    cr_assert_float_eq(found.time_s[0], 5.05, 1e-12);
    hand_end(&hand);
}

Test(stimuli, a_status_channel_leaves_its_resting_code)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 2, 1000.0, 1000);
    hand_segment(&hand, 0.0, 1000);
    hand.channels[1].label = "Status";
    for (size_t i = 0; i < 1000; i++)
        hand.samples[1][i] = 65280.0;
    hand.samples[1][200] = 65281.0; /* code 1 */
    hand.samples[1][500] = 65535.0; /* code 255 */
    cr_assert_eq(find(&hand, NULL, &found), RV_OK);
    cr_assert_eq(found.count, 2);
    cr_assert_float_eq(found.time_s[0], 0.2, 1e-12);
    cr_assert_float_eq(found.time_s[1], 0.5, 1e-12);
    hand_end(&hand);
}

Test(stimuli, an_offset_holds_for_every_segment)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 1, 20000.0, 3000);
    hand_segment(&hand, 0.0, 1000);
    hand_segment(&hand, 7.5, 1000);
    hand_segment(&hand, 9.0, 1000);
    cr_assert_eq(find(&hand, "at:0.005", &found), RV_OK);
    cr_assert_eq(found.count, 3);
    cr_assert_float_eq(found.time_s[1], 7.505, 1e-12);
    cr_assert_float_eq(found.se_s, 0.0, 1e-15);
    cr_assert_eq(find(&hand, "at:0.05", &found), RV_STUDY, "beyond a segment of 0.05 s");
    cr_assert_eq(find(&hand, "at:soon", &found), RV_STUDY);
    cr_assert_eq(find(&hand, "at:-1", &found), RV_STUDY);
    hand_end(&hand);
}

Test(stimuli, an_offset_holds_for_every_record_of_a_continuous_file)
{
    struct hand hand;
    struct rv_stimuli found;
    hand_begin(&hand, 1, 20000.0, 3000);
    hand_segment(&hand, 0.0, 3000); /* 150 ms: three records of 50 ms */
    hand.recording.facts.record_s = 0.05;
    cr_assert_eq(find(&hand, "at:0.005", &found), RV_OK);
    cr_assert_eq(found.count, 3);
    cr_assert_float_eq(found.time_s[2], 0.105, 1e-12);
    hand_end(&hand);
}

Test(stimuli, a_table_of_times_is_taken_as_it_stands)
{
    struct hand hand;
    struct rv_stimuli found;
    ten_events(&hand);
    cr_assert_eq(find(&hand, "times:0.1, 1.10037,5", &found), RV_OK);
    cr_assert_eq(found.count, 3);
    cr_assert_float_eq(found.time_s[1], 1.10037, 1e-12);
    cr_assert_eq(find(&hand, "times:0.1,,5", &found), RV_STUDY);
    cr_assert_eq(find(&hand, "times:", &found), RV_STUDY);
    hand_end(&hand);
}

/* A shock at a time between samples, through a 10 kHz amplifier, then a response of 10 mV: half a
 * sine of 5 ms. The located edge must be within a sample of the truth. */
static void add_shock(double *x, size_t count, double rate_hz, double at_s, double shock_uv)
{
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / rate_hz - at_s;
        if (t <= 0.0)
            continue;
        x[i] += shock_uv * (1.0 - exp(-t * 62832.0)) * exp(-t / 0.001);
        if (t > 0.003 && t < 0.008)
            x[i] -= 10000.0 * sin(3.14159265358979 * (t - 0.003) / 0.005);
    }
}

Test(stimuli, without_marks_the_artefact_itself_is_the_stimulus)
{
    const double at_s[] = {0.1, 0.60003137, 1.2000171};
    const double rates_hz[] = {10000.0, 20000.0, 48000.0};
    for (size_t r = 0; r < 3; r++) {
        struct hand hand;
        struct rv_stimuli found;
        unsigned long seed = 5;
        size_t count = (size_t)(2.0 * rates_hz[r]);
        hand_begin(&hand, 1, rates_hz[r], count);
        hand_segment(&hand, 0.0, count);
        for (size_t i = 0; i < count; i++)
            hand.samples[0][i] = 5.0 * hand_noise(&seed);
        for (size_t k = 0; k < 3; k++)
            add_shock(hand.samples[0], count, rates_hz[r], at_s[k], 3000.0);
        cr_assert_eq(find(&hand, "artefact", &found), RV_OK);
        cr_assert_eq(found.count, 3);
        for (size_t k = 0; k < 3; k++)
            cr_assert_lt(fabs(found.time_s[k] - at_s[k]) * rates_hz[r], 1.0, "%g Hz, stimulus %zu",
                         rates_hz[r], k);
        hand_end(&hand);
    }
}

Test(stimuli, noise_alone_holds_no_stimulus)
{
    struct hand hand;
    struct rv_stimuli found;
    unsigned long seed = 9;
    hand_begin(&hand, 1, 20000.0, 20000);
    hand_segment(&hand, 0.0, 20000);
    for (size_t i = 0; i < 20000; i++)
        hand.samples[0][i] = 20.0 * hand_noise(&seed);
    cr_assert_eq(find(&hand, NULL, &found), RV_DATA);
    hand_end(&hand);
}

Test(stimuli, wrong_trigger_texts_are_refused)
{
    const char *texts[] = {"trigger:STIM", "trigger:STIM>",    "trigger:NOPE>1",
                           "trigger:>1",   "trigger:STIM>0x1", "trigger:7>1"};
    struct hand hand;
    struct rv_stimuli found;
    ten_events(&hand);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert_neq(find(&hand, texts[i], &found), RV_OK, "%s", texts[i]);
    hand_end(&hand);
}

Test(channel, a_label_a_number_or_the_only_one)
{
    struct hand hand;
    size_t index = 99;
    hand_begin(&hand, 3, 1000.0, 10);
    hand.channels[2].label = "L APB";
    cr_assert_eq(rv_channel_find(&hand.recording, NULL, &index, &hand.err), RV_OK);
    cr_assert_eq(index, 0, "the only one that is no trigger");
    cr_assert_eq(rv_channel_find(&hand.recording, "l apb", &index, &hand.err), RV_OK);
    cr_assert_eq(index, 2);
    cr_assert_eq(rv_channel_find(&hand.recording, "2", &index, &hand.err), RV_OK);
    cr_assert_eq(index, 1);
    index = 99;
    cr_assert_eq(rv_channel_find(&hand.recording, "4", &index, &hand.err), RV_DATA);
    cr_assert_eq(rv_channel_find(&hand.recording, "0", &index, &hand.err), RV_DATA);
    cr_assert_eq(rv_channel_find(&hand.recording, "APB", &index, &hand.err), RV_DATA);
    cr_assert_not_null(strstr(hand.err.text, "R APB"), "%s", hand.err.text);
    hand.channels[2].is_trigger = false;
    hand.channels[2].calibrated = true;
    cr_assert_eq(rv_channel_find(&hand.recording, NULL, &index, &hand.err), RV_DATA, "two fit");
    hand.channels[2].label = "R APB";
    cr_assert_eq(rv_channel_find(&hand.recording, "R APB", &index, &hand.err), RV_DATA, "twice");
    cr_assert_eq(index, 99, "nothing is written on failure");
    hand_end(&hand);
}
