/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mains interference: estimated on the quiet stretches of a recording, subtracted as sines.
 */
#include "condition/mains.h"

#include "base/error.h"
#include "condition/sine_fit.h"
#include "condition/turns.h"

#include <math.h>
#include <string.h>

/* The grids keep 50 or 60 Hz to half a hertz: EN 50160, 1 %, in all but emergencies. */
static const double RANGE_HZ = 0.5;
/* Chance of calling noise mains, after counting the frequencies that were tried. */
static const double CHANCE = 1e-3;
/* Size of the harmonics against the fundamental before they are seen. The voltage holds up to 5 or
 * 6 % of the 3rd and 5th (EN 50160, table 1); stray coupling lifts them with their frequency. */
static const double EXPECTED_SHARE[RV_MAINS_HARMONICS] = {0.0, 0.04, 0.15, 0.04, 0.15};
/* A harmonic whose variance is below this share of what was expected is known well enough. */
static const double KNOWN_SHARE = 0.1;
/* A drift of frequency is worth a parameter from here on: Wald statistic, 4 SD. */
static const double DRIFT_WALD = 16.0;
/* Subtracting must take away at least half of the hum, else the sweeps stay as they are. */
static const double LEFT_SHARE = 0.5;
/* Less quiet time than one period of 50 Hz tells nothing. */
static const double QUIET_MIN_S = 0.02;
static const double RATE_MIN_HZ = 150.0;
/* In a shorter recording a drift cannot be told from a frequency. */
static const double DRIFT_SPAN_S = 3.0;

/* Chance of a Wald statistic with 2 degrees of freedom in noise of estimated variance:
 * F(2, freedom), whose tail is (1 + wald / freedom) ^ (-freedom / 2). */
static double chance_of(double wald, double freedom)
{
    return exp(-0.5 * freedom * log1p(wald / freedom));
}

static bool harmonic_needed(const struct rv_sine_fit *fit, size_t k)
{
    const double variance = rv_sine_wave_variance(fit, k + 1);
    const double expected = fit->expected_sd[k] * fit->expected_sd[k];
    return chance_of(rv_sine_wald(fit, k + 1), fit->freedom) < CHANCE ||
           variance > KNOWN_SHARE * expected;
}

/* Fits the harmonics as far as the data tell them; where they do not, what is expected of them goes
 * into the uncertainty. One that is known to be small is left out. */
static enum rv_status add_harmonics(struct rv_quiet *quiet, struct rv_sine_fit *fit,
                                    struct rv_error *err)
{
    struct rv_sine_fit tried = *fit;
    bool fitted = false;
    const double amplitude = hypot(fit->cosine[0], fit->sine[0]);
    for (size_t k = 1; k < RV_MAINS_HARMONICS; k++) {
        tried.harmonic[k] = (double)(k + 1) * fit->frequency_hz < 0.4 * quiet->rate_hz;
        tried.expected_sd[k] = EXPECTED_SHARE[k] * amplitude;
    }
    enum rv_status status = rv_sine_refine(quiet, &tried, false, &fitted, err);
    if (status != RV_OK || !fitted)
        return status;
    for (size_t k = 1; k < RV_MAINS_HARMONICS; k++) {
        tried.harmonic[k] = tried.harmonic[k] && harmonic_needed(&tried, k);
        if (!tried.harmonic[k])
            tried.cosine[k] = tried.sine[k] = tried.expected_sd[k] = 0.0;
    }
    status = rv_sine_refine(quiet, &tried, false, &fitted, err);
    if (status == RV_OK && fitted)
        *fit = tried;
    return status;
}

static enum rv_status add_drift(struct rv_quiet *quiet, struct rv_sine_fit *fit,
                                struct rv_error *err)
{
    if (quiet->span_s < DRIFT_SPAN_S)
        return RV_OK;
    struct rv_sine_fit tried = *fit;
    bool fitted = false;
    tried.with_drift = true;
    enum rv_status status = rv_sine_refine(quiet, &tried, false, &fitted, err);
    const double wald = tried.drift_hz_s * tried.drift_hz_s / tried.covariance[1][1];
    if (status == RV_OK && fitted && wald > DRIFT_WALD)
        *fit = tried;
    return status;
}

/* The moments that count: the windows that were left out, where the responses are; without
 * stimuli the whole of the data. */
struct moments {
    const struct rv_quiet *quiet;
    const struct rv_quiet_request *request;
};

enum { PHASES = 16, PLACES = 16 };

static size_t moment_count(const struct moments *moments)
{
    const size_t stimuli = moments->request->stimulus_count;
    return PHASES * (stimuli > 0 ? stimuli : PLACES);
}

/* In time after the origin of the quiet stretches. */
static double moment_s(const struct moments *moments, size_t index)
{
    const struct rv_quiet_request *request = moments->request;
    const double part = ((double)(index % PHASES) + 0.5) / PHASES;
    const double place = ((double)(index / PHASES) + part) / PLACES - 0.5;
    if (request->stimulus_count == 0)
        return place * moments->quiet->span_s;
    const double after_ms = request->from_ms + part * (request->to_ms - request->from_ms);
    return request->stimulus_s[index / PHASES] + 1e-3 * after_ms - moments->quiet->origin_s;
}

static double mean_variance(const struct moments *moments, const struct rv_sine_fit *fit)
{
    double sum = 0.0;
    const size_t count = moment_count(moments);
    for (size_t i = 0; i < count; i++)
        sum += rv_sine_variance(fit, moment_s(moments, i));
    return sum / (double)count;
}

static double mean_square_difference(const struct moments *moments, const struct rv_sine_fit *a,
                                     const struct rv_sine_fit *b)
{
    double sum = 0.0;
    const size_t count = moment_count(moments);
    for (size_t i = 0; i < count; i++) {
        const double t = moment_s(moments, i);
        const double difference = rv_sine_value(a, t) - rv_sine_value(b, t);
        sum += difference * difference;
    }
    return sum / (double)count;
}

/* From times after the origin to recording times: a wave of phase 2 pi f (t - origin) + drift. */
static void express(const struct rv_sine_fit *fit, const struct rv_quiet *quiet,
                    struct rv_mains *mains)
{
    *mains = (struct rv_mains){.frequency_hz = fit->frequency_hz,
                               .frequency_se_hz = sqrt(fit->covariance[0][0]),
                               .drift_hz_s = fit->drift_hz_s,
                               .reference_s = quiet->origin_s};
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
        if (!fit->harmonic[k])
            continue;
        const double turns = (double)(k + 1) * fit->frequency_hz * quiet->origin_s;
        const double c = cos(2.0 * M_PI * turns), s = sin(2.0 * M_PI * turns);
        mains->cosine_uv[k] = fit->cosine[k] * c - fit->sine[k] * s;
        mains->sine_uv[k] = fit->cosine[k] * s + fit->sine[k] * c;
    }
    mains->amplitude_uv = hypot(mains->cosine_uv[0], mains->sine_uv[0]);
}

static double effective_uv(const struct rv_mains *mains)
{
    double sum = 0.0;
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++)
        sum += mains->cosine_uv[k] * mains->cosine_uv[k] + mains->sine_uv[k] * mains->sine_uv[k];
    return sqrt(0.5 * sum);
}

/* Fits mains near one nominal frequency; *found is false where they do not stand out of the noise
 * after `searches` such searches, or do not take half of `*taken` away, which is then replaced. */
static enum rv_status fit_near(struct rv_quiet *quiet, double nominal_hz, double searches,
                               double *taken, struct rv_sine_fit *fit, bool *found,
                               struct rv_error *err)
{
    const double needed = 0.5 * *taken;
    bool fitted = false;
    *fit = (struct rv_sine_fit){.harmonic = {true}};
    rv_sine_weigh_cells(quiet);
    enum rv_status status =
        rv_sine_search(quiet, nominal_hz, RANGE_HZ, &fit->frequency_hz, taken, err);
    if (status == RV_OK && *taken >= needed)
        status = rv_sine_refine(quiet, fit, true, &fitted, err);
    if (status != RV_OK || !fitted || fabs(fit->frequency_hz - nominal_hz) > 1.2 * RANGE_HZ)
        return status;
    /* Lines of width 1 / span on both sides of the nominal frequency. */
    const double tried = searches * (1.0 + 2.0 * RANGE_HZ * quiet->span_s);
    if (chance_of(rv_sine_wald(fit, 1), fit->freedom) * tried > CHANCE)
        return RV_OK;
    *found = true;
    status = add_harmonics(quiet, fit, err);
    return status == RV_OK ? add_drift(quiet, fit, err) : status;
}

/* The better of 50 and 60 Hz. Stimuli at whole seconds make the two look alike in short stretches:
 * what choosing the wrong one would leave is counted by its chance. */
static enum rv_status fit_either(struct rv_quiet *quiet, const struct moments *moments,
                                 struct rv_sine_fit *fit, bool *found, struct rv_error *err)
{
    struct rv_sine_fit other;
    bool other_found = false;
    double taken = 0.0;
    enum rv_status status = fit_near(quiet, 50.0, 2.0, &taken, fit, found, err);
    if (status == RV_OK)
        status = fit_near(quiet, 60.0, 2.0, &taken, &other, &other_found, err);
    if (status != RV_OK || !other_found)
        return status;
    if (!*found || other.noise_variance < fit->noise_variance) {
        const struct rv_sine_fit better = other;
        other = *fit;
        *fit = better;
    }
    if (*found) {
        const double log_ratio =
            0.5 * fit->freedom * log(other.noise_variance / fit->noise_variance);
        fit->leftover +=
            mean_square_difference(moments, fit, &other) / (1.0 + exp(fmin(log_ratio, 500.0)));
    }
    *found = true;
    return status;
}

enum rv_status rv_mains_estimate(const struct rv_recording *recording, size_t channel,
                                 const double *stimulus_s, size_t stimulus_count, double from_ms,
                                 double to_ms, double mains_hz, struct rv_mains *mains,
                                 struct rv_error *err)
{
    *mains = (struct rv_mains){.found = false};
    const struct rv_quiet_request request = {channel, stimulus_s, stimulus_count, from_ms, to_ms};
    struct rv_quiet quiet;
    enum rv_status status = rv_quiet_gather(recording, &request, &quiet, err);
    if (status != RV_OK)
        return status;
    const struct moments moments = {&quiet, &request};
    struct rv_sine_fit fit;
    bool found = false;
    double taken = 0.0;
    if ((double)quiet.count >= QUIET_MIN_S * quiet.rate_hz && quiet.rate_hz > RATE_MIN_HZ)
        status = mains_hz > 0.0 ? fit_near(&quiet, mains_hz, 1.0, &taken, &fit, &found, err)
                                : fit_either(&quiet, &moments, &fit, &found, err);
    if (status == RV_OK && found) {
        express(&fit, &quiet, mains);
        mains->residual_se_uv = sqrt(mean_variance(&moments, &fit) + fit.leftover);
        mains->found = mains->residual_se_uv < LEFT_SHARE * effective_uv(mains);
    }
    rv_quiet_finish(&quiet);
    return status;
}

double rv_mains_at(const struct rv_mains *mains, double time_s)
{
    const double since_s = time_s - mains->reference_s;
    const double turns = mains->frequency_hz * time_s + 0.5 * mains->drift_hz_s * since_s * since_s;
    const double c1 = cos(2.0 * M_PI * turns), s1 = sin(2.0 * M_PI * turns);
    double sum = 0.0, c = 1.0, s = 0.0;
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
        const double next = c * c1 - s * s1; /* one turn of the fundamental further */
        s = c * s1 + s * c1;
        c = next;
        sum += mains->cosine_uv[k] * c + mains->sine_uv[k] * s;
    }
    return sum;
}

void rv_mains_subtract(const void *mains, double start_s, double rate_hz, double factor,
                       size_t count, double *samples)
{
    enum { RUN = 256 };
    const struct rv_mains *hum = mains;
    double c1[RUN], s1[RUN];
    for (size_t from = 0; from < count; from += RUN) {
        const size_t n = count - from < RUN ? count - from : RUN;
        const struct rv_turns turns = {hum->frequency_hz, hum->drift_hz_s, hum->reference_s,
                                       start_s + (double)from / rate_hz, 1.0 / rate_hz};
        rv_turns_fill(&turns, n, c1, s1);
        for (size_t i = 0; i < n; i++) {
            double sum = 0.0, c = 1.0, s = 0.0;
            for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
                const double next = c * c1[i] - s * s1[i];
                s = c * s1[i] + s * c1[i];
                c = next;
                sum += hum->cosine_uv[k] * c + hum->sine_uv[k] * s;
            }
            samples[from + i] -= factor * sum;
        }
    }
}
