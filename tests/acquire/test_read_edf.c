/* SPDX-License-Identifier: GPL-3.0-or-later
 * The EDF and BDF reader: what is read, and one sentence for each thing that is refused.
 */
#include "edf_bytes.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(read_edf, .timeout = 60);

/* Columns of a signal: width of what stands before. */
enum { LABEL = 0, UNIT = 96, PHYSICAL_MIN = 104, PHYSICAL_MAX = 112, DIGITAL_MIN = 120 };
enum { DIGITAL_MAX = 128, SAMPLES = 216 };

#define LIST(file, record, text) edf_bytes_list(file, record, text, sizeof(text))

static struct rv_recording *read_good(const struct edf_bytes *file)
{
    struct rv_recording *recording;
    struct rv_error err;
    enum rv_status status = edf_bytes_read(file, false, &recording, &err);
    cr_assert(status == RV_OK, "%s", err.text);
    return recording;
}

static const struct rv_event *event_of_kind(const struct rv_recording *recording,
                                            enum rv_event_kind kind, size_t index)
{
    for (size_t i = 0; i < recording->event_count; i++)
        if (recording->events[i].kind == kind && index-- == 0)
            return &recording->events[i];
    return NULL;
}

Test(read_edf, samples_are_microvolt_by_the_limits_of_the_header)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_recording *recording = read_good(&file);
    cr_assert(recording->channel_count == 2 && recording->segment_count == 1);
    const struct rv_channel *channel = &recording->channels[0];
    cr_expect_str_eq(channel->label, "R APB");
    cr_expect_str_eq(channel->prefilter, "HP:3Hz LP:20kHz");
    cr_expect_str_eq(channel->transducer, "Ag-AgCl electrodes");
    cr_expect(channel->calibrated && !channel->is_trigger);
    cr_expect_float_eq(channel->rate_hz, 10000, 1e-9); /* 10 samples in 1 ms */
    cr_expect_float_eq(channel->minimum, -32768, 1e-9);
    cr_expect_float_eq(channel->maximum, 32767, 1e-9);
    cr_expect_float_eq(channel->resolution, 1, 1e-12);
    cr_assert(recording->segments[0].sample_count[0] == 20);
    for (size_t i = 0; i < 20; i++)
        cr_expect_float_eq(recording->samples[0][i], 100 + (double)i, 1e-9);
    cr_expect(recording->channels[1].is_trigger);
    cr_expect(recording->segments[0].sample_count[1] == 10);
    rv_recording_free(recording);
}

Test(read_edf, identity_is_read_from_the_edf_plus_fields)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_recording *recording = read_good(&file);
    const struct rv_recording_facts *facts = &recording->facts;
    cr_expect_str_eq(facts->format, "EDF+C");
    cr_expect_str_eq(facts->patient_id, "MCH-0234567");
    cr_expect_str_eq(facts->patient_name, "Haagse Harry");
    cr_expect_str_eq(facts->birth_date, "1951-05-02");
    cr_expect(facts->sex == RV_FEMALE);
    cr_expect_str_eq(facts->start, "2002-03-02T14:27:00");
    cr_expect_str_eq(facts->administration, "PSG-1234/2002");
    cr_expect_str_eq(facts->technician, "NN");
    cr_expect_str_eq(facts->equipment, "Telemetry03");
    cr_expect_float_eq(facts->record_s, 0.001, 1e-15);
    cr_expect_float_eq(facts->duration_s, 0.002, 1e-15);
    rv_recording_free(recording);
}

Test(read_edf, f_12_claims_beyond_the_file_are_refused_before_memory_is_taken)
{
    static const char *const counts[] = {"99999999", "9999", "3"};
    for (size_t i = 0; i < 3; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 236, 8, counts[i]);
        edf_bytes_refused(&file, RV_DATA, "cut off: holds 540 bytes of data");
    }
    static const char *const wrong[] = {"2^31", "1e9", "-2", "0", "", "2.0", "0x2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 236, 8, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "number of records");
    }
}

Test(read_edf, f_14_signal_counts_out_of_range_are_refused)
{
    static const char *const wrong[] = {"0", "-1", "6553", "4096", "", "1,5"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 252, 4, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "number of signals");
    }
}

Test(read_edf, f_15_header_bytes_that_do_not_fit_the_signals_are_refused_with_both_numbers)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_fixed(&file, 184, 8, "1280");
    edf_bytes_refused(&file, RV_DATA, "number of header bytes is 1280, 3 signals need 1024");
}

Test(read_edf, f_16_short_files_are_refused_and_used_when_allowed)
{
    static const size_t missing[] = {1, 2, 270}; /* a byte, a sample, a record */
    for (size_t i = 0; i < 3; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        struct rv_recording *recording;
        struct rv_error err;
        file.length -= missing[i];
        edf_bytes_refused(&file, RV_DATA, "1 records are whole");
        cr_assert(edf_bytes_read(&file, true, &recording, &err) == RV_OK, "%s", err.text);
        cr_expect(recording->segments[0].sample_count[0] == 10);
        cr_expect(recording_has_notice(recording, "truncated"));
        rv_recording_free(recording);
    }
}

Test(read_edf, f_17_surplus_bytes_are_counted_in_a_notice)
{
    static const size_t surplus[] = {1, 270};
    for (size_t i = 0; i < 2; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        char words[64];
        file.length += surplus[i];
        struct rv_recording *recording = read_good(&file);
        cr_expect(recording->segments[0].sample_count[0] == 20);
        cr_assert(recording->notice_count == 1);
        snprintf(words, sizeof words, "%zu bytes follow the last record", surplus[i]);
        cr_expect(strncmp(recording->notices[0].text, words, strlen(words)) == 0, "%s",
                  recording->notices[0].text);
        rv_recording_free(recording);
    }
}

Test(read_edf, f_18_bad_physical_limits_name_signal_and_field)
{
    static const char *const wrong[] = {"nan",  "inf", "",   "3276,7",  "1e999", "0x10",   "1d5",
                                        "12 4", "--1", "1e", "\x1b[2J", "+-3",   "nan(5)", "."};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, PHYSICAL_MAX, 8, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "signal 1 (R APB): physical maximum \"");
        file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, PHYSICAL_MIN, 8, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "signal 1 (R APB): physical minimum \"");
    }
}

Test(read_edf, f_18_equal_physical_limits_are_refused)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_cell(&file, 0, PHYSICAL_MIN, 8, "32.767");
    edf_bytes_refused(&file, RV_DATA, "signal 1 (R APB): physical minimum and maximum are both");
}

Test(read_edf, f_19_digital_limits_must_rise_and_fit_the_sample)
{
    static const struct {
        const char *low, *high, *words;
    } rows[] = {
        {"32767", "32767", "signal 1 (R APB): digital minimum 32767 is not below"},
        {"100", "-100", "signal 1 (R APB): digital minimum 100 is not below"},
        {"-32769", "32767", "digital minimum is -32769, outside -32768 to 32767"},
        {"-32768", "32768", "digital maximum is 32768, outside -32768 to 32767"},
        {"-1.5", "32767", "digital minimum \"-1.5\" is not a whole number"},
        {"-32768", "", "digital maximum \"\" is not a whole number"},
        {"-32768", "3e4", "digital maximum \"3e4\" is not a whole number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, DIGITAL_MIN, 8, rows[i].low);
        edf_bytes_cell(&file, 0, DIGITAL_MAX, 8, rows[i].high);
        edf_bytes_refused(&file, RV_DATA, rows[i].words);
    }
}

Test(read_edf, f_20_swapped_physical_limits_turn_the_sign)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct edf_bytes twin = file;
    edf_bytes_cell(&file, 0, PHYSICAL_MIN, 8, "32.767");
    edf_bytes_cell(&file, 0, PHYSICAL_MAX, 8, "-32.768");
    /* a stored number d means 32767 - (d + 32768) = -1 - d microvolt: store -1 - d instead */
    for (size_t i = 0; i < 20; i++)
        edf_bytes_sample(&file, i / 10, 0, i % 10, -1 - (100 + (long)i));
    struct rv_recording *turned = read_good(&file), *straight = read_good(&twin);
    for (size_t i = 0; i < 20; i++)
        cr_expect_float_eq(turned->samples[0][i], straight->samples[0][i], 1e-9);
    cr_expect(recording_has_notice(turned, "inverted_signal"));
    rv_recording_free(turned);
    rv_recording_free(straight);
}

Test(read_edf, f_21_every_spelling_of_a_unit_gives_the_same_microvolts)
{
    static const struct {
        const char *unit, *low, *high;
    } rows[] = {
        {"V", "-.032768", "0.032767"},    {"mV", "-32.768", "32.767"},
        {"uV", "-32768", "32767"},        {"\xB5V", "-32768", "32767"},
        {"\xC2\xB5V", "-32768", "32767"}, {"\xCE\xBCV", "-32768", "32767"},
        {"nV", "-32768e3", "32767e3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, UNIT, 8, rows[i].unit);
        edf_bytes_cell(&file, 0, PHYSICAL_MIN, 8, rows[i].low);
        edf_bytes_cell(&file, 0, PHYSICAL_MAX, 8, rows[i].high);
        struct rv_recording *recording = read_good(&file);
        for (size_t j = 0; j < 20; j++)
            cr_expect(fabs(recording->samples[0][j] / (100 + (double)j) - 1) < 1e-9, "%s: %.15g",
                      rows[i].unit, recording->samples[0][j]);
        rv_recording_free(recording);
    }
}

Test(read_edf, f_22_a_file_without_any_unit_of_voltage_is_refused)
{
    static const char *const wrong[] = {"", "UV", "MV", "volt", "%", "mv", "\xB5", "u V"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, UNIT, 8, wrong[i]);
        edf_bytes_cell(&file, 1, UNIT, 8, "");
        edf_bytes_refused(&file, RV_DATA, "no signal has a unit of voltage (V, mV, uV, nV): R APB");
    }
}

Test(read_edf, f_22_one_channel_without_unit_keeps_its_stored_numbers_and_is_noted)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_cell(&file, 0, UNIT, 8, "UV"); /* signal 2 still has V */
    struct rv_recording *recording = read_good(&file);
    cr_expect(!recording->channels[0].calibrated);
    cr_expect_float_eq(recording->samples[0][3], 103, 1e-12);
    cr_expect(recording_has_notice(recording, "no_unit"));
    rv_recording_free(recording);
}

Test(read_edf, a_calibration_stands_in_for_a_missing_unit)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_source_options options = rv_source_defaults();
    struct rv_source *source;
    struct rv_recording *recording;
    edf_bytes_cell(&file, 0, UNIT, 8, "");
    options.calibration = "R APB:uV=0.5";
    cr_assert(rv_source_open_memory("x", file.bytes, file.length, &options, &source, NULL) ==
              RV_OK);
    cr_assert(rv_recording_collect(source, &recording, NULL) == RV_OK);
    rv_source_close(source);
    cr_expect(recording->channels[0].calibrated);
    cr_expect_float_eq(recording->samples[0][0], 50, 1e-12); /* 100 steps of 0.5 uV */
    rv_recording_free(recording);
}

Test(read_edf, f_24_record_lengths_that_are_no_time_are_refused)
{
    static const char *const wrong[] = {"0", "-1", "1,0", "", "inf"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 244, 8, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "length of a record");
    }
}

Test(read_edf, f_25_samples_of_a_record_have_bounds)
{
    static const char *const wrong[] = {"0", "-10", "99999999", "1e3", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_cell(&file, 0, SAMPLES, 8, wrong[i]);
        edf_bytes_refused(&file, RV_DATA, "signal 1 (R APB): samples of a record");
    }
}

Test(read_edf, f_26_edf_plus_needs_its_annotation_signal)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_cell(&file, 2, LABEL, 16, "Annotations");
    edf_bytes_cell(&file, 2, UNIT, 8, "uV");
    edf_bytes_refused(&file, RV_DATA, "marked EDF+C but has no signal \"EDF Annotations\"");
}

Test(read_edf, f_26_malformed_annotations_name_their_record)
{
#define ROW(text, words)          \
    {                             \
        text, sizeof(text), words \
    }
    static const struct {
        const char *list;
        size_t length;
        const char *words;
    } rows[] = {
        ROW("+0.001\x14\x14\0+0.001\x14stim", "is not closed by \\x14\\x00"),
        ROW("+0.001\x14\x14\0x\x14y\x14", "has no onset"),
        ROW("+0.001\x14\x14\0+1e9\x14y\x14", "has no onset"),
        ROW("+0.001\x14\x14\0+1000000000\x14y\x14", "has no onset"),
        ROW("+0.001\x14\x14\0"
            "1\x14y\x14",
            "has no onset"),
        ROW("+0.001\x14\x14\0+\x14y\x14", "has no onset"),
        ROW("+0.001\x14\x14\0+1\x15z\x14y\x14", "has no duration"),
        ROW("+0.001\x14\x14\0+1\x15-1\x14y\x14", "has no duration"),
        ROW("+0,001\x14\x14", "has no onset"),
        ROW("noise", "is not closed"),
    };
#undef ROW
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        char words[128];
        edf_bytes_list(&file, 1, rows[i].list, rows[i].length);
        snprintf(words, sizeof words, "record 2: annotation %s", rows[i].words);
        edf_bytes_refused(&file, RV_DATA, words);
    }
    struct edf_bytes full = edf_bytes_make("EDF+C");
    char list[LIST_BYTES];
    memset(list, 'a', sizeof list);
    memcpy(list, "+0.001\x14\x14", 8);
    edf_bytes_list(&full, 1, list, sizeof list);
    edf_bytes_refused(&full, RV_DATA, "record 2: annotation runs past the end of its record");
}

Test(read_edf, f_28_records_that_overlap_or_go_back_are_refused)
{
    static const char *const starts[] = {"+0\x14\x14", "+0.0005\x14\x14", "-4\x14\x14"};
    for (size_t i = 0; i < 3; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+D");
        edf_bytes_list(&file, 1, starts[i], strlen(starts[i]) + 1);
        edf_bytes_refused(&file, RV_DATA, "record 2: starts at");
    }
}

Test(read_edf, edf_d_without_time_keeping_is_refused)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    LIST(&file, 1, "");
    edf_bytes_refused(&file, RV_DATA, "record 2: has no time-keeping annotation");
}

Test(read_edf, records_that_jump_in_a_continuous_file_are_refused)
{
    static const char *const kinds[] = {"EDF+C", ""};
    for (size_t i = 0; i < 2; i++) {
        struct edf_bytes file = edf_bytes_make(kinds[i]);
        LIST(&file, 1, "+10\x14\x14");
        edf_bytes_refused(&file, RV_DATA,
                          "record 2: starts at 10 s, expected 0.001 s: the file is marked");
    }
}

Test(read_edf, edf_d_without_gaps_is_one_segment)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    struct rv_recording *recording = read_good(&file);
    cr_expect(recording->segment_count == 1);
    cr_expect(recording->facts.discontinuous);
    cr_expect(!recording->facts.one_sweep_a_segment);
    rv_recording_free(recording);
}

/* The standard's own motor nerve conduction file, section 3.7. */
Test(read_edf, a_motor_study_of_the_standard_is_two_windows_with_two_stimuli)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    LIST(&file, 0,
         "+0\x14\x14"
         "Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording site\x14"
         "Response 7.2mV at 3.8ms\x14");
    LIST(&file, 1,
         "+10\x14\x14"
         "Stimulus right elbow 0.2ms x 15.3mA at 28.5cm from recording site\x14"
         "Response 7.2mV at 7.8ms (55.0m/s)\x14");
    struct rv_recording *recording = read_good(&file);
    cr_assert(recording->segment_count == 2 && recording->event_count == 4);
    cr_expect_float_eq(recording->segments[1].start_s, 10, 1e-12);
    cr_expect(recording->segments[1].first[0] == 10);
    cr_expect(recording->segments[1].sample_count[0] == 10);
    cr_expect(recording->facts.one_sweep_a_segment);
    const struct rv_event *wrist = event_of_kind(recording, RV_EVENT_STIMULUS, 0);
    const struct rv_event *elbow = event_of_kind(recording, RV_EVENT_STIMULUS, 1);
    cr_assert(wrist != NULL && elbow != NULL);
    cr_expect(event_of_kind(recording, RV_EVENT_STIMULUS, 2) == NULL);
    cr_expect_float_eq(wrist->intensity_ma, 8.2, 1e-12);
    cr_expect_float_eq(elbow->intensity_ma, 15.3, 1e-12);
    cr_expect_float_eq(elbow->time_s, 10, 1e-12);
    cr_expect(isnan(elbow->intensity_v));
    cr_expect_str_eq(wrist->text,
                     "Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording site");
    cr_expect_str_eq(event_of_kind(recording, RV_EVENT_NOTE, 1)->text,
                     "Response 7.2mV at 7.8ms (55.0m/s)");
    rv_recording_free(recording);
}

/* The other form of section 3.7, shortened to fit the small record. */
Test(read_edf, an_xml_note_fills_the_stimulus_of_the_same_onset)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    LIST(&file, 1,
         "+10\x14\x14\0+10\x14Stimulus_elbow\x14\0"
         "+10\x14<EDF_XMLnote><Stimulus_elbow><duration unit=\"ms\">0.2</duration>"
         "<intensity unit=\"mA\">15.3</intensity><position>right elbow</position>"
         "<distance unit=\"cm\">28.5</distance></Stimulus_elbow></EDF_XMLnote>\x14");
    struct rv_recording *recording = read_good(&file);
    cr_assert(recording->event_count == 2);
    const struct rv_event *stimulus = event_of_kind(recording, RV_EVENT_STIMULUS, 0);
    cr_assert(stimulus != NULL);
    cr_expect_float_eq(stimulus->intensity_ma, 15.3, 1e-12);
    cr_expect_str_eq(stimulus->text, "Stimulus_elbow right elbow 0.2ms x 15.3mA at 28.5cm");
    cr_expect(strncmp(event_of_kind(recording, RV_EVENT_NOTE, 0)->text, "<EDF_XMLnote>", 13) == 0);
    rv_recording_free(recording);
}

Test(read_edf, an_xml_note_alone_makes_a_stimulus_and_measurements_make_none)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    LIST(&file, 0,
         "+0\x14\x14\0+0\x14<EDF_XMLnote><Stimulus>\n<intensity mode=\"voltage\" unit=\"V\"> 120 "
         "</intensity><temperature unit=\"C\">32.5</temperature></Stimulus></EDF_XMLnote>\x14");
    LIST(&file, 1,
         "+10\x14\x14\0+10\x14<EDF_XMLnote><measurements><latency unit=\"ms\">7.8</latency>"
         "</measurements></EDF_XMLnote>\x14");
    struct rv_recording *recording = read_good(&file);
    const struct rv_event *stimulus = event_of_kind(recording, RV_EVENT_STIMULUS, 0);
    cr_assert(stimulus != NULL);
    cr_expect(event_of_kind(recording, RV_EVENT_STIMULUS, 1) == NULL);
    cr_expect_float_eq(stimulus->intensity_v, 120, 1e-12);
    cr_expect_str_eq(stimulus->text, "Stimulus 120V, temperature 32.5C");
    rv_recording_free(recording);
}

Test(read_edf, only_texts_of_a_stimulus_become_one)
{
    static const struct {
        const char *text;
        bool stimulus;
        double ma;
    } rows[] = {
        {"Stimulus", true, NAN},
        {"stimulation L ankle 22 mA", true, 22},
        {"STIM 1", true, NAN},
        {"Stim_wrist 8,2mA", true, NAN}, /* a decimal comma is not guessed at */
        {"Stimulus right wrist, response 7.2mV", true, NAN},
        {"Response to stimulus 7.2mV", false, NAN},
        {"Stimulus artefact seen", false, NAN},
        {"Stimulation stopped", false, NAN},
        {"Stimulus threshold 4.1mA", false, NAN},
        {"stimulated yesterday", false, NAN},
        {"onset 3.4 ms", false, NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        char list[128] = "+0\x14\x14";
        size_t length = strlen(list);
        int added = snprintf(list + length, sizeof list - length, "%s\x14", rows[i].text);
        edf_bytes_list(&file, 0, list, length + (size_t)added + 1);
        struct rv_recording *recording = read_good(&file);
        cr_assert(recording->event_count == 1);
        const struct rv_event *event = &recording->events[0];
        cr_expect((event->kind == RV_EVENT_STIMULUS) == rows[i].stimulus, "%s", rows[i].text);
        cr_expect(isnan(rows[i].ma) ? (bool)isnan(event->intensity_ma)
                                    : fabs(event->intensity_ma - rows[i].ma) < 1e-12,
                  "%s", rows[i].text);
        rv_recording_free(recording);
    }
}

Test(read_edf, annotations_keep_onset_duration_and_every_alphabet)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    LIST(&file, 0,
         "+0\x14\x14\0-1.25\x15"
         "3.5\x14m\xC3\xBCller\x14\0+2\x14m\xFCller\x14");
    struct rv_recording *recording = read_good(&file);
    cr_assert(recording->event_count == 2);
    cr_expect_float_eq(recording->events[0].time_s, -1.25, 1e-12);
    cr_expect_float_eq(recording->events[0].duration_s, 3.5, 1e-12);
    cr_expect_str_eq(recording->events[0].text, "m\xC3\xBCller");
    cr_expect_str_eq(recording->events[1].text, "m\xC3\xBCller");
    cr_expect(isnan(recording->events[1].duration_s));
    rv_recording_free(recording);
}

Test(read_edf, f_29_years_turn_at_85_and_impossible_dates_are_unknown)
{
    static const struct {
        const char *date, *start; /* NULL: unknown with a notice */
    } rows[] = {
        {"01.01.85", "1985-01-01T14:27:00"},
        {"31.12.84", "2084-12-31T14:27:00"},
        {"29.02.20", "2020-02-29T14:27:00"},
        {"31.02.20", NULL},
        {"29.02.21", NULL},
        {"00.00.00", NULL},
        {"..", NULL},
        {"1.1.2020", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 88, 80, "X");
        edf_bytes_fixed(&file, 168, 8, rows[i].date);
        struct rv_recording *recording = read_good(&file);
        if (rows[i].start == NULL)
            cr_expect(recording->facts.start == NULL &&
                          recording_has_notice(recording, "start_unknown"),
                      "%s", rows[i].date);
        else
            cr_expect_str_eq(recording->facts.start, rows[i].start);
        rv_recording_free(recording);
    }
}

Test(read_edf, f_29_the_long_start_date_has_the_century)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_fixed(&file, 88, 80, "Startdate 02-MAR-2091 X X X");
    edf_bytes_fixed(&file, 168, 8, "02.03.yy");
    struct rv_recording *recording = read_good(&file);
    cr_expect_str_eq(recording->facts.start, "2091-03-02T14:27:00");
    rv_recording_free(recording);
}

Test(read_edf, f_30_hostile_patient_fields_are_kept_as_text)
{
    static const char *const fields[] = {"\x1b[31mX F X evil", "<script>alert(1)</script>",
                                         "=cmd|' /C calc'!A0", "\xE2\x80\xAE  abc"};
    for (size_t i = 0; i < 4; i++) {
        struct edf_bytes file = edf_bytes_make("EDF+C");
        edf_bytes_fixed(&file, 8, 80, fields[i]);
        struct rv_recording *recording = read_good(&file);
        cr_expect(recording->facts.patient_id != NULL);
        rv_recording_free(recording);
    }
    struct edf_bytes file = edf_bytes_make("EDF+C");
    memcpy(file.bytes + 8, "a\0b", 3);
    struct rv_recording *recording = read_good(&file);
    cr_expect(strlen(recording->facts.patient_id) > 1); /* nothing is hidden behind the NUL */
    rv_recording_free(recording);
}

Test(read_edf, f_31_24_bits_keep_their_sign)
{
    struct edf_bytes file = edf_bytes_make("BDF+C");
    edf_bytes_sample(&file, 0, 0, 0, -8388608);
    edf_bytes_sample(&file, 0, 0, 1, 8388607);
    edf_bytes_sample(&file, 0, 0, 2, -1);
    struct rv_recording *recording = read_good(&file);
    cr_expect_str_eq(recording->facts.format, "BDF+C");
    cr_expect_float_eq(recording->samples[0][0], -8388608, 1e-6);
    cr_expect_float_eq(recording->samples[0][1], 8388607, 1e-6);
    cr_expect_float_eq(recording->samples[0][2], -1, 1e-6);
    cr_expect_float_eq(recording->samples[0][3], 103, 1e-6);
    rv_recording_free(recording);
}

Test(read_edf, rising_bits_of_the_status_word_are_stimuli)
{
    struct edf_bytes file = edf_bytes_make("BDF+C");
    /* 5 words a record of 1 ms: 0.2 ms apart; upper bits are no triggers */
    static const long words[10] = {0x100001, 0x100001, 0x100003, 0x100003, 0x100000,
                                   0x000000, 0x800000, 0x800100, 0x000000, 0x000000};
    for (size_t i = 0; i < 10; i++)
        edf_bytes_sample(&file, i / 5, 0, 10 + i % 5, words[i]);
    struct rv_recording *recording = read_good(&file);
    cr_expect(recording->channels[1].is_trigger);
    cr_expect_float_eq(recording->samples[1][2], 3, 1e-12);
    cr_assert(recording->event_count == 2);
    cr_expect(recording->events[0].kind == RV_EVENT_STIMULUS);
    cr_expect_float_eq(recording->events[0].time_s, 0.0004, 1e-12);
    cr_expect_str_eq(recording->events[0].text, "trigger 3");
    cr_expect_float_eq(recording->events[1].time_s, 0.0014, 1e-12);
    cr_expect_str_eq(recording->events[1].text, "trigger 256");
    rv_recording_free(recording);
}

Test(read_edf, an_unclosed_recording_is_counted_by_its_size)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_fixed(&file, 236, 8, "-1");
    file.length -= 3;
    struct rv_recording *recording = read_good(&file);
    cr_expect(recording->segments[0].sample_count[0] == 10);
    cr_assert(recording_has_notice(recording, "recording_not_closed"));
    cr_expect(strstr(recording->notices[0].text, "1 whole records") != NULL);
    cr_expect(strstr(recording->notices[0].text, "267 bytes are left over") != NULL);
    rv_recording_free(recording);
    file.length = file.header_bytes;
    edf_bytes_refused(&file, RV_DATA, "number of records is -1 and no whole record follows");
}

Test(read_edf, s_19_two_recordings_one_after_the_other_are_refused)
{
    struct edf_bytes one = edf_bytes_make("EDF+C"), two = one;
    memcpy(two.bytes + two.length, one.bytes, one.length);
    two.length += one.length;
    edf_bytes_refused(&two, RV_DATA, "another recording follows after 2 records");
}

Test(read_edf, a_reserved_field_of_no_known_kind_is_plain_edf)
{
    struct edf_bytes file = edf_bytes_make("reserved");
    struct rv_recording *recording = read_good(&file);
    cr_expect_str_eq(recording->facts.format, "EDF");
    rv_recording_free(recording);
    file = edf_bytes_make("EDF+E");
    edf_bytes_refused(&file, RV_DATA, "reserved field \"EDF+E\" is not EDF+C or EDF+D");
}

Test(read_edf, duplicate_labels_are_noted)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    edf_bytes_cell(&file, 1, LABEL, 16, "R APB");
    struct rv_recording *recording = read_good(&file);
    cr_expect(recording_has_notice(recording, "duplicate_label"));
    rv_recording_free(recording);
}

/* F-45: cut at each byte of the header and in the data: refused, never crashed, and never whole. */
Test(read_edf, f_45_every_cut_is_refused)
{
    struct edf_bytes good = edf_bytes_make("EDF+D");
    for (size_t length = 0; length < good.length; length++) {
        struct rv_recording *recording;
        struct rv_error err = {.text = ""};
        unsigned char *exact = malloc(length + 1);
        struct rv_source *source;
        memcpy(exact, good.bytes, length);
        enum rv_status status =
            rv_source_open_memory("cut.edf", exact, length, NULL, &source, &err);
        if (status == RV_OK) {
            status = rv_recording_collect(source, &recording, &err);
            rv_source_close(source);
        }
        cr_expect(status == RV_DATA && err.text[0] != '\0', "%zu bytes: %d", length, (int)status);
        free(exact);
    }
}

static struct rv_recording *read_through_pipe(const unsigned char *bytes, size_t length,
                                              bool allow_truncated, struct rv_error *err)
{
    int ends[2];
    char path[64];
    struct rv_recording *recording = NULL;
    struct rv_source_options options = rv_source_defaults();
    options.allow_truncated = allow_truncated;
    cr_assert(pipe(ends) == 0);
    cr_assert(write(ends[1], bytes, length) == (ssize_t)length); /* fits into the pipe */
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    close(ends[1]);
    rv_recording_read(path, &options, &recording, err);
    close(ends[0]);
    return recording;
}

Test(read_edf, s_04_a_pipe_gives_what_the_file_gives)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    struct rv_error err;
    LIST(&file, 1, "+10\x14\x14Stimulus 5mA\x14");
    struct rv_recording *whole = read_good(&file);
    struct rv_recording *piped = read_through_pipe(file.bytes, file.length, false, &err);
    cr_assert(piped != NULL, "%s", err.text);
    cr_assert(piped->segment_count == 2 && piped->event_count == whole->event_count);
    cr_expect(memcmp(piped->samples[0], whole->samples[0], 20 * sizeof(double)) == 0);
    rv_recording_free(piped);
    edf_bytes_fixed(&file, 236, 8, "-1");
    piped = read_through_pipe(file.bytes, file.length - 1, false, &err);
    cr_assert(piped != NULL, "%s", err.text);
    cr_expect(piped->segments[0].sample_count[0] == 10);
    cr_expect(recording_has_notice(piped, "recording_not_closed"));
    cr_expect(recording_has_notice(piped, "surplus_bytes"));
    rv_recording_free(piped);
    rv_recording_free(whole);
}

Test(read_edf, s_05_a_pipe_that_ends_early_says_what_was_due)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_error err;
    cr_expect(read_through_pipe(file.bytes, file.length - 3, false, &err) == NULL);
    cr_expect(strstr(err.text, "cut off in record 2 of 2: 267 bytes came, 270 were due") != NULL,
              "%s", err.text);
    struct rv_recording *cut = read_through_pipe(file.bytes, file.length - 3, true, &err);
    cr_assert(cut != NULL, "%s", err.text);
    cr_expect(recording_has_notice(cut, "truncated"));
    rv_recording_free(cut);
}

/* More records than one reading takes, so that the file can change between two. */
static void make_long_file(char *path, struct rv_source **source)
{
    struct edf_bytes file = edf_bytes_make("");
    edf_bytes_fixed(&file, 236, 8, "1000");
    int descriptor = mkstemp(path);
    cr_assert(descriptor >= 0);
    cr_assert(write(descriptor, file.bytes, file.header_bytes) == (ssize_t)file.header_bytes);
    memset(file.bytes, 0, sizeof file.bytes);
    for (int i = 0; i < 1000; i++)
        cr_assert(write(descriptor, file.bytes, file.record_bytes) == (ssize_t)file.record_bytes);
    close(descriptor);
    cr_assert(rv_source_open(path, NULL, source, NULL) == RV_OK);
}

Test(read_edf, f_10_a_file_that_shrinks_while_it_is_read_fails)
{
    char path[] = "/tmp/read_edf_XXXXXX";
    struct rv_source *source;
    struct rv_block block;
    struct rv_error err = {.text = ""};
    bool more = true;
    make_long_file(path, &source);
    cr_assert(truncate(path, 200000) == 0);
    enum rv_status status = RV_OK;
    while (more && status == RV_OK)
        status = rv_source_next(source, &block, &more, &err);
    cr_expect(status == RV_IO, "%d", (int)status);
    cr_expect(strstr(err.text, "became shorter while it was read") != NULL, "%s", err.text);
    rv_source_close(source);
    unlink(path);
}

Test(read_edf, f_10_growth_while_reading_is_not_read)
{
    char path[] = "/tmp/read_edf_XXXXXX";
    struct rv_source *source;
    struct rv_recording *recording;
    make_long_file(path, &source);
    cr_assert(truncate(path, 400000) == 0);
    cr_assert(rv_recording_collect(source, &recording, NULL) == RV_OK);
    cr_expect(recording->segments[0].sample_count[0] == 10000);
    rv_source_close(source);
    rv_recording_free(recording);
    unlink(path);
}
