/* SPDX-License-Identifier: GPL-3.0-or-later
 * What stands around the results: the symbols, the notices, the quality of the signals, the
 * footer.
 */
#include "report/compose.h"
#include "report/words.h"

#include <ranvier/ranvier.h>

#include <math.h>
#include <string.h>

/* --- symbols -------------------------------------------------------------------------------- */

struct symbols {
    bool abnormal, borderline, unverified, absent, untested, not_measurable, withheld;
    bool entered, by_hand, error, limit;
};

static void see_cell(const struct rv_cell *cell, struct symbols *seen)
{
    seen->abnormal |= cell->judgement == RV_ABNORMAL;
    seen->borderline |= cell->judgement == RV_BORDERLINE;
    seen->unverified |= cell->unverified;
    seen->absent |= cell->state == RV_CELL_ABSENT;
    seen->untested |= cell->state == RV_CELL_UNTESTED;
    seen->not_measurable |= cell->state == RV_CELL_NOT_MEASURABLE;
    seen->withheld |= cell->state == RV_CELL_WITHHELD;
    seen->entered |= cell->state == RV_CELL_VALUE && cell->by == RV_BY_ENTERED;
    seen->by_hand |= cell->state == RV_CELL_VALUE && cell->by == RV_BY_HAND;
    seen->error |= cell->error != NULL;
    seen->limit |= cell->state == RV_CELL_VALUE && cell->judgement != RV_NOT_JUDGED;
}

static void see_table(const struct rv_part *table, struct symbols *seen)
{
    for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
        for (size_t i = 0; row->cells != NULL && i < table->column_count; i++)
            if (table->columns[i].used)
                see_cell(&row->cells[i], seen);
}

void rv_compose_legend(struct rv_document *document, const struct rv_report *report)
{
    (void)report;
    struct symbols seen = {0};
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next)
        for (const struct rv_part *part = s->parts; part != NULL; part = part->next)
            if (part->kind == RV_BLOCK_TABLE)
                see_table(part, &seen);
    const struct {
        bool used;
        const char *symbol, *meaning;
    } rows[] = {
        {seen.abnormal, "*", "beyond the limit, or not normal as written"},
        {seen.borderline, "?",
         "too close to the limit to tell: p is the probability that the true "
         "value lies beyond it; or equivocal as written"},
        {seen.unverified, "\xE2\x80\xA0", "the limit has not been confirmed in its source"},
        {seen.error, "\xC2\xB1", "one standard error"},
        {seen.limit, "\xE2\x89\xA4 \xE2\x89\xA5", "limit of normal; z: SDs from the mean"},
        {seen.absent, "NR", "no response: looked for, and it would have been seen"},
        {seen.not_measurable, "n.m.",
         "not measurable: looked for, could not be told; why below it"},
        {seen.withheld, "withheld", "could be computed but must not be trusted; why below it"},
        {seen.untested, "\xE2\x80\x93", "not tested"},
        {seen.entered, "e", "entered by the laboratory, not measured here"},
        {seen.by_hand, "h", "mark set by hand"},
    };
    struct rv_part *list = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].used)
            continue;
        if (list == NULL)
            list = rv_section_part(document, rv_document_section(document, "symbols", "Symbols"),
                                   RV_BLOCK_FACTS, NULL);
        rv_part_item(document, list, rows[i].symbol, rows[i].meaning, RV_TONE_PLAIN);
    }
    if (list != NULL)
        list->tone = RV_TONE_SMALL;
}

/* --- notices -------------------------------------------------------------------------------- */

static void add_notices(struct rv_document *document, struct rv_part *list,
                        const struct rv_notice *notices, size_t count, enum rv_level level)
{
    static const enum rv_tone tones[] = {RV_TONE_SMALL, RV_TONE_WARNING, RV_TONE_PROBLEM};
    for (size_t i = 0; i < count; i++) {
        if (notices[i].level != level)
            continue;
        const char *where = rv_document_clean(document, notices[i].where);
        rv_part_item(document, list, where, rv_document_clean(document, notices[i].text),
                     tones[level]);
    }
}

void rv_compose_notices(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_study *study = report->study;
    if (report->notice_count + study->notice_count == 0)
        return;
    struct rv_section *section = rv_document_section(document, "notices", "Notices");
    struct rv_part *list = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    for (int level = RV_PROBLEM; level >= RV_INFO; level--) {
        add_notices(document, list, study->notices, study->notice_count, (enum rv_level)level);
        add_notices(document, list, report->notices, report->notice_count, (enum rv_level)level);
    }
}

/* --- signals -------------------------------------------------------------------------------- */

enum signal_column {
    SIGNAL_ID,
    SIGNAL_FILE,
    SIGNAL_CHANNEL,
    SIGNAL_STIMULUS,
    SIGNAL_SWEEPS,
    SIGNAL_REJECTED,
    SIGNAL_NOISE,
    SIGNAL_RATIO,
    SIGNAL_GRADE,
    SIGNAL_FLAGS,
    SIGNAL_COLUMN_COUNT
};

static const struct rv_column signal_columns[SIGNAL_COLUMN_COUNT] = {
    [SIGNAL_ID] = {RV_COLUMN_ID, "row", NULL, false},
    [SIGNAL_FILE] = {RV_COLUMN_TEXT, "recording", NULL, false},
    [SIGNAL_CHANNEL] = {RV_COLUMN_TEXT, "channel", NULL, false},
    [SIGNAL_STIMULUS] = {RV_COLUMN_TEXT, "stimulus", NULL, false},
    [SIGNAL_SWEEPS] = {RV_COLUMN_NUMBER, "sweeps", NULL, false},
    [SIGNAL_REJECTED] = {RV_COLUMN_NUMBER, "rejected", NULL, false},
    [SIGNAL_NOISE] = {RV_COLUMN_NUMBER, "noise", "\xC2\xB5V", false},
    [SIGNAL_RATIO] = {RV_COLUMN_NUMBER, "SNR", "dB", false},
    [SIGNAL_GRADE] = {RV_COLUMN_TEXT, "quality", NULL, false},
    [SIGNAL_FLAGS] = {RV_COLUMN_TEXT, "remarks", NULL, false},
};

static const char *flag_words(struct rv_document *document, uint64_t flags)
{
    const char *words = NULL;
    for (enum rv_flag flag = 0; flag < RV_FLAG_COUNT; flag++)
        if ((flags & rv_flag_bit(flag)) != 0)
            words = rv_document_join(document, words, ", ",
                                     rv_compose_code(document, rv_flag_name(flag)));
    return words;
}

static struct rv_cell stimulus_cell(struct rv_document *document, const struct rv_response *r)
{
    const char *current = rv_compose_number(document, r->intensity_ma, 1, "mA");
    const char *voltage = rv_compose_number(document, r->intensity_v, 0, "V");
    const char *pulse = rv_compose_number(document, r->pulse_ms, 2, "ms");
    const char *words = rv_document_join(document, current, ", ", voltage);
    struct rv_cell cell = rv_cell_text(words != NULL ? words : pulse);
    if (words != NULL)
        rv_cell_note(&cell, pulse);
    return cell;
}

/* The first clause of what was done: which sweeps, found by what. The others are told in front. */
static const char *sweeps_words(struct rv_document *document, const struct rv_measurement *m)
{
    const char *words = rv_document_clean(document, m->processing);
    const char *end = words != NULL ? strstr(words, "; ") : NULL;
    return end == NULL ? words : rv_document_format(document, "%.*s", (int)(end - words), words);
}

static void signal_row(struct rv_document *document, const struct rv_measurement *m,
                       struct rv_part *table)
{
    struct rv_row *row = rv_table_row(document, table, m->response->side);
    if (row == NULL)
        return;
    struct rv_cell *cells = row->cells;
    const char *noise = NULL;
    if (m->trace != NULL && m->trace->calibrated)
        noise =
            rv_compose_number(document, m->trace->noise_uv, m->trace->noise_uv < 10 ? 2 : 0, NULL);
    cells[SIGNAL_ID] = rv_cell_text(rv_document_clean(document, m->response->id));
    cells[SIGNAL_FILE] = rv_cell_text(rv_document_clean(document, m->response->file));
    const char *channel = m->channel != NULL ? m->channel : m->response->channel;
    cells[SIGNAL_CHANNEL] = rv_cell_text(rv_document_clean(document, channel));
    cells[SIGNAL_STIMULUS] = stimulus_cell(document, m->response);
    if (m->trace != NULL) {
        cells[SIGNAL_SWEEPS] = rv_cell_text(rv_document_format(document, "%zu", m->sweeps_used));
        cells[SIGNAL_REJECTED] =
            rv_cell_text(rv_document_format(document, "%zu", m->sweeps_rejected));
    }
    cells[SIGNAL_NOISE] = rv_cell_text(noise);
    cells[SIGNAL_RATIO] = rv_cell_text(rv_compose_number(document, m->snr_db, 0, NULL));
    cells[SIGNAL_GRADE] = rv_cell_text(rv_quality_word(m->grade));
    if (m->grade == RV_POOR)
        cells[SIGNAL_GRADE].judgement = RV_BORDERLINE;
    cells[SIGNAL_FLAGS] = rv_cell_text(flag_words(document, m->flags));
}

static bool has_signal(const struct rv_measurement *m)
{
    return m->trace != NULL || m->response->file != NULL || m->flags != 0;
}

void rv_compose_signals(struct rv_document *document, const struct rv_report *report)
{
    struct rv_part *table = NULL, *list = NULL;
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *m = &report->measurements[i];
        if (!has_signal(m))
            continue;
        if (table == NULL) {
            struct rv_section *section =
                rv_document_section(document, "signals", "Recordings and their quality");
            table = rv_section_table(document, section, NULL, signal_columns, SIGNAL_COLUMN_COUNT);
            list = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
        }
        signal_row(document, m, table);
        if (m->response->id != NULL)
            rv_part_gather(document, list, rv_document_clean(document, m->response->id),
                           sweeps_words(document, m));
    }
    if (list != NULL)
        list->tone = RV_TONE_SMALL;
    rv_table_settle(table);
}

/* --- footer --------------------------------------------------------------------------------- */

/* Where the limits come from, each source once with the rows that used it. */
static void sources(struct rv_document *document, const struct rv_report *report,
                    struct rv_section *section)
{
    struct rv_part *list =
        rv_section_part(document, section, RV_BLOCK_FACTS, "Sources of the limits");
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *m = &report->measurements[i];
        const char *id = rv_document_clean(document, m->response->id);
        for (enum rv_parameter p = 0; p < RV_PARAMETER_COUNT; p++) {
            const struct rv_verdict *verdict = &m->results[p].verdict;
            if (verdict->judgement == RV_NOT_JUDGED || verdict->source == NULL)
                continue;
            const char *label =
                rv_document_join(document, id, " ", rv_parameter_facts(p)->short_name);
            const char *source = rv_document_clean(document, verdict->source);
            if (!verdict->verified)
                source = rv_document_format(document, "%s \xE2\x80\xA0", source);
            rv_part_gather(document, list, label, source);
        }
    }
    for (struct rv_item *item = list != NULL ? list->items : NULL; item != NULL; item = item->next)
        item->tone = RV_TONE_SMALL;
}

void rv_compose_footer(struct rv_document *document, const struct rv_report *report)
{
    struct rv_section *section = rv_document_section(document, "footer", "About this report");
    sources(document, report, section);
    const char *name = rv_document_clean(document, report->reference.name);
    const char *version = rv_document_clean(document, report->reference.version);
    const char *sha256 = rv_document_clean(document, report->reference.sha256);
    const char *set = "none";
    if (name != NULL)
        set = rv_document_join(document, name, " v", version);
    /* The sentence that every report must carry. */
    rv_section_text(document, section, NULL,
                    rv_document_format(document,
                                       "Decision-support output; requires review and signature by "
                                       "a qualified physician; limits: reference set %s.",
                                       set),
                    RV_TONE_LEAD);
    rv_section_text(document, section, NULL, rv_disclaimer(), RV_TONE_PLAIN);
    const char *made = rv_document_format(document, "ranvier %s", rv_version());
    made = rv_document_join(document, made, "; reference set ", set);
    made = rv_document_join(document, made, "; sha256 of its table ", sha256);
    rv_section_text(document, section, NULL, made, RV_TONE_SMALL);
}
