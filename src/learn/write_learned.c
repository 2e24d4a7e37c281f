/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference table of what was learned: the columns of reference.tsv, the same bytes from the
 * same archive.
 */
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "learn/learn.h"

#include <math.h>
#include <string.h>

static const char header[] =
    "set\tnerve\tkind\trecord\tstimulate\tdistal\tparameter\tsex\tage_from\tage_to\theight_from\t"
    "height_to\tbmi_from\tbmi_to\tdistance_mm\tdistance_tolerance_mm\tlower\tupper\tmean\tsd\t"
    "per_year\tper_leg_cm\tunit\tpercentile\tabsent_from_age\tverified\ttag\tsource\tnote\n";

static void add_word(struct rv_text *out, const char *word)
{
    rv_text_append(out, word != NULL ? word : "n/a");
    rv_text_append(out, "\t");
}

static void add_number(struct rv_text *out, double number)
{
    char text[32] = "n/a";
    if (isfinite(number))
        rv_number_write(number, text);
    add_word(out, text);
}

/* "3rd", "97th" */
static void add_percentile(struct rv_text *out, const struct rv_plan_value *plan)
{
    double percent = 100 * (plan->high_is_ill ? 1 - plan->fraction : plan->fraction);
    int whole = (int)lround(percent), last = whole % 10;
    bool teen = whole / 10 % 10 == 1;
    const char *ending = teen        ? "th"
                         : last == 1 ? "st"
                         : last == 2 ? "nd"
                         : last == 3 ? "rd"
                                     : "th";
    rv_text_format(out, "%d%s\t", whole, ending);
}

static void add_source(struct rv_text *out, const struct rv_learned *learned)
{
    const struct rv_estimate *estimate = &learned->estimate;
    char low[64], high[64], flat[64];
    rv_learned_number(learned, estimate->mixture.low, low);
    rv_learned_number(learned, estimate->mixture.high, high);
    rv_learned_number(learned, estimate->plateau.limit, flat);
    rv_text_format(out,
                   "learned from the own archive: %zu persons, %.0f %% of them healthy; mixture, "
                   "95 %% interval %s to %s; plateau %s %s",
                   estimate->count, 100 * estimate->healthy_share, low, high, flat,
                   rv_parameter_unit(learned->group->plan->parameter, learned->group->plan->kind));
}

static void add_limits(struct rv_text *out, const struct rv_learned *learned)
{
    const struct rv_estimate *estimate = &learned->estimate;
    bool high = learned->group->plan->high_is_ill;
    char limit[64], mean[64], sd[64];
    rv_learned_number(learned, estimate->mixture.limit, limit);
    rv_learned_number(learned, estimate->mean, mean);
    rv_learned_number(learned, estimate->sd, sd);
    /* An SD that rounds to nothing is not written. */
    bool whole = strpbrk(sd, "123456789") != NULL;
    rv_text_format(out, "%s\t%s\t%s\t%s\tn/a\tn/a\t", high ? "n/a" : limit, high ? limit : "n/a",
                   whole ? mean : "n/a", whole ? sd : "n/a");
}

static void add_row(struct rv_text *out, const struct rv_learn *learn,
                    const struct rv_learned *learned)
{
    const struct rv_entry *entry = learned->group->entries;
    const struct rv_plan_value *plan = learned->group->plan;
    const struct rv_people *band = &learned->band;
    bool segment = plan->parameter == RV_CONDUCTION_VELOCITY || plan->parameter == RV_VELOCITY_DROP;
    add_word(out, learn->options.set);
    add_word(out, entry->nerve);
    add_word(out, rv_kind_name(entry->kind));
    add_word(out, entry->record);
    add_word(out, entry->stimulate);
    add_word(out, segment ? entry->distal : NULL);
    add_word(out, rv_parameter_facts(plan->parameter)->name);
    add_word(out, band->sex == RV_FEMALE ? "female" : band->sex == RV_MALE ? "male" : NULL);
    add_number(out, band->age_from);
    add_number(out, band->age_to);
    add_number(out, band->height_from);
    add_number(out, band->height_to);
    rv_text_append(out, "n/a\tn/a\t");
    add_number(out, learned->group->distance_mm);
    add_number(out, plan->distance_tolerance_mm);
    add_limits(out, learned);
    add_word(out, rv_parameter_unit(plan->parameter, plan->kind));
    add_percentile(out, plan);
    rv_text_append(out, "n/a\tno\tD\t");
    add_source(out, learned);
    rv_text_append(out, "\tn/a\n");
}

static void add_remark(struct rv_text *out, const struct rv_learned *learned)
{
    char name[200], band[100];
    rv_learned_name(learned, name, sizeof name);
    rv_people_words(&learned->band, band, sizeof band);
    rv_text_format(out, "# withheld: %s, %s, %s: %s (%zu persons)\n", name,
                   rv_parameter_facts(learned->group->plan->parameter)->label, band,
                   rv_learned_reason(learned), learned->estimate.count);
}

/* The rows of the sets that complete another one, as they stand. */
static void add_default_sets(struct rv_text *out)
{
    static const char *const sets[] = {"NDTF 2016\t", "Preston-Shapiro\t"};
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes("reference.tsv", &length);
    for (const char *line = bytes; line < bytes + length;) {
        const char *end = memchr(line, '\n', length - (size_t)(line - bytes));
        size_t count = end != NULL ? (size_t)(end - line) + 1 : length - (size_t)(line - bytes);
        for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
            if (count > strlen(sets[i]) && memcmp(line, sets[i], strlen(sets[i])) == 0)
                rv_text_append_n(out, line, count);
        line += count;
    }
}

enum rv_status rv_learn_write(struct rv_learn *learn, struct rv_error *err)
{
    struct rv_text body = {0}, whole = {0};
    char hash[65];
    rv_text_append(&body, "# Limits learned from the own archive; see docs/methods/learn.md. "
                          "verified: no, until somebody has read them.\n");
    for (size_t i = 0; i < learn->learned_count; i++)
        if (!rv_learned_is_given(&learn->learned[i]))
            add_remark(&body, &learn->learned[i]);
    rv_text_append(&body, header);
    for (size_t i = 0; i < learn->learned_count; i++)
        if (rv_learned_is_given(&learn->learned[i]))
            add_row(&body, learn, &learn->learned[i]);
    if (learn->options.complete)
        add_default_sets(&body);
    bool failed = body.failed;
    if (!failed && rv_learn_given(learn) > 0) {
        rv_sha256_hex(body.bytes, body.length, hash);
        hash[16] = '\0';
        rv_text_format(&whole, "# version: learned %s\n", hash);
        rv_text_append_n(&whole, body.bytes, body.length);
        learn->limits = whole.failed ? NULL : rv_arena_text(learn->arena, whole.bytes);
        failed = learn->limits == NULL;
    }
    rv_text_finish(&body);
    rv_text_finish(&whole);
    return failed ? rv_fail_memory(err) : RV_OK;
}
