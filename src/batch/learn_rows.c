/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the database of results to the learner of limits, and its texts into files.
 */
#include "batch/batch.h"
#include "batch/sink.h"
#include "batch/store.h"

#include <ranvier/ranvier.h>

#include <math.h>
#include <string.h>

/* Columns of schema_learn. */
enum column {
    PATH,
    PATIENT,
    DATE,
    AGE,
    SEX,
    HEIGHT,
    KIND,
    NERVE,
    SIDE,
    RECORD,
    STIMULATE,
    DISTANCE,
    TEMPERATURE,
    FLAGS,
    PARAMETER,
    VALUE,
    SE,
    VALIDITY,
    COLUMN_COUNT
};

struct feed {
    struct rv_learn *learn;
    struct rv_error *err;
    enum rv_status status;
};

static const char *text_of(const struct row *row, enum column column)
{
    return row->cells[column].type == CELL_TEXT ? row->cells[column].text : NULL;
}

static double number_of(const struct row *row, enum column column)
{
    const struct cell *cell = &row->cells[column];
    if (cell->type == CELL_INTEGER)
        return (double)cell->integer;
    if (cell->type == CELL_REAL)
        return cell->real;
    return (double)NAN;
}

static bool equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Flags stand as words separated by blanks; one that this version does not know is passed over. */
static uint64_t flags_of(const char *words)
{
    uint64_t flags = 0;
    while (words != NULL && *words != '\0') {
        size_t length = strcspn(words, " ");
        for (int i = 0; i < RV_FLAG_COUNT; i++) {
            const char *name = rv_flag_name((enum rv_flag)i);
            if (strlen(name) == length && memcmp(name, words, length) == 0)
                flags |= rv_flag_bit((enum rv_flag)i);
        }
        words += length + strspn(words + length, " ");
    }
    return flags;
}

static bool kind_of(const char *word, enum rv_kind *kind)
{
    for (int i = 0; i < RV_KIND_COUNT; i++)
        if (equal(word, rv_kind_name((enum rv_kind)i))) {
            *kind = (enum rv_kind)i;
            return true;
        }
    return false;
}

static bool parameter_of(const char *word, enum rv_parameter *parameter)
{
    for (int i = 0; i < RV_PARAMETER_COUNT; i++)
        if (equal(word, rv_parameter_facts((enum rv_parameter)i)->name)) {
            *parameter = (enum rv_parameter)i;
            return true;
        }
    return false;
}

static enum rv_side side_of(const char *word)
{
    return equal(word, "right")  ? RV_RIGHT
           : equal(word, "left") ? RV_LEFT
           : equal(word, "both") ? RV_BOTH
                                 : RV_SIDE_UNKNOWN;
}

static enum rv_sex sex_of(const char *word)
{
    return equal(word, "female") ? RV_FEMALE : equal(word, "male") ? RV_MALE : RV_SEX_UNKNOWN;
}

static bool take_value(void *to, const struct row *row, const char *const *names)
{
    struct feed *feed = to;
    (void)names;
    struct rv_learn_value value = {
        .person = text_of(row, PATIENT),
        .study = text_of(row, PATH),
        .date = text_of(row, DATE),
        .age_years = number_of(row, AGE),
        .height_cm = number_of(row, HEIGHT),
        .sex = sex_of(text_of(row, SEX)),
        .nerve = text_of(row, NERVE),
        .record = text_of(row, RECORD),
        .stimulate = text_of(row, STIMULATE),
        .side = side_of(text_of(row, SIDE)),
        .distance_mm = number_of(row, DISTANCE),
        .temperature_c = number_of(row, TEMPERATURE),
        .flags = flags_of(text_of(row, FLAGS)),
        .validity = equal(text_of(row, VALIDITY), "absent") ? RV_ABSENT : RV_MEASURED,
        .value = number_of(row, VALUE),
        .se = number_of(row, SE),
    };
    if (row->count != COLUMN_COUNT || !kind_of(text_of(row, KIND), &value.kind) ||
        !parameter_of(text_of(row, PARAMETER), &value.parameter))
        return true; /* of a later version: not for us */
    feed->status = rv_learn_add(feed->learn, &value, feed->err);
    return feed->status == RV_OK;
}

static enum rv_status read_values(const struct learn_options *options, const char *database,
                                  struct rv_learn *learn, struct rv_error *err)
{
    char settings[65] = "";
    struct store *store = NULL;
    struct feed feed = {.learn = learn, .err = err, .status = RV_OK};
    enum rv_status status = store_open(database, STORE_READ, 60, &store, err);
    if (status == RV_OK && options->settings_sha256 == NULL)
        status = store_find(store, "settings_sha256", settings, sizeof settings, err);
    else if (status == RV_OK)
        snprintf(settings, sizeof settings, "%s", options->settings_sha256);
    struct store_query query = {.sql = schema_learn, .text = settings};
    if (status == RV_OK)
        status = store_select(store, &query, take_value, &feed, err);
    store_close(store);
    return status == RV_OK ? feed.status : status;
}

static enum rv_status write_file(const char *path, bool force, const char *text,
                                 struct rv_error *err)
{
    struct sink sink = {0};
    enum rv_status status = sink_file_open(&sink, path, force, err);
    if (status == RV_OK)
        fputs(text, sink.file);
    return sink.file != NULL ? sink_file_close(&sink, status, err) : status;
}

static enum rv_status write_texts(const struct learn_options *options, const char *database,
                                  const struct rv_learn *learn, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    bool named = options->output != NULL && strcmp(options->output, "-") != 0;
    if (options->details != NULL)
        status = write_file(options->details, options->force, rv_learn_details(learn), err);
    if (status == RV_OK && rv_learn_limits(learn) != NULL)
        status = write_file(options->output, options->force, rv_learn_limits(learn), err);
    if (status == RV_OK && (named || rv_learn_limits(learn) == NULL))
        status = write_file(NULL, false, rv_learn_table(learn), err);
    if (status == RV_OK && rv_learn_limits(learn) == NULL) {
        snprintf(err->text, sizeof err->text,
                 "%.300s: no limit could be given: %zu withheld, each with its reason", database,
                 rv_learn_withheld(learn));
        return err->status = RV_DATA;
    }
    return status;
}

enum rv_status batch_learn(const struct learn_options *options, const char *database,
                           void (*warn)(const char *sentence), struct rv_error *err)
{
    struct rv_learn *learn = NULL;
    enum rv_status status = rv_learn_new(&options->how, &learn, err);
    if (status == RV_OK)
        status = read_values(options, database, learn, err);
    if (status == RV_OK) {
        status = rv_learn_run(learn, err);
        if (status == RV_DATA) {
            char sentence[sizeof err->text];
            snprintf(sentence, sizeof sentence, "%.300s: %.400s", database, err->text);
            memcpy(err->text, sentence, sizeof sentence);
        }
    }
    if (status == RV_OK)
        status = write_texts(options, database, learn, err);
    for (size_t i = 0; learn != NULL && rv_learn_warning(learn, i) != NULL; i++)
        warn(rv_learn_warning(learn, i));
    rv_learn_free(learn);
    return status;
}
