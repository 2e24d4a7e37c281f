/* SPDX-License-Identifier: GPL-3.0-or-later
 * Schema 1. Documented, with example queries, in docs/batch.md.
 */
#include "batch/schema.h"

#define STUDY_COLUMNS                                                                         \
    "path, input_sha256, settings_sha256, patient_id, age_years, sex, height_cm, weight_kg, " \
    "visit_date, laboratory, format, primary_pattern, statement, reference, reference_sha256"
#define RESPONSE_COLUMNS                                                                      \
    "number, response, kind, nerve, side, record, stimulate, distance_mm, segment_mm, "       \
    "temperature_c, file, channel, present, sweeps_used, sweeps_rejected, noise_uv, snr_db, " \
    "quality, flags, note"
#define RESULT_COLUMNS                                                                         \
    "number, ordinal, parameter, value, se, unit, validity, reason, origin, lower, upper, z, " \
    "p_abnormal, verdict, source, entered, corrected"
#define MARK_COLUMNS "number, ordinal, mark, ms, se_ms, level_uv, validity, origin"
#define NEEDLE_COLUMNS                                                                       \
    "number, muscle, side, insertional, fibrillations, sharp_waves, fasciculations, crd, "   \
    "myotonia, mup_duration, mup_duration_ms, mup_amplitude, mup_amplitude_uv, polyphasia, " \
    "polyphasia_percent, recruitment, activation, verdict, reason, note"
#define FINDING_COLUMNS "number, finding, text, evidence, p"
#define PATTERN_COLUMNS \
    "number, pattern, roots, side, nerve, site, grade, activity, statement, rules"
#define NOTICE_COLUMNS "number, level, code, text, place"
#define FAILURE_COLUMNS "path, input_sha256, settings_sha256, reason, status, text"

#define CURRENT "s.superseded = 0 AND s.settings_sha256 = ?1"
#define PART(columns, table) "SELECT " columns " FROM " table " WHERE study = ?1 ORDER BY number"
/* CROSS JOIN keeps the studies outermost, in the order of the index of their paths: each study's
 * rows are sorted by themselves. Left to itself SQLite scans the results and sorts them all. */
#define WHOLE(columns, table)                                              \
    "SELECT s.path AS study, " columns " FROM studies s CROSS JOIN " table \
    " t ON t.study = s.study WHERE " CURRENT " ORDER BY s.path, t.number"

#define PATH_INDEX "CREATE INDEX studies_path ON studies(path);"

const char schema_create[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE settings (settings_sha256 TEXT PRIMARY KEY, program TEXT, settings TEXT)"
    " WITHOUT ROWID;"
    "CREATE TABLE inputs (path TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID;"
    "CREATE TABLE studies (study INTEGER PRIMARY KEY, path TEXT NOT NULL, input_sha256 TEXT,"
    " settings_sha256 TEXT NOT NULL, patient_id TEXT, age_years REAL, sex TEXT, height_cm REAL,"
    " weight_kg REAL, visit_date TEXT, laboratory TEXT, format TEXT, primary_pattern TEXT,"
    " statement TEXT, reference TEXT, reference_sha256 TEXT,"
    " superseded INTEGER NOT NULL DEFAULT 0);" PATH_INDEX
    "CREATE TABLE responses (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " response TEXT, kind TEXT, nerve TEXT, side TEXT, record TEXT, stimulate TEXT,"
    " distance_mm REAL, segment_mm REAL, temperature_c REAL, file TEXT, channel TEXT,"
    " present TEXT, sweeps_used INTEGER, sweeps_rejected INTEGER, noise_uv REAL, snr_db REAL,"
    " quality TEXT, flags TEXT, note TEXT, PRIMARY KEY (study, number)) WITHOUT ROWID;"
    "CREATE TABLE results (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " ordinal INTEGER NOT NULL, parameter TEXT, value REAL, se REAL, unit TEXT, validity TEXT,"
    " reason TEXT, origin TEXT, lower REAL, upper REAL, z REAL, p_abnormal REAL, verdict TEXT,"
    " source TEXT, entered REAL, corrected REAL, PRIMARY KEY (study, number, ordinal))"
    " WITHOUT ROWID;"
    "CREATE TABLE marks (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " ordinal INTEGER NOT NULL, mark TEXT, ms REAL, se_ms REAL, level_uv REAL, validity TEXT,"
    " origin TEXT, PRIMARY KEY (study, number, ordinal)) WITHOUT ROWID;"
    "CREATE TABLE needle (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " muscle TEXT, side TEXT, insertional TEXT, fibrillations TEXT, sharp_waves TEXT,"
    " fasciculations TEXT, crd TEXT, myotonia TEXT, mup_duration TEXT, mup_duration_ms REAL,"
    " mup_amplitude TEXT, mup_amplitude_uv REAL, polyphasia TEXT, polyphasia_percent REAL,"
    " recruitment TEXT, activation TEXT, verdict TEXT, reason TEXT, note TEXT,"
    " PRIMARY KEY (study, number)) WITHOUT ROWID;"
    "CREATE TABLE findings (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " finding TEXT, text TEXT, evidence TEXT, p REAL, PRIMARY KEY (study, number)) WITHOUT ROWID;"
    "CREATE TABLE patterns (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " pattern TEXT, roots TEXT, side TEXT, nerve TEXT, site TEXT, grade TEXT, activity TEXT,"
    " statement TEXT, rules TEXT, PRIMARY KEY (study, number)) WITHOUT ROWID;"
    "CREATE TABLE notices (study INTEGER NOT NULL REFERENCES studies, number INTEGER NOT NULL,"
    " level TEXT, code TEXT, text TEXT, place TEXT, PRIMARY KEY (study, number)) WITHOUT ROWID;"
    "CREATE TABLE failures (path TEXT NOT NULL, input_sha256 TEXT, settings_sha256 TEXT NOT NULL,"
    " reason TEXT, status INTEGER, text TEXT, PRIMARY KEY (path, settings_sha256)) WITHOUT ROWID;";

const struct table_facts tables[TABLE_COUNT] = {
    [TABLE_STUDIES] = {"studies",
                       "INSERT INTO studies (" STUDY_COLUMNS ")"
                       " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                       "SELECT " STUDY_COLUMNS " FROM studies WHERE study = ?1",
                       "SELECT " STUDY_COLUMNS " FROM studies s WHERE " CURRENT " ORDER BY path"},
    [TABLE_RESPONSES] = {"responses",
                         "INSERT INTO responses (study, " RESPONSE_COLUMNS ")"
                         " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                         PART(RESPONSE_COLUMNS, "responses"), WHOLE(RESPONSE_COLUMNS, "responses")},
    [TABLE_RESULTS] =
        {"results",
         "INSERT INTO results (study, " RESULT_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
         "?,?)",
         PART(RESULT_COLUMNS, "results") ", ordinal",
         "SELECT s.path AS study, s.patient_id, s.age_years, s.sex, s.height_cm, s.visit_date,"
         " r.response, r.kind, r.nerve, r.side, r.record, r.stimulate, r.distance_mm,"
         " r.segment_mm, r.temperature_c, r.present, r.quality, r.flags, t.parameter, t.value,"
         " t.se, t.unit, t.validity, t.reason, t.origin, t.lower, t.upper, t.z, t.p_abnormal,"
         " t.verdict, t.source, t.entered, t.corrected"
         " FROM studies s CROSS JOIN responses r ON r.study = s.study"
         " CROSS JOIN results t ON t.study = s.study AND t.number = r.number"
         " WHERE " CURRENT " ORDER BY s.path, t.number, t.ordinal"},
    [TABLE_MARKS] = {"marks",
                     "INSERT INTO marks (study, " MARK_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?)",
                     PART(MARK_COLUMNS, "marks") ", ordinal",
                     WHOLE(MARK_COLUMNS, "marks") ", t.ordinal"},
    [TABLE_NEEDLE] = {"needle",
                      "INSERT INTO needle (study, " NEEDLE_COLUMNS ")"
                      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                      PART(NEEDLE_COLUMNS, "needle"), WHOLE(NEEDLE_COLUMNS, "needle")},
    [TABLE_FINDINGS] = {"findings",
                        "INSERT INTO findings (study, " FINDING_COLUMNS ") VALUES (?,?,?,?,?,?)",
                        PART(FINDING_COLUMNS, "findings"), WHOLE(FINDING_COLUMNS, "findings")},
    [TABLE_PATTERNS] =
        {"patterns",
         "INSERT INTO patterns (study, " PATTERN_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?)",
         PART(PATTERN_COLUMNS, "patterns"),
         "SELECT s.path AS study, t.number, t.pattern, t.roots, t.side, t.nerve, t.site, t.grade,"
         " t.activity, t.statement, t.rules FROM studies s CROSS JOIN patterns t ON t.study = "
         "s.study"
         " WHERE " CURRENT " ORDER BY s.path, t.number"},
    [TABLE_NOTICES] = {"notices",
                       "INSERT INTO notices (study, " NOTICE_COLUMNS ") VALUES (?,?,?,?,?,?)",
                       PART(NOTICE_COLUMNS, "notices"), WHOLE(NOTICE_COLUMNS, "notices")},
    [TABLE_FAILURES] = {"failures",
                        "INSERT INTO failures (" FAILURE_COLUMNS ") VALUES (?,?,?,?,?,?)", NULL,
                        "SELECT " FAILURE_COLUMNS " FROM failures"
                        " WHERE settings_sha256 = ?1 ORDER BY path"},
};

const char schema_list[] = "SELECT s.study FROM studies s WHERE " CURRENT " ORDER BY s.path";

/* Rows come in the order of the keys, so that each table grows at its end. */
#define MERGE(columns, table, order)                                                        \
    "INSERT INTO main." table " (study, " columns ") SELECT study + ?1, " columns           \
    " FROM (SELECT study AS own FROM part.studies WHERE settings_sha256 = ?2"               \
    " AND superseded = 0 ORDER BY study) CROSS JOIN part." table " ON study = own ORDER BY" \
    " study" order

const char *const schema_merge[] = {
    "INSERT INTO main.studies (study, " STUDY_COLUMNS ") SELECT study + ?1, " STUDY_COLUMNS
    " FROM part.studies WHERE settings_sha256 = ?2 AND superseded = 0 ORDER BY study",
    MERGE(RESPONSE_COLUMNS, "responses", ", number"),
    MERGE(RESULT_COLUMNS, "results", ", number, ordinal"),
    MERGE(MARK_COLUMNS, "marks", ", number, ordinal"),
    MERGE(NEEDLE_COLUMNS, "needle", ", number"),
    MERGE(FINDING_COLUMNS, "findings", ", number"),
    MERGE(PATTERN_COLUMNS, "patterns", ", number"),
    MERGE(NOTICE_COLUMNS, "notices", ", number"),
    "INSERT OR IGNORE INTO main.failures (" FAILURE_COLUMNS ") SELECT " FAILURE_COLUMNS
    " FROM part.failures WHERE settings_sha256 = ?2 AND ?1 >= 0",
    "INSERT OR IGNORE INTO main.settings SELECT settings_sha256, program, settings"
    " FROM part.settings WHERE settings_sha256 = ?2 AND ?1 >= 0",
    "INSERT INTO temp.listed SELECT path, size FROM part.inputs WHERE ?1 >= 0",
    NULL};

/* What is ordered by path comes last, sorted once: the parts' paths lie mixed. */
const char schema_merge_begin[] =
    "DROP INDEX studies_path; CREATE TEMP TABLE listed (path TEXT, size INTEGER);";
const char schema_merge_end[] =
    "INSERT OR IGNORE INTO inputs SELECT path, size FROM temp.listed ORDER BY path;" PATH_INDEX;

const char schema_wide[] =
    "SELECT s.path AS study, s.patient_id, s.age_years, s.sex, s.height_cm, s.visit_date,"
    " r.response, r.kind, r.nerve, r.side, r.record, r.stimulate, r.distance_mm, r.segment_mm,"
    " r.temperature_c, r.present, r.quality, r.flags, t.ordinal, t.value, t.se, t.unit, t.verdict"
    " FROM studies s CROSS JOIN responses r ON r.study = s.study"
    " LEFT JOIN results t ON t.study = s.study AND t.number = r.number"
    " WHERE " CURRENT " ORDER BY s.path, r.number, t.ordinal";

const char schema_learn[] =
    "SELECT s.path, s.patient_id, s.visit_date, s.age_years, s.sex, s.height_cm, r.kind, r.nerve,"
    " r.side, r.record, r.stimulate, r.distance_mm, r.temperature_c, r.flags, t.parameter, t.value,"
    " t.se, t.validity"
    " FROM studies s CROSS JOIN responses r ON r.study = s.study"
    " CROSS JOIN results t ON t.study = s.study AND t.number = r.number"
    " WHERE " CURRENT " AND t.validity IN ('measured', 'absent')"
    " ORDER BY s.path, t.number, t.ordinal";
