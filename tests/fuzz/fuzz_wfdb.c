/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: WFDB. Two bytes give the length of the header, two that of the signal file r.dat;
 * what is left is r.atr. A good segment stands beside them as s.hea.
 */
#include "read_all.h"

#include <stdio.h>
#include <unistd.h>

static char folder[64];

static void remove_folder(void)
{
    static const char *const names[] = {"r.dat", "r.atr", "s.hea", ""};
    for (size_t i = 0; i < 4; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s%s", folder, names[i]);
        remove(path);
    }
}

static void write_beside(const char *name, const void *bytes, size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "%s%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void make_folder(void)
{
    static const char segment[] = "s 1 1000 4\nr.dat 16 1/mV 16 0 1 10 0\n";
    snprintf(folder, sizeof folder, "/tmp/ranvier-fuzz-XXXXXX");
    if (mkdtemp(folder) == NULL)
        abort();
    strcat(folder, "/");
    write_beside("s.hea", segment, sizeof segment - 1);
    atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    if (folder[0] == '\0')
        make_folder();
    size_t header = data[0] | (size_t)data[1] << 8, samples = data[2] | (size_t)data[3] << 8;
    data += 4;
    size -= 4;
    header = header < size ? header : size;
    samples = samples < size - header ? samples : size - header;
    write_beside("r.dat", data + header, samples);
    write_beside("r.atr", data + header + samples, size - header - samples);
    char name[96];
    snprintf(name, sizeof name, "%sr.hea", folder);
    struct rv_source_options options = fuzz_options("wfdb");
    read_all(name, data, header, &options);
    options.allow_truncated = true;
    read_all(name, data, header, &options);
    return 0;
}
