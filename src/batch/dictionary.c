/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the columns of the exported tables mean. Units as BIDS writes them.
 */
#include "batch/dictionary.h"

#include "batch/sink.h"

#include <stddef.h>
#include <string.h>

#define SIDES "right=right side|left=left side|both=both sides"
#define ORIGINS                                                                           \
    "auto=found by the program|entered=typed in by the laboratory|hand=corrected by hand" \
    "|file=read from the recording"
#define VALIDITIES                                                                                \
    "measured=value and standard error hold|absent=looked for, and the noise would have let it "  \
    "be "                                                                                         \
    "seen|not_measurable=looked for, could not be told|withheld=could be computed, but must not " \
    "be "                                                                                         \
    "trusted: see reason|untested=nobody looked"

struct column_facts {
    const char *column;
    const char *table; /* NULL: the same in all of them */
    const char *description;
    const char *unit;   /* NULL */
    const char *levels; /* "word=meaning|word=meaning"; NULL */
};

static const struct column_facts columns[] = {
    {"study", NULL, "path of the study as it was given to the batch", NULL, NULL},
    {"number", "responses", "number of the response in its study", NULL, NULL},
    {"number", "results", "number of the response that the value is of", NULL, NULL},
    {"number", "marks", "number of the response that the mark is of", NULL, NULL},
    {"number", NULL, "number of the row in its study", NULL, NULL},
    {"path", NULL, "path of the study as it was given to the batch", NULL, NULL},
    {"input_sha256", NULL, "SHA-256 of the files that were measured", NULL, NULL},
    {"settings_sha256", NULL, "SHA-256 of program, reference table and options", NULL, NULL},
    {"patient_id", NULL, "code of the patient in the study", NULL, NULL},
    {"age_years", NULL, "age at the examination", "year", NULL},
    {"sex", NULL, "sex", NULL, "female=female|male=male"},
    {"height_cm", NULL, "height", "cm", NULL},
    {"weight_kg", NULL, "body mass", "kg", NULL},
    {"visit_date", NULL, "day of the examination", NULL, NULL},
    {"laboratory", NULL, "laboratory", NULL, NULL},
    {"format", NULL, "format of the recording, BIDS, or study", NULL, NULL},
    {"primary_pattern", NULL, "leading pattern that the study is compatible with", NULL, NULL},
    {"statement", NULL, "statement of the interpretation", NULL, NULL},
    {"reference", NULL, "name of the set of reference limits", NULL, NULL},
    {"reference_sha256", NULL, "SHA-256 of the table of reference limits", NULL, NULL},
    {"response", NULL, "id of the response in the report", NULL, NULL},
    {"kind", NULL, "kind of study", NULL,
     "motor=motor nerve conduction|sensory=sensory nerve conduction|mixed=mixed nerve conduction"
     "|f_wave=F-waves|h_reflex=H-reflex|blink=blink reflex|repetitive=repetitive stimulation"},
    {"nerve", NULL, "nerve that was stimulated, or that the pattern is of", NULL, NULL},
    {"side", NULL, "side of the body", NULL, SIDES},
    {"record", NULL, "muscle or site under the recording electrode", NULL, NULL},
    {"stimulate", NULL, "site of stimulation", NULL, NULL},
    {"distance_mm", NULL, "stimulating cathode to recording electrode", "mm", NULL},
    {"segment_mm", NULL, "stimulating cathode to the next more distal site", "mm", NULL},
    {"temperature_c", NULL, "skin temperature of the limb", "oC", NULL},
    {"file", NULL, "recording, relative to the folder of the study", NULL, NULL},
    {"channel", NULL, "channel of the recording", NULL, NULL},
    {"present", NULL, "whether there was a response", NULL,
     "yes=there was one|no=looked for and absent"},
    {"sweeps_used", NULL, "sweeps that were averaged, or measured one by one", NULL, NULL},
    {"sweeps_rejected", NULL, "sweeps that were left out", NULL, NULL},
    {"noise_uv", NULL, "standard deviation of the noise of the average", "uV", NULL},
    {"snr_db", NULL, "signal to noise ratio", "dB", NULL},
    {"quality", NULL, "grade of the recording", NULL, "good=good|fair=fair|poor=poor"},
    {"flags", NULL, "remarks on the technique, as stable words with blanks between them", NULL,
     NULL},
    {"note", NULL, "note of the laboratory", NULL, NULL},
    {"ordinal", NULL, "order of the parameter or mark within its response", NULL, NULL},
    {"parameter", NULL, "what was measured", NULL, NULL},
    {"value", NULL, "value, in the unit of the column unit; n/a unless it was measured", NULL,
     NULL},
    {"se", NULL, "standard error of the value, in the same unit", NULL, NULL},
    {"unit", NULL, "unit of value, se, lower, upper, entered and corrected", NULL,
     "ms=millisecond|mV=millivolt|uV=microvolt|mV.ms=millivolt times millisecond"
     "|uV.ms=microvolt times millisecond|m/s=metre per second|%=percent|1=a count or a ratio"},
    {"validity", NULL, "whether the value holds", NULL, VALIDITIES},
    {"reason", "needle", "why the muscle is called that", NULL, NULL},
    {"reason", NULL, "why there is no value", NULL, NULL},
    {"origin", NULL, "where the value or mark comes from", NULL, ORIGINS},
    {"lower", NULL, "lower reference limit that was applied", NULL, NULL},
    {"upper", NULL, "upper reference limit that was applied", NULL, NULL},
    {"z", NULL, "deviation from the reference mean in its standard deviations", NULL, NULL},
    {"p_abnormal", NULL, "probability that the true value lies beyond the limit", NULL, NULL},
    {"verdict", "needle", "what the findings in the muscle are compatible with", NULL, NULL},
    {"verdict", NULL, "value against its limits", NULL,
     "normal=within the limits|borderline=probability from 0.05 to 0.95|abnormal=beyond a limit"
     "|not_judged=no limit applies"},
    {"source", NULL, "where the limit comes from", NULL, NULL},
    {"entered", NULL, "value typed in by the laboratory", NULL, NULL},
    {"corrected", NULL, "value at the reference temperature", NULL, NULL},
    {"mark", NULL, "place on the averaged response", NULL,
     "onset=first departure from the baseline|initial_positive_peak=peak of an initial positivity"
     "|negative_peak=negative peak|recovery=end of the negative phase"
     "|positive_peak=positive peak after it|end=return to the baseline"},
    {"ms", NULL, "time of the mark after the stimulus", "ms", NULL},
    {"se_ms", NULL, "standard error of the time", "ms", NULL},
    {"level_uv", NULL, "level of the trace at the mark, against the start level", "uV", NULL},
    {"muscle", NULL, "muscle that was examined with the needle", NULL, NULL},
    {"insertional", NULL, "insertional activity, as written", NULL, NULL},
    {"fibrillations", NULL, "fibrillation potentials, 0 to 4+", NULL, NULL},
    {"sharp_waves", NULL, "positive sharp waves, 0 to 4+", NULL, NULL},
    {"fasciculations", NULL, "fasciculation potentials, 0 to 4+", NULL, NULL},
    {"crd", NULL, "complex repetitive discharges, as written", NULL, NULL},
    {"myotonia", NULL, "myotonic discharges, as written", NULL, NULL},
    {"mup_duration", NULL, "duration of motor unit potentials", NULL,
     "normal=normal|long=long|short=short"},
    {"mup_duration_ms", NULL, "duration of motor unit potentials", "ms", NULL},
    {"mup_amplitude", NULL, "amplitude of motor unit potentials", NULL,
     "normal=normal|large=large|small=small"},
    {"mup_amplitude_uv", NULL, "amplitude of motor unit potentials", "uV", NULL},
    {"polyphasia", NULL, "polyphasic motor unit potentials", NULL,
     "normal=normal|increased=increased"},
    {"polyphasia_percent", NULL, "polyphasic motor unit potentials", "percent", NULL},
    {"recruitment", NULL, "recruitment of motor units", NULL, NULL},
    {"activation", NULL, "effort of the patient, as written", NULL, NULL},
    {"finding", NULL, "stable word of the finding", NULL, NULL},
    {"text", NULL, "sentence", NULL, NULL},
    {"evidence", NULL, "ids of the responses and muscles it rests on", NULL, NULL},
    {"p", NULL, "probability of the finding", NULL, NULL},
    {"pattern", NULL, "pattern that the study is compatible with", NULL, NULL},
    {"roots", NULL, "nerve roots, the favoured one first", NULL, NULL},
    {"site", NULL, "site of the lesion", NULL, NULL},
    {"grade", NULL, "how strong the evidence is", NULL,
     "definite=definite|probable=probable|possible=possible|insufficient=insufficient"},
    {"activity", NULL, "whether the process is active", NULL, NULL},
    {"rules", NULL, "ids of the rules that led to it", NULL, NULL},
    {"level", NULL, "weight of the notice", NULL,
     "info=information|warning=warning|problem=problem"},
    {"code", NULL, "stable word of the notice", NULL, NULL},
    {"place", NULL, "response or file that the notice is of", NULL, NULL},
    {"status", NULL, "exit status that the failure would have had", NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct column_facts *find(const char *table, const char *column)
{
    for (const struct column_facts *facts = columns; facts->column != NULL; facts++)
        if (strcmp(facts->column, column) == 0 &&
            (facts->table == NULL || strcmp(facts->table, table) == 0))
            return facts;
    return NULL;
}

static void put_json(FILE *file, const char *text, size_t length)
{
    char copy[512];
    struct sink sink = {.file = file};
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    sink_json(&sink, &(struct cell){.type = CELL_TEXT, .text = copy});
}

static void put_levels(FILE *file, const char *levels)
{
    fputs(",\n    \"Levels\": {", file);
    for (const char *at = levels; *at != '\0';) {
        size_t length = strcspn(at, "|"), word = strcspn(at, "=");
        fputs(at == levels ? "\n      " : ",\n      ", file);
        put_json(file, at, word);
        fputs(": ", file);
        put_json(file, at + word + 1, length - word - 1);
        at += length + (at[length] == '|' ? 1 : 0);
    }
    fputs("\n    }", file);
}

static void put_column(FILE *file, const struct column_facts *facts, bool first)
{
    fprintf(file, "%s  \"%s\": {\n    \"Description\": ", first ? "" : ",\n", facts->column);
    put_json(file, facts->description, strlen(facts->description));
    if (facts->unit != NULL) {
        fputs(",\n    \"Units\": ", file);
        put_json(file, facts->unit, strlen(facts->unit));
    }
    if (facts->levels != NULL)
        put_levels(file, facts->levels);
    fputs("\n  }", file);
}

void dictionary_write(FILE *file, const char *table, const char *const *names, size_t count)
{
    bool first = true;
    fputs("{\n", file);
    for (size_t i = 0; i < count; i++) {
        const struct column_facts *facts = find(table, names[i]);
        if (facts == NULL)
            continue;
        put_column(file, facts, first);
        first = false;
    }
    fputs("\n}\n", file);
}
