/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who was examined and when.
 */
#include "session/bids_people.h"

#include "base/error.h"
#include "base/text.h"
#include "session/bids_person.h"
#include "session/study_json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Order of rv_bids_people_files. */
enum { PARTICIPANTS, PARTICIPANTS_JSON, SESSIONS, SESSIONS_JSON, SESSIONS_ROOT_JSON, SCANS };

enum rv_status rv_bids_people_files(const struct rv_bids_place *place,
                                    const char *files[RV_BIDS_PEOPLE_FILES], struct rv_error *err)
{
    struct rv_arena *arena = place->arena;
    const char *subject = place->subject;
    files[PARTICIPANTS] = "participants.tsv";
    files[PARTICIPANTS_JSON] = "participants.json";
    files[SESSIONS] = rv_arena_format(arena, "sub-%s/sub-%s_sessions.tsv", subject, subject);
    files[SESSIONS_JSON] = rv_arena_format(arena, "sub-%s/sub-%s_sessions.json", subject, subject);
    files[SESSIONS_ROOT_JSON] = "sessions.json";
    files[SCANS] = rv_arena_format(arena, "%s/sub-%s%s%s_scans.tsv", place->inside, subject,
                                   place->session != NULL ? "_ses-" : "",
                                   place->session != NULL ? place->session : "");
    files[SCANS + 1] = NULL;
    return files[SESSIONS] != NULL && files[SESSIONS_JSON] != NULL && files[SCANS] != NULL
               ? RV_OK
               : rv_fail_memory(err);
}

/* --- participants.tsv ---------------------------------------------------------------------- */

/* Does the line begin with this cell? */
static bool begins_with_cell(const char *line, const char *end, const char *cell)
{
    size_t length = strlen(cell), rest = (size_t)(end - line);
    return rest >= length && memcmp(line, cell, length) == 0 &&
           (rest == length || line[length] == '\t' || line[length] == '\r');
}

/* Line ends stay, lines of others go. */
static size_t keep_lines(char *bytes, size_t length, const char *cell)
{
    char *to = bytes;
    const char *from = bytes, *end = bytes + length;
    for (bool first = true; from < end; first = false) {
        const char *stop = memchr(from, '\n', (size_t)(end - from));
        const char *line_end = stop != NULL ? stop : end;
        if (first || begins_with_cell(from, line_end, cell)) {
            memmove(to, from, (size_t)(line_end - from));
            to += line_end - from;
        }
        if (stop != NULL)
            *to++ = '\n';
        from = stop != NULL ? stop + 1 : end;
    }
    return (size_t)(to - bytes);
}

enum rv_status rv_bids_participant(const struct rv_bids_place *place, char **bytes, size_t *length,
                                   struct rv_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    enum rv_status status =
        rv_bids_read(place, "participants.tsv", RV_BIDS_TABLE_BYTES, bytes, length, err);
    if (status != RV_OK)
        return status;
    const char *head = rv_text_starts(*bytes, mark) ? *bytes + strlen(mark) : *bytes;
    if (!begins_with_cell(head, *bytes + *length, "participant_id"))
        return RV_OK;
    char *id = rv_arena_format(place->arena, "sub-%s", place->subject);
    if (id == NULL)
        return rv_fail_memory(err);
    *length = keep_lines(*bytes, *length, id);
    return RV_OK;
}

static bool cell_is(const struct rv_table *table, size_t row, size_t column, const char *prefix,
                    const char *label)
{
    const char *text = rv_table_cell(table, row, column);
    return text != NULL && label != NULL && rv_text_starts(text, prefix) &&
           strcmp(text + strlen(prefix), label) == 0;
}

/* The row of a label in a column; SIZE_MAX: none. With `session`, rows of another session of the
 * same column count as none. RV_STUDY where two are. */
static enum rv_status find_row(const struct rv_table *table, const char *file, size_t column,
                               const char *prefix, const char *label, const char *session,
                               size_t *row, struct rv_error *err)
{
    size_t sessions = rv_table_column(table, "session_id");
    *row = SIZE_MAX;
    for (size_t i = 0; i < table->row_count; i++) {
        if (!cell_is(table, i, column, prefix, label))
            continue;
        if (sessions != column && rv_table_cell(table, i, sessions) != NULL &&
            !cell_is(table, i, sessions, "ses-", session))
            continue;
        if (*row != SIZE_MAX)
            return rv_fail(err, RV_STUDY, "%s: lines %zu and %zu both are of %s%s", file,
                           table->lines[*row], table->lines[i], prefix, label);
        *row = i;
    }
    return RV_OK;
}

static enum rv_status parse(const struct rv_bids_place *place, const char *file, const char *bytes,
                            size_t length, const char *key, struct rv_table *table,
                            struct rv_error *err)
{
    enum rv_status status = rv_table_parse(place->arena, bytes, length, table, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "%s", file);
    if (rv_table_column(table, key) == SIZE_MAX)
        return rv_fail(err, RV_STUDY, "%s: column %s is missing", file, key);
    return RV_OK;
}

static enum rv_status read_row(const struct rv_bids_place *place, const char *file,
                               const char *const *dictionaries, size_t count,
                               const struct rv_table *table, size_t row, struct rv_study *study,
                               struct rv_notices *notices, struct rv_error *err)
{
    const char *there[2];
    size_t found = 0;
    struct rv_bids_json json;
    for (size_t i = 0; i < count; i++)
        if (rv_bids_exists(place, dictionaries[i]))
            there[found++] = dictionaries[i];
    enum rv_status status = rv_bids_json_read(place, there, found, &json, err);
    const struct rv_bids_row of = {file, table, row, &json};
    if (status == RV_OK)
        status = rv_bids_person(&of, &study->patient, notices, err);
    rv_bids_json_finish(&json);
    return status;
}

static enum rv_status read_participant(const struct rv_bids_place *place, const char *const *files,
                                       struct rv_study *study, struct rv_notices *notices,
                                       struct rv_error *err)
{
    char *bytes;
    size_t length, row;
    struct rv_table table;
    const char *file = files[PARTICIPANTS];
    enum rv_status status = RV_OK;
    if (!rv_bids_exists(place, file)) {
        rv_notice_add(notices, RV_WARNING, "bids_no_participant", file,
                      "there is no participants.tsv: age, sex and height are not known");
        return RV_OK;
    }
    status = rv_bids_participant(place, &bytes, &length, err);
    if (status == RV_OK)
        status = parse(place, file, bytes, length, "participant_id", &table, err);
    if (status == RV_OK)
        status = find_row(&table, file, rv_table_column(&table, "participant_id"), "sub-",
                          place->subject, place->session, &row, err);
    if (status != RV_OK)
        return status;
    if (row == SIZE_MAX) {
        rv_notice_add(notices, RV_WARNING, "bids_no_participant", file,
                      "sub-%s has no row: age, sex and height are not known", place->subject);
        return RV_OK;
    }
    return read_row(place, file, &files[PARTICIPANTS_JSON], 1, &table, row, study, notices, err);
}

/* --- dates --------------------------------------------------------------------------------- */

/* The day of "2026-03-02T09:30:00"; NULL: no such day. */
static const char *day_of(const char *text, struct rv_arena *arena)
{
    if (strlen(text) < 10 || (text[10] != '\0' && text[10] != 'T'))
        return NULL;
    const char *day = rv_arena_text_n(arena, text, 10);
    return day != NULL && rv_date_valid(day) ? day : NULL;
}

static enum rv_status take_time(const struct rv_bids_place *place, const char *file,
                                const struct rv_table *table, size_t row, const char **date,
                                struct rv_error *err)
{
    char visible[520];
    const char *text = rv_table_cell(table, row, rv_table_column(table, "acq_time"));
    if (text == NULL)
        return RV_OK;
    const char *day = day_of(text, place->arena);
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    if (day == NULL)
        return rv_fail(err, RV_STUDY,
                       "%s: line %zu: acq_time is \"%s\"; expected a time like "
                       "2026-03-02T09:30:00",
                       file, table->lines[row], visible);
    if (*date == NULL || strcmp(day, *date) < 0)
        *date = day;
    return RV_OK;
}

static enum rv_status read_session(const struct rv_bids_place *place, const char *const *files,
                                   struct rv_study *study, struct rv_notices *notices,
                                   const char **date, struct rv_error *err)
{
    char *bytes;
    size_t length, row;
    struct rv_table table;
    const char *file = files[SESSIONS];
    if (place->session == NULL || !rv_bids_exists(place, file))
        return RV_OK;
    enum rv_status status = rv_bids_read(place, file, RV_BIDS_TABLE_BYTES, &bytes, &length, err);
    if (status == RV_OK)
        status = parse(place, file, bytes, length, "session_id", &table, err);
    if (status == RV_OK)
        status = find_row(&table, file, rv_table_column(&table, "session_id"), "ses-",
                          place->session, NULL, &row, err);
    if (status != RV_OK || row == SIZE_MAX)
        return status;
    status = take_time(place, file, &table, row, date, err);
    return status == RV_OK
               ? read_row(place, file, &files[SESSIONS_JSON], 2, &table, row, study, notices, err)
               : status;
}

/* A name in a table is compared, never opened; one that leads out of the folder is refused all the
 * same: whoever wrote it meant something. */
static enum rv_status check_filename(const char *file, const char *text, size_t line,
                                     struct rv_error *err)
{
    char visible[520];
    bool up = rv_text_starts(text, "../") || strstr(text, "/../") != NULL;
    if (text[0] != '/' && !up && strchr(text, '\\') == NULL)
        return RV_OK;
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    return rv_fail(err, RV_STUDY,
                   "%s: line %zu: filename \"%s\" is not a path inside of the folder", file, line,
                   visible);
}

static enum rv_status take_scan(const struct rv_bids_place *place, const char *file,
                                const struct rv_table *table, const char *recording,
                                const char **date, struct rv_error *err)
{
    size_t column = rv_table_column(table, "filename"), found = SIZE_MAX;
    for (size_t i = 0; i < table->row_count; i++) {
        const char *text = rv_table_cell(table, i, column);
        if (text == NULL || !rv_text_starts(text, "emg/") ||
            strcmp(text + strlen("emg/"), recording) != 0)
            continue;
        if (found != SIZE_MAX)
            return rv_fail(err, RV_STUDY, "%s: lines %zu and %zu both are of %s", file,
                           table->lines[found], table->lines[i], recording);
        found = i;
    }
    return found != SIZE_MAX ? take_time(place, file, table, found, date, err) : RV_OK;
}

static enum rv_status read_scans(const struct rv_bids_place *place, const char *file,
                                 const struct rv_bids_name *recordings, size_t count,
                                 const char **date, struct rv_error *err)
{
    char *bytes;
    size_t length;
    struct rv_table table;
    if (!rv_bids_exists(place, file))
        return RV_OK;
    enum rv_status status = rv_bids_read(place, file, RV_BIDS_TABLE_BYTES, &bytes, &length, err);
    if (status == RV_OK)
        status = parse(place, file, bytes, length, "filename", &table, err);
    for (size_t i = 0; status == RV_OK && i < table.row_count; i++) {
        const char *text = rv_table_cell(&table, i, rv_table_column(&table, "filename"));
        if (text != NULL)
            status = check_filename(file, text, table.lines[i], err);
    }
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = take_scan(place, file, &table, recordings[i].file, date, err);
    return status;
}

/* Dates up to 1925 are shifted ones (BIDS, for privacy): differences between them hold. */
static void tell_date(const char *date, const char *file, struct rv_notices *notices)
{
    bool shifted = strcmp(date, "1926") < 0;
    rv_notice_add(notices, RV_INFO, "bids_date", file, "examined %s%s", date,
                  shifted ? ", a shifted date: only differences between dates count" : "");
}

enum rv_status rv_bids_people(const struct rv_bids_place *place,
                              const struct rv_bids_name *recordings, size_t count,
                              struct rv_study *study, struct rv_notices *notices,
                              struct rv_error *err)
{
    const char *files[RV_BIDS_PEOPLE_FILES], *session = NULL, *scan = NULL;
    enum rv_status status = rv_bids_people_files(place, files, err);
    if (status == RV_OK)
        status = read_participant(place, files, study, notices, err);
    if (status == RV_OK)
        status = read_session(place, files, study, notices, &session, err);
    if (status == RV_OK)
        status = read_scans(place, files[SCANS], recordings, count, &scan, err);
    if (status != RV_OK)
        return status;
    study->patient.id = rv_arena_format(study->arena, "sub-%s", place->subject);
    study->visit.date = scan != NULL ? scan : session;
    if (study->visit.date != NULL)
        tell_date(study->visit.date, scan != NULL ? files[SCANS] : files[SESSIONS], notices);
    if (scan != NULL && session != NULL && strcmp(scan, session) != 0)
        rv_notice_add(notices, RV_WARNING, "bids_dates_differ", files[SCANS],
                      "the recordings are of %s, the session is of %s: the first counts", scan,
                      session);
    return study->patient.id != NULL ? RV_OK : rv_fail_memory(err);
}
