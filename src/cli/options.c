/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parsing and printing the option tables.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 60, HELP_ID = 1000 };

static size_t option_count(const struct command *command)
{
    size_t count = 0;
    while (command->options != NULL && command->options[count].name != NULL)
        count++;
    return count;
}

/* The C locale is the program's only one: strtod and its '.' are safe here. */
static enum rv_status read_number(const struct option_row *row, const char *text, double *number,
                                  struct rv_error *err)
{
    char *end;
    bool digits = *text != '\0' && strspn(text, "+-.0123456789eE") == strlen(text);
    *number = strtod(text, &end);
    if (!digits || *end != '\0' || !isfinite(*number)) {
        snprintf(err->text, sizeof err->text, "--%s: \"%s\" is not a number", row->name, text);
        return err->status = RV_MISUSE;
    }
    if (*number < row->minimum || *number > row->maximum) {
        snprintf(err->text, sizeof err->text, "--%s: %s is outside %g to %g", row->name, text,
                 row->minimum, row->maximum);
        return err->status = RV_MISUSE;
    }
    return RV_OK;
}

static enum rv_status set_value(const struct option_row *row, const char *text, void *values,
                                struct rv_error *err)
{
    char *place = (char *)values + row->offset;
    double number;
    enum rv_status status = RV_OK;
    switch (row->type) {
    case OPTION_FLAG:
    case OPTION_OFF:
        *(bool *)(void *)place = row->type == OPTION_FLAG;
        break;
    case OPTION_TEXT:
        *(const char **)(void *)place = text;
        break;
    case OPTION_NUMBER:
    case OPTION_COUNT:
        status = read_number(row, text, &number, err);
        if (status == RV_OK && row->type == OPTION_NUMBER)
            *(double *)(void *)place = number;
        else if (status == RV_OK)
            *(size_t *)(void *)place = (size_t)number;
        break;
    }
    return status;
}

/* Fills getopt's tables from ours. */
static void build_tables(const struct command *command, struct option *table, char *letters)
{
    size_t count = option_count(command);
    *letters++ = '+';
    *letters++ = ':';
    *letters++ = 'h';
    for (size_t i = 0; i < count; i++) {
        const struct option_row *row = &command->options[i];
        table[i] =
            (struct option){row->name, row->argument != NULL ? required_argument : no_argument,
                            NULL, HELP_ID + 1 + (int)i};
        if (row->letter != 0) {
            *letters++ = row->letter;
            if (row->argument != NULL)
                *letters++ = ':';
        }
    }
    table[count] = (struct option){"help", no_argument, NULL, HELP_ID};
    *letters = '\0';
}

static const struct option_row *find_row(const struct command *command, int id)
{
    size_t count = option_count(command);
    if (id > HELP_ID && (size_t)(id - HELP_ID - 1) < count)
        return &command->options[id - HELP_ID - 1];
    for (size_t i = 0; i < count; i++)
        if (command->options[i].letter == id)
            return &command->options[i];
    return NULL;
}

/* Moves the operands behind the options, so that options may stand anywhere; "--" ends them. */
static enum rv_status one_option(const struct command *command, int id, const char *shown,
                                 void *values, bool *seen, bool *help, struct rv_error *err)
{
    if (id == 'h' || id == HELP_ID) {
        *help = true;
        return RV_OK;
    }
    const struct option_row *row = find_row(command, id);
    if (row == NULL) {
        snprintf(err->text, sizeof err->text,
                 id == ':' ? "option %s needs a value" : "unknown option %s; see ranvier %s --help",
                 shown, command->name);
        return err->status = RV_MISUSE;
    }
    size_t index = (size_t)(row - command->options);
    if (seen[index]) {
        snprintf(err->text, sizeof err->text, "option --%s stands twice", row->name);
        return err->status = RV_MISUSE;
    }
    seen[index] = true;
    return set_value(row, optarg, values, err);
}

static enum rv_status check_operands(const struct command *command, size_t count,
                                     struct rv_error *err)
{
    if (count >= command->operands_min && count <= command->operands_max)
        return RV_OK;
    snprintf(err->text, sizeof err->text, "%s: %s %s; usage: ranvier %s [options] %s",
             command->name, count < command->operands_min ? "too few" : "too many", "operands",
             command->name, command->operands);
    return err->status = RV_MISUSE;
}

enum rv_status options_parse(const struct command *command, int count, char **argv, void *values,
                             bool *help, int *first, struct rv_error *err)
{
    struct option table[OPTIONS_MAX + 1] = {0};
    char letters[2 * OPTIONS_MAX + 4];
    bool seen[OPTIONS_MAX] = {0};
    build_tables(command, table, letters);
    letters[0] = '-'; /* operands come in order, as the argument of option 1 */
    optind = 1;
    opterr = 0;
    int kept = 1;
    for (int id; (id = getopt_long(count, argv, letters, table, NULL)) != -1 && !*help;) {
        if (id == 1) {
            argv[kept++] = optarg;
            continue;
        }
        const char *shown = optind > 0 && optind <= count ? argv[optind - 1] : "";
        enum rv_status status = one_option(command, id, shown, values, seen, help, err);
        if (status != RV_OK)
            return status;
    }
    while (optind < count)
        argv[kept++] = argv[optind++];
    *first = 1;
    argv[kept] = NULL;
    return *help ? RV_OK : check_operands(command, (size_t)(kept - 1), err);
}

void options_help(const struct command *command, FILE *out)
{
    fprintf(out, "usage: ranvier %s [options] %s\n\n%s.\n\n%s\n\n", command->name,
            command->operands, command->summary, command->details);
    size_t count = option_count(command);
    for (size_t i = 0; i < count; i++) {
        const struct option_row *row = &command->options[i];
        char left[64];
        snprintf(left, sizeof left, "  %c%c%s --%s%s%s", row->letter != 0 ? '-' : ' ',
                 row->letter != 0 ? row->letter : ' ', row->letter != 0 ? "," : " ", row->name,
                 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
        fprintf(out, strlen(left) < 30 ? "%-30s %s\n" : "%s\n%31s%s\n", left,
                strlen(left) < 30 ? row->help : "", row->help);
    }
    fprintf(out, "  -h, --help                   this text\n\n%s\n", rv_disclaimer());
}

/* Roff: a leading dot or quote and every backslash need an escape, '-' is a minus. */
static void roff(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '-' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void manual_command(FILE *out, const struct command *command)
{
    fprintf(out, ".SS ranvier %s [options] ", command->name);
    roff(out, command->operands);
    fputs("\n", out);
    roff(out, command->summary);
    fputs(".\n.PP\n", out);
    roff(out, command->details);
    fputs("\n", out);
    size_t count = option_count(command);
    for (size_t i = 0; i < count; i++) {
        const struct option_row *row = &command->options[i];
        fputs(".TP\n", out);
        if (row->letter != 0)
            fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
        fputs("\\fB\\-\\-", out);
        roff(out, row->name);
        fputs("\\fR", out);
        if (row->argument != NULL) {
            fputs(" \\fI", out);
            roff(out, row->argument);
            fputs("\\fR", out);
        }
        fputs("\n", out);
        roff(out, row->help);
        fputs("\n", out);
    }
}

static const struct {
    int status;
    const char *meaning;
} exit_statuses[] = {
    {0, "everything asked for was done"},
    {1, "a batch ended, at least one input failed"},
    {2, "the command line is wrong"},
    {3, "done, but with --strict a value was withheld or flagged"},
    {65, "the input data are wrong"},
    {66, "an input is missing or cannot be read"},
    {70, "a mistake of the program's own"},
    {71, "out of memory"},
    {73, "an output cannot be created"},
    {74, "reading or writing failed, or the disk is full"},
    {75, "busy: try again"},
    {77, "not permitted"},
    {78, "study.json, a study table or a reference table is wrong"},
};

void options_manual(FILE *out)
{
    fprintf(out,
            ".TH RANVIER 1 \"\" \"ranvier %s\" \"User Commands\"\n"
            ".SH NAME\nranvier \\- nerve conduction studies: from the recording to the report\n"
            ".SH SYNOPSIS\n.B ranvier\n.I command\n[options] ...\n.SH DESCRIPTION\n"
            "Ranvier reads recordings of nerve conduction studies, marks each response, measures "
            "it with its standard error, compares the values with reference limits and writes a "
            "report.\n.PP\n",
            rv_version());
    roff(out, rv_disclaimer());
    fputs("\n.SH COMMANDS\n", out);
    for (size_t i = 0; commands[i] != NULL; i++)
        manual_command(out, commands[i]);
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < sizeof exit_statuses / sizeof *exit_statuses; i++)
        fprintf(out, ".TP\n\\fB%d\\fR\n%s\n", exit_statuses[i].status, exit_statuses[i].meaning);
}
