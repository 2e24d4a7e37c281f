/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parsing and printing the option tables.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "command.h"

#include <stdio.h>

/* Parses argv[0..count) (argv[0] is the command's name) into values. *help is set by --help;
 * operands are left in argv[*first..count). RV_MISUSE with a sentence otherwise. */
enum rv_status options_parse(const struct command *command, int count, char **argv, void *values,
                             bool *help, int *first, struct rv_error *err);
void options_help(const struct command *command, FILE *out);
/* The page ranvier(1), roff, from all tables. */
void options_manual(FILE *out);

#endif
