/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the program found: marks, values with their standard errors, verdicts, findings, patterns.
 *
 * Times are ms after the leading edge of the stimulus; samples are microvolt, positive when G1 is
 * positive. "Absent" is a value, not an error and not zero.
 */
#ifndef RANVIER_RESULT_H
#define RANVIER_RESULT_H

#include <ranvier/study.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rv_validity {
    RV_UNTESTED,       /* nobody looked */
    RV_MEASURED,       /* value and standard error hold */
    RV_ABSENT,         /* looked for, and the noise would have let it be seen: "NR" */
    RV_NOT_MEASURABLE, /* looked for, could not tell */
    RV_WITHHELD        /* could be computed, but must not be trusted; `reason` says why */
};

enum rv_by { RV_BY_NOBODY, RV_BY_AUTO, RV_BY_ENTERED, RV_BY_HAND, RV_BY_FILE };

struct rv_value {
    enum rv_validity validity;
    double value;
    double se; /* standard error, same unit; NaN: not known */
    enum rv_by by;
    const char *reason; /* stable code when withheld or not measurable; else NULL */
};

enum rv_mark_kind {
    RV_MARK_ONSET,
    RV_MARK_INITIAL_POSITIVE_PEAK,
    RV_MARK_NEGATIVE_PEAK,
    RV_MARK_RECOVERY, /* end of the negative phase */
    RV_MARK_POSITIVE_PEAK,
    RV_MARK_END,
    RV_MARK_COUNT
};

struct rv_mark {
    enum rv_validity validity;
    double ms;
    double se_ms;
    double level_uv; /* of the trace at the mark, against the start level */
    enum rv_by by;
};

/* "onset", "initial_positive_peak", ... */
RV_API const char *rv_mark_name(enum rv_mark_kind mark);

/* Bits of `flags`; rv_flag_name gives the stable words. */
enum rv_flag {
    RV_FLAG_INITIAL_POSITIVITY,
    RV_FLAG_CLIPPED,
    RV_FLAG_ARTEFACT_OVERLAPS_ONSET,
    RV_FLAG_AT_WINDOW_BOUND,
    RV_FLAG_CUT_BY_END,
    RV_FLAG_SUBMAXIMAL,
    RV_FLAG_DISTAL_SMALLER,
    RV_FLAG_IMPLAUSIBLE_VELOCITY,
    RV_FLAG_IMPLAUSIBLE_AMPLITUDE,
    RV_FLAG_CONFLICT,    /* foot and tangent disagree */
    RV_FLAG_EARLY,       /* foot before the anchor */
    RV_FLAG_LATE,        /* foot after the anchor */
    RV_FLAG_ANCHOR_ONLY, /* no usable foot */
    RV_FLAG_INVERTED,    /* the first large phase is positive */
    RV_FLAG_FEW_SWEEPS,
    RV_FLAG_SHORT_BASELINE,
    RV_FLAG_NO_UNIT, /* amplitudes withheld */
    RV_FLAG_GAP,     /* a window over a gap */
    RV_FLAG_TRIGGER_JITTER,
    RV_FLAG_STIMULUS_NOT_SEEN,
    RV_FLAG_TAIL_SUBTRACTED,
    RV_FLAG_MAINS_SUBTRACTED,
    RV_FLAG_VOLUNTARY_BACKGROUND,
    RV_FLAG_SHORT_SEGMENT, /* below 10 cm */
    RV_FLAG_TEMPERATURE_LOW,
    RV_FLAG_TEMPERATURE_MISSING,
    RV_FLAG_DISTANCE_CONVENTION,
    RV_FLAG_DEVICE_FILTER,
    RV_FLAG_FLAT, /* channel without a signal */
    RV_FLAG_TRUNCATED,
    RV_FLAG_COUNT
};

RV_API const char *rv_flag_name(enum rv_flag flag);

static inline uint64_t rv_flag_bit(enum rv_flag flag)
{
    return (uint64_t)1 << flag;
}

enum rv_judgement {
    RV_NOT_JUDGED, /* no limit for it */
    RV_NORMAL,
    RV_BORDERLINE, /* p between 0.05 and 0.95 */
    RV_ABNORMAL
};

/* A value against its limits. */
struct rv_verdict {
    enum rv_judgement judgement;
    double lower, upper; /* NaN: no such limit */
    double z;            /* NaN where the source gives no mean and SD */
    double p_abnormal;   /* probability that the true value lies beyond the limit */
    const char *source;  /* citation */
    bool verified;       /* the row was confirmed in its source */
    const char *note;    /* "limit is for 80 mm, study at 70 mm"; NULL */
};

struct rv_result {
    struct rv_value value;   /* what the report uses */
    struct rv_value entered; /* as typed in; RV_UNTESTED when nothing was */
    struct rv_verdict verdict;
    double corrected;       /* temperature-corrected value; NaN when not corrected */
    const char *correction; /* how, in words; NULL */
};

enum rv_quality_grade { RV_QUALITY_NONE, RV_GOOD, RV_FAIR, RV_POOR };

/* The waveform behind the marks. Owned by the report. */
struct rv_trace {
    double rate_hz;
    double start_ms; /* time of sample 0 */
    size_t sample_count;
    const double *average_uv;      /* as averaged, mains taken off where that was done */
    const double *tail_uv;         /* the fitted artefact tail + baseline; NULL: none */
    double noise_uv;               /* SD of the average */
    size_t sweep_count;            /* kept single sweeps */
    const double *sweeps_uv;       /* sweep-major; NULL when not kept */
    const bool *sweep_rejected;    /* of sweep_count */
    const double *sweep_intensity; /* mA or V; NaN unknown; NULL */
    bool calibrated;               /* false: samples are counts, not microvolt */
};

/* What one sweep of a train or series holds. Times are ms after the stimulus, sizes microvolt; NaN
 * where there is none. F, blink: the late response, peak to peak. H: the reflex, start level to
 * negative peak. Repetitive: the response itself. */
struct rv_late_sweep {
    enum rv_validity found; /* RV_MEASURED, RV_ABSENT; RV_UNTESTED: the sweep was left out */
    bool repeats;           /* F: the same shape and latency stand in another sweep */
    double onset_ms, onset_se_ms;
    double amplitude_uv, amplitude_se_uv;
    double area_uvms, area_se_uvms;           /* repetitive: of the negative phase */
    double m_amplitude_uv, m_amplitude_se_uv; /* H: start level to negative peak; F: peak to peak */
    double a_wave_ms;                         /* onset of an A-wave in this sweep */
    double intensity;                         /* mA or V */
};

/* A train or series, sweep by sweep. Owned by the report. */
struct rv_late {
    double from_ms, to_ms; /* where the late response was looked for */
    size_t sweep_count;
    const struct rv_late_sweep *sweeps;
    size_t used_count;
    double floor_uv;      /* the smallest peak to peak that counts in one sweep */
    double background_uv; /* peak to peak that rest reaches within 8 ms once in twenty */
    bool voluntary;       /* that is muscle, not the amplifier */
    size_t a_wave_count;  /* sweeps that hold the A-wave */
    double m_onset_ms, m_onset_se_ms;
    bool plateau; /* H: M no longer grew at the end of the series */
};

struct rv_measurement {
    const struct rv_response *response;
    enum rv_present present; /* after measuring: yes, no, or could not tell (UNSAID) */
    struct rv_mark marks[RV_MARK_COUNT];
    struct rv_result results[RV_PARAMETER_COUNT];
    double temperature_c; /* that applies; NaN */
    size_t sweeps_used, sweeps_rejected;
    const char *channel; /* label found */
    double snr_db;       /* NaN when entered only */
    uint64_t flags;
    enum rv_quality_grade grade;
    struct rv_trace *trace;     /* NULL when entered only */
    const char *processing;     /* what was done to the signal, in words; NULL */
    const struct rv_late *late; /* trains and series sweep by sweep; NULL */
};

/* --- interpretation ------------------------------------------------------------------------ */

/* Something abnormal, or a limit of technique, with the rows it rests on. */
struct rv_finding {
    const char *id; /* stable: "prolonged_distal_latency" */
    const char *text;
    const char *const *evidence; /* ids: "R03", "N05" */
    size_t evidence_count;
    double p; /* NaN: not computed */
};

enum rv_muscle_verdict {
    RV_MUSCLE_INDETERMINATE,
    RV_MUSCLE_NORMAL,
    RV_MUSCLE_ACTIVE,
    RV_MUSCLE_CHRONIC,
    RV_MUSCLE_ACTIVE_ON_CHRONIC,
    RV_MUSCLE_MYOPATHIC
};
RV_API const char *rv_muscle_verdict_name(enum rv_muscle_verdict verdict);

struct rv_muscle_result {
    const struct rv_needle *needle;
    enum rv_muscle_verdict verdict;
    const char *reason;
};

enum rv_pattern_grade { RV_INSUFFICIENT, RV_POSSIBLE, RV_PROBABLE, RV_DEFINITE };
enum rv_activity {
    RV_ACTIVITY_NONE,
    RV_ACTIVITY_INDETERMINATE,
    RV_CHRONIC,
    RV_ACTIVE,
    RV_ACTIVE_ON_CHRONIC
};
RV_API const char *rv_pattern_grade_name(enum rv_pattern_grade grade);
RV_API const char *rv_activity_name(enum rv_activity activity);

struct rv_pattern {
    const char *pattern;      /* word of the design: "radiculopathy", "median_wrist", ... */
    const char *const *roots; /* favoured one first */
    size_t root_count;
    enum rv_side side;
    const char *nerve; /* NULL */
    const char *site;  /* NULL */
    enum rv_pattern_grade grade;
    enum rv_activity activity;
    const char *const *evidence_for;
    size_t evidence_for_count;
    const char *const *evidence_against;
    size_t evidence_against_count;
    const char *const *missing;
    size_t missing_count;
    const char *statement;
    const char *const *rules; /* ids of the rules that fired */
    size_t rule_count;
};

struct rv_next_test {
    const char *test; /* "needle EMG of the tibialis posterior, right" */
    const char *reason;
    double gain_bits; /* expected information */
};

/* One question and its answer: re-evaluation after injections, screen sufficiency. */
struct rv_answer {
    const char *id;
    const char *question;
    const char *answer;
    const char *evidence;
    const char *limits;
};

/* A value now against the same value of an earlier study. */
struct rv_change {
    const char *response; /* id now */
    const char *earlier;  /* date or folder */
    enum rv_parameter parameter;
    struct rv_value before, now;
    double change, change_se;
    double reference_change;     /* beyond this it counts */
    enum rv_judgement judgement; /* RV_ABNORMAL: beyond the reference change */
    const char *text;
    const char *obstacle; /* why the change was not judged: "the distances differ"; NULL */
};

struct rv_interpretation {
    const struct rv_muscle_result *muscles;
    size_t muscle_count;
    const struct rv_finding *findings;
    size_t finding_count;
    const struct rv_pattern *patterns;
    size_t pattern_count;
    const char *primary; /* pattern word; NULL: interpretation was not done */
    const char *statement;
    const struct rv_next_test *next_tests;
    size_t next_test_count;
    const struct rv_answer *reevaluation;
    size_t reevaluation_count;
    const struct rv_answer *screens; /* sufficiency of the needle screen */
    size_t screen_count;
    const struct rv_change *changes;
    size_t change_count;
    const struct rv_answer *progression;
    size_t progression_count;
};

struct rv_reference_facts {
    const char *name; /* "NDTF 2016" */
    const char *version;
    const char *sha256; /* of the table's bytes, hex */
};

/* Everything a renderer needs. Made by rv_session_run, freed by rv_report_free; borrows the study,
 * which must outlive it. */
struct rv_report {
    const struct rv_study *study;
    struct rv_reference_facts reference;
    const char *settings_text; /* settings that differ from the defaults, for the footer */
    const struct rv_measurement *measurements; /* one for each response, in order */
    size_t measurement_count;
    const struct rv_notice *notices;
    size_t notice_count;
    struct rv_interpretation interpretation;
    bool incomplete; /* ended early */
    struct rv_arena *arena;
};

RV_API void rv_report_free(struct rv_report *report);

#ifdef __cplusplus
}
#endif
#endif
