/* SPDX-License-Identifier: GPL-3.0-or-later
 * responses.tsv and truth.tsv of a case.
 */
#include "simulate/write.h"

#include <math.h>
#include <stdio.h>

/* An F-wave counts from here on, peak to peak (docs/methods/simulator.md). */
static const double f_wave_uv = 20.0;

static void put_number(struct rv_text *table, double number, int decimals)
{
    char text[64];
    if (isnan(number)) {
        rv_text_append(table, "\tn/a");
        return;
    }
    rv_number_fixed(number, decimals, text);
    rv_text_format(table, "\t%s", text);
}

static void put_short(struct rv_text *table, double number)
{
    char text[32];
    rv_number_write(number, text);
    rv_text_format(table, "\t%s", isnan(number) ? "n/a" : text);
}

/* --- responses.tsv ------------------------------------------------------------------------- */

void rv_responses_header(struct rv_text *table)
{
    rv_text_append(table, "kind\tnerve\tside\trecord\tstimulate\tdistance_mm\tsegment_mm\t"
                          "temperature_c\tfile\tchannel\tstimuli\tunit\tintensity_ma\tpulse_ms\t"
                          "note\n");
}

/* An annotation in EDF; a range of the triggers in a text table; times in WAV, which cannot say
 * that its second channel is a trigger. */
static void put_stimuli(const struct rv_made_file *file, size_t site, enum rv_file_format format,
                        struct rv_text *table)
{
    char time_s[32];
    if (format == RV_FILE_EDF) {
        rv_text_format(table, "\tStimulus %s %s", rv_side_name(file->nerve->side),
                       file->sites[site].stretch->stimulate);
        return;
    }
    size_t each = file->sweep_count / file->site_count;
    if (format == RV_FILE_CSV) {
        rv_text_format(table, "\t%zu-%zu", site * each + 1, (site + 1) * each);
        return;
    }
    for (size_t i = site * each; i < (site + 1) * each; i++) {
        rv_number_write(rv_continuous_time_s(file, i), time_s);
        rv_text_format(table, "%s%s", i == site * each ? "\ttimes:" : ",", time_s);
    }
}

static void put_row(const struct rv_made_file *file, size_t site, enum rv_file_format format,
                    struct rv_text *table)
{
    char name[128], label[64], full_scale[32];
    const struct rv_case_nerve *nerve = file->nerve;
    const struct rv_made_site *row = &file->sites[site];
    bool distal = site == 0, late = nerve->kind == RV_F_WAVE || nerve->kind == RV_H_REFLEX;
    rv_file_name(nerve, format, name);
    rv_channel_label(nerve, label);
    rv_number_write(file->range_uv, full_scale);
    rv_text_format(table, "%s\t%s\t%s\t%s\t%s", rv_kind_name(nerve->kind), nerve->nerve,
                   rv_side_name(nerve->side), nerve->record, row->stretch->stimulate);
    put_short(table, distal && !late ? row->distance_mm : (double)NAN);
    put_short(table, distal ? (double)NAN : row->segment_mm);
    put_short(table, nerve->temperature_c > 0.0 ? nerve->temperature_c : (double)NAN);
    rv_text_format(table, "\t%s\t%s", name, format == RV_FILE_WAV ? "1" : label);
    put_stimuli(file, site, format, table);
    if (format == RV_FILE_WAV)
        rv_text_format(table, "\tuV=%s", full_scale);
    else
        rv_text_append(table, "\tn/a");
    put_short(table, nerve->kind == RV_H_REFLEX ? (double)NAN : row->stretch->intensity_ma);
    put_short(table, file->pulse_ms);
    rv_text_format(table, "\t%s\n", nerve->note != NULL ? nerve->note : "n/a");
}

void rv_responses_rows(const struct rv_made_file *file, enum rv_file_format format,
                       struct rv_text *table)
{
    for (size_t s = 0; s < file->site_count; s++)
        put_row(file, s, format, table);
}

/* --- truth.tsv ----------------------------------------------------------------------------- */

struct truth_place {
    const char *file;
    size_t number; /* of the response in the study */
    enum rv_kind kind;
    struct rv_text *table;
};

void rv_truth_header(struct rv_text *table)
{
    rv_text_append(table, "file\tresponse\tparameter\tvalue\tunit\n");
}

static void put_named(const struct truth_place *place, const char *name, double value, int decimals,
                      const char *unit)
{
    if (isnan(value))
        return;
    rv_text_format(place->table, "%s\tR%02zu\t%s", place->file, place->number, name);
    put_number(place->table, value, decimals);
    rv_text_format(place->table, "\t%s\n", unit);
}

static void put_parameter(const struct truth_place *place, enum rv_parameter parameter,
                          double value, int decimals)
{
    put_named(place, rv_parameter_facts(parameter)->name, value, decimals,
              rv_parameter_unit(parameter, place->kind));
}

static void put_wave(const struct truth_place *place, const struct rv_made_site *site)
{
    const struct rv_truth *truth = &site->truth;
    double scale = place->kind == RV_SENSORY ? 1.0 : 1e-3;
    int decimals = place->kind == RV_SENSORY ? 3 : 5;
    put_named(place, "present", truth->present ? 1.0 : 0.0, 0, "n/a");
    if (!truth->present)
        return;
    put_parameter(place, RV_ONSET_LATENCY, truth->onset_ms, 4);
    put_named(place, "onset_latency_at_the_skin", site->skin.onset_ms, 4, "ms");
    put_parameter(place, RV_NEGATIVE_PEAK_LATENCY, truth->negative_peak_ms, 4);
    put_named(place, "recovery", truth->recovery_ms, 4, "ms");
    put_named(place, "positive_peak", truth->positive_peak_ms, 4, "ms");
    put_named(place, "end", truth->end_ms, 4, "ms");
    put_named(place, "initial_positivity", truth->initial_positivity ? 1.0 : 0.0, 0, "n/a");
    put_parameter(place, RV_AMPLITUDE, truth->amplitude_uv * scale, decimals);
    put_parameter(place, RV_AMPLITUDE_PEAK_TO_PEAK, truth->peak_to_peak_uv * scale, decimals);
    put_parameter(place, RV_NEGATIVE_DURATION, truth->negative_duration_ms, 4);
    put_parameter(place, RV_NEGATIVE_AREA, truth->negative_area_uvms * scale, decimals);
    put_parameter(place, RV_CONDUCTION_VELOCITY, site->velocity_m_s, 3);
}

static double drop(double distal, double proximal)
{
    return 100.0 * (distal - proximal) / distal;
}

static void put_sites(struct truth_place *place, const struct rv_made_file *file)
{
    for (size_t s = 0; s < file->site_count; s++, place->number++) {
        put_wave(place, &file->sites[s]);
        if (s == 0 || !file->sites[s].truth.present || !file->sites[s - 1].truth.present)
            continue;
        const struct rv_truth *near = &file->sites[s - 1].truth, *far = &file->sites[s].truth;
        put_parameter(place, RV_AMPLITUDE_DROP, drop(near->amplitude_uv, far->amplitude_uv), 3);
        put_parameter(place, RV_AREA_DROP, drop(near->negative_area_uvms, far->negative_area_uvms),
                      3);
        put_parameter(place, RV_DURATION_CHANGE,
                      -drop(near->negative_duration_ms, far->negative_duration_ms), 3);
    }
}

static bool is_f_wave(const struct rv_truth *late)
{
    return late->present && late->peak_to_peak_uv >= f_wave_uv;
}

static void put_f(const struct truth_place *place, const struct rv_made_file *file)
{
    double lowest = (double)INFINITY, highest = 0.0, sum = 0.0, count = 0.0;
    char name[48];
    for (size_t i = 0; i < file->sweep_count; i++) {
        const struct rv_truth *late = &file->sweeps[i].late;
        if (!is_f_wave(late))
            continue;
        lowest = fmin(lowest, late->onset_ms);
        highest = fmax(highest, late->onset_ms);
        sum += late->onset_ms;
        count += 1.0;
        snprintf(name, sizeof name, "f_latency_sweep_%zu", i + 1);
        put_named(place, name, late->onset_ms, 4, "ms");
    }
    double stimuli = (double)file->sweep_count;
    put_parameter(place, RV_F_STIMULI, stimuli, 0);
    put_parameter(place, RV_F_COUNT, count, 0);
    put_parameter(place, RV_F_PERSISTENCE, 100.0 * count / stimuli, 2);
    if (!(count > 0.0))
        return;
    put_parameter(place, RV_F_MINIMUM, lowest, 4);
    put_parameter(place, RV_F_MEAN, sum / count, 4);
    put_parameter(place, RV_F_MAXIMUM, highest, 4);
    put_parameter(place, RV_F_CHRONODISPERSION, highest - lowest, 4);
}

static void put_h(const struct truth_place *place, const struct rv_made_file *file)
{
    const struct rv_truth *largest = NULL;
    double m_uv = 0.0;
    for (size_t i = 0; i < file->sweep_count; i++) {
        const struct rv_truth *late = &file->sweeps[i].late, *direct = &file->sweeps[i].direct;
        if (late->present && (largest == NULL || late->amplitude_uv > largest->amplitude_uv))
            largest = late;
        if (direct->present)
            m_uv = fmax(m_uv, direct->amplitude_uv);
    }
    put_named(place, "present", largest != NULL ? 1.0 : 0.0, 0, "n/a");
    put_parameter(place, RV_M_AMPLITUDE, m_uv / 1000.0, 5);
    if (largest == NULL)
        return;
    put_parameter(place, RV_H_LATENCY, largest->onset_ms, 4);
    put_parameter(place, RV_H_AMPLITUDE, largest->amplitude_uv / 1000.0, 5);
    put_parameter(place, RV_H_M_RATIO, 100.0 * largest->amplitude_uv / m_uv, 3);
}

void rv_truth_rows(const struct rv_made_file *file, const char *name, size_t first_number,
                   struct rv_text *table)
{
    struct truth_place place = {name, first_number, file->nerve->kind, table};
    if (file->nerve->kind == RV_F_WAVE)
        put_f(&place, file);
    else if (file->nerve->kind == RV_H_REFLEX)
        put_h(&place, file);
    else
        put_sites(&place, file);
}
