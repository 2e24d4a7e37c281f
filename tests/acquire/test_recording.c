/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recordings in memory: segments, events in time order, and who owns what.
 */
#include "edf_bytes.h"

#include <criterion/criterion.h>

#include <string.h>

TestSuite(recording, .timeout = 60);

#define LIST(file, record, text) edf_bytes_list(file, record, text, sizeof(text))

Test(recording, events_stand_in_time_order_wherever_they_were_written)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_recording *recording;
    LIST(&file, 0,
         "+0\x14\x14\0+9\x14last\x14\0+2\x14middle\x14"
         "middle too\x14");
    LIST(&file, 1,
         "+0.001\x14\x14\0+1\x14"
         "first\x14\0+2\x14"
         "middle, later written\x14");
    cr_assert(edf_bytes_read(&file, false, &recording, NULL) == RV_OK);
    static const char *const order[] = {"first", "middle", "middle too", "middle, later written",
                                        "last"};
    cr_assert(recording->event_count == 5);
    for (size_t i = 0; i < 5; i++)
        cr_expect_str_eq(recording->events[i].text, order[i]);
    rv_recording_free(recording);
}

Test(recording, segments_cover_all_samples_without_overlap)
{
    struct edf_bytes file = edf_bytes_make("EDF+D");
    struct rv_recording *recording;
    LIST(&file, 1, "+5\x14\x14");
    cr_assert(edf_bytes_read(&file, false, &recording, NULL) == RV_OK);
    cr_assert(recording->segment_count == 2);
    for (size_t channel = 0; channel < 2; channel++) {
        size_t per_record = channel == 0 ? 10 : 5;
        for (size_t i = 0; i < 2; i++) {
            cr_expect(recording->segments[i].first[channel] == i * per_record);
            cr_expect(recording->segments[i].sample_count[channel] == per_record);
        }
    }
    cr_expect_float_eq(recording->segments[0].start_s, 0, 1e-12);
    cr_expect_float_eq(recording->segments[1].start_s, 5, 1e-12);
    cr_expect_float_eq(recording->samples[0][10], 110, 1e-9); /* the second record begins at 110 */
    rv_recording_free(recording);
}

Test(recording, outlives_its_source_and_its_bytes)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_source *source;
    struct rv_recording *recording;
    LIST(&file, 0, "+0\x14\x14note\x14");
    cr_assert(rv_source_open_memory("x", file.bytes, file.length, NULL, &source, NULL) == RV_OK);
    cr_assert(rv_recording_collect(source, &recording, NULL) == RV_OK);
    rv_source_close(source);
    memset(&file, 0xAA, sizeof file);
    cr_expect_str_eq(recording->facts.format, "EDF+C");
    cr_expect_str_eq(recording->facts.patient_name, "Haagse Harry");
    cr_expect_str_eq(recording->channels[0].label, "R APB");
    cr_expect_str_eq(recording->events[0].text, "note");
    cr_expect_float_eq(recording->samples[0][0], 100, 1e-9);
    rv_recording_free(recording);
    rv_recording_free(NULL);
}

Test(recording, a_failing_read_says_where_and_leaves_nothing)
{
    struct rv_recording *recording = NULL;
    struct rv_error err;
    cr_expect(rv_recording_read("/nowhere/x.edf", NULL, &recording, &err) == RV_NO_INPUT);
    cr_expect(recording == NULL);
    cr_expect(strncmp(err.text, "/nowhere/x.edf: ", 16) == 0);
}
