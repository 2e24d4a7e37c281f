/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who, when, by whom and with what: the identification fields of EDF and EDF+.
 */
#include "acquire/edf.h"
#include "base/error.h"

#include <string.h>

struct date {
    int year, month, day;
};

/* Words of a field that are separated by single blanks; the underscore stands for a blank. */
struct words {
    char *next;
};

/* The next word, NULL at the end. X means not known. */
static char *next_word(struct words *words)
{
    char *word = words->next;
    if (word == NULL || *word == '\0')
        return NULL;
    char *blank = strchr(word, ' ');
    words->next = blank == NULL ? NULL : blank + 1;
    if (blank != NULL)
        *blank = '\0';
    return word;
}

static const char *known(char *word)
{
    if (word == NULL || *word == '\0' || strcmp(word, "X") == 0)
        return NULL;
    for (char *c = word; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return word;
}

static bool digits(const char *text, size_t count, int *number)
{
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *number = *number * 10 + text[i] - '0';
    }
    return true;
}

static bool is_date(const struct date *date)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date->month < 1 || date->month > 12 || date->day < 1 ||
        date->day > lengths[date->month - 1])
        return false;
    bool leap = (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;
    return date->month != 2 || date->day < 29 || leap;
}

/* dd-MMM-yyyy */
static bool long_date(const char *text, struct date *date)
{
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    if (text == NULL || strlen(text) != 11 || text[2] != '-' || text[6] != '-' ||
        !digits(text, 2, &date->day) || !digits(text + 7, 4, &date->year))
        return false;
    char name[4] = {text[3], text[4], text[5], '\0'};
    date->month = 0;
    for (int i = 0; i < 12; i++)
        if (rv_text_equal_case(name, months[i]))
            date->month = i + 1;
    return is_date(date);
}

/* dd.mm.yy; 85 to 99 are of the last century. */
static bool short_date(const char *text, struct date *date)
{
    if (text[2] != '.' || text[5] != '.' || !digits(text, 2, &date->day) ||
        !digits(text + 3, 2, &date->month) || !digits(text + 6, 2, &date->year))
        return false;
    date->year += date->year >= 85 ? 1900 : 2000;
    return is_date(date);
}

static bool read_time(const char *text, int time[3])
{
    static const int highest[3] = {23, 59, 59};
    for (int i = 0; i < 3; i++)
        if (!digits(text + 3 * i, 2, &time[i]) || time[i] > highest[i] ||
            (i < 2 && text[3 * i + 2] != '.'))
            return false;
    return true;
}

static enum rv_status read_start(struct rv_source *source, const char *fields,
                                 const char *long_form, struct rv_error *err)
{
    struct date date, other;
    int time[3];
    bool plain = short_date(fields, &date);
    if (long_date(long_form, &other)) {
        /* Where both are good they say the same, or the one with four digits of year wins. */
        if (plain && (other.day != date.day || other.month != date.month))
            rv_notice_add(&source->notices, RV_WARNING, "start_conflict", NULL,
                          "start date is %.11s in the recording field and %.8s in its own; the "
                          "first is used",
                          long_form, fields);
        date = other;
        plain = true;
    }
    if (!plain || !read_time(fields + 8, time)) {
        char visible[520];
        rv_text_visible(fields, 16, visible, sizeof visible);
        rv_notice_add(&source->notices, RV_WARNING, "start_unknown", NULL,
                      "start date and time \"%s\" are not dd.mm.yy and hh.mm.ss; unknown", visible);
        return RV_OK;
    }
    source->facts.start = rv_arena_format(source->arena, "%04d-%02d-%02dT%02d:%02d:%02d", date.year,
                                          date.month, date.day, time[0], time[1], time[2]);
    return source->facts.start == NULL ? rv_fail_memory(err) : RV_OK;
}

static bool is_sex(const char *word)
{
    return word != NULL && strlen(word) == 1 && strchr("FMX", *word) != NULL;
}

/* EDF+: code, sex, birth date, name. Elsewhere the field is free text and all of it is the id. */
static enum rv_status read_patient(struct rv_source *source, const unsigned char *field,
                                   struct rv_error *err)
{
    struct rv_recording_facts *facts = &source->facts;
    char *text = rv_edf_text(source->arena, field, 80);
    char *whole = rv_arena_text(source->arena, text);
    if (whole == NULL)
        return rv_fail_memory(err);
    struct words words = {text};
    char *code = next_word(&words), *sex = next_word(&words), *birth = next_word(&words);
    struct date date;
    bool born = long_date(birth, &date);
    if (!is_sex(sex) || !(born || rv_text_equal(birth, "X"))) {
        facts->patient_id = *whole == '\0' ? NULL : whole;
        return RV_OK;
    }
    facts->patient_id = known(code);
    facts->patient_name = known(words.next);
    facts->sex = *sex == 'F' ? RV_FEMALE : *sex == 'M' ? RV_MALE : RV_SEX_UNKNOWN;
    if (!born)
        return RV_OK;
    facts->birth_date =
        rv_arena_format(source->arena, "%04d-%02d-%02d", date.year, date.month, date.day);
    return facts->birth_date == NULL ? rv_fail_memory(err) : RV_OK;
}

enum rv_status rv_edf_identity_read(struct rv_source *source, const unsigned char *header,
                                    struct rv_error *err)
{
    struct rv_recording_facts *facts = &source->facts;
    enum rv_status status = read_patient(source, header + 8, err);
    if (status != RV_OK)
        return status;
    char *text = rv_edf_text(source->arena, header + 88, 80);
    if (text == NULL)
        return rv_fail_memory(err);
    struct words words = {text};
    const char *date = NULL;
    if (rv_text_starts(text, "Startdate ")) {
        next_word(&words);
        date = next_word(&words);
        facts->administration = known(next_word(&words));
        facts->technician = known(next_word(&words));
    }
    facts->equipment = known(words.next); /* and whatever the writer added */
    return read_start(source, (const char *)header + 168, date, err);
}
