/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words: canonical names, aliases, what the tables say of them.
 */
#include "knowledge/knowledge.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

Test(words, tables_prepare_without_a_fault)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_words_prepare(&err), RV_OK, "%s", err.text);
}

/* The words in which studies are exchanged; each must be known as itself. */
static const char *const nerves[] = {"median",
                                     "ulnar",
                                     "radial",
                                     "musculocutaneous",
                                     "axillary",
                                     "suprascapular",
                                     "femoral",
                                     "fibular",
                                     "tibial",
                                     "sural",
                                     "superficial fibular",
                                     "saphenous",
                                     "lateral antebrachial cutaneous",
                                     "medial antebrachial cutaneous",
                                     "dorsal ulnar cutaneous",
                                     "lateral femoral cutaneous",
                                     "medial plantar",
                                     "lateral plantar",
                                     NULL};
static const char *const records[] = {
    "APB",           "ADM",        "FDI",     "EIP",        "EDB",   "TA", "AH", "RF", "soleus",
    "2nd lumbrical", "interossei", "biceps",  "deltoid",    "D1",    "D2", "D3", "D4", "D5",
    "wrist",         "hand",       "forearm", "thumb base", "ankle", NULL};
static const char *const stimulates[] = {"palm",
                                         "wrist",
                                         "forearm",
                                         "elbow",
                                         "below elbow",
                                         "above elbow",
                                         "upper arm",
                                         "axilla",
                                         "Erb's point",
                                         "sole",
                                         "ankle",
                                         "calf",
                                         "below fibular head",
                                         "popliteal fossa",
                                         "inguinal ligament",
                                         NULL};
static const char *const muscles[] = {"rhomboid major",
                                      "supraspinatus",
                                      "infraspinatus",
                                      "deltoid",
                                      "teres minor",
                                      "biceps",
                                      "brachialis",
                                      "brachioradialis",
                                      "supinator",
                                      "serratus anterior",
                                      "pectoralis major clavicular",
                                      "pectoralis major sternal",
                                      "latissimus dorsi",
                                      "ECRL",
                                      "ECRB",
                                      "pronator teres",
                                      "FCR",
                                      "triceps",
                                      "anconeus",
                                      "EDC",
                                      "ECU",
                                      "EIP",
                                      "EPL",
                                      "EPB",
                                      "FDS",
                                      "FDP 2-3",
                                      "FPL",
                                      "pronator quadratus",
                                      "APB",
                                      "FCU",
                                      "FDP 4-5",
                                      "ADM",
                                      "FDI",
                                      "cervical paraspinals",
                                      "thoracic paraspinals",
                                      "lumbar paraspinals",
                                      "iliopsoas",
                                      "adductor longus",
                                      "gracilis",
                                      "rectus femoris",
                                      "vastus medialis",
                                      "vastus lateralis",
                                      "tibialis anterior",
                                      "EHL",
                                      "EDL",
                                      "EDB",
                                      "peroneus longus",
                                      "tibialis posterior",
                                      "flexor digitorum longus",
                                      "tensor fasciae latae",
                                      "gluteus medius",
                                      "semitendinosus",
                                      "semimembranosus",
                                      "biceps femoris short head",
                                      "biceps femoris long head",
                                      "gluteus maximus",
                                      "gastrocnemius lateral",
                                      "gastrocnemius medial",
                                      "soleus",
                                      "abductor hallucis",
                                      "ADQP",
                                      "anal sphincter",
                                      "tongue",
                                      "sternocleidomastoid",
                                      NULL};

static void each_is_known_as_itself(const char *const *words, const char *(*find)(const char *))
{
    for (; *words != NULL; words++) {
        const char *found = find(*words);
        cr_assert(found != NULL && strcmp(found, *words) == 0, "%s is read as %s", *words,
                  found != NULL ? found : "nothing");
    }
}

Test(words, exchanged_words_are_canonical)
{
    each_is_known_as_itself(nerves, rv_word_nerve);
    each_is_known_as_itself(records, rv_word_record);
    each_is_known_as_itself(stimulates, rv_word_stimulate);
    each_is_known_as_itself(muscles, rv_word_muscle);
}

static void reads_as(const char *(*find)(const char *), const char *text, const char *name)
{
    const char *found = find(text);
    cr_assert(name == NULL ? found == NULL : found != NULL && strcmp(found, name) == 0,
              "\"%s\" is read as %s", text, found != NULL ? found : "nothing");
}

Test(words, case_points_and_dashes_do_not_count)
{
    reads_as(rv_word_nerve, "PERONEAL", "fibular");
    reads_as(rv_word_nerve, "sup. peroneal", "superficial fibular");
    reads_as(rv_word_nerve, "Superficial_Peroneal", "superficial fibular");
    reads_as(rv_word_nerve, "superficial radial", "radial");
    reads_as(rv_word_nerve, "LABC", "lateral antebrachial cutaneous");
    reads_as(rv_word_stimulate, "B. Elbow", "below elbow");
    reads_as(rv_word_stimulate, "BFH", "below fibular head");
    reads_as(rv_word_stimulate, "A.F.H.", "popliteal fossa");
    reads_as(rv_word_stimulate, "knee", "popliteal fossa");
    reads_as(rv_word_stimulate, "Erbs point", "Erb's point");
    reads_as(rv_word_record, "Digit II", "D2");
    reads_as(rv_word_record, "tibialis anterior", "TA");
    reads_as(rv_word_record, "vastus medialis", "vastus medialis");
    reads_as(rv_word_muscle, "TA", "tibialis anterior");
    reads_as(rv_word_muscle, "FDP 4,5", "FDP 4-5");
    reads_as(rv_word_muscle, "L5/S1 paraspinals", "lumbar paraspinals");
}

Test(words, unknown_and_hostile_texts_are_no_words)
{
    char longest[4000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    static const char *const texts[] = {"", " ", ".", "medain", "FDP", "paraspinals", "\xff\xfe"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reads_as(rv_word_nerve, texts[i], NULL);
        reads_as(rv_word_muscle, texts[i], NULL);
        reads_as(rv_word_record, texts[i], NULL);
        reads_as(rv_word_stimulate, texts[i], NULL);
    }
    reads_as(rv_word_nerve, longest, NULL);
    reads_as(rv_word_nerve, NULL, NULL);
    reads_as(rv_word_stimulate, "APB", NULL); /* recorded from, never stimulated */
}

Test(words, a_slip_finds_its_neighbour)
{
    reads_as(rv_word_nearest_nerve, "medain", "median");
    reads_as(rv_word_nearest_nerve, "perineal", "fibular");
    reads_as(rv_word_nearest_muscle, "tricep", "triceps");
    reads_as(rv_word_nearest_site, "writs", "wrist");
    reads_as(rv_word_nearest_nerve, "zzzzzzzz", NULL);
}

Test(words, sides_are_a_closed_list)
{
    cr_assert_eq(rv_word_side("R"), RV_RIGHT);
    cr_assert_eq(rv_word_side("Lt."), RV_LEFT);
    cr_assert_eq(rv_word_side("rechts"), RV_RIGHT);
    cr_assert_eq(rv_word_side("both"), RV_BOTH);
    static const char *const others[] = {"re", "li", "1", "", "rr", "lat", "dx", "L5", "r l"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_assert_eq(rv_word_side(others[i]), RV_SIDE_UNKNOWN, "%s", others[i]);
}

Test(words, sites_grow_from_distal_to_proximal)
{
    static const char *const arm[] = {"palm",        "wrist",     "forearm", "below elbow", "elbow",
                                      "above elbow", "upper arm", "axilla",  "Erb's point"};
    static const char *const leg[] = {
        "sole", "ankle", "calf", "below fibular head", "popliteal fossa", "inguinal ligament"};
    for (size_t i = 1; i < sizeof arm / sizeof *arm; i++)
        cr_assert(rv_site_order(arm[i - 1]) < rv_site_order(arm[i]), "%s", arm[i]);
    for (size_t i = 1; i < sizeof leg / sizeof *leg; i++)
        cr_assert(rv_site_order(leg[i - 1]) < rv_site_order(leg[i]), "%s", leg[i]);
    cr_assert_eq(rv_site_order("APB"), 0);
    cr_assert_eq(rv_site_order(NULL), 0);
}

Test(words, nerves_have_region_kinds_and_display)
{
    cr_assert_eq(rv_nerve_region("ulnar"), RV_REGION_ARM);
    cr_assert_eq(rv_nerve_region("sural"), RV_REGION_LEG);
    cr_assert_eq(rv_nerve_region("peroneal"), RV_REGION_UNKNOWN); /* not canonical */
    cr_assert(rv_nerve_has_kind("sural", RV_SENSORY));
    cr_assert_not(rv_nerve_has_kind("sural", RV_MOTOR));
    cr_assert(rv_nerve_has_kind("tibial", RV_H_REFLEX));
    cr_assert_str_eq(rv_nerve_display("fibular"), "Fibular");
    cr_assert_eq(rv_site_region("APB"), RV_REGION_ARM);
    cr_assert_eq(rv_site_region("vastus medialis"), RV_REGION_LEG);
    cr_assert_str_eq(rv_muscle_nerve("tibialis posterior"), "tibial");
}

Test(words, plausible_bands_are_found)
{
    double lower = 0, upper = 0;
    cr_assert(rv_plausible("amplitude_mv", &lower, &upper));
    cr_assert_float_eq(lower, 0.05, 1e-12);
    cr_assert_float_eq(upper, 60, 1e-12);
    cr_assert(rv_plausible("adult_age_years", &lower, &upper));
    cr_assert(isnan(upper));
    cr_assert_not(rv_plausible("shoe_size", &lower, &upper));
}
