/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sources: found by content, refused with one sentence, bounded; units and calibrations.
 */
#include "acquire/reader.h"
#include "edf_bytes.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(source, .timeout = 60);

static void refused(const void *bytes, size_t size, const char *words)
{
    struct rv_error err = {.text = ""};
    struct rv_source *source = NULL;
    enum rv_status status = rv_source_open_memory("a.wav", bytes, size, NULL, &source, &err);
    cr_expect(status == RV_DATA, "%d: %s", (int)status, err.text);
    cr_expect(strstr(err.text, words) != NULL, "\"%s\" not in \"%s\"", words, err.text);
    cr_expect(source == NULL);
}

Test(source, f_01_an_empty_file_is_called_empty)
{
    refused("", 0, "a.wav: empty");
}

Test(source, f_02_a_few_bytes_are_shorter_than_any_header)
{
    static const size_t sizes[] = {1, 11, 255};
    unsigned char bytes[255];
    memset(bytes, 0x81, sizeof bytes);
    for (size_t i = 0; i < 3; i++)
        refused(bytes, sizes[i], "shorter than any header; begins with 81");
}

Test(source, f_02_a_header_cut_short_is_refused)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    file.length = 255;
    edf_bytes_refused(&file, RV_DATA, "cut off inside its header: 255 bytes");
}

Test(source, f_03_unknown_bytes_are_named_in_hexadecimal)
{
    unsigned char *bytes = malloc(1 << 20);
    uint32_t state = 7;
    for (size_t i = 0; i < 1 << 20; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 24);
    }
    memcpy(bytes, "\xDE\xAD\xBE\xEF", 4);
    refused(bytes, 1 << 20, "format not recognised: begins with de ad be ef");
    free(bytes);
}

Test(source, f_05_headers_of_other_formats_are_not_taken_by_their_name)
{
    unsigned char bytes[512] = "GDF 2.20";
    refused(bytes, sizeof bytes, "format not recognised: begins with 47 44 46 20");
    memcpy(bytes, "\x64\xA3\x01\x00", 4); /* IRCAM */
    refused(bytes, sizeof bytes, "format not recognised: begins with 64 a3 01 00");
}

Test(source, f_42_compressed_files_are_to_be_unpacked_first)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *words;
    } rows[] = {{"\x1F\x8B\x08", 3, "compressed (gzip); unpack first"},
                {"PK\x03\x04", 4, "compressed (zip); unpack first"},
                {"\xFD"
                 "7zXZ\0",
                 6, "compressed (xz); unpack first"},
                {"BZh9", 4, "compressed (bzip2); unpack first"},
                {"\x28\xB5\x2F\xFD", 4, "compressed (zstd); unpack first"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[300] = {0};
        memcpy(bytes, rows[i].magic, rows[i].length);
        refused(bytes, sizeof bytes, rows[i].words);
        refused(bytes, 10, rows[i].words);
    }
}

Test(source, f_06_what_is_no_regular_file_is_refused)
{
    static const char *const paths[] = {"/tmp", "/dev/zero", "/nowhere/at/all"};
    for (size_t i = 0; i < 3; i++) {
        struct rv_error err = {.text = ""};
        struct rv_source *source;
        cr_expect(rv_source_open(paths[i], NULL, &source, &err) == RV_NO_INPUT);
        cr_expect(strncmp(err.text, paths[i], strlen(paths[i])) == 0, "%s", err.text);
    }
}

Test(source, f_07_hostile_names_are_escaped)
{
    struct rv_error err = {.text = ""};
    struct rv_source *source;
    cr_expect(rv_source_open_memory("a\nb\x1b[31m.edf", "", 0, NULL, &source, &err) == RV_DATA);
    cr_expect_str_eq(err.text, "a\\x0ab\\x1b[31m.edf: empty");
    cr_expect(rv_source_open("no\nsuch", NULL, &source, &err) == RV_NO_INPUT);
    cr_expect(strncmp(err.text, "no\\x0asuch: ", 11) == 0, "%s", err.text);
    char name[4096];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect(rv_source_open_memory(name, "", 0, NULL, &source, &err) == RV_DATA);
    cr_expect(strstr(err.text, "nnn: empty") != NULL, "%s", err.text);
}

Test(source, a_format_can_be_named_and_is_looked_up)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_source_options options = rv_source_defaults();
    struct rv_error err = {.text = ""};
    struct rv_source *source;
    options.format = "edf";
    cr_assert(rv_source_open_memory("x", file.bytes, file.length, &options, &source, &err) ==
              RV_OK);
    rv_source_close(source);
    options.format = "edg";
    cr_expect(rv_source_open_memory("x", file.bytes, file.length, &options, &source, &err) ==
              RV_MISUSE);
    cr_expect_str_eq(err.text, "x: no format \"edg\" (did you mean edf?)");
}

Test(source, a_recording_beyond_the_sample_bound_is_refused_at_once)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_source_options options = rv_source_defaults();
    struct rv_error err = {.text = ""};
    struct rv_source *source;
    options.max_samples = 29; /* 2 records of 10 and 5 samples are 30 */
    cr_expect(rv_source_open_memory("x", file.bytes, file.length, &options, &source, &err) ==
              RV_DATA);
    cr_expect_str_eq(err.text, "x: holds 30 samples, at most 29 may be read");
    options.max_samples = 30;
    cr_assert(rv_source_open_memory("x", file.bytes, file.length, &options, &source, &err) ==
              RV_OK);
    rv_source_close(source);
}

Test(source, the_end_stays_the_end)
{
    struct edf_bytes file = edf_bytes_make("EDF+C");
    struct rv_source *source;
    struct rv_block block;
    bool more = true;
    cr_assert(rv_source_open_memory("x", file.bytes, file.length, NULL, &source, NULL) == RV_OK);
    size_t blocks = 0;
    while (more) {
        cr_assert(rv_source_next(source, &block, &more, NULL) == RV_OK);
        blocks += more ? 1 : 0;
    }
    cr_expect(blocks > 0 && block.channel_count == 0 && block.event_count == 0);
    cr_assert(rv_source_next(source, &block, &more, NULL) == RV_OK);
    cr_expect(!more);
    rv_source_close(source);
}

Test(source, every_reader_has_a_name_of_its_own)
{
    for (size_t i = 0; rv_readers[i] != NULL; i++) {
        cr_expect(rv_readers[i]->name != NULL && rv_readers[i]->description != NULL);
        cr_expect(rv_readers[i]->open != NULL && rv_readers[i]->next != NULL &&
                  rv_readers[i]->close != NULL);
        for (size_t j = 0; j < i; j++)
            cr_expect(strcmp(rv_readers[i]->name, rv_readers[j]->name) != 0);
    }
}

Test(source, f_21_f_22_units_are_a_closed_list_with_case)
{
    static const struct {
        const char *unit;
        double factor; /* 0: refused */
    } rows[] = {{"V", 1e6},       {"mV", 1e3},         {"uV", 1},        {"\xB5V", 1},
                {"\xC2\xB5V", 1}, {"\xCE\xBCV", 1},    {"nV", 1e-3},     {"", 0},
                {"UV", 0},        {"MV", 0},           {"volt", 0},      {"%", 0},
                {"mv", 0},        {"NV", 0},           {"v", 0},         {"uv", 0},
                {"kV", 0},        {"\xB5", 0},         {"\xCE\xBCv", 0}, {"mV ", 0},
                {"uVolt", 0},     {"\xC2\xB5\xB5V", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double factor = 0;
        bool known = rv_unit_factor(rows[i].unit, &factor);
        cr_expect(known == (rows[i].factor > 0), "%s", rows[i].unit);
        cr_expect_float_eq(factor, rows[i].factor, 1e-12);
    }
}

Test(source, a_calibration_is_found_by_channel_or_for_all)
{
    static const struct {
        const char *calibration, *channel;
        bool found;
        double microvolt;
    } rows[] = {
        {NULL, "APB", false, 0},           {"uV=0.0305", "APB", true, 0.0305},
        {"mV=2", "APB", true, 2000},       {"APB:uV=3,uV=5", "APB", true, 3},
        {"uV=5,APB:uV=3", "apb", true, 3}, {"APB:uV=3", "ADM", false, 0},
        {"A:B:nV=4", "A:B", true, 0.004},  {"a=b:V=1", "a=b", true, 1e6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool found = true;
        double microvolt = 0;
        cr_expect(rv_calibration_find(rows[i].calibration, rows[i].channel, &found, &microvolt,
                                      NULL) == RV_OK);
        cr_expect(found == rows[i].found, "row %zu", i);
        cr_expect_float_eq(microvolt, rows[i].microvolt, 1e-12);
    }
    static const char *const wrong[] = {"uV",   "uV=",    "uV=0",     "uV=-1",      "UV=1",  "=1",
                                        "1=uV", "uV=1;2", "APB:uV=x", "uV=1,,uV=2", "uV=nan"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        bool found;
        double microvolt;
        struct rv_error err = {.text = ""};
        cr_expect(rv_calibration_find(wrong[i], "APB", &found, &microvolt, &err) == RV_MISUSE, "%s",
                  wrong[i]);
        cr_expect(strstr(err.text, "calibration \"") != NULL);
    }
}
