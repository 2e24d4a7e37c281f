/* SPDX-License-Identifier: GPL-3.0-or-later
 * All that is known of each limit, as TSV and for eyes.
 */
#include "base/error.h"
#include "base/text.h"
#include "learn/learn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double not_known = NAN;

enum { RARE = 20 }; /* fewer persons are not worth two lines for eyes */

static const char header[] =
    "nerve\tkind\trecord\tstimulate\tdistal\tparameter\tunit\tband\tdistance_mm\tvalues\tpersons\t"
    "absent\trepeated\tchild\tcold\tflagged\tother_distance\tunsure\tproximal\t"
    "temperature_unknown\tlimit\tside\tstatus\treason\thealthy_share\tmean\tsd\tscale\tparts\t"
    "mixture\tmixture_low\tmixture_high\tplateau\tplateau_low\tplateau_high\tplateau_share\t"
    "apart_sd\tdistance_ks\tdistance_allowed\tpublished\tpublished_source\tdifference_percent\t"
    "warning\n";

static void add_word(struct rv_text *out, const char *word)
{
    rv_text_format(out, "%s\t", word != NULL ? word : "n/a");
}

static void add_count(struct rv_text *out, size_t count)
{
    rv_text_format(out, "%zu\t", count);
}

static void add_fixed(struct rv_text *out, double number, int decimals)
{
    char text[64] = "n/a";
    if (isfinite(number))
        rv_number_fixed(number, decimals, text);
    add_word(out, text);
}

static void add_bound(struct rv_text *out, const struct rv_learned *learned, double number)
{
    char text[64];
    rv_learned_number(learned, number, text);
    add_word(out, text);
}

static void add_counts(struct rv_text *out, const struct rv_learned *learned)
{
    static const enum rv_omission shown[] = {RV_OMIT_REPEATED, RV_OMIT_CHILD,    RV_OMIT_COLD,
                                             RV_OMIT_FLAGGED,  RV_OMIT_DISTANCE, RV_OMIT_UNSURE,
                                             RV_OMIT_PROXIMAL};
    const struct rv_group *group = learned->group;
    add_count(out, group->entry_count);
    add_count(out, learned->estimate.count);
    add_count(out, group->absent);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        add_count(out, group->omitted[shown[i]]);
    add_count(out, group->warmth_unknown);
}

static void add_methods(struct rv_text *out, const struct rv_learned *learned)
{
    const struct rv_estimate *estimate = &learned->estimate;
    bool fitted = estimate->model.count > 0;
    add_fixed(out, estimate->healthy_share, 3);
    add_bound(out, learned, estimate->mean);
    add_bound(out, learned, estimate->sd);
    add_fixed(out, fitted ? estimate->model.scale.lambda : not_known, 1);
    add_count(out, estimate->model.count);
    add_bound(out, learned, estimate->mixture.limit);
    add_bound(out, learned, estimate->mixture.low);
    add_bound(out, learned, estimate->mixture.high);
    add_bound(out, learned, estimate->plateau.limit);
    add_bound(out, learned, estimate->plateau.low);
    add_bound(out, learned, estimate->plateau.high);
    add_fixed(out, estimate->flat.found ? estimate->flat.share : not_known, 3);
    add_fixed(out, estimate->apart, 2);
    add_fixed(out, estimate->distance, 4);
    add_fixed(out, estimate->distance_allowed, 4);
}

static double difference(const struct rv_learned *learned)
{
    return learned->has_published ? 100 * (learned->estimate.mixture.limit - learned->published) /
                                        fabs(learned->published)
                                  : not_known;
}

static void add_row(struct rv_text *out, const struct rv_learned *learned)
{
    const struct rv_group *group = learned->group;
    const struct rv_entry *entry = group->entries;
    bool given = rv_learned_is_given(learned);
    char band[100];
    rv_people_words(&learned->band, band, sizeof band);
    add_word(out, entry->nerve);
    add_word(out, rv_kind_name(entry->kind));
    add_word(out, entry->record);
    add_word(out, entry->stimulate);
    add_word(out, entry->distal);
    add_word(out, rv_parameter_facts(group->plan->parameter)->name);
    add_word(out, rv_parameter_unit(group->plan->parameter, group->plan->kind));
    add_word(out, band);
    add_fixed(out, group->distance_mm, 0);
    add_counts(out, learned);
    add_bound(out, learned, given ? learned->estimate.mixture.limit : not_known);
    add_word(out, group->plan->high_is_ill ? "upper" : "lower");
    add_word(out, given ? "given" : "withheld");
    add_word(out, given ? NULL : rv_learned_reason(learned));
    add_methods(out, learned);
    add_fixed(out, learned->has_published ? learned->published : not_known, 2);
    add_word(out, learned->published_source);
    add_fixed(out, difference(learned), 1);
    rv_text_format(out, "%s\n", learned->warning != NULL ? learned->warning : "n/a");
}

/* Two lines a limit: what it is, and how it came about. */
static void add_lines(struct rv_text *out, const struct rv_learned *learned)
{
    const struct rv_estimate *estimate = &learned->estimate;
    const struct rv_plan_value *plan = learned->group->plan;
    bool given = rv_learned_is_given(learned);
    char name[200], band[100], limit[64], low[64], high[64], flat[64], theirs[32];
    rv_learned_name(learned, name, sizeof name);
    rv_people_words(&learned->band, band, sizeof band);
    rv_learned_number(learned, estimate->mixture.limit, limit);
    rv_learned_number(learned, estimate->mixture.low, low);
    rv_learned_number(learned, estimate->mixture.high, high);
    rv_learned_number(learned, estimate->plateau.limit, flat);
    const char *unit = rv_parameter_unit(plan->parameter, plan->kind);
    rv_text_format(out, "%s, %s, %s: ", name, rv_parameter_facts(plan->parameter)->label, band);
    if (given)
        rv_text_format(out, "%s %s %s\n", plan->high_is_ill ? "at most" : "at least", limit, unit);
    else
        rv_text_format(out, "withheld: %s\n", rv_learned_reason(learned));
    rv_text_format(out, "    %zu persons", estimate->count);
    if (learned->group->absent > 0)
        rv_text_format(out, " and %zu absent", learned->group->absent);
    if (isfinite(estimate->mixture.limit))
        rv_text_format(out,
                       ", %.0f %% healthy; mixture %s %s (95 %% interval %s to %s), plateau %s %s",
                       100 * estimate->healthy_share, limit, unit, low, high, flat, unit);
    if (learned->has_published) {
        rv_number_write(learned->published, theirs);
        rv_text_format(out, "; published %s %s (%s)", theirs, unit, learned->published_source);
    }
    rv_text_append(out, "\n");
}

enum rv_status rv_learn_write_details(struct rv_learn *learn, struct rv_error *err)
{
    struct rv_text details = {0}, table = {0};
    rv_text_append(&details, header);
    size_t rare = 0;
    for (size_t i = 0; i < learn->learned_count; i++) {
        const struct rv_estimate *estimate = &learn->learned[i].estimate;
        bool is_rare = estimate->reason == RV_LEARN_FEW && estimate->count < RARE;
        rare += is_rare;
        add_row(&details, &learn->learned[i]);
        if (!is_rare)
            add_lines(&table, &learn->learned[i]);
    }
    if (rare > 0)
        rv_text_format(&table, "%zu more with fewer than %d persons each\n", rare, RARE);
    rv_text_format(&table, "%zu limits given, %zu withheld\n", rv_learn_given(learn),
                   rv_learn_withheld(learn));
    bool failed = details.failed || table.failed;
    if (!failed) {
        learn->details = rv_arena_text(learn->arena, details.bytes);
        learn->table = rv_arena_text(learn->arena, table.bytes);
        failed = learn->details == NULL || learn->table == NULL;
    }
    rv_text_finish(&details);
    rv_text_finish(&table);
    return failed ? rv_fail_memory(err) : RV_OK;
}
