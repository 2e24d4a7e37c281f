/* SPDX-License-Identifier: GPL-3.0-or-later
 * The words of the enums: parameters with their units, kinds, sides, marks, flags, grades.
 */
#include <ranvier/ranvier.h>

static const struct rv_parameter_facts parameters[RV_PARAMETER_COUNT] = {
    [RV_ONSET_LATENCY] = {"onset_latency", "onset latency", "onset", "ms", 2},
    [RV_NEGATIVE_PEAK_LATENCY] = {"negative_peak_latency", "negative peak latency", "peak", "ms",
                                  2},
    [RV_AMPLITUDE] = {"amplitude", "amplitude, baseline to negative peak", "amplitude", "", 1},
    [RV_AMPLITUDE_PEAK_TO_PEAK] = {"amplitude_peak_to_peak", "amplitude, peak to peak", "p-p", "",
                                   1},
    [RV_NEGATIVE_DURATION] = {"negative_duration", "negative-peak duration", "duration", "ms", 1},
    [RV_TOTAL_DURATION] = {"total_duration", "total duration", "total", "ms", 1},
    [RV_NEGATIVE_AREA] = {"negative_area", "negative area", "area", "", 1},
    [RV_CONDUCTION_VELOCITY] = {"conduction_velocity", "conduction velocity", "velocity", "m/s", 1},
    [RV_AMPLITUDE_DROP] = {"amplitude_drop", "amplitude drop over the segment", "amp. drop", "%",
                           0},
    [RV_AREA_DROP] = {"area_drop", "area drop over the segment", "area drop", "%", 0},
    [RV_DURATION_CHANGE] = {"duration_change", "duration change over the segment", "dur. change",
                            "%", 0},
    [RV_RESIDUAL_LATENCY] = {"residual_latency", "residual latency", "residual", "ms", 2},
    [RV_TERMINAL_LATENCY_INDEX] = {"terminal_latency_index", "terminal latency index", "TLI", "1",
                                   2},
    [RV_VELOCITY_DROP] = {"velocity_drop", "velocity drop against the neighbouring segment",
                          "vel. drop", "m/s", 1},
    [RV_F_MINIMUM] = {"f_minimum", "F-wave minimum latency", "F min", "ms", 1},
    [RV_F_MEAN] = {"f_mean", "F-wave mean latency", "F mean", "ms", 1},
    [RV_F_MAXIMUM] = {"f_maximum", "F-wave maximum latency", "F max", "ms", 1},
    [RV_F_PERSISTENCE] = {"f_persistence", "F-wave persistence", "persistence", "%", 0},
    [RV_F_CHRONODISPERSION] = {"f_chronodispersion", "F-wave chronodispersion", "chronodisp.", "ms",
                               1},
    [RV_F_M_RATIO] = {"f_m_ratio", "F/M amplitude ratio", "F/M", "%", 1},
    [RV_F_REPEATERS] = {"f_repeaters", "repeater F-waves", "repeaters", "%", 0},
    [RV_F_COUNT] = {"f_count", "F-waves found", "F count", "1", 0},
    [RV_F_STIMULI] = {"f_stimuli", "stimuli", "stimuli", "1", 0},
    [RV_F_ESTIMATE] = {"f_estimate", "F estimate", "F est.", "ms", 1},
    [RV_F_VELOCITY] = {"f_velocity", "F-M conduction velocity", "F vel.", "m/s", 1},
    [RV_H_LATENCY] = {"h_latency", "H-reflex latency", "H", "ms", 1},
    [RV_H_AMPLITUDE] = {"h_amplitude", "H-reflex maximum amplitude", "H max", "", 1},
    [RV_M_AMPLITUDE] = {"m_amplitude", "M-wave maximum amplitude", "M max", "", 1},
    [RV_H_M_RATIO] = {"h_m_ratio", "H max / M max", "H/M", "%", 0},
    [RV_DECREMENT] = {"decrement", "decrement", "decrement", "%", 0},
    [RV_INCREMENT] = {"increment", "increment", "increment", "%", 0},
    [RV_AREA_DECREMENT] = {"area_decrement", "decrement of area", "area decr.", "%", 0},
    [RV_AREA_INCREMENT] = {"area_increment", "increment of area", "area incr.", "%", 0},
    [RV_R1_LATENCY] = {"r1_latency", "R1 latency", "R1", "ms", 1},
    [RV_R2_LATENCY] = {"r2_latency", "R2 latency, ipsilateral", "R2 ipsi", "ms", 1},
    [RV_R2_CONTRALATERAL_LATENCY] = {"r2_contralateral_latency", "R2 latency, contralateral",
                                     "R2 contra", "ms", 1},
    [RV_ONSET_SIDE_DIFFERENCE] = {"onset_side_difference", "onset latency minus the other side",
                                  "onset side diff.", "ms", 2},
    [RV_PEAK_SIDE_DIFFERENCE] = {"peak_side_difference", "peak latency minus the other side",
                                 "peak side diff.", "ms", 2},
    [RV_AMPLITUDE_SIDE_DROP] = {"amplitude_side_drop", "amplitude below the other side",
                                "side drop", "%", 0},
    [RV_F_MINIMUM_SIDE_DIFFERENCE] = {"f_minimum_side_difference", "F minimum minus the other side",
                                      "F side diff.", "ms", 1},
    [RV_H_LATENCY_SIDE_DIFFERENCE] = {"h_latency_side_difference", "H latency minus the other side",
                                      "H side diff.", "ms", 1},
    [RV_H_AMPLITUDE_SIDE_RATIO] = {"h_amplitude_side_ratio", "H amplitude, smaller to larger side",
                                   "H side ratio", "1", 2},
};

const struct rv_parameter_facts *rv_parameter_facts(enum rv_parameter parameter)
{
    return &parameters[parameter];
}

static bool is_microvolt(enum rv_kind kind)
{
    return kind == RV_SENSORY || kind == RV_MIXED;
}

const char *rv_parameter_unit(enum rv_parameter parameter, enum rv_kind kind)
{
    switch (parameter) {
    case RV_AMPLITUDE:
    case RV_AMPLITUDE_PEAK_TO_PEAK:
        return is_microvolt(kind) ? "uV" : "mV";
    case RV_NEGATIVE_AREA:
        return is_microvolt(kind) ? "uV.ms" : "mV.ms";
    case RV_H_AMPLITUDE:
    case RV_M_AMPLITUDE:
        return "mV";
    default:
        return parameters[parameter].unit;
    }
}

static const char *const kinds[RV_KIND_COUNT] = {"motor",    "sensory", "mixed",     "f_wave",
                                                 "h_reflex", "blink",   "repetitive"};

const char *rv_kind_name(enum rv_kind kind)
{
    return kinds[kind];
}

const char *rv_side_name(enum rv_side side)
{
    static const char *const names[] = {"", "right", "left", "both"};
    return names[side];
}

const char *rv_mark_name(enum rv_mark_kind mark)
{
    static const char *const names[RV_MARK_COUNT] = {
        "onset", "initial_positive_peak", "negative_peak", "recovery", "positive_peak", "end"};
    return names[mark];
}

const char *rv_flag_name(enum rv_flag flag)
{
    static const char *const names[RV_FLAG_COUNT] = {
        [RV_FLAG_INITIAL_POSITIVITY] = "initial_positivity",
        [RV_FLAG_CLIPPED] = "clipped",
        [RV_FLAG_ARTEFACT_OVERLAPS_ONSET] = "artefact_overlaps_onset",
        [RV_FLAG_AT_WINDOW_BOUND] = "at_window_bound",
        [RV_FLAG_CUT_BY_END] = "cut_by_end",
        [RV_FLAG_SUBMAXIMAL] = "submaximal",
        [RV_FLAG_DISTAL_SMALLER] = "distal_smaller_than_proximal",
        [RV_FLAG_IMPLAUSIBLE_VELOCITY] = "implausible_velocity",
        [RV_FLAG_IMPLAUSIBLE_AMPLITUDE] = "implausible_amplitude",
        [RV_FLAG_CONFLICT] = "conflict",
        [RV_FLAG_EARLY] = "early",
        [RV_FLAG_LATE] = "late",
        [RV_FLAG_ANCHOR_ONLY] = "anchor_only",
        [RV_FLAG_INVERTED] = "inverted_polarity",
        [RV_FLAG_FEW_SWEEPS] = "few_sweeps",
        [RV_FLAG_SHORT_BASELINE] = "short_baseline",
        [RV_FLAG_NO_UNIT] = "no_unit",
        [RV_FLAG_GAP] = "gap",
        [RV_FLAG_TRIGGER_JITTER] = "trigger_jitter",
        [RV_FLAG_STIMULUS_NOT_SEEN] = "stimulus_not_seen",
        [RV_FLAG_TAIL_SUBTRACTED] = "tail_subtracted",
        [RV_FLAG_MAINS_SUBTRACTED] = "mains_subtracted",
        [RV_FLAG_VOLUNTARY_BACKGROUND] = "voluntary_background",
        [RV_FLAG_SHORT_SEGMENT] = "short_segment",
        [RV_FLAG_TEMPERATURE_LOW] = "temperature_low",
        [RV_FLAG_TEMPERATURE_MISSING] = "temperature_missing",
        [RV_FLAG_DISTANCE_CONVENTION] = "distance_convention",
        [RV_FLAG_DEVICE_FILTER] = "device_filter",
        [RV_FLAG_FLAT] = "flat",
        [RV_FLAG_TRUNCATED] = "truncated",
    };
    return names[flag];
}

const char *rv_muscle_verdict_name(enum rv_muscle_verdict verdict)
{
    static const char *const names[] = {"indeterminate",     "normal",   "active", "chronic",
                                        "active on chronic", "myopathic"};
    return names[verdict];
}

const char *rv_pattern_grade_name(enum rv_pattern_grade grade)
{
    static const char *const names[] = {"insufficient", "possible", "probable", "definite"};
    return names[grade];
}

const char *rv_activity_name(enum rv_activity activity)
{
    static const char *const names[] = {"", "indeterminate", "chronic", "active",
                                        "active on chronic"};
    return names[activity];
}

const char *rv_version(void)
{
    return RANVIER_VERSION;
}

const char *rv_disclaimer(void)
{
    return "Decision support for a qualified reader, not a medical device: not cleared or approved "
           "by any authority. A qualified person must look at the waveform and at each mark before "
           "a figure is used.";
}
