/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading study.json: strict, every key known, every number in its range.
 */
#include "session/study_json.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <jansson.h>

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum field_type {
    FIELD_TEXT,
    FIELD_DATE,
    FIELD_NUMBER,
    FIELD_SIDE,
    FIELD_SEX,
    FIELD_TRISTATE,
    FIELD_TEXTS /* a list; the count follows the pointer in its struct */
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    const char *quantity; /* of plausible.tsv: its range of what somebody may mean to type */
    const char *hint;     /* what is probably meant outside the range */
};

enum { FIELDS_MAX = 20 };

static const struct field patient_fields[] = {
    {"id", FIELD_TEXT, offsetof(struct rv_patient, id), NULL, NULL},
    {"name", FIELD_TEXT, offsetof(struct rv_patient, name), NULL, NULL},
    {"age_years", FIELD_NUMBER, offsetof(struct rv_patient, age_years), "age_years", NULL},
    {"sex", FIELD_SEX, offsetof(struct rv_patient, sex), NULL, NULL},
    {"height_cm", FIELD_NUMBER, offsetof(struct rv_patient, height_cm), "height_cm",
     "centimetres are expected"},
    {"weight_kg", FIELD_NUMBER, offsetof(struct rv_patient, weight_kg), "weight_kg", NULL},
    {"leg_length_cm", FIELD_NUMBER, offsetof(struct rv_patient, leg_length_cm), "leg_length_cm",
     "centimetres are expected"},
    {"bmi_kg_m2", FIELD_NUMBER, offsetof(struct rv_patient, bmi_kg_m2), "bmi_kg_m2", NULL},
    {0},
};

static const struct field visit_fields[] = {
    {"date", FIELD_DATE, offsetof(struct rv_visit, date), NULL, NULL},
    {"symptom_onset", FIELD_DATE, offsetof(struct rv_visit, symptom_onset), NULL, NULL},
    {"symptom_side", FIELD_SIDE, offsetof(struct rv_visit, symptom_side), NULL, NULL},
    {"suspected_roots", FIELD_TEXTS, offsetof(struct rv_visit, suspected_roots), NULL, NULL},
    {"laboratory", FIELD_TEXT, offsetof(struct rv_visit, laboratory), NULL, NULL},
    {"examiner", FIELD_TEXT, offsetof(struct rv_visit, examiner), NULL, NULL},
    {"question", FIELD_TEXT, offsetof(struct rv_visit, question), NULL, NULL},
    {0},
};

#define SKIN_TEMPERATURE(key)                                                       \
    {                                                                               \
#key, FIELD_NUMBER, offsetof(struct rv_temperatures, key), "temperature_c", \
            "degrees Celsius of the skin are expected"                              \
    }
static const struct field temperature_fields[] = {
    SKIN_TEMPERATURE(hand_right),
    SKIN_TEMPERATURE(hand_left),
    SKIN_TEMPERATURE(foot_right),
    SKIN_TEMPERATURE(foot_left),
    {0},
};

static const struct field history_fields[] = {
    {"diabetes", FIELD_TRISTATE, offsetof(struct rv_history, diabetes), NULL, NULL},
    {"laminectomy", FIELD_TEXTS, offsetof(struct rv_history, laminectomy), NULL, NULL},
    {0},
};

static const struct field injection_fields[] = {
    {"date", FIELD_DATE, offsetof(struct rv_injection, date), NULL, NULL},
    {"level", FIELD_TEXT, offsetof(struct rv_injection, level), NULL, NULL},
    {"side", FIELD_SIDE, offsetof(struct rv_injection, side), NULL, NULL},
    {"route", FIELD_TEXT, offsetof(struct rv_injection, route), NULL, NULL},
    {"relief_percent", FIELD_NUMBER, offsetof(struct rv_injection, relief_percent), "percent",
     NULL},
    {"relief_days", FIELD_NUMBER, offsetof(struct rv_injection, relief_days), "days", NULL},
    {"note", FIELD_TEXT, offsetof(struct rv_injection, note), NULL, NULL},
    {0},
};

static const struct field imaging_fields[] = {
    {"date", FIELD_DATE, offsetof(struct rv_imaging, date), NULL, NULL},
    {"modality", FIELD_TEXT, offsetof(struct rv_imaging, modality), NULL, NULL},
    {"level", FIELD_TEXT, offsetof(struct rv_imaging, level), NULL, NULL},
    {"side", FIELD_SIDE, offsetof(struct rv_imaging, side), NULL, NULL},
    {"finding", FIELD_TEXT, offsetof(struct rv_imaging, finding), NULL, NULL},
    {"roots", FIELD_TEXTS, offsetof(struct rv_imaging, roots), NULL, NULL},
    {"note", FIELD_TEXT, offsetof(struct rv_imaging, note), NULL, NULL},
    {0},
};

/* FIELD_TEXTS: the count lies right behind the pointer in each of these structs. */
_Static_assert(offsetof(struct rv_visit, suspected_root_count) ==
                   offsetof(struct rv_visit, suspected_roots) + sizeof(void *),
               "count after list");
_Static_assert(offsetof(struct rv_history, laminectomy_count) ==
                   offsetof(struct rv_history, laminectomy) + sizeof(void *),
               "count after list");
_Static_assert(offsetof(struct rv_imaging, root_count) ==
                   offsetof(struct rv_imaging, roots) + sizeof(void *),
               "count after list");

/* `count` digits at `text`; -1: something else stands there. */
static int digits(const char *text, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (leap && month == 2 ? 1 : 0);
}

bool rv_date_valid(const char *text)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
}

static enum rv_status wrong(struct rv_error *err, const char *where, const struct field *field,
                            const json_t *value, const char *expected)
{
    char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    char visible[520];
    rv_text_visible(shown != NULL ? shown : "?", shown != NULL ? strlen(shown) : 1, visible,
                    sizeof visible);
    enum rv_status status = rv_fail(err, RV_STUDY, "%s%s%s is %s; expected %s", where,
                                    *where != '\0' ? "." : "", field->name, visible, expected);
    rv_release(shown);
    return status;
}

static enum rv_status read_number(const struct field *field, const json_t *value, const char *where,
                                  double *into, struct rv_error *err)
{
    char expected[160];
    double number = json_number_value(value), lower = NAN, upper = NAN;
    rv_plausible(field->quantity, &lower, &upper);
    if (!json_is_number(value))
        return wrong(err, where, field, value, "a number");
    if (!isfinite(number) || number < lower || number > upper) {
        snprintf(expected, sizeof expected, "%g to %g%s%s", lower, upper,
                 field->hint != NULL ? ": " : "", field->hint != NULL ? field->hint : "");
        return wrong(err, where, field, value, expected);
    }
    *into = number;
    return RV_OK;
}

static enum rv_status read_texts(const struct field *field, const json_t *value, const char *where,
                                 struct rv_arena *arena, void *place, struct rv_error *err)
{
    if (!json_is_array(value))
        return wrong(err, where, field, value, "a list of texts");
    size_t count = json_array_size(value);
    const char **texts = rv_arena_alloc(arena, count, sizeof *texts);
    if (texts == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            return wrong(err, where, field, value, "a list of texts");
        texts[i] = rv_arena_text(arena, json_string_value(item));
        if (texts[i] == NULL)
            return rv_fail_memory(err);
    }
    *(const char *const **)place = texts;
    *(size_t *)(void *)((char *)place + sizeof(void *)) = count;
    return RV_OK;
}

/* One of a closed list of words; the index goes into an enum. */
static enum rv_status read_word(const struct field *field, const json_t *value, const char *where,
                                const char *const *words, const int *numbers, int *into,
                                struct rv_error *err)
{
    char expected[200] = "";
    for (size_t i = 0; words[i] != NULL; i++) {
        if (json_is_string(value) && strcmp(json_string_value(value), words[i]) == 0) {
            *into = numbers[i];
            return RV_OK;
        }
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s\"%s\"", i > 0 ? " or " : "",
                 words[i]);
    }
    return wrong(err, where, field, value, expected);
}

static enum rv_status read_side_or_sex(const struct field *field, const json_t *value,
                                       const char *where, void *place, struct rv_error *err)
{
    static const char *const sides[] = {"right", "left", "both", NULL};
    static const int side_numbers[] = {RV_RIGHT, RV_LEFT, RV_BOTH};
    static const char *const sexes[] = {"female", "male", NULL};
    static const int sex_numbers[] = {RV_FEMALE, RV_MALE};
    int number = 0;
    bool is_side = field->type == FIELD_SIDE;
    enum rv_status status = read_word(field, value, where, is_side ? sides : sexes,
                                      is_side ? side_numbers : sex_numbers, &number, err);
    if (status == RV_OK && is_side)
        *(enum rv_side *)place = (enum rv_side)number;
    else if (status == RV_OK)
        *(enum rv_sex *)place = (enum rv_sex)number;
    return status;
}

static enum rv_status read_field(const struct field *field, const json_t *value, const char *where,
                                 struct rv_arena *arena, void *base, struct rv_error *err)
{
    void *place = (char *)base + field->offset;
    if (json_is_null(value))
        return RV_OK; /* "not known" */
    switch (field->type) {
    case FIELD_NUMBER:
        return read_number(field, value, where, place, err);
    case FIELD_TEXTS:
        return read_texts(field, value, where, arena, place, err);
    case FIELD_SIDE:
    case FIELD_SEX:
        return read_side_or_sex(field, value, where, place, err);
    case FIELD_TRISTATE:
        if (!json_is_boolean(value))
            return wrong(err, where, field, value, "true or false");
        *(enum rv_tristate *)place = json_is_true(value) ? RV_YES : RV_NO;
        return RV_OK;
    case FIELD_DATE:
    case FIELD_TEXT:
        break;
    }
    if (!json_is_string(value))
        return wrong(err, where, field, value, "a text");
    if (field->type == FIELD_DATE && !rv_date_valid(json_string_value(value)))
        return wrong(err, where, field, value, "a date, yyyy-mm-dd");
    const char *text = rv_arena_text(arena, json_string_value(value));
    if (text == NULL)
        return rv_fail_memory(err);
    *(const char **)place = text;
    return RV_OK;
}

static enum rv_status unknown_key(const char *where, const char *key, const char *const *known,
                                  struct rv_error *err)
{
    char visible[520];
    rv_text_visible(key, strlen(key), visible, sizeof visible);
    const char *near = rv_text_nearest(key, known);
    return rv_fail(err, RV_STUDY, "unknown key \"%s\"%s%s%s%s%s", visible,
                   *where != '\0' ? " in " : "", where, near != NULL ? ": did you mean " : "",
                   near != NULL ? near : "", near != NULL ? "?" : "");
}

static enum rv_status read_object(const json_t *object, const struct field *fields,
                                  const char *where, struct rv_arena *arena, void *base,
                                  struct rv_error *err)
{
    if (!json_is_object(object))
        return rv_fail(err, RV_STUDY, "%s is not an object { … }", where);
    const char *known[FIELDS_MAX] = {NULL};
    for (size_t i = 0; fields[i].name != NULL; i++)
        known[i] = fields[i].name;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        size_t i = 0;
        while (fields[i].name != NULL && strcmp(fields[i].name, key) != 0)
            i++;
        if (fields[i].name == NULL)
            return unknown_key(where, key, known, err);
        enum rv_status status = read_field(&fields[i], value, where, arena, base, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static enum rv_status read_injections(const json_t *list, struct rv_study *study,
                                      struct rv_error *err)
{
    if (!json_is_array(list))
        return rv_fail(err, RV_STUDY, "injections is not a list [ … ]");
    size_t count = json_array_size(list);
    struct rv_injection *items = rv_arena_alloc(study->arena, count, sizeof *items);
    if (items == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        char where[40];
        snprintf(where, sizeof where, "injections[%zu]", i + 1);
        items[i] = (struct rv_injection){.relief_percent = NAN, .relief_days = NAN};
        enum rv_status status = read_object(json_array_get(list, i), injection_fields, where,
                                            study->arena, &items[i], err);
        if (status != RV_OK)
            return status;
    }
    study->injections = items;
    study->injection_count = count;
    return RV_OK;
}

static enum rv_status read_imaging(const json_t *list, struct rv_study *study, struct rv_error *err)
{
    if (!json_is_array(list))
        return rv_fail(err, RV_STUDY, "imaging is not a list [ … ]");
    size_t count = json_array_size(list);
    struct rv_imaging *items = rv_arena_alloc(study->arena, count, sizeof *items);
    if (items == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        char where[40];
        snprintf(where, sizeof where, "imaging[%zu]", i + 1);
        enum rv_status status = read_object(json_array_get(list, i), imaging_fields, where,
                                            study->arena, &items[i], err);
        if (status != RV_OK)
            return status;
    }
    study->imaging = items;
    study->imaging_count = count;
    return RV_OK;
}

static enum rv_status read_format(const json_t *root, struct rv_error *err)
{
    const json_t *format = json_object_get(root, "format");
    const json_t *version = json_object_get(root, "version");
    if (!json_is_string(format) || strcmp(json_string_value(format), "ranvier-study") != 0)
        return rv_fail(err, RV_STUDY, "\"format\" is not \"ranvier-study\"");
    if (!json_is_integer(version) || json_integer_value(version) < 1)
        return rv_fail(err, RV_STUDY, "\"version\" is not a number from 1");
    if (json_integer_value(version) > 1)
        return rv_fail(err, RV_STUDY, "version %lld is newer than this program, which reads 1",
                       (long long)json_integer_value(version));
    return RV_OK;
}

static enum rv_status read_earlier(const json_t *value, struct rv_study *study,
                                   struct rv_error *err)
{
    struct {
        const char *const *folders;
        size_t count;
    } list = {NULL, 0};
    static const struct field field = {"earlier", FIELD_TEXTS, 0, NULL, NULL};
    enum rv_status status = read_texts(&field, value, "", study->arena, &list, err);
    study->earlier = list.folders;
    study->earlier_count = list.count;
    return status;
}

static enum rv_status read_section(const char *key, const json_t *value, struct rv_study *study,
                                   struct rv_error *err)
{
    static const char *const known[] = {"format",  "version", "patient",    "visit",
                                        "history", "imaging", "injections", "temperature_c",
                                        "earlier", NULL};
    const struct {
        const char *name;
        const struct field *fields;
        void *into;
    } objects[] = {
        {"patient", patient_fields, &study->patient},
        {"visit", visit_fields, &study->visit},
        {"temperature_c", temperature_fields, &study->temperature_c},
        {"history", history_fields, &study->history},
    };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (strcmp(key, objects[i].name) == 0)
            return read_object(value, objects[i].fields, key, study->arena, objects[i].into, err);
    if (strcmp(key, "injections") == 0)
        return read_injections(value, study, err);
    if (strcmp(key, "imaging") == 0)
        return read_imaging(value, study, err);
    if (strcmp(key, "earlier") == 0)
        return read_earlier(value, study, err);
    if (strcmp(key, "format") == 0 || strcmp(key, "version") == 0)
        return RV_OK;
    return unknown_key("", key, known, err);
}

/* The body-mass index from weight and height; two that disagree are an error. */
static enum rv_status settle_bmi(struct rv_patient *patient, struct rv_error *err)
{
    enum { PERCENT_APART = 5 };
    double metres = patient->height_cm / 100;
    double bmi = patient->weight_kg / (metres * metres);
    if (isnan(bmi))
        return RV_OK;
    if (!isnan(patient->bmi_kg_m2) && fabs(patient->bmi_kg_m2 - bmi) * 100 > bmi * PERCENT_APART)
        return rv_fail(err, RV_STUDY,
                       "patient.bmi_kg_m2 is %.1f, weight and height give %.1f: one is wrong",
                       patient->bmi_kg_m2, bmi);
    if (isnan(patient->bmi_kg_m2))
        patient->bmi_kg_m2 = bmi;
    return RV_OK;
}

static enum rv_status read_root(const json_t *root, struct rv_study *study, struct rv_error *err)
{
    if (!json_is_object(root))
        return rv_fail(err, RV_STUDY, "is not an object { … }");
    enum rv_status status = read_format(root, err);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)root, key, value)
    {
        if (status == RV_OK)
            status = read_section(key, value, study, err);
    }
    if (status != RV_OK)
        return status;
    study->history.laminectomy_said = study->history.laminectomy != NULL;
    return settle_bmi(&study->patient, err);
}

enum rv_status rv_study_json(const char *bytes, size_t length, struct rv_study *study,
                             struct rv_error *err)
{
    json_error_t problem;
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_out_of_memory)
        return rv_fail_memory(err);
    if (root == NULL)
        return rv_fail(err, RV_STUDY, "line %d, column %d: %s", problem.line, problem.column,
                       problem.text);
    enum rv_status status = read_root(root, study, err);
    json_decref(root);
    return status;
}

struct rv_study *rv_study_blank(void)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_study *study = rv_arena_alloc(arena, 1, sizeof *study);
    if (study == NULL) {
        rv_arena_free(arena);
        return NULL;
    }
    study->arena = arena;
    study->patient = (struct rv_patient){.age_years = NAN,
                                         .height_cm = NAN,
                                         .weight_kg = NAN,
                                         .leg_length_cm = NAN,
                                         .bmi_kg_m2 = NAN};
    study->temperature_c = (struct rv_temperatures){NAN, NAN, NAN, NAN};
    return study;
}
