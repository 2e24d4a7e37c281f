/* SPDX-License-Identifier: GPL-3.0-or-later
 * The limits of a group: one for everybody, and one for each band of sex, age or height where the
 * archive is large enough and shows that they differ.
 */
#ifndef RV_LEARN_STRATA_H
#define RV_LEARN_STRATA_H

#include "learn/estimate.h"
#include "learn/gather.h"

/* Age in completed years, `to` included; height `to` excluded; NaN: open. */
struct rv_people {
    enum rv_sex sex; /* unknown: both */
    double age_from, age_to, height_from, height_to;
};

struct rv_learned {
    const struct rv_group *group;
    struct rv_people band;
    struct rv_estimate estimate;
    bool lenient;                       /* far beyond the published limit: not given */
    double typical_age, typical_height; /* medians of the persons; NaN: not known of most */
    bool has_published;
    double published, published_sd; /* SD: NaN where it is not known */
    const char *published_source;   /* "NDTF 2016: ...; 19-49 years" */
    const char *warning;            /* NULL: none */
};

enum { RV_BAND_COUNT_MOST = 2 * (RV_BANDS_MOST + 1) * (RV_BANDS_MOST + 1) };

/* A limit for everybody and those of the bands chosen, into `learned` of RV_BAND_COUNT_MOST + 1.
 * RV_NO_MEMORY. */
enum rv_status rv_strata_learn(const struct rv_group *group, const struct rv_plan *plan,
                               const struct rv_learn_options *options, struct rv_learned *learned,
                               size_t *count, struct rv_error *err);

/* "everybody", "women, 18-49 years, height 160-170 cm" */
void rv_people_words(const struct rv_people *band, char *out, size_t size);

#endif
