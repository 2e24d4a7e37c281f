/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier stream: measures a recording while it comes through standard input.
 */
#include "command.h"
#include "live.h"
#include "source_options.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONTROL_LINE = 1024, SIGNALLED = 128 };

struct values {
    struct source_values source;
    const char *label, *study, *control, *report, *raw, *unit;
    const char *reference, *reference_set;
    double mains_hz;
    size_t memory_mb;
    bool keep_mains, keep_tail, force, live;
};

static void defaults(void *values)
{
    ((struct values *)values)->memory_mb = 256;
}

static const struct option_row options[] = {
    {"label", 'l', OPTION_TEXT, "TEXT",
     "what is tested: \"median motor R wrist APB 80mm\" (default: what the recording says)",
     offsetof(struct values, label), 0, 0},
    {"study", 0, OPTION_TEXT, "FILE",
     "study.json with patient, history and skin temperatures (default: what the header says)",
     offsetof(struct values, study), 0, 0},
    {"control", 0, OPTION_TEXT, "FIFO", "each line written to this FIFO is the label from then on",
     offsetof(struct values, control), 0, 0},
    {"report", 'o', OPTION_TEXT, "FILE",
     "report at the end, also after a signal; the format follows the ending of FILE",
     offsetof(struct values, report), 0, 0},
    {"force", 0, OPTION_FLAG, NULL, "replace the report when it exists",
     offsetof(struct values, force), 0, 0},
    {"live", 0, OPTION_FLAG, NULL,
     "draw the examination on the terminal; lines are written where standard output is no terminal",
     offsetof(struct values, live), 0, 0},
    {"raw", 0, OPTION_TEXT, "CODE", "raw PCM: the same as --encoding CODE",
     offsetof(struct values, raw), 0, 0},
    {"unit", 0, OPTION_TEXT, "uV=X", "the same as --calibration", offsetof(struct values, unit), 0,
     0},
    {"memory", 0, OPTION_COUNT, "MB", "samples kept for the report at the end (default 256)",
     offsetof(struct values, memory_mb), 1, 1 << 20},
    {"reference", 'r', OPTION_TEXT, "FILE",
     "table of reference limits (default: the built-in ones)", offsetof(struct values, reference),
     0, 0},
    {"reference-set", 'R', OPTION_TEXT, "NAME", "set of the table to use (default: NDTF 2016)",
     offsetof(struct values, reference_set), 0, 0},
    {"mains", 0, OPTION_NUMBER, "HZ", "mains frequency (default: found in the recording)",
     offsetof(struct values, mains_hz), 40, 70},
    {"keep-mains", 0, OPTION_FLAG, NULL, "do not subtract mains hum",
     offsetof(struct values, keep_mains), 0, 0},
    {"keep-tail", 0, OPTION_FLAG, NULL, "do not subtract the tail of the stimulus artefact",
     offsetof(struct values, keep_tail), 0, 0},
    SOURCE_OPTIONS(struct values, source),
    {0},
};

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %s", subject, problem);
    return err->status = status;
}

/* --- signals ------------------------------------------------------------------------------- */

/* A signal lets the input end: the descriptor of standard input becomes one of /dev/null, on which
 * the waiting read then finds its end. */
static int nothing = -1;
static volatile sig_atomic_t ended_by;

static void end_input(int number)
{
    int kept = errno;
    ended_by = number;
    dup2(nothing, STDIN_FILENO);
    errno = kept;
}

static enum rv_status listen_to_signals(struct rv_error *err)
{
    struct sigaction action = {.sa_handler = end_input};
    nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0)
        return fail(err, RV_IO, "/dev/null", strerror(errno));
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
    return RV_OK;
}

/* --- what is tested ------------------------------------------------------------------------ */

struct control {
    int descriptor; /* -1: none */
    char line[CONTROL_LINE];
    size_t length;
};

static enum rv_status open_control(const char *path, struct control *control, struct rv_error *err)
{
    struct stat facts;
    *control = (struct control){.descriptor = -1};
    if (path == NULL)
        return RV_OK;
    if (stat(path, &facts) != 0)
        return fail(err, RV_NO_INPUT, path, strerror(errno));
    if (!S_ISFIFO(facts.st_mode))
        return fail(err, RV_NO_INPUT, path, "is no FIFO (mkfifo makes one)");
    control->descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return control->descriptor >= 0 ? RV_OK : fail(err, RV_NO_INPUT, path, strerror(errno));
}

/* Takes the whole lines that have come; the last of them counts. */
static enum rv_status read_control(struct control *control, struct rv_stream *stream,
                                   struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (control->descriptor < 0)
        return RV_OK;
    ssize_t got = read(control->descriptor, control->line + control->length,
                       sizeof control->line - 1 - control->length);
    control->length += got > 0 ? (size_t)got : 0;
    control->line[control->length] = '\0';
    for (char *end; status == RV_OK && (end = strchr(control->line, '\n')) != NULL;) {
        *end = '\0';
        status = rv_stream_label(stream, control->line, err);
        size_t taken = (size_t)(end - control->line) + 1;
        control->length -= taken;
        memmove(control->line, end + 1, control->length + 1);
    }
    if (control->length == sizeof control->line - 1)
        control->length = 0; /* a line without an end */
    return status;
}

/* --- events -------------------------------------------------------------------------------- */

/* Where events go. */
struct show {
    struct live *live; /* NULL: no view */
    bool lines;        /* to standard output */
    uint64_t received; /* samples of the first channel */
};

static void show_event(void *to, const struct rv_stream_event *event)
{
    const struct show *show = to;
    char *text = show->lines ? rv_stream_event_json(event) : NULL;
    if (text != NULL) {
        output_write(NULL, text, strlen(text));
        output_write(NULL, "\n", 1);
        output_flush();
    }
    rv_stream_text_free(text);
    live_event(show->live, event);
}

/* The view has a terminal of its own; on one that is standard output, lines would go over it. What
 * refuses a terminal as input is the source. */
static enum rv_status open_show(const struct values *values, struct show *show,
                                struct rv_error *err)
{
    *show = (struct show){.lines = !values->live || !isatty(STDOUT_FILENO)};
    if (!values->live || isatty(STDIN_FILENO))
        return RV_OK;
    enum rv_status status = live_start(&show->live, err);
    live_state(show->live, "waiting for the recording");
    return status;
}

static void begin_show(const struct show *show, const struct rv_source *source)
{
    live_patient(show->live, rv_source_facts(source));
    live_state(show->live, "");
}

/* Words go to the terminal as it was. */
static void close_show(const struct values *values, struct show *show, enum rv_status status)
{
    char text[512];
    if (show->live == NULL)
        return;
    live_stop(show->live);
    show->live = NULL;
    if (status != RV_OK)
        return;
    if (values->report != NULL) {
        snprintf(text, sizeof text, "the report: %.480s", values->report);
        say("note", text);
    } else if (!show->lines) {
        say("note", "no report was asked for: --report FILE");
    }
}

/* What the reader gave and the stream did not take was dropped: nothing ever should be. */
static enum rv_status print_end(const struct rv_report *report, uint64_t received, uint64_t taken,
                                struct rv_error *err)
{
    const struct rv_render_options compact = {.compact = true};
    static const char tail[] = "}\n";
    char head[160];
    int length = snprintf(head, sizeof head,
                          "{\"event\":\"end\",\"samples\":{\"received\":%" PRIu64
                          ",\"dropped\":%" PRIu64 "},\"report\":",
                          received, received - taken);
    output_write(NULL, head, (size_t)length);
    enum rv_status status =
        rv_renderer_find("json")->render(report, &compact, output_write, NULL, err);
    output_write(NULL, tail, sizeof tail - 1);
    return status == RV_OK ? output_finish(err) : status;
}

/* --- report -------------------------------------------------------------------------------- */

static const struct rv_renderer *renderer_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && rv_renderer_at(i) != NULL; i++)
        if (strcmp(dot + 1, rv_renderer_at(i)->extension) == 0)
            return rv_renderer_at(i);
    return NULL;
}

static enum rv_status check_report(const struct values *values, struct rv_error *err)
{
    struct stat facts;
    if (values->report == NULL)
        return RV_OK;
    if (renderer_of(values->report) == NULL)
        return fail(err, RV_MISUSE, values->report,
                    "its ending names no format (txt, json, html, tsv)");
    if (!values->force && lstat(values->report, &facts) == 0)
        return fail(err, RV_NO_OUTPUT, values->report, "exists; --force replaces it");
    return RV_OK;
}

/* --- running ------------------------------------------------------------------------------- */

static enum rv_status read_settings(const struct values *values, struct rv_settings *settings,
                                    struct rv_error *err)
{
    struct source_values source = values->source;
    if (values->raw != NULL)
        source.encoding = values->raw;
    if (values->unit != NULL)
        source.calibration = values->unit;
    *settings = rv_settings_defaults();
    settings->label = values->label;
    settings->study_path = values->study;
    settings->mains_hz = values->mains_hz;
    settings->subtract_mains = !values->keep_mains;
    settings->subtract_tail = !values->keep_tail;
    settings->reference_path = values->reference;
    settings->reference_set = values->reference_set;
    enum rv_status status = source_options_read(&source, &settings->source, err);
    settings->source.max_samples = SIZE_MAX; /* what is kept is bounded otherwise */
    return status;
}

static double block_end_s(const struct rv_source *source, const struct rv_block *block)
{
    size_t count;
    const struct rv_channel *channels = rv_source_channels(source, &count);
    return block->start_s + (double)block->sample_count[0] / channels[0].rate_hz;
}

/* Reads to the end of the input; *why keeps what ended it early. */
static enum rv_status run_blocks(struct rv_source *source, struct rv_stream *stream,
                                 struct control *control, struct show *show, struct rv_error *why,
                                 struct rv_error *err)
{
    struct rv_block block;
    bool more = true;
    enum rv_status status = RV_OK;
    while (status == RV_OK && more) {
        if (rv_source_next(source, &block, &more, why) != RV_OK)
            break;
        status = read_control(control, stream, err);
        if (status == RV_OK && more) {
            show->received += block.channel_count > 0 ? block.sample_count[0] : 0;
            status = rv_stream_push(stream, &block, err);
        }
        if (more && block.channel_count > 0)
            live_clock(show->live, block_end_s(source, &block));
    }
    return status;
}

/* Damage that the reader got over is still damage. */
static void judge_notices(const struct rv_source *source, struct rv_error *why)
{
    size_t count;
    const struct rv_notice *notices = rv_source_notices(source, &count);
    for (size_t i = 0; i < count && why->status == RV_OK; i++)
        if (notices[i].level == RV_PROBLEM)
            fail(why, RV_DATA, "standard input", notices[i].text);
}

static enum rv_status write_report(const struct values *values, const struct rv_report *report,
                                   struct rv_error *err)
{
    return values->report == NULL
               ? RV_OK
               : rv_render_file(report, renderer_of(values->report), NULL, values->report, err);
}

static enum rv_status finish(const struct values *values, struct rv_source *source,
                             struct rv_stream *stream, const struct show *show,
                             struct rv_error *why, struct rv_error *err)
{
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    bool early = ended_by != 0 || why->status != RV_OK;
    live_state(show->live, "ended: measuring everything again for the report");
    enum rv_status status = rv_stream_finish(stream, early, &study, &report, err);
    if (status == RV_OK)
        status = write_report(values, report, err);
    if (status == RV_OK && show->lines)
        status = print_end(report, show->received, rv_stream_taken(stream), err);
    rv_report_free(report);
    rv_study_free(study);
    judge_notices(source, why);
    return status;
}

/* What ended the stream early goes before what could then not be done. */
static enum rv_status settle(enum rv_status status, bool by_key, const struct rv_error *why,
                             struct rv_error *err)
{
    if (ended_by != 0) {
        say("note", by_key ? "ended by q; what was complete is reported as incomplete"
                           : "ended by a signal; what was complete is reported as incomplete");
        if (status != RV_OK)
            say("", err->text);
        err->text[0] = '\0';
        return (enum rv_status)(SIGNALLED + ended_by);
    }
    if (why->status != RV_OK && status != RV_NO_MEMORY) {
        *err = *why;
        return why->status;
    }
    return status;
}

static enum rv_status run(const void *given, size_t count, char *const *operands,
                          struct rv_error *err)
{
    const struct values *values = given;
    struct rv_settings settings;
    struct rv_source *source = NULL;
    struct rv_stream *stream = NULL;
    struct control control = {.descriptor = -1};
    struct show show = {.live = NULL};
    struct rv_error why = {.status = RV_OK};
    (void)count;
    (void)operands;
    enum rv_status status = read_settings(values, &settings, err);
    if (status == RV_OK)
        status = check_report(values, err);
    if (status == RV_OK)
        status = listen_to_signals(err);
    if (status == RV_OK)
        status = open_control(values->control, &control, err);
    if (status == RV_OK)
        status = open_show(values, &show, err);
    if (status == RV_OK)
        status = rv_source_open("-", &settings.source, &source, err);
    if (status == RV_OK)
        status = rv_stream_new(source, &settings, "-", values->memory_mb << 20, show_event, &show,
                               &stream, err);
    if (status == RV_OK)
        begin_show(&show, source);
    if (status == RV_OK)
        status = run_blocks(source, stream, &control, &show, &why, err);
    if (status == RV_OK)
        status = finish(values, source, stream, &show, &why, err);
    bool by_key = live_ended_by_key(show.live);
    close_show(values, &show, status);
    status = settle(status, by_key, &why, err);
    rv_stream_free(stream);
    rv_source_close(source);
    if (control.descriptor >= 0)
        close(control.descriptor);
    return status;
}

const struct command command_stream = {
    .name = "stream",
    .operands = "",
    .summary = "Measure a recording while it comes through standard input",
    .details =
        "Reads Ranvier frames (docs/stream.md), EDF, WAV, text or raw PCM and writes one line of\n"
        "JSON for each sweep, running response, gap and advice, and the whole report at the end.\n"
        "amplifier | ranvier stream --report visit.html\n"
        "amplifier | ranvier stream --live --report visit.html   (keys: n p + - w 0, q ends)\n"
        "amplifier | ranvier stream --raw s16le --rate 20000 --channels 1 --unit uV=0.0305 \\\n"
        "    --label \"median motor R wrist APB 80mm\"",
    .options = options,
    .values_size = sizeof(struct values),
    .defaults = defaults,
    .run = run,
};
