/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of the interpretation share: studies in memory and studies on disk.
 */
#ifndef TEST_INTERPRET_SUPPORT_H
#define TEST_INTERPRET_SUPPORT_H

#include "base/arena.h"
#include "interpret/interpret.h"
#include "interpret/reading.h"

#include <ranvier/ranvier.h>

/* A study made in memory: fill it with the functions below, then interpret. */
struct bench {
    struct rv_arena *arena;
    struct rv_study study;
    struct rv_report report;
    struct rv_response responses[64];
    struct rv_measurement measurements[64];
    struct rv_needle needle[128];
};

void bench_open(struct bench *bench);
void bench_close(struct bench *bench);
/* A response without values; give it some with bench_value. Returns its index. */
size_t bench_response(struct bench *bench, enum rv_kind kind, const char *nerve, enum rv_side side,
                      const char *record, const char *stimulate);
/* A measured value with limits (NaN: none); judged here. */
void bench_value(struct bench *bench, size_t response, enum rv_parameter parameter, double value,
                 double lower, double upper);
void bench_absent(struct bench *bench, size_t response);
/* Fibrillations 0 to 4; the rest as named. */
struct rv_needle *bench_muscle(struct bench *bench, const char *muscle, enum rv_side side,
                               int fibrillations);
void bench_interpret(struct bench *bench);
const struct rv_pattern *bench_pattern(const struct bench *bench, const char *pattern);
bool bench_has_finding(const struct bench *bench, const char *id);

/* A folder of tests/interpret/studies, measured and interpreted. */
struct on_disk {
    struct rv_study *study;
    struct rv_report *report;
};
void on_disk_open(const char *name, struct on_disk *disk);
void on_disk_close(struct on_disk *disk);

#endif
