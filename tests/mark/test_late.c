#include "late_simulator.h"
#include "mark/mark_compound.h"
#include "mark/mark_late.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
static void run_f(const struct late_setup *setup, double from, double to, int verbose, double *sum, int *n, int *found, int *present, int *fp, int *absent, double *zsum)
{
    struct rv_arena *arena = rv_arena_new();
    struct late_made *made = rv_arena_alloc(arena, 1, sizeof *made);
    struct rv_late late; struct rv_compound m;
    struct rv_error err = {0};
    late_make(setup, arena, made);
    struct rv_mark_request ask = {RV_MOTOR, NAN, NAN, true, NAN};
    struct rv_late_request request = {from, to, 1.2, from};
    cr_assert(rv_mark_compound(&made->sweeps, &ask, arena, &m, &err) == RV_OK);
    cr_assert(rv_mark_f(&made->sweeps, &request, &m, arena, &late, &err) == RV_OK);
    if (verbose) fprintf(stderr, "floor %.1f bg %.2f vol %d a %zu m_on %.2f\n", late.floor_uv, late.background_uv, late.voluntary, late.a_wave_count, late.m_onset_ms);
    double min_t=1e9,min_f=1e9;
    for (size_t s = 0; s < late.sweep_count; s++) {
        const struct rv_late_sweep *w = &late.sweeps[s];
        const struct late_truth *t = &made->truth[s];
        bool there = t->present && t->peak_to_peak >= 20;
        if (verbose) fprintf(stderr, "%2zu truth %d %.2f pp %.0f | %d %.2f +- %.2f pp %.0f rep %d a %.2f m %.0f\n", s, t->present, t->onset_ms, t->peak_to_peak, w->found==RV_MEASURED, w->onset_ms, w->onset_se_ms, w->amplitude_uv, w->repeats, w->a_wave_ms, w->m_amplitude_uv);
        if (there) { ++*present; if (w->found==RV_MEASURED) { ++*found; double d=w->onset_ms-t->onset_ms; *sum+=d*d; ++*n; *zsum += d*d/w->onset_se_ms/w->onset_se_ms; min_t=fmin(min_t,t->onset_ms); min_f=fmin(min_f,w->onset_ms);} }
        else if (!t->present) { ++*absent; if (w->found==RV_MEASURED) ++*fp; }
    }
    if (verbose) fprintf(stderr,"min %.3f\n", min_f-min_t);
    rv_arena_free(arena);
}
Test(late, explore)
{
    for (int emg = 0; emg < 2; emg++) for (int leg = 0; leg < 2; leg++) {
        double sum = 0, z=0; int n = 0, found = 0, present = 0, fp = 0, absent = 0;
        for (uint64_t seed = 1; seed <= 12; seed++) {
            struct late_setup s = leg ? late_leg(seed) : late_arm(seed);
            if (seed % 3 == 0) s.chance = 0.7;
            if (emg) { s.emg_per_s = 60; s.emg_uv = 15; }
            run_f(&s, leg ? 33 : 19, leg ? 100 : 60, seed == 1, &sum, &n, &found, &present, &fp, &absent,&z);
        }
        fprintf(stderr, "emg %d leg %d rms %.3f found %d/%d fp %d/%d z %.2f\n", emg, leg, sqrt(sum/n), found, present, fp, absent, sqrt(z/n));
    }
}

Test(late, explore_h)
{
    double sum=0; int n=0,found=0,present=0,fp=0,absent=0; double z=0, as=0; int an=0; double ms=0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct late_setup setup = late_reflex(seed);
        struct rv_arena *arena = rv_arena_new();
        struct late_made *made = rv_arena_alloc(arena, 1, sizeof *made);
        struct rv_late late;
        struct rv_error err = {0};
        late_make(&setup, arena, made);
        struct rv_late_request request = {22, 48, 1.5, 18};
        cr_assert(rv_mark_h(&made->sweeps, &request, arena, &late, &err) == RV_OK);
        if (seed == 1) fprintf(stderr, "floor %.1f bg %.2f vol %d  m_on %.2f plateau %d\n", late.floor_uv, late.background_uv, late.voluntary, late.m_onset_ms, late.plateau);
        for (size_t s = 0; s < late.sweep_count; s++) {
            const struct rv_late_sweep *w = &late.sweeps[s];
            const struct late_truth *t = &made->truth[s];
            if (seed==1) fprintf(stderr, "%2zu I %.1f truth %d %.2f neg %.0f M %.0f | %d %.2f +- %.2f neg %.0f M %.0f\n", s, w->intensity, t->present, t->onset_ms, t->negative_uv, t->m_negative_uv, w->found==RV_MEASURED, w->onset_ms, w->onset_se_ms, w->amplitude_uv, w->m_amplitude_uv);
            if (t->peak_to_peak > 50) { present++; if (w->found==RV_MEASURED) { found++; double d=w->onset_ms-t->onset_ms; sum+=d*d; n++; z+=d*d/w->onset_se_ms/w->onset_se_ms; double e=w->amplitude_uv/t->negative_uv-1; if (t->negative_uv>500) {as+=e*e; an++;} } }
            else if (!t->present) { absent++; fp += w->found==RV_MEASURED; }
        }
        rv_arena_free(arena);
    }
    fprintf(stderr, "H rms %.3f z %.2f found %d/%d fp %d/%d amp %.4f\n", sqrt(sum/n), sqrt(z/n), found, present, fp, absent, sqrt(as/an)); (void)ms;
}
