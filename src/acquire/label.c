/* SPDX-License-Identifier: GPL-3.0-or-later
 * Free text of an EMG machine: nerve, side, sites, kind and stimulus, in any order. What the text
 * does not say stays unknown, what was not understood is listed.
 */
#include "acquire/label_quantity.h"
#include "acquire/label_token.h"
#include "knowledge/knowledge.h"

#include <ranvier/source.h>

#include <math.h>
#include <string.h>

enum { PHRASE_WORDS = 6, PLACES = 8 };

static const struct {
    const char *words;
    enum rv_kind kind;
} kinds[] = {
    {"motor", RV_MOTOR},
    {"mot", RV_MOTOR},
    {"mnc", RV_MOTOR},
    {"mncs", RV_MOTOR},
    {"mncv", RV_MOTOR},
    {"mcv", RV_MOTOR},
    {"cmap", RV_MOTOR},
    {"sensory", RV_SENSORY},
    {"sens", RV_SENSORY},
    {"snc", RV_SENSORY},
    {"sncs", RV_SENSORY},
    {"sncv", RV_SENSORY},
    {"scv", RV_SENSORY},
    {"snap", RV_SENSORY},
    {"mixed", RV_MIXED},
    {"f wave", RV_F_WAVE},
    {"f waves", RV_F_WAVE},
    {"fwave", RV_F_WAVE},
    {"fwaves", RV_F_WAVE},
    {"f response", RV_F_WAVE},
    {"f responses", RV_F_WAVE},
    {"h reflex", RV_H_REFLEX},
    {"hreflex", RV_H_REFLEX},
    {"h reflexes", RV_H_REFLEX},
    {"h wave", RV_H_REFLEX},
    {"blink", RV_BLINK},
    {"blink reflex", RV_BLINK},
    {"rns", RV_REPETITIVE},
    {"repetitive", RV_REPETITIVE},
    {"repetitive stimulation", RV_REPETITIVE},
    {"repetitive nerve stimulation", RV_REPETITIVE},
    {"rep stim", RV_REPETITIVE},
};

/* Words that carry nothing by themselves. */
static const char *const fillers[] = {
    "n",          "nn",   "nerve",      "nerves", "nervus",      "m",         "muscle", "muscles",
    "musculus",   "site", "sites",      "study",  "nc",          "ncs",       "ncv",    "from",
    "at",         "to",   "of",         "the",    "and",         "by",        "with",   "on",
    "in",         "x",    "distance",   "dist",   "current",     "intensity", "pulse",  "width",
    "pulsewidth", "pw",   "conduction", "temp",   "temperature", "skin",      "edf",    "bdf",
    "wav",        "w64",  "rf64",       "flac",   "caf",         "aif",       "aiff",   "mat",
    "csv",        "tsv",  "txt",        "hea",    "dat",         NULL};

enum role { ROLE_FREE, ROLE_RECORD, ROLE_STIMULATE, ROLE_REFUSED };

/* A site that the text names. */
struct place {
    const struct rv_word *word;
    enum role role;
    bool told;           /* the text gave the role: "stim wrist" */
    size_t first, count; /* tokens */
};

struct reading {
    struct rv_label_tokens tokens;
    struct rv_label *label;
    struct place places[PLACES];
    size_t place_count;
    enum role next_role; /* that a word such as "stim" gives to the next site */
    bool kinds_disagree, sides_disagree, nerves_disagree;
};

/* --- words --------------------------------------------------------------------------------- */

/* Joins `count` tokens into a normal form; false: they are not one phrase. */
static bool join(const struct reading *reading, size_t first, size_t count,
                 char phrase[RV_WORD_LONGEST + 1])
{
    char raw[RV_WORD_LONGEST + 1];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rv_label_token *token = &reading->tokens.items[first + i];
        bool parted = i > 0 && strchr(" -/", token->before) == NULL;
        if (token->used || parted || length + token->length + 1 > RV_WORD_LONGEST)
            return false;
        if (i > 0)
            raw[length++] = ' ';
        memcpy(raw + length, token->text, token->length);
        length += token->length;
    }
    return rv_word_normal(raw, length, phrase) > 0;
}

static void use(struct reading *reading, size_t first, size_t count, enum rv_label_class what)
{
    for (size_t i = 0; i < count; i++) {
        reading->tokens.items[first + i].used = true;
        reading->tokens.items[first + i].what = what;
    }
}

/* Words of two letters ("BE", "TA", "AH") are met in plain text, too: they count in capitals. */
static bool too_short(const struct reading *reading, size_t first, const char *phrase)
{
    const struct rv_label_token *token = &reading->tokens.items[first];
    if (strlen(phrase) > 2)
        return false;
    for (size_t i = 0; i < token->length; i++)
        if (token->text[i] >= 'a' && token->text[i] <= 'z')
            return true;
    return false;
}

/* "L 5" may be a root and "sens 20" a gain: a short word before a bare number says nothing. */
static bool before_number(const struct reading *reading, size_t i)
{
    double number;
    return i + 1 < reading->tokens.count && reading->tokens.items[i + 1].before != '\0' &&
           rv_label_number(&reading->tokens.items[i + 1], &number) > 0 &&
           !reading->tokens.items[i + 1].used;
}

static bool take_nerve(struct reading *reading, size_t first, size_t count, const char *phrase)
{
    const struct rv_word *word = rv_word_find(RV_WORDS_NERVE, phrase);
    if (word == NULL || too_short(reading, first, phrase))
        return false;
    if (reading->label->nerve != NULL && strcmp(reading->label->nerve, word->name) != 0)
        reading->nerves_disagree = true;
    reading->label->nerve = word->name;
    use(reading, first, count, RV_LABEL_NERVE);
    return true;
}

static bool take_place(struct reading *reading, size_t first, size_t count, const char *phrase)
{
    const struct rv_word *word = rv_word_find(RV_WORDS_SITE, phrase);
    if (word == NULL && strlen(phrase) > 2) /* muscles of two letters are too easily met */
        word = rv_word_find(RV_WORDS_MUSCLE, phrase);
    if (word == NULL || reading->place_count == PLACES || too_short(reading, first, phrase))
        return false;
    reading->places[reading->place_count++] =
        (struct place){.word = word,
                       .role = reading->next_role,
                       .told = reading->next_role != ROLE_FREE,
                       .first = first,
                       .count = count};
    reading->next_role = ROLE_FREE;
    use(reading, first, count, RV_LABEL_OTHER);
    return true;
}

static bool find_kind(const char *phrase, enum rv_kind *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].words, phrase) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* An F-wave, an H-reflex or a train is a motor study, too: the narrower word holds. */
static void add_kind(struct reading *reading, enum rv_kind kind)
{
    struct rv_label *label = reading->label;
    if (!label->kind_known || (label->kind == RV_MOTOR && kind > RV_MIXED))
        label->kind = kind;
    else if (label->kind != kind && !(kind == RV_MOTOR && label->kind > RV_MIXED))
        reading->kinds_disagree = true;
    label->kind_known = true;
}

static bool take_kind(struct reading *reading, size_t first, size_t count, const char *phrase)
{
    enum rv_kind kind;
    if (!find_kind(phrase, &kind) || (strcmp(phrase, "sens") == 0 && before_number(reading, first)))
        return false;
    add_kind(reading, kind);
    use(reading, first, count, RV_LABEL_KIND);
    return true;
}

static bool take_side(struct reading *reading, size_t i, const char *phrase)
{
    enum rv_side side = rv_word_side(phrase);
    if (side == RV_SIDE_UNKNOWN || (strlen(phrase) == 1 && before_number(reading, i)))
        return false;
    if (reading->label->side != RV_SIDE_UNKNOWN && reading->label->side != side)
        reading->sides_disagree = true;
    reading->label->side = side;
    use(reading, i, 1, RV_LABEL_SIDE);
    return true;
}

static bool take_filler(struct reading *reading, size_t i)
{
    const struct rv_label_token *token = &reading->tokens.items[i];
    bool record = rv_label_says_record(token), stimulate = rv_label_says_stimulate(token);
    if (record || stimulate)
        reading->next_role = record ? ROLE_RECORD : ROLE_STIMULATE;
    else if (!rv_label_in(token, fillers))
        return false;
    use(reading, i, 1, RV_LABEL_OTHER);
    return true;
}

/* The longest phrase that is known at token i; returns how many tokens it took, at least 1. */
static size_t take_phrase(struct reading *reading, size_t i)
{
    size_t left = reading->tokens.count - i;
    for (size_t count = left < PHRASE_WORDS ? left : PHRASE_WORDS; count > 0; count--) {
        char phrase[RV_WORD_LONGEST + 1];
        if (!join(reading, i, count, phrase))
            continue;
        if (take_nerve(reading, i, count, phrase) || take_place(reading, i, count, phrase) ||
            take_kind(reading, i, count, phrase))
            return count;
        if (count == 1 && (take_side(reading, i, phrase) || take_filler(reading, i)))
            return 1;
    }
    return 1;
}

/* --- sites --------------------------------------------------------------------------------- */

static bool named(const struct reading *reading, enum role role)
{
    for (size_t i = 0; i < reading->place_count; i++)
        if (reading->places[i].role == role)
            return true;
    return false;
}

/* Sites that can be only the one or the other; a role that the site cannot have is refused. */
static void fix_roles(struct reading *reading)
{
    for (size_t i = 0; i < reading->place_count; i++) {
        struct place *place = &reading->places[i];
        unsigned needed = place->role == ROLE_RECORD      ? RV_USE_RECORD
                          : place->role == ROLE_STIMULATE ? RV_USE_STIMULATE
                                                          : 0;
        if ((place->word->use & needed) != needed)
            place->role = ROLE_REFUSED;
        else if (needed == 0 && place->word->use == RV_USE_RECORD)
            place->role = ROLE_RECORD;
        else if (needed == 0 && place->word->use == RV_USE_STIMULATE)
            place->role = ROLE_STIMULATE;
    }
}

/* Where the nerve's sensory potential is known to be recorded, that site is the recording. */
static void recall_snaps(struct reading *reading)
{
    for (size_t i = 0; i < reading->place_count && !named(reading, ROLE_RECORD); i++)
        if (reading->places[i].role == ROLE_FREE &&
            rv_snap_recorded_at(reading->label->nerve, reading->places[i].word->name))
            reading->places[i].role = ROLE_RECORD;
}

/* In a mixed study the distal site is stimulated, the proximal one recorded from. */
static void order_mixed(struct place *const free[2])
{
    int first = rv_site_order(free[0]->word->name), second = rv_site_order(free[1]->word->name);
    if (first == second)
        return;
    free[0]->role = first < second ? ROLE_STIMULATE : ROLE_RECORD;
    free[1]->role = first < second ? ROLE_RECORD : ROLE_STIMULATE;
}

/* Two sites that could be stimulated, none recorded from ("elbow-wrist 22 cm"): a segment. Which
 * site it was, and what the distance means, is not said. */
static bool is_segment(const struct reading *reading, bool mixed)
{
    size_t count = 0;
    for (size_t i = 0; i < reading->place_count; i++) {
        if (reading->places[i].told)
            return false;
        count += (reading->places[i].word->use & RV_USE_STIMULATE) != 0 ? 1 : 0;
    }
    return count > 1 && !mixed && !named(reading, ROLE_RECORD);
}

static void refuse_all(struct reading *reading)
{
    for (size_t i = 0; i < reading->place_count; i++)
        reading->places[i].role = ROLE_REFUSED;
    reading->label->distance_mm = NAN;
    rv_label_give_back(&reading->tokens, RV_LABEL_DISTANCE);
}

/* The role of a site that could be either; `alone`: it is the only such site. */
static enum role likely_role(const struct reading *reading, bool mixed, bool alone)
{
    bool record = named(reading, ROLE_RECORD), stimulate = named(reading, ROLE_STIMULATE);
    if (record && !stimulate)
        return ROLE_STIMULATE;
    if (stimulate && !record && mixed)
        return ROLE_RECORD;
    /* Traces are named by where they were stimulated. */
    return !stimulate && alone ? ROLE_STIMULATE : ROLE_REFUSED;
}

static void place_free(struct reading *reading)
{
    struct place *free[PLACES];
    size_t count = 0;
    bool mixed = reading->label->kind_known && reading->label->kind == RV_MIXED;
    if (is_segment(reading, mixed))
        refuse_all(reading);
    for (size_t i = 0; i < reading->place_count; i++)
        if (reading->places[i].role == ROLE_FREE)
            free[count++] = &reading->places[i];
    if (count == 2 && mixed && !named(reading, ROLE_RECORD) && !named(reading, ROLE_STIMULATE))
        order_mixed(free);
    for (size_t i = 0; i < count; i++)
        if (free[i]->role == ROLE_FREE)
            free[i]->role = likely_role(reading, mixed, count == 1);
}

static void change_role(struct reading *reading, enum role from, enum role to, bool parts_only)
{
    for (size_t i = 0; i < reading->place_count; i++)
        if (reading->places[i].role == from && (reading->places[i].word->part || !parts_only))
            reading->places[i].role = to;
}

/* The one site of a role; NULL where there is none, or two. */
static const char *only_site(const struct reading *reading, enum role role, bool *several)
{
    const char *site = NULL;
    *several = false;
    for (size_t i = 0; i < reading->place_count; i++) {
        if (reading->places[i].role != role)
            continue;
        const char *name = reading->places[i].word->name;
        *several = *several || (site != NULL && strcmp(site, name) != 0);
        site = name;
    }
    return *several ? NULL : site;
}

/* Words for parts of the limb give way to more exact ones; two others leave the site unknown. */
static const char *settle_role(struct reading *reading, enum role role)
{
    bool several, exact = false;
    for (size_t i = 0; i < reading->place_count; i++)
        exact = exact || (reading->places[i].role == role && !reading->places[i].word->part);
    if (exact)
        change_role(reading, role, ROLE_REFUSED, true);
    const char *site = only_site(reading, role, &several);
    if (several)
        change_role(reading, role, ROLE_REFUSED, false);
    return site;
}

static void settle_places(struct reading *reading)
{
    fix_roles(reading);
    recall_snaps(reading);
    place_free(reading);
    reading->label->record = settle_role(reading, ROLE_RECORD);
    reading->label->stimulate = settle_role(reading, ROLE_STIMULATE);
    for (size_t i = 0; i < reading->place_count; i++)
        for (size_t j = 0; reading->places[i].role == ROLE_REFUSED && j < reading->places[i].count;
             j++)
            reading->tokens.items[reading->places[i].first + j].used = false;
}

/* --- all ----------------------------------------------------------------------------------- */

/* Moves the unused words to the front of the storage; they never overtake themselves. */
static const char *list_unused(const struct rv_label_tokens *tokens, char *storage)
{
    size_t written = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct rv_label_token *token = &tokens->items[i];
        if (token->used)
            continue;
        if (written > 0)
            storage[written++] = ' ';
        memmove(storage + written, token->text, token->length);
        written += token->length;
    }
    storage[written] = '\0';
    return written > 0 ? storage : NULL;
}

/* Where two sides, nerves or kinds are named, none of them is taken. */
static void settle_disagreements(struct reading *reading)
{
    struct rv_label *label = reading->label;
    label->conflict = reading->nerves_disagree || reading->sides_disagree;
    if (reading->nerves_disagree) {
        label->nerve = NULL;
        rv_label_give_back(&reading->tokens, RV_LABEL_NERVE);
    }
    if (reading->sides_disagree) {
        label->side = RV_SIDE_UNKNOWN;
        rv_label_give_back(&reading->tokens, RV_LABEL_SIDE);
    }
    if (reading->kinds_disagree) {
        label->kind_known = false;
        label->kind = RV_MOTOR;
        rv_label_give_back(&reading->tokens, RV_LABEL_KIND);
    }
}

void rv_label_read(const char *text, char *storage, struct rv_label *label)
{
    *label = (struct rv_label){.distance_mm = NAN,
                               .intensity_ma = NAN,
                               .intensity_v = NAN,
                               .pulse_ms = NAN,
                               .temperature_c = NAN};
    struct reading reading = {.label = label};
    if (!rv_label_cut(text, storage, &reading.tokens)) {
        label->not_understood = storage;
        return;
    }
    rv_label_quantities(&reading.tokens, label);
    for (size_t i = 0; i < reading.tokens.count;)
        i += take_phrase(&reading, i);
    settle_disagreements(&reading);
    settle_places(&reading);
    label->not_understood = list_unused(&reading.tokens, storage);
}
