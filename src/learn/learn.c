/* SPDX-License-Identifier: GPL-3.0-or-later
 * Taking the values in, and learning from them.
 */
#include "learn/learn.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <string.h>

struct rv_learn_options rv_learn_defaults(void)
{
    /* Benatar, Wuu, Peng 2009: the smallest of 100 healthy people is the 4th percentile, of 190
     * the 2nd. */
    return (struct rv_learn_options){.set = "Laboratory", .healthy_fewest = 200, .draws = 200};
}

enum rv_status rv_learn_new(const struct rv_learn_options *options, struct rv_learn **learn,
                            struct rv_error *err)
{
    struct rv_learn *made = rv_allocate(1, sizeof *made);
    struct rv_arena *arena = rv_arena_new();
    if (made == NULL || arena == NULL) {
        rv_release(made);
        rv_arena_free(arena);
        return rv_fail_memory(err);
    }
    made->arena = arena;
    made->options = *options;
    made->options.set = rv_arena_text(arena, options->set);
    enum rv_status status =
        made->options.set != NULL ? rv_plan_read(arena, &made->plan, err) : rv_fail_memory(err);
    if (status == RV_OK)
        status = rv_temperature_read(arena, &made->policy, err);
    if (status == RV_OK)
        status = rv_reference_open(NULL, NULL, &made->published, err);
    if (status == RV_OK && strpbrk(made->options.set, "\t\r\n#") != NULL)
        status = rv_fail(err, RV_MISUSE, "the name of a set has no tabs, ends of lines or #");
    if (status == RV_OK && *made->options.set == '\0')
        status = rv_fail(err, RV_MISUSE, "the name of the set is empty");
    if (status != RV_OK) {
        rv_learn_free(made);
        return status;
    }
    *learn = made;
    return RV_OK;
}

void rv_learn_free(struct rv_learn *learn)
{
    if (learn == NULL)
        return;
    rv_reference_close(learn->published);
    rv_release(learn->entries);
    rv_release(learn->learned);
    rv_arena_free(learn->arena);
    rv_release(learn);
}

/* The text of the entry before where it is the same, else a copy. */
static const char *keep(struct rv_learn *learn, const char *text, const char *before)
{
    if (text == NULL)
        return NULL;
    return before != NULL && strcmp(text, before) == 0 ? before : rv_arena_text(learn->arena, text);
}

static bool is_wanted(const struct rv_learn *learn, const struct rv_learn_value *value)
{
    const struct rv_plan_value *plan = rv_plan_find(&learn->plan, value->kind, value->parameter);
    if (plan == NULL || value->study == NULL || rv_word_nerve(value->nerve) == NULL)
        return false;
    if (value->validity == RV_ABSENT)
        return true;
    if (value->validity != RV_MEASURED || !isfinite(value->value))
        return false;
    /* A logarithm needs a positive value; the plan's last scale is the steepest. */
    return plan->scales[plan->scale_count - 1].lambda > 0.9 || value->value > 0;
}

enum rv_status rv_learn_add(struct rv_learn *learn, const struct rv_learn_value *value,
                            struct rv_error *err)
{
    static const struct rv_entry none = {.person = NULL};
    if (!is_wanted(learn, value))
        return RV_OK;
    if (!rv_grow(&learn->entries, &learn->entry_capacity, learn->entry_count + 1,
                 sizeof *learn->entries))
        return rv_fail_memory(err);
    const struct rv_entry *before =
        learn->entry_count > 0 ? &learn->entries[learn->entry_count - 1] : &none;
    struct rv_entry entry = {.age_years = value->age_years,
                             .height_cm = value->height_cm,
                             .distance_mm = value->distance_mm,
                             .temperature_c = value->temperature_c,
                             .value = value->value,
                             .se = value->se,
                             .sex = value->sex,
                             .kind = value->kind,
                             .side = value->side,
                             .parameter = value->parameter,
                             .nerve = rv_word_nerve(value->nerve),
                             .record = rv_word_record(value->record),
                             .stimulate = rv_word_stimulate(value->stimulate),
                             .absent = value->validity == RV_ABSENT,
                             .flags = value->flags};
    const char *person = value->person != NULL ? value->person : value->study;
    entry.person = keep(learn, person, before->person);
    entry.study = keep(learn, value->study, before->study);
    entry.date = keep(learn, value->date, before->date);
    if (entry.person == NULL || entry.study == NULL || (value->date != NULL && entry.date == NULL))
        return rv_fail_memory(err);
    learn->entries[learn->entry_count++] = entry;
    return RV_OK;
}

static enum rv_status learn_groups(struct rv_learn *learn, const struct rv_groups *groups,
                                   struct rv_error *err)
{
    for (size_t i = 0; i < groups->count; i++) {
        size_t count = 0;
        if (!rv_grow(&learn->learned, &learn->learned_capacity,
                     learn->learned_count + RV_BAND_COUNT_MOST + 1, sizeof *learn->learned))
            return rv_fail_memory(err);
        enum rv_status status = rv_strata_learn(&groups->items[i], &learn->plan, &learn->options,
                                                learn->learned + learn->learned_count, &count, err);
        if (status != RV_OK)
            return status;
        learn->learned_count += count;
    }
    return RV_OK;
}

enum rv_status rv_learn_run(struct rv_learn *learn, struct rv_error *err)
{
    struct rv_gathering gathering = {.arena = learn->arena,
                                     .plan = &learn->plan,
                                     .policy = learn->policy,
                                     .need_temperature = learn->options.need_temperature};
    struct rv_groups groups = {NULL, 0};
    if (learn->entry_count == 0)
        return rv_fail(err, RV_DATA, "holds no measured value of which limits are learned");
    enum rv_status status =
        rv_groups_make(&gathering, learn->entries, learn->entry_count, &groups, err);
    if (status == RV_OK)
        status = learn_groups(learn, &groups, err);
    if (status == RV_OK)
        status = rv_learn_publish(learn, err);
    if (status == RV_OK)
        status = rv_learn_write(learn, err);
    return status == RV_OK ? rv_learn_write_details(learn, err) : status;
}

size_t rv_learn_given(const struct rv_learn *learn)
{
    size_t count = 0;
    for (size_t i = 0; i < learn->learned_count; i++)
        count += rv_learned_is_given(&learn->learned[i]);
    return count;
}

size_t rv_learn_withheld(const struct rv_learn *learn)
{
    return learn->learned_count - rv_learn_given(learn);
}

const char *rv_learn_limits(const struct rv_learn *learn)
{
    return learn->limits;
}

const char *rv_learn_details(const struct rv_learn *learn)
{
    return learn->details;
}

const char *rv_learn_table(const struct rv_learn *learn)
{
    return learn->table;
}

const char *rv_learn_warning(const struct rv_learn *learn, size_t index)
{
    for (size_t i = 0; i < learn->learned_count; i++)
        if (learn->learned[i].warning != NULL && index-- == 0)
            return learn->learned[i].warning;
    return NULL;
}
