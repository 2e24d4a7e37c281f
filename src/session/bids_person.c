/* SPDX-License-Identifier: GPL-3.0-or-later
 * What one row of participants.tsv or *_sessions.tsv says of a person. Units: those of the data
 * dictionary, else those of the specification (years; SI). A height without a unit is read in
 * metres or in centimetres where only one of them is a height.
 */
#include "session/bids_person.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *word;
    double factor; /* to the unit of the patient */
};

static const struct unit age_units[] = {{"years", 1},
                                        {"year", 1},
                                        {"yr", 1},
                                        {"yrs", 1},
                                        {"y", 1},
                                        {"a", 1},
                                        {"months", 1 / 12.0},
                                        {"month", 1 / 12.0},
                                        {"weeks", 7 / 365.25},
                                        {"week", 7 / 365.25},
                                        {"days", 1 / 365.25},
                                        {"day", 1 / 365.25},
                                        {"d", 1 / 365.25},
                                        {0}};
static const struct unit length_units[] = {
    {"cm", 1},   {"centimeter", 1}, {"centimeters", 1}, {"centimetre", 1}, {"centimetres", 1},
    {"m", 100},  {"meter", 100},    {"meters", 100},    {"metre", 100},    {"metres", 100},
    {"mm", 0.1}, {"in", 2.54},      {"inch", 2.54},     {"inches", 2.54},  {0}};
static const struct unit mass_units[] = {
    {"kg", 1},          {"kilogram", 1},     {"kilograms", 1},       {"g", 0.001},
    {"lb", 0.45359237}, {"lbs", 0.45359237}, {"pounds", 0.45359237}, {0}};
static const struct unit index_units[] = {{"kg/m^2", 1}, {"kg/m2", 1}, {0}};

struct field {
    const char *column;
    const char *quantity; /* of plausible.tsv, and the name in messages */
    size_t offset;
    const struct unit *units;
    double factor; /* without a unit in the dictionary; 0: see height_factor */
};

#define AT(member) offsetof(struct rv_patient, member)
static const struct field fields[] = {
    {"age", "age_years", AT(age_years), age_units, 1},
    {"age_years", "age_years", AT(age_years), age_units, 1},
    {"height", "height_cm", AT(height_cm), length_units, 0},
    {"height_cm", "height_cm", AT(height_cm), length_units, 1},
    {"height_m", "height_cm", AT(height_cm), length_units, 100},
    {"weight", "weight_kg", AT(weight_kg), mass_units, 1},
    {"weight_kg", "weight_kg", AT(weight_kg), mass_units, 1},
    {"leg_length_cm", "leg_length_cm", AT(leg_length_cm), length_units, 1},
    {"bmi", "bmi_kg_m2", AT(bmi_kg_m2), index_units, 1},
    {"bmi_kg_m2", "bmi_kg_m2", AT(bmi_kg_m2), index_units, 1},
    {0},
};

struct person {
    const struct rv_bids_row *row;
    struct rv_patient said; /* by this row */
    struct rv_notices *notices;
    struct rv_text told, unused;
    size_t unused_count;
};

static enum rv_status wrong(const struct person *person, const char *column, const char *text,
                            const char *expected, struct rv_error *err)
{
    char visible[520];
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    return rv_fail(err, RV_STUDY, "%s: line %zu: %s is \"%s\"; expected %s", person->row->file,
                   person->row->table->lines[person->row->row], column, visible, expected);
}

/* Metres are the unit of the specification, but most tables give centimetres. What is neither
 * (0: 66 may be inches) is not used. */
static double height_factor(double number)
{
    double lower = NAN, upper = NAN;
    rv_plausible("height_cm", &lower, &upper);
    if (number * 100 >= lower && number * 100 <= upper)
        return 100;
    double inches = upper / 2.54; /* above, no other unit makes it a height */
    return number > inches && number <= upper ? 1 : 0;
}

/* NaN: the unit is not understood, and a notice says so. */
static enum rv_status factor_of(struct person *person, const struct field *field, double number,
                                double *factor, struct rv_error *err)
{
    const char *unit;
    *factor = field->factor;
    enum rv_status status = rv_bids_json_unit(person->row->dictionary, field->column, &unit, err);
    if (status != RV_OK)
        return status;
    if (unit == NULL && *factor > 0)
        return RV_OK;
    *factor = unit == NULL ? height_factor(number) : 0;
    for (const struct unit *known = field->units; unit != NULL && known->word != NULL; known++)
        if (rv_text_equal_case(known->word, unit))
            *factor = known->factor;
    if (*factor > 0)
        return RV_OK;
    *factor = NAN;
    rv_notice_add(person->notices, RV_WARNING, "bids_unit", person->row->file,
                  "%s %g is not used: its unit is %s%.40s%s", field->column, number,
                  unit != NULL ? "\"" : "not said", unit != NULL ? unit : "",
                  unit != NULL ? "\", which is not understood" : " and not clear");
    return RV_OK;
}

/* "89+": at that age or above it (BIDS, for privacy). */
static bool read_age(struct person *person, const char *text, double *number)
{
    size_t length = strlen(text);
    if (length < 2 || text[length - 1] != '+' || !rv_number_read(text, length - 1, number))
        return false;
    rv_notice_add(person->notices, RV_WARNING, "bids_age_open", person->row->file,
                  "age is given as \"%.20s\": limits are those of %g years", text, *number);
    return true;
}

static enum rv_status read_number(struct person *person, const struct field *field,
                                  const char *text, struct rv_error *err)
{
    double number, factor, lower = NAN, upper = NAN;
    double *place = (double *)(void *)((char *)&person->said + field->offset);
    bool open = strcmp(field->column, "age") == 0 && read_age(person, text, &number);
    if (!open && !rv_number_text(text, &number, NULL))
        return wrong(person, field->column, text, "a number with a point, or n/a", err);
    enum rv_status status = factor_of(person, field, number, &factor, err);
    if (status != RV_OK || isnan(factor))
        return status;
    char expected[120];
    number *= factor;
    rv_plausible(field->quantity, &lower, &upper);
    snprintf(expected, sizeof expected, "%g to %g as %s: is the unit right?", lower, upper,
             field->quantity);
    if (number < lower || number > upper)
        return wrong(person, field->column, text, expected, err);
    if (!isnan(*place) && fabs(*place - number) > 1e-9)
        return wrong(person, field->column, text, "what another column says of the same", err);
    *place = number;
    rv_text_format(&person->told, ", %s %.6g", field->quantity, number);
    return RV_OK;
}

static const struct {
    const char *word;
    enum rv_sex sex;
} sexes[] = {{"female", RV_FEMALE}, {"f", RV_FEMALE},          {"male", RV_MALE},
             {"m", RV_MALE},        {"other", RV_SEX_UNKNOWN}, {"o", RV_SEX_UNKNOWN}};

static bool find_sex(const char *text, enum rv_sex *sex)
{
    for (size_t i = 0; i < sizeof sexes / sizeof *sexes; i++)
        if (rv_text_equal_case(text, sexes[i].word)) {
            *sex = sexes[i].sex;
            return true;
        }
    return false;
}

static enum rv_status read_sex(struct person *person, const char *text, struct rv_error *err)
{
    const char *meaning;
    enum rv_status status = rv_bids_json_level(person->row->dictionary, "sex", text, &meaning, err);
    if (status != RV_OK)
        return status;
    if ((meaning == NULL || !find_sex(meaning, &person->said.sex)) &&
        !find_sex(text, &person->said.sex))
        return wrong(person, "sex", text,
                     "female, male or other (F, M, O), or Levels of the data dictionary that say "
                     "which it is",
                     err);
    if (person->said.sex == RV_SEX_UNKNOWN)
        rv_text_append(&person->told, ", sex other: limits by sex do not apply");
    else
        rv_text_format(&person->told, ", sex %s",
                       person->said.sex == RV_FEMALE ? "female" : "male");
    return RV_OK;
}

static void list_unused(struct person *person, const char *column, const char *text)
{
    enum { SHOWN = 8 };
    char name[520], visible[520];
    rv_text_visible(column, strlen(column), name, sizeof name);
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    if (person->unused_count++ < SHOWN)
        rv_text_format(&person->unused, "%s%s %s", person->unused_count > 1 ? ", " : "", name,
                       visible);
    else if (person->unused_count == SHOWN + 1)
        rv_text_append(&person->unused, ", …");
}

static enum rv_status read_column(struct person *person, size_t column, struct rv_error *err)
{
    const char *name = person->row->table->columns[column];
    const char *text = rv_table_cell(person->row->table, person->row->row, column);
    static const char *const keys[] = {"participant_id", "session_id", "acq_time"};
    if (text == NULL)
        return RV_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(name, keys[i]) == 0)
            return RV_OK;
    if (strcmp(name, "sex") == 0)
        return read_sex(person, text, err);
    for (const struct field *field = fields; field->column != NULL; field++)
        if (strcmp(name, field->column) == 0)
            return read_number(person, field, text, err);
    list_unused(person, name, text);
    return RV_OK;
}

static void take(const struct rv_patient *said, struct rv_patient *patient)
{
    for (const struct field *field = fields; field->column != NULL; field++) {
        double number = *(const double *)(const void *)((const char *)said + field->offset);
        if (!isnan(number))
            *(double *)(void *)((char *)patient + field->offset) = number;
    }
    if (said->sex != RV_SEX_UNKNOWN)
        patient->sex = said->sex;
}

enum rv_status rv_bids_person(const struct rv_bids_row *row, struct rv_patient *patient,
                              struct rv_notices *notices, struct rv_error *err)
{
    struct person person = {.row = row,
                            .notices = notices,
                            .said = {.age_years = NAN,
                                     .height_cm = NAN,
                                     .weight_kg = NAN,
                                     .leg_length_cm = NAN,
                                     .bmi_kg_m2 = NAN}};
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < row->table->column_count && status == RV_OK; i++)
        status = read_column(&person, i, err);
    if (status == RV_OK && (person.told.failed || person.unused.failed))
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        take(&person.said, patient);
        rv_notice_add(notices, RV_INFO, "bids_participant", row->file, "line %zu: %s%s%s%s",
                      row->table->lines[row->row],
                      person.told.bytes != NULL ? person.told.bytes + 2 : "nothing that is used",
                      person.unused.bytes != NULL ? "; kept and not used: " : "",
                      person.unused.bytes != NULL ? person.unused.bytes : "", "");
    }
    rv_text_finish(&person.told);
    rv_text_finish(&person.unused);
    return status;
}
