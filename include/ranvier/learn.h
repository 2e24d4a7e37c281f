/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reference limits from a laboratory's own archive, in which healthy and ill are mixed: by the
 * plateau of the sorted values (extrapolated norms) and by a mixture of distributions.
 *
 *     rv_learn_new, rv_learn_add for each value, rv_learn_run, rv_learn_limits, rv_learn_free
 */
#ifndef RANVIER_LEARN_H
#define RANVIER_LEARN_H

#include <ranvier/result.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_learn_options {
    const char *set;       /* name of the set; default "Laboratory" */
    size_t healthy_fewest; /* healthy persons that a limit needs; default 200 */
    size_t draws;          /* of the bootstrap; default 200, at most 400 */
    bool complete;         /* put the rows of the default sets behind the own ones */
    bool far; /* give limits that are far more lenient than the published ones; default false */
    bool need_temperature; /* leave out limbs whose temperature was not recorded; default false */
};
RV_API struct rv_learn_options rv_learn_defaults(void);

/* A value of the archive, or a response that was looked for and is absent. */
struct rv_learn_value {
    const char *person; /* patient; NULL: the study is taken for one */
    const char *study;  /* a path; values of one study have the same */
    const char *date;   /* of the visit; NULL */
    double age_years, height_cm;
    enum rv_sex sex;
    enum rv_kind kind;
    const char *nerve, *record, *stimulate; /* canonical, NULL where not known */
    enum rv_side side;
    double distance_mm, temperature_c; /* NaN: not recorded */
    uint64_t flags;                    /* of the response: bits of enum rv_flag */
    enum rv_parameter parameter;
    enum rv_validity validity;
    double value, se;
};

struct rv_learn;
RV_API enum rv_status rv_learn_new(const struct rv_learn_options *options, struct rv_learn **learn,
                                   struct rv_error *err);
/* Copies what it needs. Values of which no limits are learned are passed over. */
RV_API enum rv_status rv_learn_add(struct rv_learn *learn, const struct rv_learn_value *value,
                                   struct rv_error *err);
/* Once, after the last value. The order in which they came does not matter. RV_DATA where there is
 * nothing to learn from. */
RV_API enum rv_status rv_learn_run(struct rv_learn *learn, struct rv_error *err);

/* Limits written. Those withheld stand in the tables with the reason. */
RV_API size_t rv_learn_given(const struct rv_learn *learn);
RV_API size_t rv_learn_withheld(const struct rv_learn *learn);
/* Texts of the learner: the reference table (NULL where no limit is given), one row a limit with
 * all that is known of it (TSV), and the same for eyes. */
RV_API const char *rv_learn_limits(const struct rv_learn *learn);
RV_API const char *rv_learn_details(const struct rv_learn *learn);
RV_API const char *rv_learn_table(const struct rv_learn *learn);
/* Sentences on limits that differ from the published ones; NULL at the end. */
RV_API const char *rv_learn_warning(const struct rv_learn *learn, size_t index);
RV_API void rv_learn_free(struct rv_learn *learn); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
