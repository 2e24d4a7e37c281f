/* SPDX-License-Identifier: GPL-3.0-or-later
 * A cutaneous nerve: fibres of many velocities, each a spike that runs past two electrodes.
 */
#include "base/error.h"
#include "simulate/fibre.h"
#include "simulate/response.h"

#include <math.h>

static const double electrode_mm = 5.0;
static const double utilisation_ms = 0.1;
static const double approach_from_mm = 45.0; /* before G1 the nerve has its deep course ... */
static const double approach_to_mm = 15.0;   /* ... and its shallow one from here on */
static const double before_mm = 120.0;       /* of the course before G1 that is modelled */
static const double after_mm = 120.0;
static const double slope_scales = 10.0; /* length of a spike in units of its scale */

static double depth_at(const struct rv_sensory_model *model, double z_mm)
{
    if (z_mm >= -approach_to_mm)
        return model->depth_mm;
    double part = fmin((-z_mm - approach_to_mm) / (approach_from_mm - approach_to_mm), 1.0);
    part = part * part * (3.0 - 2.0 * part);
    return model->depth_mm + part * (model->approach_mm - model->depth_mm);
}

/* The lead field along the course. Endings are spread over the last half of the way to end_mm;
 * the far beginning is faded in, the stimulus artefact covers what it would give. */
static void course_field(const struct rv_bundle *bundle, double *field)
{
    const struct rv_sensory_model *model = &bundle->model;
    struct rv_electrodes electrodes = {model->reference_mm, electrode_mm, model->limb_mm};
    for (size_t i = 0; i < bundle->travel_count; i++) {
        double z_mm = bundle->travel_from_mm + (double)i * bundle->step_mm;
        double fade = fmin((z_mm - bundle->travel_from_mm) / (0.5 * before_mm), 1.0);
        double ending = fmin(fmax((model->end_mm - z_mm) / (0.5 * model->end_mm), 0.0), 1.0);
        ending = ending * ending * (3.0 - 2.0 * ending);
        field[i] = z_mm > after_mm
                       ? 0.0
                       : fade * fade * (3.0 - 2.0 * fade) * ending *
                             rv_lead_field(&electrodes, z_mm, depth_at(model, z_mm), 1.0);
    }
}

static void class_potential(const struct rv_bundle *bundle, const double *field, double velocity,
                            double *slope, double *potential)
{
    double scale_mm = velocity * bundle->model.spike_ms; /* m/s is mm/ms */
    size_t slope_count = (size_t)(slope_scales * scale_mm / bundle->step_mm) + 1;
    if (slope_count > bundle->travel_count)
        slope_count = bundle->travel_count;
    for (size_t k = 0; k < slope_count; k++)
        slope[k] = rv_spike_slope((double)k * bundle->step_mm / scale_mm) / scale_mm;
    rv_travel(field, bundle->travel_count, slope, slope_count, bundle->step_mm, potential,
              bundle->travel_count);
}

static void make_classes(struct rv_bundle *bundle, struct rv_random *random)
{
    const struct rv_sensory_model *model = &bundle->model;
    double last = bundle->class_count > 1 ? (double)(bundle->class_count - 1) : 1.0;
    for (size_t c = 0; c < bundle->class_count; c++) {
        double rank = (double)c / last;
        bundle->axon_m_s[c] = model->axon_m_s * (1.0 - model->axon_spread * (1.0 - rank));
        /* Axial current of a fibre grows with the area of its section, velocity with its diameter.
         */
        double relative = bundle->axon_m_s[c] / model->axon_m_s;
        bundle->weight[c] = relative * relative;
        for (size_t s = 0; s < RV_PATH_MAX; s++) {
            bundle->lag[c][s] = fabs(rv_random_normal(random));
            bundle->chance[c][s] = rv_random_uniform(random);
        }
    }
}

static enum rv_status allocate(struct rv_bundle *bundle, struct rv_arena *arena,
                               struct rv_error *err)
{
    size_t count = bundle->class_count, cells;
    if (!rv_multiply(count, bundle->travel_count, &cells))
        return rv_fail_memory(err);
    bundle->axon_m_s = rv_arena_alloc(arena, count, sizeof *bundle->axon_m_s);
    bundle->weight = rv_arena_alloc(arena, count, sizeof *bundle->weight);
    bundle->lag = rv_arena_alloc(arena, count, sizeof *bundle->lag);
    bundle->chance = rv_arena_alloc(arena, count, sizeof *bundle->chance);
    bundle->potential = rv_arena_alloc(arena, cells, sizeof *bundle->potential);
    bool whole = bundle->axon_m_s != NULL && bundle->weight != NULL && bundle->lag != NULL &&
                 bundle->chance != NULL && bundle->potential != NULL;
    return whole ? RV_OK : rv_fail_memory(err);
}

static enum rv_status calibrate(struct rv_bundle *bundle, struct rv_arena *arena,
                                struct rv_error *err)
{
    struct rv_wave wave;
    struct rv_path path = {.segments = {{.length_mm = 140.0, .slowing = 1.0}}, .count = 1};
    enum rv_status status = rv_wave_make(bundle->rate_hz, 20.0, arena, &wave, err);
    if (status != RV_OK)
        return status;
    double surviving = bundle->model.surviving;
    bundle->model.surviving = 1.0;
    bundle->scale = 1.0;
    rv_bundle_add_response(bundle, &path, &wave);
    bundle->model.surviving = surviving;
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    if (!truth.present)
        return rv_fail(err, RV_INTERNAL, "a nerve model without a negative phase");
    bundle->scale = bundle->model.amplitude_uv / truth.amplitude_uv;
    return RV_OK;
}

enum rv_status rv_bundle_make(const struct rv_sensory_model *model, double rate_hz, uint64_t seed,
                              struct rv_arena *arena, struct rv_bundle *bundle,
                              struct rv_error *err)
{
    struct rv_random random = rv_random_begin(seed, "classes", 0);
    *bundle = (struct rv_bundle){.model = *model,
                                 .rate_hz = rate_hz,
                                 .class_count = model->class_count,
                                 .step_mm = 0.25,
                                 .travel_from_mm = -before_mm};
    bundle->travel_count = (size_t)((before_mm + after_mm + 60.0) / bundle->step_mm);
    enum rv_status status = allocate(bundle, arena, err);
    if (status != RV_OK)
        return status;
    make_classes(bundle, &random);
    double *field = rv_allocate(bundle->travel_count, sizeof *field);
    double *slope = rv_allocate(bundle->travel_count, sizeof *slope);
    if (field == NULL || slope == NULL)
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        course_field(bundle, field);
        for (size_t c = 0; c < bundle->class_count; c++)
            class_potential(bundle, field, bundle->axon_m_s[c], slope,
                            bundle->potential + c * bundle->travel_count);
        status = calibrate(bundle, arena, err);
    }
    rv_release(slope);
    rv_release(field);
    return status;
}

/* Classes hold many fibres: loss and block make them smaller, they do not take whole classes. */
static double conducted_part(const struct rv_bundle *bundle, size_t class_index,
                             const struct rv_path *path, double *arrival_ms)
{
    double part = bundle->model.surviving;
    *arrival_ms = utilisation_ms;
    for (size_t s = 0; s < path->count; s++) {
        const struct rv_path_segment *segment = &path->segments[s];
        double slower = 1.0 + segment->dispersion * bundle->lag[class_index][s];
        *arrival_ms +=
            segment->length_mm * slower / (bundle->axon_m_s[class_index] * segment->slowing);
        part *= 1.0 - segment->blocked;
    }
    return part;
}

void rv_bundle_add_response(const struct rv_bundle *bundle, const struct rv_path *path,
                            struct rv_wave *wave)
{
    for (size_t c = 0; c < bundle->class_count; c++) {
        double arrival_ms;
        double weight = bundle->scale * bundle->weight[c] *
                        conducted_part(bundle, c, path, &arrival_ms) / (double)bundle->class_count;
        const double *potential = bundle->potential + c * bundle->travel_count;
        for (size_t i = 0; i < wave->count; i++) {
            double ms = 1000.0 * (double)i / wave->rate_hz - arrival_ms;
            double x = (ms * bundle->axon_m_s[c] - bundle->travel_from_mm) / bundle->step_mm;
            if (x > 0.0)
                wave->uv[i] += weight * rv_table_at(potential, bundle->travel_count, x);
        }
    }
}
