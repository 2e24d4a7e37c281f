/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text tables: what is understood, and what is refused with its line.
 */
#include "acquire/text_columns.h"
#include "reading.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(read_text, .timeout = 60);

/* Time in ms at 10 kHz and one channel in mV, three rows: 1500, -2000 and 250 microvolt. */
static void expect_three(struct rv_recording *recording, const char *what)
{
    cr_assert(recording->channel_count == 1 && sample_count(recording, 0) == 3, "%s", what);
    cr_expect(recording->channels[0].calibrated, "%s", what);
    cr_expect_float_eq(recording->channels[0].rate_hz, 10000, 1e-6, "%s: %g Hz", what,
                       recording->channels[0].rate_hz);
    static const double microvolt[] = {1500, -2000, 250};
    for (size_t i = 0; i < 3; i++)
        cr_expect_float_eq(recording->samples[0][i], microvolt[i], 1e-9, "%s: sample %zu is %g",
                           what, i, recording->samples[0][i]);
    rv_recording_free(recording);
}

Test(read_text, delimiters_decimal_signs_and_ends_of_lines_are_found)
{
    static const char *const tables[] = {
        "time_ms,R APB (mV)\n0.0,1.5\n0.1,-2\n0.2,0.25\n",
        "time_ms\tR APB (mV)\n0.0\t1.5\n0.1\t-2\n0.2\t0.25\n",
        "time_ms;R APB (mV)\n0,0;1,5\n0,1;-2\n0,2;0,25\n",
        "time_ms;R APB (mV)\n0.0;1.5\n0.1;-2\n0.2;0.25\n",
        "time_ms\tR APB (mV)\n0,0\t1,5\n0,1\t-2,0\n0,2\t0,25\n",
        "time_ms emg_mV\n0.0 1.5\n0.1   -2\n 0.2 0.25 \n",
        "\"time_ms\",\"R APB, \"\"best\"\" (mV)\"\n\"0.0\",\"1.5\"\n0.1,\"-2\"\n0.2,0.25\n",
        "\"time_ms\",\"R APB (mV)\"\n\"0,0\",\"1,5\"\n\"0,1\",\"-2\"\n\"0,2\",\"0,25\"\n",
        "time_ms,emg_mV\r\n0.0,1.5\r\n0.1,-2\r\n0.2,0.25\r\n",
        "time_ms,emg_mV\r0.0,1.5\r0.1,-2\r0.2,0.25",
        "\xEF\xBB\xBFtime_ms,emg_mV\n0.0,1.5\n0.1,-2\n0.2,0.25",
        "# a remark\n\ntime_ms,emg_mV\n0.0,1.5\n\n0.1,-2\n# another\n0.2,0.25\n",
        "time_ms,emg_mV\n 0.0 , 1.5 \n 0.1 , -2 \n 0.2 , 0.25 \n",
        "time_ms,emg_mV\n0.0e0,+1.5E0\n1e-1,-2\n.2,.25\n",
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        expect_three(read_text(tables[i]), tables[i]);
}

Test(read_text, f_39_units_and_times_are_understood_as_programs_write_them)
{
    static const char *const tables[] = {
        "Time (ms),R APB (mV)\n0.0,1.5\n0.1,-2\n0.2,0.25\n",
        "Time [s],APB [uV]\n0.0,1500\n0.0001,-2000\n0.0002,250\n",
        "time_us,amplitude_uV\n0,1500\n100,-2000\n200,250\n",
        "t/ms,APB (\xC2\xB5V)\n0,1500\n0.1,-2000\n0.2,250\n",
        "Time (ms),APB (\xB5V)\n0,1500\n0.1,-2000\n0.2,250\n", /* Latin-1 */
        "time;APB\ns;mV\n0,0000;1,5\n0,0001;-2\n0,0002;0,25\n",
        "time,APB\n(ms),[V]\n0,0.0015\n0.1,-0.002\n0.2,0.00025\n",
        "time_point,APB (nV)\n0,1500000\n0.1,-2000000\n0.2,250000\n",
        "Sample,APB mV,Time ms\n7,1.5,0.0\n8,-2,0.1\n9,0.25,0.2\n",
        "# Sampling Rate (Hz):= 10000.00\n# Labels:= APB\n# Units:= mV\n1.5\n-2\n0.25\n",
        "# sampling rate: 10 kHz\nAPB (mV)\n1.5\n-2\n0.25\n",
        "# sampling interval (ms): 0.1\nAPB (mV)\n1,5\n-2,0\n0,25\n",
        "# time_ms,APB_mV\n0.0,1.5\n0.1,-2\n0.2,0.25\n",
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        expect_three(read_text(tables[i]), tables[i]);
}

Test(read_text, a_statement_above_the_numbers_is_no_row_of_names)
{
    struct rv_recording *recording =
        read_text("# Sampling Rate (Hz): 1000\n# Labels: A, B\n# Units: mV\n1 2\n3 4\n");
    cr_assert(recording->channel_count == 2);
    cr_expect_str_eq(recording->channels[0].label, "A");
    cr_expect_str_eq(recording->channels[1].label, "B");
    cr_expect_float_eq(recording->samples[1][1], 4000, 1e-9);
    rv_recording_free(recording);
}

Test(read_text, names_lose_their_unit_and_keep_the_rest)
{
    static const struct {
        const char *name, *label, *unit;
        enum rv_text_role role;
    } rows[] = {
        {"R APB (mV)", "R APB", "mV", RV_TEXT_CHANNEL},
        {"amplitude_mV", "amplitude", "mV", RV_TEXT_CHANNEL},
        {"[uV]", "", "uV", RV_TEXT_CHANNEL},
        {"mV", "", "mV", RV_TEXT_CHANNEL},
        {"Median (left)", "Median (left)", "", RV_TEXT_CHANNEL},
        {"Force (N)", "Force (N)", "", RV_TEXT_CHANNEL},
        {"emg_mv", "emg_mv", "", RV_TEXT_CHANNEL},
        {"Time (ms)", "Time", "ms", RV_TEXT_TIME},
        {"time_point", "time_point", "", RV_TEXT_TIME},
        {"latency_ms", "latency", "ms", RV_TEXT_CHANNEL},
        {"recording_index", "recording_index", "", RV_TEXT_SWEEP},
        {"Channel", "Channel", "", RV_TEXT_CHANNEL_NUMBER},
        {"stimulus_V", "stimulus", "V", RV_TEXT_STIMULUS},
        {"Intensity (mA)", "Intensity", "mA", RV_TEXT_STIMULUS},
        {"sample", "sample", "", RV_TEXT_INDEX},
    };
    struct rv_arena *arena = rv_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_text_column column;
        cr_assert(rv_text_column_read(arena, rows[i].name, NULL, &column, NULL) == RV_OK);
        cr_expect_str_eq(column.label, rows[i].label, "%s: label %s", rows[i].name, column.label);
        cr_expect_str_eq(column.unit, rows[i].unit, "%s: unit %s", rows[i].name, column.unit);
        cr_expect(column.role == rows[i].role, "%s: role %d", rows[i].name, (int)column.role);
    }
    rv_arena_free(arena);
}

Test(read_text, sweeps_are_told_from_channels_by_name)
{
    static const struct {
        const char *name;
        bool sweep;
        double volt, milliampere;
    } rows[] = {
        {"s001", true, NAN, NAN},          {"sweep 3", true, NAN, NAN},
        {"trace0", true, NAN, NAN},        {"r000_stim0.55V", true, 0.55, NAN},
        {"Trial-12", true, NAN, NAN},      {"sweep2_8.2mA", true, NAN, 8.2},
        {"sweep2 12 mA", true, NAN, 12},   {"R1", false, NAN, NAN},
        {"R APB", false, NAN, NAN},        {"s1", false, NAN, NAN},
        {"stimulus", false, NAN, NAN},     {"ch001", false, NAN, NAN},
        {"record_7_120V", true, 120, NAN}, {"sweep_1_0.5VA", true, NAN, NAN},
    };
    struct rv_arena *arena = rv_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_text_column column;
        double volt, milliampere;
        cr_assert(rv_text_column_read(arena, rows[i].name, NULL, &column, NULL) == RV_OK);
        rv_text_intensity(rows[i].name, &volt, &milliampere);
        cr_expect(column.sweep_named == rows[i].sweep, "%s", rows[i].name);
        cr_expect(isnan(rows[i].volt) ? isnan(volt) : fabs(volt - rows[i].volt) < 1e-12, "%s: %g V",
                  rows[i].name, volt);
        cr_expect(isnan(rows[i].milliampere) ? isnan(milliampere)
                                             : fabs(milliampere - rows[i].milliampere) < 1e-12,
                  "%s: %g mA", rows[i].name, milliampere);
    }
    rv_arena_free(arena);
}

Test(read_text, one_column_a_sweep_makes_segments_with_their_stimuli)
{
    struct rv_recording *recording =
        read_text("time_ms,r000_stim0.55V,r001_stim8.2mA\n-0.1,1,4\n0,2,5\n0.1,3,6\n");
    cr_assert(recording->channel_count == 1 && recording->segment_count == 2 &&
              recording->event_count == 2);
    cr_expect(recording->facts.one_sweep_a_segment && recording->facts.discontinuous);
    cr_expect(!recording->channels[0].calibrated);
    cr_expect_float_eq(recording->channels[0].rate_hz, 10000, 1e-6);
    for (size_t i = 0; i < 6; i++)
        cr_expect_float_eq(recording->samples[0][i], (double)i + 1, 1e-12);
    for (size_t i = 0; i < 2; i++) {
        const struct rv_event *event = &recording->events[i];
        cr_expect(event->kind == RV_EVENT_STIMULUS);
        /* times begin 0.1 ms before the stimulus */
        cr_expect_float_eq(event->time_s - recording->segments[i].start_s, 1e-4, 1e-9);
    }
    cr_expect_float_eq(recording->events[0].intensity_v, 0.55, 1e-12);
    cr_expect(isnan(recording->events[0].intensity_ma));
    cr_expect_float_eq(recording->events[1].intensity_ma, 8.2, 1e-12);
    cr_expect(recording->segments[1].start_s >= recording->segments[0].start_s + 3e-4);
    rv_recording_free(recording);
}

Test(read_text, rows_with_sweep_numbers_are_sorted_into_sweeps_and_channels)
{
    /* channel by channel, as tidy tables come; sweep 4 before sweep 2 in the file */
    struct rv_recording *recording =
        read_text("sweep,channel_index,stimulus_mA,time_ms,amplitude_mV\n"
                  "4,1,9.5,0,40\n4,1,9.5,0.1,41\n2,1,3,0,20\n2,1,3,0.1,21\n"
                  "4,2,9.5,0,50\n4,2,9.5,0.1,51\n2,2,3,0,30\n2,2,3,0.1,31\n");
    cr_assert(recording->channel_count == 2 && recording->segment_count == 2 &&
              recording->event_count == 2);
    cr_expect_str_eq(recording->channels[0].label, "1");
    cr_expect_str_eq(recording->channels[1].label, "2");
    cr_expect(recording->channels[0].calibrated);
    static const double millivolt[2][4] = {{20, 21, 40, 41}, {30, 31, 50, 51}};
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < 4; i++)
            cr_expect_float_eq(recording->samples[c][i], 1000 * millivolt[c][i], 1e-9);
    cr_expect_float_eq(recording->events[0].intensity_ma, 3, 1e-12);
    cr_expect_float_eq(recording->events[1].intensity_ma, 9.5, 1e-12);
    cr_expect_str_eq(recording->events[1].text, "sweep 4");
    rv_recording_free(recording);
}

Test(read_text, times_below_zero_make_zero_the_stimulus)
{
    struct rv_recording *recording = read_text("time_ms,APB_mV\n-0.1,0\n0,0\n0.1,1\n");
    cr_assert(recording->event_count == 1 && recording->segment_count == 1);
    cr_expect(recording->events[0].kind == RV_EVENT_STIMULUS);
    cr_expect_float_eq(recording->events[0].time_s - recording->segments[0].start_s, 1e-4, 1e-12);
    cr_expect(recording->facts.one_sweep_a_segment);
    rv_recording_free(recording);
}

Test(read_text, f_40_a_column_without_a_unit_is_not_calibrated)
{
    struct rv_recording *recording = read_text("time_ms,APB\n0,1\n0.1,2\n");
    cr_expect(!recording->channels[0].calibrated);
    cr_expect(has_notice(recording, "no_unit", "calibration"));
    rv_recording_free(recording);
    struct rv_source_options options = rv_source_defaults();
    options.calibration = "uV=0.5";
    static const char table[] = "time_ms,APB\n0,1\n0.1,2\n";
    recording = read_bytes("t.csv", table, strlen(table), &options);
    cr_expect(recording->channels[0].calibrated);
    cr_expect_float_eq(recording->samples[0][1], 1, 1e-12);
    rv_recording_free(recording);
}

Test(read_text, f_22_units_that_are_nearly_voltages_are_refused)
{
    refuse_text("time_ms,APB (mv)\n0,1\n0.1,2\n", "line 1, column 2: unit 'mv' is not one of");
    refuse_text("time_ms,APB [UV]\n0,1\n0.1,2\n", "unit 'UV' is not one of V, mV, uV, nV");
    refuse_text("time_ms,APB (Volt)\n0,1\n0.1,2\n", "unit 'Volt'");
    refuse_text("time,APB\nms,MV\n0,1\n0.1,2\n", "unit 'MV'");
}

Test(read_text, f_39_bad_tables_are_refused_with_their_line)
{
    static const struct {
        const char *table, *words;
    } rows[] = {
        {"time_ms,APB_mV\n", "line 1 is a header, and no row follows"},
        {"# only a remark 1\n", "without a line of numbers"},
        {"time_ms,a_mV\n0,1\n0.1\n0.2,2\n", "line 3 has 1 cells, expected 2"},
        {"time_ms,a_mV\n0,1\n0.1,2,3\n", "line 3 has 3 cells, expected 2"},
        {"time_ms,a_mV,\n0,1,\n0.1,2,\n", "line 2, column 3 is empty"},
        {"time_ms,a_mV\n0,1\n0.1,\n", "line 3, column 2 is empty"},
        {"time_ms,a_mV\n0,1\n0.1,x\n", "line 3, column 2: 'x' is not a number"},
        {"time_ms,a_mV\n0,1\n0.1,nan\n", "line 3, column 2: 'nan' is not a number"},
        {"time_ms,a_mV\n0,1\n0.1,inf\n", "'inf' is not a number"},
        {"time_ms,a_mV\n0,1\n0.1,1e999\n", "'1e999' is not a number"},
        {"time_ms,a_mV\n0,1\n0.1,0x10\n", "'0x10' is not a number"},
        {"time_ms;a_mV\n0,0;1,5\n0,1;1.234,5\n", "line 3, column 2: '1.234,5' is not a number"},
        {"time_ms;a_mV\n0,0;1,5\n0,1;2.5\n", "line 3, column 2: '2.5' is not a number"},
        {"time_ms,a_mV\n0,\"1\n0.1,2\n", "line 2: column 2: the quote does not close on its line"},
        {"time_ms,a_mV\n0,\"1\"x\n0.1,2\n", "line 2: column 2: text behind the closing quote"},
        {"time_ms,a_mV\n0,1\n0.1,2\n0.05,3\n", "line 4: time goes back from 0.1 to 0.05"},
        {"time_ms,a_mV\n0,1\n0.1,2\n0.1,3\n0.2,4\n0.3,5\n", "line 4: time 0.1 stands twice"},
        {"time_ms,a_mV\n0,1\n0.1,2\n0.2,3\n0.4,4\n0.5,5\n",
         "line 5: time 0.4 comes 2 samples after the one before"},
        /* 2 % of a sample at 10 kHz is 0.002 ms */
        {"time_ms,a_mV\n0.0000,1\n0.1000,2\n0.2020,3\n0.3000,4\n0.4000,5\n",
         "line 4: time 0.202 comes 1.02 samples after the one before, expected 1 at 10000 Hz"},
        {"time_ms,a_mV\n0,1\n", "at least two are needed for a rate"},
        {"time,a_mV\n0,1\n0.005,2\n0.010,3\n",
         "line 2: the time column has no unit and steps by 0.005"},
        {"time_ms,time_s\n0,0\n", "line 2"},
        {"a_mV\n1\n2\n", "no sampling rate: name a column time_s or time_ms"},
        {"1,5\n2,5\n3,5\n", "line 1: '1,5' may be two numbers or one with a decimal comma"},
        {"# sampling rate: fast\n1\n2\n", "line 1: 'fast' is no sampling rate"},
        {"# sampling rate: 5\na_mV\n1\n2\n", "sampling rate 5 Hz, expected 100 to 1000000"},
        {"# sampling rate: 5000\ntime_ms,a_mV\n0,1\n0.1,2\n0.2,3\n",
         "runs at 10000 samples a second, but 5000 Hz is stated"},
        {"sample,a_mV,time_ms\n1,1,0\n3,1,0.1\n", "line 3: sample number 3 where 2 was expected"},
        {"sweep,time_ms,stimulus_mA\n1,0,5\n", "line 1: sweeps without a column of samples"},
        {"sweep,a_mV\n1,1\n", "carry the number of their sweep but no time"},
        {"sweep,time_ms,stimulus_mA,a_mV\n1,0,5,1\n1,0.1,6,1\n",
         "line 3: stimulus changes from 5 to 6 inside sweep 1"},
        {"sweep,time_ms,a_mV\n1,0,1\n1,0.1,1\n2,0,1\n2,0.2,1\n",
         "line 5: time 0.2 comes 2 samples after the one before"},
        {"time_ms,s001 (mV),s002 (uV)\n0,1,1\n0.1,1,1\n", "in 'mV' and in 'uV'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        refuse_text(rows[i].table, rows[i].words);
}

Test(read_text, f_39_bytes_that_are_no_text_are_refused)
{
    static const char utf16[] = "\xFF\xFEt\0,\0a\0\n\0";
    refuse_bytes("t.csv", utf16, sizeof utf16 - 1, NULL, RV_DATA,
                 "line 1: UTF-16 text: save it as UTF-8");
    static const char nul[] = "time_ms,a_mV\n0,1\n0.1,\0\n";
    refuse_bytes("t.csv", nul, sizeof nul - 1, NULL, RV_DATA, "line 3 holds a NUL byte: no text");
}

Test(read_text, f_39_a_line_of_ten_megabytes_is_refused)
{
    const size_t size = 10 << 20;
    char *text = malloc(size);
    memset(text, '1', size);
    memcpy(text, "a_mV\n", 5);
    refuse_bytes("t.csv", text, size, NULL, RV_DATA, "line 2 is longer than 1048576 bytes");
    free(text);
}

Test(read_text, f_04_prose_is_no_table)
{
    refuse_text("Dear colleague,\nthank you for sending 1 patient.\nYours\n", "line ");
}

Test(read_text, times_rounded_to_their_digits_give_the_exact_rate)
{
    /* 3 kHz in ms, printed to 1 ns and to 1 us (0.3 % of a sample) */
    static const int decimals[] = {6, 3};
    for (size_t f = 0; f < 2; f++) {
        char text[65536] = "time_ms,a_uV\n";
        for (int i = 0; i < 601; i++) {
            char time[32];
            snprintf(time, sizeof time, "%.*f", decimals[f], -50 + i / 3.0);
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s,%d\n", time, i);
        }
        struct rv_recording *recording = read_text(text);
        cr_expect_float_eq(recording->channels[0].rate_hz, 3000, 1e-9, "%.12g Hz",
                           recording->channels[0].rate_hz);
        cr_expect(sample_count(recording, 0) == 601);
        rv_recording_free(recording);
    }
}

Test(read_text, a_clock_that_drifts_from_the_stated_rate_is_told)
{
    /* 1000.4 Hz is 400 parts in a million from the stated 1000 Hz: told; 1000.9 is still inside
     * what two statements may differ by at the beginning */
    char *text = malloc(1 << 18);
    strcpy(text, "# sampling rate: 1000 Hz\ntime_ms,a_uV\n");
    char *end = text + strlen(text);
    for (int i = 0; i < 5000; i++)
        end += sprintf(end, "%.6f,%d\n", i / 1.0004, i);
    struct rv_recording *recording = read_text(text);
    cr_expect(has_notice(recording, "rate_drift", "parts in a million"));
    rv_recording_free(recording);
    free(text);
}

Test(read_text, long_tables_come_in_blocks_without_a_seam)
{
    char *text = malloc(1 << 20);
    strcpy(text, "time_s,a_uV\n");
    char *end = text + strlen(text);
    for (int i = 0; i < 10000; i++)
        end += sprintf(end, "%.4f,%d\n", i / 10000.0, i);
    struct rv_recording *recording = read_text(text);
    cr_assert(recording->segment_count == 1 && sample_count(recording, 0) == 10000);
    for (int i = 0; i < 10000; i++)
        cr_assert_float_eq(recording->samples[0][i], i, 1e-9);
    rv_recording_free(recording);
    free(text);
}

Test(read_text, sample_bounds_hold_for_sweeps_too)
{
    struct rv_source_options options = rv_source_defaults();
    static const char table[] = "time_ms,s001,s002\n0,1,2\n0.1,1,2\n0.2,1,2\n";
    options.max_samples = 5;
    refuse_bytes("t.csv", table, strlen(table), &options, RV_DATA,
                 "holds more than the 5 samples that may be read");
}

Test(read_text, shared_text_recordings_are_read)
{
    const char *folder = shared_data();
    static const struct {
        const char *file;
        double rate_hz;
        size_t segments, samples;
    } rows[] = {
        {"monstim_mouse_M_H/Example_Data_3.csv", 30000, 84, 84 * 240},
        {"monstim_mouse_M_H/derived_wide_Example_Data_3.csv", 30000, 84, 84 * 240},
        {"mepfeatx_human_MEP/derived_ID01_meps_uV.csv", 3000, 152, 152 * 451},
        {"mepfeatx_human_MEP/derived_ID04_raw_meps_uV.csv", 3000, 20, 20 * 601},
        {"dimep_active_MEP/derived_dimep_examples.csv", 1000, 3, 3 * 2000},
        {"txt_surface_emg_biosppy/emg.txt", 1000, 1, 100000},
    };
    for (size_t i = 0; folder != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        char path[4200];
        struct rv_error err = {.text = ""};
        struct rv_recording *recording;
        snprintf(path, sizeof path, "%s%s", folder, rows[i].file);
        cr_assert(rv_recording_read(path, NULL, &recording, &err) == RV_OK, "%s", err.text);
        cr_expect_float_eq(recording->channels[0].rate_hz, rows[i].rate_hz, 1e-6, "%s", path);
        cr_expect(recording->segment_count == rows[i].segments, "%s", path);
        cr_expect(sample_count(recording, 0) == rows[i].samples, "%s", path);
        rv_recording_free(recording);
    }
}
