/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a command of the program is. To add one: a file cmd_NAME.c with one const struct, and one
 * line in the array of main.c. Help, parsing and the manual come from the option table.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <ranvier/ranvier.h>

#include <stddef.h>

enum option_type {
    OPTION_FLAG,   /* bool: becomes true */
    OPTION_OFF,    /* bool: becomes false */
    OPTION_TEXT,   /* const char * */
    OPTION_NUMBER, /* double, between minimum and maximum */
    OPTION_COUNT   /* size_t, between minimum and maximum */
};

struct option_row {
    const char *name; /* long name; NULL ends the table */
    char letter;      /* 0: none */
    enum option_type type;
    const char *argument; /* word of the help: "FILE"; NULL for flags */
    const char *help;     /* one sentence, with the default */
    size_t offset;        /* of the variable in the command's struct of values */
    double minimum, maximum;
};

struct command {
    const char *name;
    const char *operands;             /* of the usage line: "STUDY" */
    const char *summary;              /* one line */
    const char *details;              /* paragraphs for --help and the manual */
    const struct option_row *options; /* NULL: only --help */
    size_t values_size;
    void (*defaults)(void *values); /* NULL: all zero */
    size_t operands_min, operands_max;
    /* Results go to standard output or the named files, words to standard error. */
    enum rv_status (*run)(const void *values, size_t count, char *const *operands,
                          struct rv_error *err);
};

extern const struct command *const commands[]; /* in main.c; NULL at the end */
extern const struct command command_report;
extern const struct command command_compare;
extern const struct command command_inspect;
extern const struct command command_filter;
extern const struct command command_batch;
extern const struct command command_export;
extern const struct command command_collect;
extern const struct command command_reference;
extern const struct command command_simulate;
extern const struct command command_stream;
extern const struct command command_manual;

/* Standard output, checked: RV_IO when it could not all be written (with_stdout's fflush). */
enum rv_status output_finish(struct rv_error *err);
/* rv_write_function for stdout. */
bool output_write(void *unused, const void *bytes, size_t count);
/* Sends what output_write has kept; false: standard output has failed. */
bool output_flush(void);
/* "ranvier: LEVEL: text" on standard error, one line, hostile bytes made visible. */
void say(const char *level, const char *text);

#endif
