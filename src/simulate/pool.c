/* SPDX-License-Identifier: GPL-3.0-or-later
 * A muscle: motor units, each an axon and the summed surface potential of its fibres.
 */
#include "base/error.h"
#include "simulate/fibre.h"
#include "simulate/response.h"

#include <math.h>

static const double step_mm = 0.2;
static const double slope_mm = 10.0; /* behind the front; x^3 exp(-2 x) is below 2e-6 there */
static const double template_ms = 30.0;
static const double electrode_mm = 10.0;
/* Muscle conducts better along its fibres than across: sigma_z / sigma_r = 5 (Andreassen and
 * Rosenfalck 1981). */
static const double anisotropy = 5.0;
static const double utilisation_ms = 0.1; /* from the edge of the pulse to a travelling spike */
static const double size_limit = 4.0;     /* of a reinnervated unit, times its own size */
static const double branch_sd_ms = 0.25;  /* arrival at the end-plates of one unit */

static const double length_spread = 0.2; /* tendons take fibres at different lengths */

enum { SLOPE_MAX = 64, TRAVEL_MAX = 512 };

/* One fibre, tabulated over the way its spike has travelled. */
static size_t fibre_potential(const struct rv_motor_model *model, double endplate_mm,
                              double depth_mm, double longer, double *travel)
{
    double field[TRAVEL_MAX] = {0}, slope[SLOPE_MAX];
    struct rv_electrodes electrodes = {model->reference_mm, electrode_mm, 0.0};
    size_t slope_count = (size_t)(slope_mm / step_mm) + 1;
    double distal_mm = model->distal_mm * longer, proximal_mm = model->proximal_mm * longer;
    double longest = fmax(proximal_mm, distal_mm);
    size_t field_count = (size_t)(longest / step_mm) + 1;
    if (field_count > TRAVEL_MAX - slope_count)
        field_count = TRAVEL_MAX - slope_count;
    for (size_t i = 0; i < field_count; i++) {
        double u = (double)i * step_mm;
        if (u <= distal_mm)
            field[i] += rv_lead_field(&electrodes, endplate_mm + u, depth_mm, anisotropy);
        if (u <= proximal_mm)
            field[i] -= rv_lead_field(&electrodes, endplate_mm - u, depth_mm, anisotropy);
    }
    for (size_t k = 0; k < slope_count; k++)
        slope[k] = rv_spike_slope((double)k * step_mm);
    for (size_t i = 0; i < TRAVEL_MAX; i++)
        travel[i] = 0.0;
    rv_travel(field, field_count, slope, slope_count, step_mm, travel, TRAVEL_MAX);
    return field_count + slope_count;
}

/* Denervated fibres found by a sprout lie apart from the unit's own end-plates and are reached
 * later; the wider, the more has been taken over. */
static void unit_potential(const struct rv_pool *pool, double growth, struct rv_random *random,
                           double *potential)
{
    const struct rv_motor_model *model = &pool->model;
    double unit_depth = rv_random_normal(random), unit_velocity = rv_random_normal(random);
    double wider = sqrt(growth);
    for (size_t f = 0; f < model->fibre_count; f++) {
        double travel[TRAVEL_MAX];
        double depth_mm = model->depth_mm +
                          model->depth_sd_mm * (0.8 * unit_depth + 0.6 * rv_random_normal(random));
        double endplate_mm =
            model->endplate_mm + model->endplate_sd_mm * wider * rv_random_normal(random);
        double velocity_m_s = model->fibre_m_s * (1.0 + 0.06 * unit_velocity) *
                              (1.0 + 0.04 * rv_random_normal(random));
        double late_ms = branch_sd_ms * wider * fabs(rv_random_normal(random));
        double longer = 1.0 + length_spread * rv_random_normal(random);
        size_t count = fibre_potential(model, endplate_mm, fmax(depth_mm, 2.0), longer, travel);
        for (size_t i = 0; i < pool->template_count; i++) {
            double ms = 1000.0 * (double)i / pool->rate_hz - late_ms;
            double x = 1.0 + ms * velocity_m_s / step_mm; /* m/s is mm/ms */
            potential[i] += ms > 0.0 ? rv_table_at(travel, count, x - 1.0) : 0.0;
        }
    }
    for (size_t i = 0; i < pool->template_count; i++)
        potential[i] /= (double)model->fibre_count;
}

/* Small units have slow axons: size grows geometrically with rank, velocity with it. */
static void make_axon(const struct rv_motor_model *model, double rank, struct rv_random *random,
                      struct rv_unit *unit)
{
    double slower = model->axon_spread * (1.0 - rank + 0.1 * fabs(rv_random_normal(random)));
    unit->axon_m_s = model->axon_m_s * (1.0 - fmin(slower, 0.9));
    unit->terminal_ms = model->terminal_ms + model->terminal_sd_ms * fabs(rv_random_normal(random));
    unit->size = pow(model->size_ratio, rank);
    unit->threshold = 0.7 * (1.0 - rank) + 0.3 * rv_random_uniform(random);
    for (size_t s = 0; s < RV_PATH_MAX; s++) {
        unit->lag[s] = fabs(rv_random_normal(random));
        unit->chance[s] = rv_random_uniform(random);
    }
}

/* Exactly the surviving part, drawn without regard to size. */
static void choose_living(struct rv_pool *pool, struct rv_random *random)
{
    size_t living = (size_t)nearbyint(pool->model.surviving * (double)pool->unit_count);
    size_t left = pool->unit_count;
    for (size_t i = 0; i < pool->unit_count; i++, left--) {
        pool->units[i].alive = rv_random_uniform(random) * (double)left < (double)living;
        living -= pool->units[i].alive;
    }
}

double rv_pool_growth(const struct rv_pool *pool)
{
    const struct rv_motor_model *model = &pool->model;
    if (!(model->surviving > 0.0))
        return 1.0;
    return 1.0 + model->reinnervation * (fmin(1.0 / model->surviving, size_limit) - 1.0);
}

/* The scale at which the whole pool, before any disease, has the amplitude of the model. */
static enum rv_status calibrate(struct rv_pool *pool, struct rv_arena *arena, struct rv_error *err)
{
    struct rv_wave wave;
    struct rv_path near = {.segments = {{.length_mm = 80.0, .slowing = 1.0}}, .count = 1};
    enum rv_status status = rv_wave_make(pool->rate_hz, 2.0 * template_ms, arena, &wave, err);
    if (status != RV_OK)
        return status;
    pool->scale = 1.0;
    for (size_t i = 0; i < pool->unit_count; i++) {
        const struct rv_unit *unit = &pool->units[i];
        double arrival_ms =
            utilisation_ms + unit->terminal_ms + near.segments[0].length_mm / unit->axon_m_s;
        rv_pool_add_unit(pool, i, arrival_ms, 1.0, &wave);
    }
    double peak = 0.0;
    for (size_t i = 0; i < wave.count; i++)
        peak = fmin(peak, wave.uv[i]);
    if (!(peak < 0.0))
        return rv_fail(err, RV_INTERNAL, "a muscle model without a negative phase");
    pool->scale = -1000.0 * pool->model.amplitude_mv / peak;
    return RV_OK;
}

enum rv_status rv_pool_make(const struct rv_motor_model *model, double rate_hz, uint64_t seed,
                            struct rv_arena *arena, struct rv_pool *pool, struct rv_error *err)
{
    struct rv_random axons = rv_random_begin(seed, "axons", 0);
    struct rv_random living = rv_random_begin(seed, "living", 0);
    *pool = (struct rv_pool){.model = *model,
                             .rate_hz = rate_hz,
                             .template_count = (size_t)(template_ms * rate_hz / 1000.0),
                             .unit_count = model->unit_count};
    pool->units = rv_arena_alloc(arena, pool->unit_count, sizeof *pool->units);
    if (pool->units == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < pool->unit_count; i++) {
        struct rv_random fibres = rv_random_begin(seed, "fibres", i);
        double *potential = rv_arena_alloc(arena, pool->template_count, sizeof *potential);
        if (potential == NULL)
            return rv_fail_memory(err);
        double last = pool->unit_count > 1 ? (double)(pool->unit_count - 1) : 1.0;
        make_axon(model, (double)i / last, &axons, &pool->units[i]);
        unit_potential(pool, rv_pool_growth(pool), &fibres, potential);
        pool->units[i].potential = potential;
    }
    choose_living(pool, &living);
    return calibrate(pool, arena, err);
}

double rv_pool_arrival_ms(const struct rv_pool *pool, size_t unit_index, const struct rv_path *path)
{
    const struct rv_unit *unit = &pool->units[unit_index];
    double ms = utilisation_ms + unit->terminal_ms;
    if (!unit->alive)
        return (double)NAN;
    for (size_t s = 0; s < path->count; s++) {
        const struct rv_path_segment *segment = &path->segments[s];
        if (unit->chance[s] < segment->blocked)
            return (double)NAN;
        double slower = 1.0 + segment->dispersion * unit->lag[s];
        ms += segment->length_mm * slower / (unit->axon_m_s * segment->slowing);
    }
    return ms;
}

void rv_pool_add_unit(const struct rv_pool *pool, size_t unit_index, double arrival_ms, double part,
                      struct rv_wave *wave)
{
    const struct rv_unit *unit = &pool->units[unit_index];
    double shift = arrival_ms * pool->rate_hz / 1000.0;
    size_t first = (size_t)ceil(shift);
    double weight = pool->scale * unit->size * part;
    for (size_t i = first; i < wave->count; i++) {
        double x = (double)i - shift;
        if (x >= (double)pool->template_count)
            break;
        wave->uv[i] += weight * rv_table_at(unit->potential, pool->template_count, x);
    }
}

void rv_pool_add_response(const struct rv_pool *pool, const struct rv_path *path,
                          struct rv_wave *wave)
{
    double growth = rv_pool_growth(pool);
    for (size_t i = 0; i < pool->unit_count; i++) {
        double arrival_ms = rv_pool_arrival_ms(pool, i, path);
        if (!isnan(arrival_ms))
            rv_pool_add_unit(pool, i, arrival_ms, growth, wave);
    }
}
