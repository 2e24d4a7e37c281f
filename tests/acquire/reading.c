/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading recordings out of memory, for tests.
 */
#include "reading.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum rv_status try_bytes(const char *name, const void *bytes, size_t size,
                                const struct rv_source_options *options,
                                struct rv_recording **recording, struct rv_error *err)
{
    struct rv_source *source;
    void *exact = malloc(size > 0 ? size : 1); /* one byte beyond is seen by sanitizers */
    memcpy(exact, bytes, size);
    enum rv_status status = rv_source_open_memory(name, exact, size, options, &source, err);
    if (status == RV_OK) {
        status = rv_recording_collect(source, recording, err);
        rv_source_close(source);
    }
    free(exact);
    return status;
}

struct rv_recording *read_bytes(const char *name, const void *bytes, size_t size,
                                const struct rv_source_options *options)
{
    struct rv_error err = {.text = ""};
    struct rv_recording *recording = NULL;
    enum rv_status status = try_bytes(name, bytes, size, options, &recording, &err);
    cr_assert(status == RV_OK, "%d: %s", (int)status, err.text);
    return recording;
}

struct rv_recording *read_text(const char *text)
{
    return read_bytes("t.csv", text, strlen(text), NULL);
}

void refuse_bytes(const char *name, const void *bytes, size_t size,
                  const struct rv_source_options *options, enum rv_status status, const char *words)
{
    struct rv_error err = {.text = ""};
    struct rv_recording *recording = NULL;
    enum rv_status got = try_bytes(name, bytes, size, options, &recording, &err);
    cr_expect(got == status, "%d instead of %d (\"%s\"): %s", (int)got, (int)status, words,
              err.text);
    cr_expect(strstr(err.text, words) != NULL, "\"%s\" not in \"%s\"", words, err.text);
    if (got == RV_OK)
        rv_recording_free(recording);
}

void refuse_text(const char *text, const char *words)
{
    refuse_bytes("t.csv", text, strlen(text), NULL, RV_DATA, words);
}

bool has_notice(const struct rv_recording *recording, const char *code, const char *words)
{
    for (size_t i = 0; i < recording->notice_count; i++)
        if (strcmp(recording->notices[i].code, code) == 0 &&
            strstr(recording->notices[i].text, words) != NULL)
            return true;
    return false;
}

size_t sample_count(const struct rv_recording *recording, size_t channel)
{
    size_t count = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        count += recording->segments[i].sample_count[channel];
    return count;
}

static char folders[256][64];
static size_t folder_count;

const char *temporary_folder(void)
{
    cr_assert(folder_count < sizeof folders / sizeof folders[0]);
    char *folder = folders[folder_count];
    snprintf(folder, sizeof folders[0], "/tmp/ranvier-test-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    folder_count++;
    return strcat(folder, "/");
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char file[512];
        snprintf(file, sizeof file, "%s%s", path, entry->d_name);
        unlink(file); /* fails for the folder itself and its parent */
    }
    closedir(folder);
    rmdir(path);
}

void remove_temporary_folders(void)
{
    for (size_t i = 0; i < folder_count; i++)
        remove_folder(folders[i]);
    folder_count = 0;
}

void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

const char *shared_data(void)
{
    static char folder[4096];
    const char *given = getenv("RANVIER_SHARED");
    snprintf(folder, sizeof folder, "%s/data/",
             given != NULL ? given : TEST_SOURCE_ROOT "/../shared");
    if (access(folder, R_OK) == 0)
        return folder;
    cr_skip_test("no shared recordings at %s", folder);
    return NULL;
}
