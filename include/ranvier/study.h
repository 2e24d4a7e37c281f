/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study as the laboratory wrote it down: who, when, which responses were looked for, which
 * muscles were examined. Nothing here is measured by us; results stand in result.h.
 *
 * Unknown numbers are NaN (ask with isnan), unknown texts are NULL. All texts are UTF-8.
 */
#ifndef RANVIER_STUDY_H
#define RANVIER_STUDY_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rv_side { RV_SIDE_UNKNOWN, RV_RIGHT, RV_LEFT, RV_BOTH };

enum rv_sex { RV_SEX_UNKNOWN, RV_FEMALE, RV_MALE };

enum rv_kind { RV_MOTOR, RV_SENSORY, RV_MIXED, RV_F_WAVE, RV_H_REFLEX, RV_BLINK, RV_REPETITIVE };
enum { RV_KIND_COUNT = RV_REPETITIVE + 1 };

/* What is measured of a response. `rv_parameter_facts` has name, label, unit and decimals. */
enum rv_parameter {
    RV_ONSET_LATENCY,
    RV_NEGATIVE_PEAK_LATENCY,
    RV_AMPLITUDE,              /* baseline to negative peak */
    RV_AMPLITUDE_PEAK_TO_PEAK, /* negative peak to the positive peak after it */
    RV_NEGATIVE_DURATION,      /* onset to the end of the negative phase */
    RV_TOTAL_DURATION,         /* onset to the final return to the baseline */
    RV_NEGATIVE_AREA,
    RV_CONDUCTION_VELOCITY, /* motor: of the segment to the next distal site; sensory: onset */
    RV_AMPLITUDE_DROP,      /* percent, distal to this site */
    RV_AREA_DROP,
    RV_DURATION_CHANGE,
    RV_RESIDUAL_LATENCY,
    RV_TERMINAL_LATENCY_INDEX,
    RV_VELOCITY_DROP, /* m/s, the neighbouring distal segment minus this one */
    RV_F_MINIMUM,
    RV_F_MEAN,
    RV_F_MAXIMUM,
    RV_F_PERSISTENCE,
    RV_F_CHRONODISPERSION,
    RV_F_M_RATIO,   /* percent, mean F to M, peak to peak */
    RV_F_REPEATERS, /* percent of the F-waves found that repeat */
    RV_F_COUNT,
    RV_F_STIMULI,
    RV_F_ESTIMATE,
    RV_F_VELOCITY,
    RV_H_LATENCY,
    RV_H_AMPLITUDE,
    RV_M_AMPLITUDE,
    RV_H_M_RATIO, /* percent */
    RV_DECREMENT, /* percent, first to fourth response */
    RV_INCREMENT, /* percent */
    RV_AREA_DECREMENT,
    RV_AREA_INCREMENT,
    RV_R1_LATENCY,
    RV_R2_LATENCY,
    RV_R2_CONTRALATERAL_LATENCY,
    /* Against the same response of the other side: */
    RV_ONSET_SIDE_DIFFERENCE,
    RV_PEAK_SIDE_DIFFERENCE,
    RV_AMPLITUDE_SIDE_DROP, /* percent below the larger side */
    RV_F_MINIMUM_SIDE_DIFFERENCE,
    RV_H_LATENCY_SIDE_DIFFERENCE,
    RV_H_AMPLITUDE_SIDE_RATIO,
    RV_PARAMETER_COUNT
};

struct rv_parameter_facts {
    const char *name;       /* of JSON and TSV: "onset_latency" */
    const char *label;      /* of tables: "onset latency" */
    const char *short_name; /* of column heads: "onset" */
    const char *unit;       /* "ms"; for amplitude and area see rv_parameter_unit */
    int decimals;           /* of tables */
};

/* The facts of one parameter; static, never NULL for a valid enum value. */
RV_API const struct rv_parameter_facts *rv_parameter_facts(enum rv_parameter parameter);

/* The unit of a parameter in a response of this kind: amplitudes are mV in motor and late
 * responses and uV in sensory and mixed ones. ASCII ("uV"); renderers may write the micro sign. */
RV_API const char *rv_parameter_unit(enum rv_parameter parameter, enum rv_kind kind);

RV_API const char *rv_kind_name(enum rv_kind kind); /* "f_wave" */
RV_API const char *rv_side_name(enum rv_side side); /* "right"; "" when unknown */

/* A number typed in by somebody, with the resolution it was typed at: half of its last digit. */
struct rv_entered {
    double value;      /* NaN: not entered */
    double resolution; /* half a unit of the last digit written; 0.05 for "3.6" */
};

enum rv_present { RV_PRESENT_UNSAID, RV_PRESENT_YES, RV_PRESENT_NO };
enum rv_polarity { RV_G1_POSITIVE, RV_NEGATIVE_UP };

/* A column that the program has no meaning for; kept and listed. */
struct rv_extra {
    const char *name;
    const char *text;
};

/* One row of responses.tsv: a response that was looked for. */
struct rv_response {
    const char *id; /* "R01" in the order of the table */
    enum rv_kind kind;
    const char *nerve; /* canonical name of knowledge/nerves.tsv */
    enum rv_side side;
    const char *record;    /* canonical name of the recording site or muscle */
    const char *stimulate; /* canonical name of the stimulation site; NULL when not said */
    double distance_mm;    /* cathode to recording electrode (distal motor site, sensory) */
    double segment_mm;     /* to the next more distal stimulation site (motor) */
    double
        spine_mm; /* F-wave: cathode to the C7 spinous process or the xiphoid; 0, NaN: not known */
    double distance_se_mm; /* of the tape measure; NaN: 2 mm + 1 % */
    double temperature_c;  /* skin temperature of this limb; NaN: see study */
    const char *file;      /* relative to the folder of the study; NULL: no waveform */
    const char *channel;   /* label or number from 1 */
    const char *stimuli;   /* "all", "1-10", annotation text, "trigger:STIM>0.5", "at:0.005" */
    const char *unit;      /* "uV=0.0305" */
    enum rv_polarity polarity;
    double intensity_ma;
    double intensity_v;
    double pulse_ms;
    enum rv_present present;
    struct rv_entered entered[RV_PARAMETER_COUNT];
    const char *note;
    const struct rv_extra *extra;
    size_t extra_count;
    size_t line; /* of responses.tsv, from 1; 0 when read from a recording */
};

/* Grade of spontaneous activity: 0, +/-, 1+ ... 4+. */
enum rv_grade {
    RV_GRADE_UNKNOWN = -1,
    RV_GRADE_0,
    RV_GRADE_EQUIVOCAL,
    RV_GRADE_1,
    RV_GRADE_2,
    RV_GRADE_3,
    RV_GRADE_4
};

enum rv_mup_duration {
    RV_DURATION_UNKNOWN,
    RV_DURATION_NORMAL,
    RV_DURATION_LONG,
    RV_DURATION_SHORT
};
enum rv_mup_amplitude { RV_SIZE_UNKNOWN, RV_SIZE_NORMAL, RV_SIZE_LARGE, RV_SIZE_SMALL };
enum rv_polyphasia { RV_POLYPHASIA_UNKNOWN, RV_POLYPHASIA_NORMAL, RV_POLYPHASIA_INCREASED };
enum rv_recruitment {
    RV_RECRUITMENT_UNKNOWN,
    RV_RECRUITMENT_NORMAL,
    RV_RECRUITMENT_MILDLY_REDUCED,
    RV_RECRUITMENT_REDUCED,
    RV_RECRUITMENT_SEVERELY_REDUCED,
    RV_RECRUITMENT_DISCRETE,
    RV_RECRUITMENT_EARLY,
    RV_RECRUITMENT_NONE
};

/* One row of needle.tsv: a muscle examined with the needle. */
struct rv_needle {
    const char *muscle; /* canonical name of knowledge/muscles.tsv */
    enum rv_side side;
    const char *insertional; /* as written; NULL */
    enum rv_grade fibrillations;
    enum rv_grade sharp_waves;
    enum rv_grade fasciculations;
    const char *crd;      /* as written; NULL */
    const char *myotonia; /* as written; NULL */
    enum rv_mup_duration mup_duration;
    enum rv_mup_amplitude mup_amplitude;
    enum rv_polyphasia polyphasia;
    double mup_duration_ms;
    double mup_amplitude_uv;
    double polyphasia_percent;
    enum rv_recruitment recruitment;
    const char *activation;
    const char *file;
    const char *channel;
    const char *note;
    const struct rv_extra *extra;
    size_t extra_count;
    size_t line;
};

struct rv_patient {
    const char *id;
    const char *name; /* from a recording's header */
    double age_years;
    enum rv_sex sex;
    double height_cm;
    double weight_kg;
    double leg_length_cm;
    double bmi_kg_m2; /* given, or from weight and height */
};

/* Dates are "yyyy-mm-dd" as text; NULL when not known. */
struct rv_visit {
    const char *date;
    const char *symptom_onset;
    enum rv_side symptom_side;
    const char *const *suspected_roots;
    size_t suspected_root_count;
    const char *laboratory;
    const char *examiner;
    const char *question;
};

struct rv_injection {
    const char *date;
    const char *level;
    enum rv_side side;
    const char *route;
    double relief_percent;
    double relief_days;
    const char *note;
};

struct rv_imaging {
    const char *date;
    const char *modality;
    const char *level;
    enum rv_side side;
    const char *finding;
    const char *const *roots;
    size_t root_count;
    const char *note;
};

enum rv_tristate { RV_UNSAID, RV_NO, RV_YES };

struct rv_history {
    enum rv_tristate diabetes;
    const char *const *laminectomy; /* levels */
    size_t laminectomy_count;
    bool laminectomy_said; /* the key stood there: an empty list means "none" */
};

struct rv_temperatures {
    double hand_right, hand_left, foot_right, foot_left; /* skin, degrees C; NaN unknown */
};

enum rv_level { RV_INFO, RV_WARNING, RV_PROBLEM };

/* Something a reader should know. `code` is stable ("temperature_missing"), `where` names a
 * response ("R03"), a file, or is NULL. */
struct rv_notice {
    enum rv_level level;
    const char *code;
    const char *text;
    const char *where;
};

struct rv_bids;

/* A whole study. Made by rv_study_read, freed by rv_study_free; everything it points to lives as
 * long as it does. */
struct rv_study {
    const char *folder; /* files of responses are relative to it */
    struct rv_patient patient;
    struct rv_visit visit;
    struct rv_temperatures temperature_c;
    struct rv_history history;
    const struct rv_injection *injections;
    size_t injection_count;
    const struct rv_imaging *imaging;
    size_t imaging_count;
    const char *const *earlier; /* folders, relative to `folder` */
    size_t earlier_count;
    const struct rv_response *responses;
    size_t response_count;
    const struct rv_needle *needle;
    size_t needle_count;
    const struct rv_notice *notices; /* of reading */
    size_t notice_count;
    struct rv_recording *recording; /* of a study that is a single recording; else NULL */
    const struct rv_bids *bids;     /* what sidecars say, in a BIDS dataset; else NULL */
    const char *const *sidecars;    /* paths of the BIDS sidecars that were read */
    size_t sidecar_count;
    struct rv_arena *arena; /* owner of all of it */
};

struct rv_recording;
struct rv_settings;

/* Reads a study folder, or a single recording as a study (nerve, side and site from its labels). A
 * folder sub-LABEL[/ses-LABEL] of a BIDS dataset, or one recording in it, is read with its
 * sidecars.
 * RV_NO_INPUT when it is not there, RV_STUDY when a table or study.json is wrong, RV_DATA when a
 * recording is. On success *study is the caller's, to be freed with rv_study_free. */
RV_API enum rv_status rv_study_read(const char *path, const struct rv_settings *settings,
                                    struct rv_study **study, struct rv_error *err);
RV_API void rv_study_free(struct rv_study *study); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
