/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sweeps of one recording of a case: pool or bundle, stretches of nerve, amplifier.
 */
#include "simulate/sweeps.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>

/* How a laboratory records each kind. The gain leaves room for the artefact. */
struct technique {
    double rate_hz, before_ms, after_ms, high_pass_hz, low_pass_hz, pulse_ms;
    double noise_uv, mains_uv, drift_uv, range_uv, artefact_uv;
    size_t sweeps;
};

static const struct technique techniques[RV_KIND_COUNT] = {
    [RV_MOTOR] = {20000, 20, 40, 2, 10000, 0.2, 5.0, 6.0, 8.0, 40000, 3000, 10},
    [RV_SENSORY] = {40000, 10, 20, 20, 3000, 0.1, 2.0, 1.0, 1.0, 1000, 150, 12},
    [RV_F_WAVE] = {20000, 10, 80, 2, 10000, 0.2, 5.0, 6.0, 8.0, 40000, 3000, 20},
    [RV_H_REFLEX] = {20000, 10, 80, 2, 10000, 1.0, 5.0, 6.0, 8.0, 40000, 3000, 14},
};

static const double fine_hz = 200000.0;  /* at least */
static const double wave_ms = 300.0;     /* the high-pass has forgotten a response by then */
static const double turnaround_ms = 1.0; /* of an antidromic spike at the soma (Kimura 1974) */
static const double synapse_ms = 0.8;    /* of the monosynaptic reflex */
static const double afferent_m_s = 62.0; /* fastest Ia fibres, relative to 52 m/s of motor axons */
static const double cord_faster = 1.05;  /* proximal stretches conduct a little faster */

/* --- artefact ------------------------------------------------------------------------------ */

/* The shock, then what the electrodes and the input stage give back: two exponentials. */
static double artefact_at(double ms, double pulse_ms)
{
    if (ms < pulse_ms)
        return 1.0;
    double after = ms - pulse_ms;
    return -0.45 * exp(-after / 0.30) + 0.05 * exp(-after / 2.5);
}

static enum rv_status make_artefact(const struct rv_made_file *file, double scale_uv,
                                    double internal_hz, struct rv_arena *arena,
                                    struct rv_wave *artefact, struct rv_error *err)
{
    enum rv_status status = rv_wave_make(internal_hz, wave_ms, arena, artefact, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 1; i < artefact->count; i++)
        artefact->uv[i] = scale_uv * artefact_at(1000.0 * (double)i / internal_hz, file->pulse_ms);
    rv_wave_amplify(artefact, file->high_pass_hz, file->low_pass_hz);
    return RV_OK;
}

/* --- paths --------------------------------------------------------------------------------- */

static void path_add(struct rv_path *path, const struct rv_stretch *stretch)
{
    path->segments[path->count++] =
        (struct rv_path_segment){.length_mm = stretch->length_mm,
                                 .slowing = stretch->slowing > 0.0 ? stretch->slowing : 1.0,
                                 .dispersion = stretch->dispersion,
                                 .blocked = stretch->blocked};
}

/* Stretches up to and with the one at `last`. */
static struct rv_path path_to(const struct rv_case_nerve *nerve, size_t last)
{
    struct rv_path path = {.count = 0};
    for (size_t i = 0; i <= last; i++)
        path_add(&path, &nerve->stretches[i]);
    return path;
}

static void find_sites(struct rv_made_file *file)
{
    double distance_mm = 0.0, last_mm = (double)NAN;
    for (size_t i = 0; i < RV_STRETCH_MAX && file->nerve->stretches[i].length_mm > 0.0; i++) {
        const struct rv_stretch *stretch = &file->nerve->stretches[i];
        distance_mm += stretch->length_mm;
        if (stretch->stimulate == NULL || file->site_count == RV_SITES_MAX)
            continue;
        file->sites[file->site_count++] = (struct rv_made_site){.stretch = stretch,
                                                                .distance_mm = distance_mm,
                                                                .segment_mm = distance_mm - last_mm,
                                                                .velocity_m_s = (double)NAN};
        last_mm = distance_mm;
    }
}

static size_t stretch_index(const struct rv_made_file *file, size_t site)
{
    return (size_t)(file->sites[site].stretch - file->nerve->stretches);
}

/* --- words --------------------------------------------------------------------------------- */

/* "Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording site" (EDF+ section 3.7). */
static char *annotation(const struct rv_made_file *file, size_t site, double intensity_ma,
                        struct rv_arena *arena)
{
    char pulse[32], current[32], distance[32];
    rv_number_write(file->pulse_ms, pulse);
    rv_number_write(intensity_ma, current);
    rv_number_write(file->sites[site].distance_mm / 10.0, distance);
    return rv_arena_format(arena, "Stimulus %s %s %sms x %smA at %scm from recording site",
                           rv_side_name(file->nerve->side), file->sites[site].stretch->stimulate,
                           pulse, current, distance);
}

/* --- motor and sensory --------------------------------------------------------------------- */

static void set_velocities(struct rv_made_file *file)
{
    for (size_t s = 0; s < file->site_count; s++) {
        struct rv_made_site *site = &file->sites[s];
        double onset_ms = site->truth.onset_ms;
        if (file->nerve->kind == RV_SENSORY)
            site->velocity_m_s = site->distance_mm / onset_ms;
        else if (s > 0)
            site->velocity_m_s = site->segment_mm / (onset_ms - file->sites[s - 1].truth.onset_ms);
    }
}

/* The response of one site is the same in each of its sweeps. */
static enum rv_status repeat_site(struct rv_made_file *file, size_t site, struct rv_wave *wave,
                                  size_t repeats, struct rv_arena *arena, struct rv_error *err)
{
    struct rv_made_site *row = &file->sites[site];
    row->skin = rv_truth_find(wave, 0.0);
    rv_wave_amplify(wave, file->high_pass_hz, file->low_pass_hz);
    row->truth = rv_truth_find(wave, 0.0);
    char *text = annotation(file, site, row->stretch->intensity_ma, arena);
    if (text == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < repeats; i++)
        file->sweeps[file->sweep_count++] =
            (struct rv_made_sweep){.site = site,
                                   .intensity_ma = row->stretch->intensity_ma,
                                   .text = text,
                                   .response = *wave,
                                   .artefact = &row->artefact};
    return RV_OK;
}

static enum rv_status direct_sweeps(struct rv_made_file *file, const struct rv_pool *pool,
                                    const struct rv_bundle *bundle, double internal_hz,
                                    size_t repeats, struct rv_arena *arena, struct rv_error *err)
{
    for (size_t s = 0; s < file->site_count; s++) {
        struct rv_wave wave;
        struct rv_path path = path_to(file->nerve, stretch_index(file, s));
        enum rv_status status = rv_wave_make(internal_hz, wave_ms, arena, &wave, err);
        if (status != RV_OK)
            return status;
        if (pool != NULL)
            rv_pool_add_response(pool, &path, &wave);
        else
            rv_bundle_add_response(bundle, &path, &wave);
        status = repeat_site(file, s, &wave, repeats, arena, err);
        if (status != RV_OK)
            return status;
    }
    set_velocities(file);
    return RV_OK;
}

/* --- late responses ------------------------------------------------------------------------ */

/* Time over the stretches proximal to the cathode for a fibre of this velocity, NaN where the
 * unit is blocked. */
static double proximal_ms(const struct rv_made_file *file, const struct rv_unit *unit,
                          double velocity_m_s)
{
    double ms = 0.0;
    for (size_t i = stretch_index(file, 0) + 1;
         i < RV_STRETCH_MAX && file->nerve->stretches[i].length_mm > 0.0; i++) {
        const struct rv_stretch *stretch = &file->nerve->stretches[i];
        double slowing = stretch->slowing > 0.0 ? stretch->slowing : 1.0;
        if (unit->chance[i] < stretch->blocked)
            return (double)NAN;
        ms += stretch->length_mm * (1.0 + stretch->dispersion * unit->lag[i]) /
              (velocity_m_s * slowing * cord_faster);
    }
    return ms;
}

/* One sweep: the M-wave, and a few units that fire again, large ones rather than small (Kimura et
 * al., Neurology 34 (1984), 49). All alive, about the given part of the sweeps holds an F-wave. */
static void f_sweep(const struct rv_made_file *file, const struct rv_pool *pool,
                    const struct rv_path *path, struct rv_random *random, struct rv_wave *late)
{
    double chance = 1.0 - pow(1.0 - file->nerve->persistence, 1.0 / (double)pool->unit_count);
    double growth = rv_pool_growth(pool);
    for (size_t i = 0; i < pool->unit_count; i++) {
        double rank = (double)i / (double)pool->unit_count;
        bool fires = rv_random_uniform(random) < 2.0 * rank * chance;
        const struct rv_unit *unit = &pool->units[i];
        double arrival_ms = rv_pool_arrival_ms(pool, i, path) + turnaround_ms +
                            2.0 * proximal_ms(file, unit, unit->axon_m_s);
        if (fires && !isnan(arrival_ms))
            rv_pool_add_unit(pool, i, arrival_ms, growth, late);
    }
}

/* One sweep of the reflex at a stimulus of `strength` (1: threshold of the afferents). Afferents
 * are taken by 1.0 to 1.5; motor axons answer directly from 1.4 to 3.0, large ones first. The
 * reflex takes units in order of size, at most 60 % of them; a unit that the stimulus has excited
 * directly sends a spike up its axon that meets the reflex and ends it. */
static void h_sweep(const struct rv_made_file *file, const struct rv_pool *pool,
                    const struct rv_path *path, double strength, double *jitter_ms,
                    struct rv_wave *late, struct rv_wave *direct)
{
    double drive = fmin(fmax((strength - 1.0) / 0.5, 0.0), 1.0);
    double growth = rv_pool_growth(pool);
    for (size_t i = 0; i < pool->unit_count; i++) {
        const struct rv_unit *unit = &pool->units[i];
        double rank = (double)i / (double)pool->unit_count;
        double up_ms = proximal_ms(file, unit, afferent_m_s);
        double down_ms = proximal_ms(file, unit, unit->axon_m_s);
        double arrival_ms = rv_pool_arrival_ms(pool, i, path);
        if (isnan(arrival_ms))
            continue;
        if (strength > 1.4 + 1.6 * unit->threshold)
            rv_pool_add_unit(pool, i, arrival_ms, growth, direct);
        else if (rank < 0.6 * drive && !isnan(up_ms))
            rv_pool_add_unit(pool, i, arrival_ms + up_ms + down_ms + synapse_ms + *jitter_ms,
                             growth, late);
    }
}

static void sum_waves(const struct rv_wave *a, struct rv_wave *b)
{
    for (size_t i = 0; i < b->count; i++)
        b->uv[i] += a->uv[i];
}

/* Rounded as a stimulator shows it. */
static double tenth(double number)
{
    return nearbyint(10.0 * number) / 10.0;
}

static enum rv_status late_sweep(struct rv_made_file *file, const struct rv_pool *pool,
                                 size_t index, double strength, double internal_hz,
                                 struct rv_arena *arena, struct rv_error *err)
{
    struct rv_random random = rv_random_begin(file->seed, "late", index);
    struct rv_path path = path_to(file->nerve, stretch_index(file, 0));
    struct rv_wave late, direct;
    enum rv_status status = rv_wave_make(internal_hz, wave_ms, arena, &late, err);
    if (status == RV_OK)
        status = rv_wave_make(internal_hz, wave_ms, arena, &direct, err);
    if (status != RV_OK)
        return status;
    double jitter_ms = 0.05 * rv_random_normal(&random);
    double intensity_ma = file->sites[0].stretch->intensity_ma;
    if (file->nerve->kind == RV_F_WAVE) {
        rv_pool_add_response(pool, &path, &direct);
        f_sweep(file, pool, &path, &random, &late);
    } else {
        h_sweep(file, pool, &path, strength, &jitter_ms, &late, &direct);
        intensity_ma = tenth(intensity_ma * strength);
    }
    rv_wave_amplify(&late, file->high_pass_hz, file->low_pass_hz);
    rv_wave_amplify(&direct, file->high_pass_hz, file->low_pass_hz);
    struct rv_made_sweep *sweep = &file->sweeps[file->sweep_count++];
    *sweep = (struct rv_made_sweep){.site = 0,
                                    .intensity_ma = intensity_ma,
                                    .text = annotation(file, 0, intensity_ma, arena),
                                    .artefact = &file->sites[0].artefact,
                                    .late = rv_truth_find(&late, 0.0),
                                    .direct = rv_truth_find(&direct, 0.0)};
    sum_waves(&late, &direct);
    sweep->response = direct;
    return sweep->text == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status late_sweeps(struct rv_made_file *file, const struct rv_pool *pool,
                                  double internal_hz, size_t repeats, struct rv_arena *arena,
                                  struct rv_error *err)
{
    for (size_t i = 0; i < repeats; i++) {
        double step = repeats > 1 ? (double)i / (double)(repeats - 1) : 1.0;
        double strength = 0.9 + 2.2 * step * step;
        enum rv_status status = late_sweep(file, pool, i, strength, internal_hz, arena, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

/* --- one recording ------------------------------------------------------------------------- */

/* A muscle is the same in all its recordings: its seed knows nerve, side and site only. */
static uint64_t body_seed(const struct rv_case_nerve *nerve, uint64_t seed)
{
    struct rv_random random = rv_random_begin(seed, nerve->nerve, nerve->side == RV_LEFT ? 1 : 0);
    random = rv_random_begin(random.state, nerve->record, 0);
    return random.state;
}

static enum rv_status make_pool(const struct rv_made_file *file, double internal_hz, uint64_t seed,
                                struct rv_arena *arena, struct rv_pool *pool, struct rv_error *err)
{
    const struct rv_case_nerve *nerve = file->nerve;
    struct rv_motor_model model;
    if (!rv_anatomy_motor(nerve->record, &model))
        return rv_fail(err, RV_INTERNAL, "no muscle \"%s\"", nerve->record);
    model.amplitude_mv = nerve->amplitude;
    model.axon_m_s = nerve->axon_m_s;
    model.surviving = 1.0 - nerve->lost;
    model.reinnervation = nerve->reinnervation;
    if (nerve->terminal_ms > 0.0)
        model.terminal_ms = nerve->terminal_ms;
    return rv_pool_make(&model, internal_hz, body_seed(nerve, seed), arena, pool, err);
}

static enum rv_status make_bundle(const struct rv_made_file *file, double internal_hz,
                                  uint64_t seed, struct rv_arena *arena, struct rv_bundle *bundle,
                                  struct rv_error *err)
{
    const struct rv_case_nerve *nerve = file->nerve;
    struct rv_sensory_model model;
    if (!rv_anatomy_sensory(nerve->nerve, nerve->record, &model))
        return rv_fail(err, RV_INTERNAL, "no nerve \"%s\" at \"%s\"", nerve->nerve, nerve->record);
    model.amplitude_uv = nerve->amplitude;
    model.axon_m_s = nerve->axon_m_s;
    model.surviving = 1.0 - nerve->lost;
    return rv_bundle_make(&model, internal_hz, body_seed(nerve, seed), arena, bundle, err);
}

static enum rv_status begin_file(const struct rv_case_nerve *nerve, uint64_t seed,
                                 double internal_hz, struct rv_arena *arena,
                                 struct rv_made_file *file, struct rv_error *err)
{
    const struct technique *how = &techniques[nerve->kind];
    struct rv_random random = rv_random_begin(seed, rv_kind_name(nerve->kind), 0);
    *file = (struct rv_made_file){.nerve = nerve,
                                  .rate_hz = how->rate_hz,
                                  .before_ms = how->before_ms,
                                  .after_ms = how->after_ms,
                                  .high_pass_hz = how->high_pass_hz,
                                  .low_pass_hz = how->low_pass_hz,
                                  .pulse_ms = how->pulse_ms,
                                  .noise_uv = how->noise_uv,
                                  .mains_uv = how->mains_uv,
                                  .drift_uv = how->drift_uv,
                                  .range_uv = how->range_uv,
                                  .seed = body_seed(nerve, random.state)};
    find_sites(file);
    for (size_t s = 0; s < file->site_count; s++) {
        enum rv_status status = make_artefact(file, how->artefact_uv, internal_hz, arena,
                                              &file->sites[s].artefact, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

enum rv_status rv_sweeps_make(const struct rv_case_nerve *nerve, uint64_t seed,
                              struct rv_arena *arena, struct rv_made_file *file,
                              struct rv_error *err)
{
    const struct technique *how = &techniques[nerve->kind];
    double internal_hz = how->rate_hz * ceil(fine_hz / how->rate_hz);
    size_t repeats = nerve->sweeps > 0 ? nerve->sweeps : how->sweeps;
    enum rv_status status = begin_file(nerve, seed, internal_hz, arena, file, err);
    if (status != RV_OK)
        return status;
    file->sweeps = rv_arena_alloc(arena, repeats * file->site_count, sizeof *file->sweeps);
    if (file->sweeps == NULL)
        return rv_fail_memory(err);
    if (nerve->kind == RV_SENSORY) {
        struct rv_bundle bundle;
        status = make_bundle(file, internal_hz, seed, arena, &bundle, err);
        return status != RV_OK
                   ? status
                   : direct_sweeps(file, NULL, &bundle, internal_hz, repeats, arena, err);
    }
    struct rv_pool pool;
    status = make_pool(file, internal_hz, seed, arena, &pool, err);
    if (status != RV_OK)
        return status;
    if (nerve->kind == RV_MOTOR)
        return direct_sweeps(file, &pool, NULL, internal_hz, repeats, arena, err);
    return late_sweeps(file, &pool, internal_hz, repeats, arena, err);
}
