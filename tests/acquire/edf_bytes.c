/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small good EDF or BDF file in memory, made by hand field by field, to be spoilt by tests.
 */
#include "edf_bytes.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

enum { SIGNALS = 3 };

static void put(struct edf_bytes *file, size_t at, size_t width, const char *text)
{
    size_t length = strlen(text) < width ? strlen(text) : width;
    memset(file->bytes + at, ' ', width);
    memcpy(file->bytes + at, text, length);
}

void edf_bytes_fixed(struct edf_bytes *file, size_t at, size_t width, const char *text)
{
    put(file, at, width, text);
}

void edf_bytes_cell(struct edf_bytes *file, size_t signal, size_t before, size_t width,
                    const char *text)
{
    put(file, 256 + before * SIGNALS + signal * width, width, text);
}

static size_t record_at(const struct edf_bytes *file, size_t record)
{
    return file->header_bytes + record * file->record_bytes;
}

void edf_bytes_list(struct edf_bytes *file, size_t record, const char *list, size_t length)
{
    size_t at = record_at(file, record) + (APB_SAMPLES + STIM_SAMPLES) * file->sample_bytes;
    cr_assert(length <= LIST_BYTES);
    memset(file->bytes + at, 0, LIST_BYTES);
    memcpy(file->bytes + at, list, length);
}

void edf_bytes_sample(struct edf_bytes *file, size_t record, size_t signal, size_t index,
                      long number)
{
    size_t at = record_at(file, record) + (signal * APB_SAMPLES + index) * file->sample_bytes;
    for (size_t byte = 0; byte < file->sample_bytes; byte++)
        file->bytes[at + byte] = (unsigned char)((unsigned long)number >> 8 * byte);
}

struct edf_bytes edf_bytes_make(const char *kind)
{
    struct edf_bytes file = {.header_bytes = 256 + SIGNALS * 256};
    bool bdf = kind[0] == 'B' || kind[0] == '2';
    static const size_t widths[] = {16, 80, 8, 8, 8, 8, 8, 80, 8, 32};
    const char *const cells[SIGNALS][10] = {
        {"R APB", "Ag-AgCl electrodes", "mV", bdf ? "-8388.608" : "-32.768",
         bdf ? "8388.607" : "32.767", bdf ? "-8388608" : "-32768", bdf ? "8388607" : "32767",
         "HP:3Hz LP:20kHz", "10", ""},
        {bdf ? "Status" : "STIM", "", bdf ? "Boolean" : "V", bdf ? "-8388608" : "-32768",
         bdf ? "8388607" : "32767", bdf ? "-8388608" : "-32768", bdf ? "8388607" : "32767", "", "5",
         ""},
        {bdf ? "BDF Annotations" : "EDF Annotations", "", "", "-1", "1",
         bdf ? "-8388608" : "-32768", bdf ? "8388607" : "32767", "", bdf ? "80" : "120", ""},
    };
    file.sample_bytes = bdf ? 3 : 2;
    file.record_bytes = (APB_SAMPLES + STIM_SAMPLES) * file.sample_bytes + LIST_BYTES;
    file.length = file.header_bytes + 2 * file.record_bytes;
    memset(file.bytes, ' ', file.header_bytes);
    put(&file, 0, 8,
        bdf ? "\xFF"
              "BIOSEMI"
            : "0");
    put(&file, 8, 80, "MCH-0234567 F 02-MAY-1951 Haagse_Harry");
    put(&file, 88, 80, "Startdate 02-MAR-2002 PSG-1234/2002 NN Telemetry03");
    put(&file, 168, 16, "02.03.0214.27.00");
    put(&file, 184, 8, "1024");
    put(&file, 192, 44, kind);
    put(&file, 236, 8, "2");
    put(&file, 244, 8, "0.001");
    put(&file, 252, 4, "3");
    size_t before = 0;
    for (size_t column = 0; column < 10; before += widths[column++])
        for (size_t signal = 0; signal < SIGNALS; signal++)
            edf_bytes_cell(&file, signal, before, widths[column], cells[signal][column]);
    /* "-8388.608" has 9 characters: BDF limits of one microvolt a step are given in volt */
    if (bdf) {
        edf_bytes_cell(&file, 0, 96, 8, "uV");
        edf_bytes_cell(&file, 0, 104, 8, "-8388608");
        edf_bytes_cell(&file, 0, 112, 8, "8388607");
    }
    for (size_t record = 0; record < 2; record++)
        for (size_t i = 0; i < APB_SAMPLES; i++)
            edf_bytes_sample(&file, record, 0, i, (long)(100 + record * APB_SAMPLES + i));
    edf_bytes_list(&file, 0, "+0\x14\x14", 5);
    edf_bytes_list(&file, 1, "+0.001\x14\x14", 9);
    return file;
}

enum rv_status edf_bytes_read(const struct edf_bytes *file, bool allow_truncated,
                              struct rv_recording **recording, struct rv_error *err)
{
    struct rv_source_options options = rv_source_defaults();
    struct rv_source *source;
    options.allow_truncated = allow_truncated;
    *recording = NULL;
    enum rv_status status =
        rv_source_open_memory("test.edf", file->bytes, file->length, &options, &source, err);
    if (status != RV_OK)
        return status;
    status = rv_recording_collect(source, recording, err);
    rv_source_close(source);
    return status;
}

void edf_bytes_refused(const struct edf_bytes *file, enum rv_status status, const char *words)
{
    struct rv_recording *recording;
    struct rv_error err = {.text = ""};
    enum rv_status found = edf_bytes_read(file, false, &recording, &err);
    cr_expect(found == status, "expected %d (%s), found %d: %s", (int)status, words, (int)found,
              err.text);
    cr_expect(strstr(err.text, words) != NULL, "\"%s\" not in \"%s\"", words, err.text);
    cr_expect(strncmp(err.text, "test.edf: ", 10) == 0, "no name in \"%s\"", err.text);
    rv_recording_free(recording);
}

bool recording_has_notice(const struct rv_recording *recording, const char *code)
{
    for (size_t i = 0; i < recording->notice_count; i++)
        if (strcmp(recording->notices[i].code, code) == 0)
            return true;
    return false;
}
