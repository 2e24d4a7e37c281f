/* SPDX-License-Identifier: GPL-3.0-or-later
 * Labels of EMG machines, friendly and hostile. What a label says is fixed by its words; the
 * expected fields below were written from the labels, not from the program.
 */
#include "knowledge/knowledge.h"

#include <ranvier/source.h>

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NO_KIND = -1 };
#define NONE RV_SIDE_UNKNOWN

struct expected {
    const char *text;
    const char *nerve;
    enum rv_side side;
    const char *record, *stimulate;
    double distance_mm, current_ma, pulse_ms; /* 0: none */
    int kind;                                 /* NO_KIND: not said */
    const char *left;                         /* not understood; NULL: nothing */
};

static struct rv_label read_label(const char *text, char *storage)
{
    struct rv_label label;
    rv_label_read(text, storage, &label);
    return label;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_number(double found, double expected)
{
    return expected > 0 ? fabs(found - expected) < 1e-9 : isnan(found);
}

static const char *or_nothing(const char *text)
{
    return text != NULL ? text : "nothing";
}

static void check(const struct expected *row)
{
    char *storage = malloc(strlen(row->text) + 1);
    cr_assert_not_null(storage);
    struct rv_label label = read_label(row->text, storage);
    const char *text = row->text;
    cr_assert(same_text(label.nerve, row->nerve), "\"%s\": nerve %s", text,
              or_nothing(label.nerve));
    cr_assert_eq(label.side, row->side, "\"%s\": side %d", text, (int)label.side);
    cr_assert(same_text(label.record, row->record), "\"%s\": record %s", text,
              or_nothing(label.record));
    cr_assert(same_text(label.stimulate, row->stimulate), "\"%s\": stimulate %s", text,
              or_nothing(label.stimulate));
    cr_assert(same_number(label.distance_mm, row->distance_mm), "\"%s\": %g mm", text,
              label.distance_mm);
    cr_assert(same_number(label.intensity_ma, row->current_ma), "\"%s\": %g mA", text,
              label.intensity_ma);
    cr_assert(same_number(label.pulse_ms, row->pulse_ms), "\"%s\": %g ms", text, label.pulse_ms);
    cr_assert_eq(label.kind_known, row->kind != NO_KIND, "\"%s\": kind %d", text, (int)label.kind);
    cr_assert(row->kind == NO_KIND || (int)label.kind == row->kind, "\"%s\": kind %d", text,
              (int)label.kind);
    cr_assert(same_text(label.not_understood, row->left), "\"%s\": left \"%s\"", text,
              or_nothing(label.not_understood));
    cr_assert_not(label.conflict, "\"%s\"", text);
    free(storage);
}

static void check_all(const struct expected *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&rows[i]);
}

Test(label, machine_labels_are_read)
{
    static const struct expected rows[] = {
        {"R APB", NULL, RV_RIGHT, "APB", NULL, 0, 0, 0, NO_KIND, NULL},
        {"NC L_APB", NULL, RV_LEFT, "APB", NULL, 0, 0, 0, NO_KIND, NULL},
        {"Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording site", NULL, RV_RIGHT, NULL,
         "wrist", 65, 8.2, 0.2, NO_KIND, NULL},
        {"Stimulus right elbow 0.2 ms x 15.3 mA at 28.5 cm from recording site", NULL, RV_RIGHT,
         NULL, "elbow", 285, 15.3, 0.2, NO_KIND, NULL},
        {"Response 7.2mV at 3.8ms", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "Response 7.2mV 3.8ms"},
        {"Median Motor R Wrist-APB", "median", RV_RIGHT, "APB", "wrist", 0, 0, 0, RV_MOTOR, NULL},
        {"MNC_L_Median_Nerve", "median", RV_LEFT, NULL, NULL, 0, 0, 0, RV_MOTOR, NULL},
        {"SNC_R_Sural", "sural", RV_RIGHT, NULL, NULL, 0, 0, 0, RV_SENSORY, NULL},
        {"sural_left_14cm.wav", "sural", RV_LEFT, NULL, NULL, 140, 0, 0, NO_KIND, NULL},
        {"L Median Motor", "median", RV_LEFT, NULL, NULL, 0, 0, 0, RV_MOTOR, NULL},
        {"Rt Ulnar (ADM) B.Elbow", "ulnar", RV_RIGHT, "ADM", "below elbow", 0, 0, 0, NO_KIND, NULL},
        {"Lt Ulnar ADM A. Elbow", "ulnar", RV_LEFT, "ADM", "above elbow", 0, 0, 0, NO_KIND, NULL},
        {"ULNAR L ADM AE", "ulnar", RV_LEFT, "ADM", "above elbow", 0, 0, 0, NO_KIND, NULL},
        {"R Peroneal EDB B. Fib Head", "fibular", RV_RIGHT, "EDB", "below fibular head", 0, 0, 0,
         NO_KIND, NULL},
        {"R Peroneal - EDB Pop fossa", "fibular", RV_RIGHT, "EDB", "popliteal fossa", 0, 0, 0,
         NO_KIND, NULL},
        {"fibular_right_EDB_BFH", "fibular", RV_RIGHT, "EDB", "below fibular head", 0, 0, 0,
         NO_KIND, NULL},
        {"Peroneal AFH TA left", "fibular", RV_LEFT, "TA", "popliteal fossa", 0, 0, 0, NO_KIND,
         NULL},
        {"Tibial L AH Ankle 8 cm", "tibial", RV_LEFT, "AH", "ankle", 80, 0, 0, NO_KIND, NULL},
        {"Left Tibial Motor (Abd Hall Brev) knee", "tibial", RV_LEFT, "AH", "popliteal fossa", 0, 0,
         0, RV_MOTOR, NULL},
        {"Radial R EIP forearm 5cm", "radial", RV_RIGHT, "EIP", "forearm", 50, 0, 0, NO_KIND, NULL},
        {"Femoral left rectus femoris inguinal ligament", "femoral", RV_LEFT, "RF",
         "inguinal ligament", 0, 0, 0, NO_KIND, NULL},
        {"Median APB Erb's point", "median", NONE, "APB", "Erb's point", 0, 0, 0, NO_KIND, NULL},
        {"Axillary R deltoid Erb", "axillary", RV_RIGHT, "deltoid", "Erb's point", 0, 0, 0, NO_KIND,
         NULL},
        {"VM femoral R", "femoral", RV_RIGHT, NULL, NULL, 0, 0, 0, NO_KIND, "VM"},
        {"vastus medialis femoral R", "femoral", RV_RIGHT, "vastus medialis", NULL, 0, 0, 0,
         NO_KIND, NULL},
    };
    check_all(rows, sizeof rows / sizeof *rows);
}

Test(label, sensory_and_mixed_labels_are_read)
{
    static const struct expected rows[] = {
        {"R Median Sensory D2 wrist 140mm", "median", RV_RIGHT, "D2", "wrist", 140, 0, 0,
         RV_SENSORY, NULL},
        {"Median L digit II (14 cm)", "median", RV_LEFT, "D2", NULL, 140, 0, 0, NO_KIND, NULL},
        {"Ulnar R dig V wrist", "ulnar", RV_RIGHT, "D5", "wrist", 0, 0, 0, NO_KIND, NULL},
        {"Ulnar 5th digit Right SNAP", "ulnar", RV_RIGHT, "D5", NULL, 0, 0, 0, RV_SENSORY, NULL},
        {"Superficial Radial L anatomical snuffbox forearm 10cm", "radial", RV_LEFT, "thumb base",
         "forearm", 100, 0, 0, NO_KIND, NULL},
        {"Sural R calf-ankle 14 cm", "sural", RV_RIGHT, "ankle", "calf", 140, 0, 0, NO_KIND, NULL},
        {"Sural R ankle calf", "sural", RV_RIGHT, "ankle", "calf", 0, 0, 0, NO_KIND, NULL},
        {"Sural R lateral malleolus", "sural", RV_RIGHT, "ankle", NULL, 0, 0, 0, NO_KIND, NULL},
        {"sup peroneal L lat mall 12cm", "superficial fibular", RV_LEFT, "ankle", NULL, 120, 0, 0,
         NO_KIND, NULL},
        {"Superficial peroneal sensory R", "superficial fibular", RV_RIGHT, NULL, NULL, 0, 0, 0,
         NO_KIND, NULL},
        {"LABC right forearm elbow 10 cm", "lateral antebrachial cutaneous", RV_RIGHT, "forearm",
         "elbow", 100, 0, 0, NO_KIND, NULL},
        {"Medial antebrachial cutaneous L", "medial antebrachial cutaneous", RV_LEFT, NULL, NULL, 0,
         0, 0, NO_KIND, NULL},
        {"DUC R hand wrist 8cm", "dorsal ulnar cutaneous", RV_RIGHT, "hand", "wrist", 80, 0, 0,
         NO_KIND, NULL},
        {"Median R palm wrist mixed 8cm", "median", RV_RIGHT, "wrist", "palm", 80, 0, 0, RV_MIXED,
         NULL},
        {"mixed ulnar left wrist palm", "ulnar", RV_LEFT, "wrist", "palm", 0, 0, 0, RV_MIXED, NULL},
        {"Medial plantar L sole ankle mixed", "medial plantar", RV_LEFT, "ankle", "sole", 0, 0, 0,
         RV_MIXED, NULL},
        {"Median palm D2 R", "median", RV_RIGHT, "D2", "palm", 0, 0, 0, NO_KIND, NULL},
    };
    check_all(rows, sizeof rows / sizeof *rows);
}

Test(label, late_responses_and_trains_are_read)
{
    static const struct expected rows[] = {
        {"Tibial F-wave R AH", "tibial", RV_RIGHT, "AH", NULL, 0, 0, 0, RV_F_WAVE, NULL},
        {"F waves median L APB wrist", "median", RV_LEFT, "APB", "wrist", 0, 0, 0, RV_F_WAVE, NULL},
        {"Ulnar motor F wave ADM", "ulnar", NONE, "ADM", NULL, 0, 0, 0, RV_F_WAVE, NULL},
        {"H-reflex tibial R soleus", "tibial", RV_RIGHT, "soleus", NULL, 0, 0, 0, RV_H_REFLEX,
         NULL},
        {"Blink reflex R supraorbital", "trigeminal", RV_RIGHT, NULL, NULL, 0, 0, 0, RV_BLINK,
         NULL},
        {"RNS ulnar L ADM", "ulnar", RV_LEFT, "ADM", NULL, 0, 0, 0, RV_REPETITIVE, NULL},
        {"repetitive stimulation accessory R trapezius", "accessory", RV_RIGHT, "trapezius", NULL,
         0, 0, 0, RV_REPETITIVE, NULL},
    };
    check_all(rows, sizeof rows / sizeof *rows);
}

Test(label, numbers_need_their_units)
{
    static const struct expected rows[] = {
        {"median distance 80", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "80"},
        {"median 6,5 cm", "median", NONE, NULL, NULL, 65, 0, 0, NO_KIND, NULL},
        {"median 1,200 mm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "1,200 mm"},
        {"median 10-14 cm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "10 14 cm"},
        {"median -14 cm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "14 cm"},
        {"median 8 \xC2\xB1 0.2 cm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "8 0.2 cm"},
        {"median 8 cm 14 cm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "8 cm 14 cm"},
        {"median 80mm 8cm", "median", NONE, NULL, NULL, 80, 0, 0, NO_KIND, NULL},
        {"median 2 mm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "2 mm"},
        {"median 22 m", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "22"},
        {"sweep 30mm/s median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "sweep 30mm s"},
        {"height 168 cm median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "height 168 cm"},
        {"median 10 mm disc electrodes", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "10 mm disc electrodes"},
        {"ulnar 3 cm below epicondyle", "ulnar", NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "3 cm below epicondyle"},
        {"median 8 cm from epicondyle", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "8 cm epicondyle"},
        {"median elbow-wrist 22 cm", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "elbow wrist 22 cm"},
        {"wrist 200\xC2\xB5s 12mA", NULL, NONE, NULL, "wrist", 0, 12, 0.2, NO_KIND, NULL},
        {"wrist 0.1 ms 12.5 mA", NULL, NONE, NULL, "wrist", 0, 12.5, 0.1, NO_KIND, NULL},
        {"wrist .5ms\xC3\x97"
         "30mA",
         NULL, NONE, NULL, "wrist", 0, 30, 0.5, NO_KIND, NULL},
        {"wrist 12mA latency 3.5 ms", NULL, NONE, NULL, "wrist", 0, 12, 0, NO_KIND,
         "latency 3.5 ms"},
        {"wrist 3.5 ms", NULL, NONE, NULL, "wrist", 0, 0, 0, NO_KIND, "3.5 ms"},
        {"wrist pulse width 0.2 ms", NULL, NONE, NULL, "wrist", 0, 0, 0.2, NO_KIND, NULL},
        {"wrist 1e3mm", NULL, NONE, NULL, "wrist", 0, 0, 0, NO_KIND, "1e3mm"},
        {"wrist 900 mA", NULL, NONE, NULL, "wrist", 0, 0, 0, NO_KIND, "900 mA"},
    };
    check_all(rows, sizeof rows / sizeof *rows);
}

Test(label, volts_are_no_milliampere)
{
    char storage[64];
    struct rv_label label = read_label("R wrist 150 V", storage);
    cr_assert_float_eq(label.intensity_v, 150, 1e-9);
    cr_assert(isnan(label.intensity_ma));
}

Test(label, doubtful_words_are_left_alone)
{
    static const struct expected rows[] = {
        {"", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, NULL},
        {"   __--  ", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, NULL},
        {"EMG 1", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, "EMG 1"},
        {"L5 paraspinals", NULL, NONE, "lumbar paraspinals", NULL, 0, 0, 0, NO_KIND, NULL},
        {"L 5 radiculopathy", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, "L 5 radiculopathy"},
        {"R1 R2", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, "R1 R2"},
        {"re median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "re"},
        {"li ulnar", "ulnar", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "li"},
        {"rechts medianus", "median", RV_RIGHT, NULL, NULL, 0, 0, 0, NO_KIND, NULL},
        {"to be repeated", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, "be repeated"},
        {"sens 20 uV/div median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "sens 20 uV div"},
        {"median R sens", "median", RV_RIGHT, NULL, NULL, 0, 0, 0, RV_SENSORY, NULL},
        {"motor sensory median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "motor sensory"},
        {"right hand APB median", "median", RV_RIGHT, "APB", NULL, 0, 0, 0, NO_KIND, "hand"},
        {"2nd lumbrical-interossei", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND,
         "2nd lumbrical interossei"},
        {"median D2 D3", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "D2 D3"},
        {"Rec: wrist Stim: D2 median R", "median", RV_RIGHT, "wrist", NULL, 0, 0, 0, NO_KIND, "D2"},
        {"Stim ankle Rec AH tibial", "tibial", NONE, "AH", "ankle", 0, 0, 0, NO_KIND, NULL},
        {"recording wrist, stimulus palm, ulnar", "ulnar", NONE, "wrist", "palm", 0, 0, 0, NO_KIND,
         NULL},
        {"medial malleolus tibial", "tibial", NONE, NULL, "ankle", 0, 0, 0, NO_KIND, NULL},
        {"lateral plantar R", "lateral plantar", RV_RIGHT, NULL, NULL, 0, 0, 0, NO_KIND, NULL},
        {"rightwrist", NULL, NONE, NULL, NULL, 0, 0, 0, NO_KIND, "rightwrist"},
        {"%s%n%x median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "%s%n%x"},
        {"median\n\tR", "median", RV_RIGHT, NULL, NULL, 0, 0, 0, NO_KIND, NULL},
        {"\xff\xfe median", "median", NONE, NULL, NULL, 0, 0, 0, NO_KIND, "\xff\xfe"},
    };
    check_all(rows, sizeof rows / sizeof *rows);
}

Test(label, two_sides_or_two_nerves_are_a_conflict)
{
    static const struct {
        const char *text, *left;
        enum rv_side side;
        const char *nerve;
    } rows[] = {
        {"left right median", "left right", RV_SIDE_UNKNOWN, "median"},
        {"L/R median", "L R", RV_SIDE_UNKNOWN, "median"},
        {"R ulnar median D4", "ulnar median", RV_RIGHT, NULL},
        {"sural tibial left", "sural tibial", RV_LEFT, NULL},
        {"both left", "both left", RV_SIDE_UNKNOWN, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char storage[64];
        struct rv_label label = read_label(rows[i].text, storage);
        cr_assert(label.conflict, "%s", rows[i].text);
        cr_assert_eq(label.side, rows[i].side, "%s", rows[i].text);
        cr_assert(same_text(label.nerve, rows[i].nerve), "%s", rows[i].text);
        cr_assert(same_text(label.not_understood, rows[i].left), "%s: left %s", rows[i].text,
                  or_nothing(label.not_understood));
    }
    char storage[64];
    cr_assert_not(read_label("R right rt median medianus", storage).conflict);
}

Test(label, more_words_than_a_label_has_are_not_understood)
{
    enum { WORDS = 200 };
    char text[WORDS * 7 + 1] = "", storage[sizeof text];
    for (size_t i = 0; i < WORDS; i++)
        strcat(text, "right ");
    struct rv_label label = read_label(text, storage);
    cr_assert_eq(label.side, RV_SIDE_UNKNOWN);
    cr_assert_not_null(label.not_understood);
}

/* A label is worth nothing if its words change meaning with the order. */
Test(label, the_order_of_words_does_not_matter)
{
    static const char *const texts[] = {
        "median R APB wrist 8 cm motor", "8 cm motor wrist APB R median",
        "APB median motor 8 cm R wrist", "R wrist motor median 8 cm APB"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(&(struct expected){texts[i], "median", RV_RIGHT, "APB", "wrist", 80, 0, 0, RV_MOTOR,
                                 NULL});
}

/* Whatever the bytes, the answer stays within the storage and its words are canonical. */
Test(label, random_bytes_do_no_harm)
{
    unsigned state = 12345;
    static const char *const pieces[] = {
        "right ", "L_", "median", " ",     "14", "cm",    "\xC3",     "\x97", "-",     ".",
        "APB",    "'",  "mA",     "0.2ms", "x",  "wrist", "\xE2\x80", ",",    "stim ", "rec "};
    for (size_t round = 0; round < 20000; round++) {
        char text[256] = "", *storage;
        for (size_t i = 0; i < 20; i++) {
            state = state * 1664525u + 1013904223u;
            strcat(text, pieces[(state >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        storage = malloc(strlen(text) + 1);
        cr_assert_not_null(storage);
        struct rv_label label = read_label(text, storage);
        cr_assert(label.nerve == NULL || same_text(rv_word_nerve(label.nerve), label.nerve));
        cr_assert(label.record == NULL || same_text(rv_word_record(label.record), label.record));
        cr_assert(label.not_understood == NULL || strlen(label.not_understood) <= strlen(text));
        free(storage);
    }
}

Test(label, skin_temperature_is_read_and_other_temperatures_are_not)
{
    static const struct {
        const char *text;
        double temperature_c; /* 0: none */
    } rows[] = {
        {"median motor R wrist 31.2C", 31.2},
        {"median motor R wrist 31.2 C", 31.2},
        {"sural left 14cm skin temp 30,5 \xC2\xB0"
         "C",
         30.5},
        {"R APB 32 degC", 32},
        {"R APB temperature 32.4 deg C", 32.4},
        {"R APB 29\xE2\x84\x83", 29},
        {"L C7 root 7 C 8", 0},         /* too cold for skin */
        {"sens 20 c", 0},               /* no capital: not degrees */
        {"R APB room 22 C", 0},         /* of the room */
        {"R APB 31 C then 33 C", 0},    /* two of them */
        {"elbow flexed 90\xC2\xB0", 0}, /* an angle */
        {"R APB 98.6 F", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char storage[80];
        struct rv_label label = read_label(rows[i].text, storage);
        cr_expect(same_number(label.temperature_c, rows[i].temperature_c), "\"%s\": %g",
                  rows[i].text, label.temperature_c);
    }
}
