/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of the report.
 */
#include "report/words.h"

#include "base/text.h"

const char *rv_by_word(enum rv_by by)
{
    static const char *const words[] = {NULL, "auto", "entered", "hand", "file"};
    return words[by];
}

const char *rv_validity_word(enum rv_validity validity)
{
    static const char *const words[] = {"untested", "measured", "absent", "not_measurable",
                                        "withheld"};
    return words[validity];
}

const char *rv_judgement_word(enum rv_judgement judgement)
{
    static const char *const words[] = {"not_judged", "normal", "borderline", "abnormal"};
    return words[judgement];
}

const char *rv_quality_word(enum rv_quality_grade grade)
{
    static const char *const words[] = {NULL, "good", "fair", "poor"};
    return words[grade];
}

const char *rv_level_word(enum rv_level level)
{
    static const char *const words[] = {"info", "warning", "problem"};
    return words[level];
}

const char *rv_sex_word(enum rv_sex sex)
{
    static const char *const words[] = {NULL, "female", "male"};
    return words[sex];
}

const char *rv_grade_word(enum rv_grade grade)
{
    static const char *const words[] = {"0", "+/-", "1+", "2+", "3+", "4+"};
    return grade == RV_GRADE_UNKNOWN ? NULL : words[grade];
}

const char *rv_mup_duration_word(enum rv_mup_duration duration)
{
    static const char *const words[] = {NULL, "normal", "long", "short"};
    return words[duration];
}

const char *rv_mup_amplitude_word(enum rv_mup_amplitude amplitude)
{
    static const char *const words[] = {NULL, "normal", "large", "small"};
    return words[amplitude];
}

const char *rv_polyphasia_word(enum rv_polyphasia polyphasia)
{
    static const char *const words[] = {NULL, "normal", "increased"};
    return words[polyphasia];
}

const char *rv_recruitment_word(enum rv_recruitment recruitment)
{
    static const char *const words[] = {
        NULL,    "normal", "mildly reduced", "reduced", "severely reduced", "discrete",
        "early", "none"};
    return words[recruitment];
}

const char *rv_kind_title(enum rv_kind kind)
{
    static const char *const titles[RV_KIND_COUNT] = {"motor",
                                                      "sensory",
                                                      "mixed",
                                                      "F-wave",
                                                      "H-reflex",
                                                      "blink reflex",
                                                      "repetitive stimulation"};
    return titles[kind];
}

const char *rv_side_title(enum rv_side side)
{
    static const char *const titles[] = {"", "Right", "Left", "Both sides"};
    return titles[side];
}

struct pair {
    const char *word, *title;
};

static const char *title_of(const struct pair *pairs, const char *word)
{
    for (; pairs->word != NULL; pairs++)
        if (rv_text_equal(pairs->word, word))
            return pairs->title;
    return word;
}

const char *rv_unit_title(const char *unit)
{
    static const struct pair units[] = {{"1", ""},
                                        {"uV", "\xC2\xB5V"},
                                        {"uV.ms", "\xC2\xB5V\xC2\xB7ms"},
                                        {"mV.ms", "mV\xC2\xB7ms"},
                                        {NULL, NULL}};
    return title_of(units, unit);
}

const char *rv_pattern_title(const char *pattern)
{
    static const struct pair patterns[] = {
        {"normal", "Normal study"},
        {"radiculopathy", "Radiculopathy"},
        {"polyradiculopathy", "Polyradiculopathy"},
        {"plexopathy", "Plexopathy"},
        {"median_wrist", "Median neuropathy at the wrist"},
        {"ulnar_elbow", "Ulnar neuropathy at the elbow"},
        {"ulnar_wrist", "Ulnar neuropathy at the wrist"},
        {"fibular_knee", "Fibular neuropathy at the knee"},
        {"tibial_ankle", "Tibial neuropathy at the ankle"},
        {"radial_arm", "Radial neuropathy in the arm"},
        {"sciatic", "Sciatic neuropathy"},
        {"other_mononeuropathy", "Mononeuropathy"},
        {"polyneuropathy_axonal", "Polyneuropathy, axonal"},
        {"polyneuropathy_demyelinating", "Polyneuropathy, demyelinating"},
        {"myopathy", "Myopathy"},
        {"neuromuscular_junction", "Neuromuscular junction disorder"},
        {"motor_neuron_red_flag", "Widespread motor changes: red flag"},
        {"indeterminate", "Indeterminate"},
        {NULL, NULL}};
    return title_of(patterns, pattern);
}
