/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is known of an examination from the events of its stream: the responses so far with their
 * last average, sweep, values and advice. Knows neither terminal nor threads.
 */
#ifndef CLI_LIVE_MODEL_H
#define CLI_LIVE_MODEL_H

#include <ranvier/ranvier.h>

enum {
    LIVE_ADVICE_MOST = 6,
    LIVE_WORDS = 256, /* bytes of a label or an advice; the rest is cut */
    LIVE_ROWS_MOST = 64
};

/* Samples of one trace; microvolt where calibrated. */
struct live_wave {
    double rate_hz, start_ms;
    size_t count, capacity;
    double *samples; /* heap */
};

struct live_advice {
    char code[48];
    char text[LIVE_WORDS];
};

/* The values of a response. */
struct live_facts {
    char id[16], label[LIVE_WORDS];
    char name[LIVE_WORDS]; /* "right median motor wrist-APB", once measured */
    enum rv_kind kind;
    bool measured;   /* values, marks and average hold */
    bool calibrated; /* false: samples are counts */
    size_t sweep_count, withheld_count, used, rejected;
    double time_s;    /* of its last stimulus */
    double intensity; /* of its last sweep; NaN */
    double noise_uv, snr_db;
    uint64_t flags;
    enum rv_quality_grade grade;
    struct rv_mark marks[RV_MARK_COUNT];
    struct rv_value values[RV_PARAMETER_COUNT];
    struct live_advice advice[LIVE_ADVICE_MOST]; /* newest first */
    size_t advice_count;
};

struct live_response {
    struct live_facts facts;
    struct live_wave average, sweep; /* count 0: none yet */
};

/* Zero-initialise. */
struct live_model {
    struct live_response *responses; /* heap, in the order of appearance */
    size_t count, capacity;
    size_t front;      /* what the examination is at */
    double clock_s;    /* recording time that has come */
    double stimulus_s; /* of the last stimulus */
    size_t gap_count;
    double gap_s, gap_length_s; /* where the last gap ended */
    char patient[LIVE_WORDS];   /* "" where not known */
    char state[LIVE_WORDS];     /* "waiting for the recording"; "" while it runs */
};

void live_model_finish(struct live_model *model); /* frees */
void live_model_patient(struct live_model *model, const struct rv_recording_facts *facts);
void live_model_event(struct live_model *model, const struct rv_stream_event *event);
/* All events up to this recording time have been told: now the front is settled. It stays where the
 * last stimulus still goes to it, else it is the first response of that stimulus. */
void live_model_clock(struct live_model *model, double time_s);

/* A line of the list of responses. */
struct live_row {
    size_t number;                  /* in the order of appearance, from 0 */
    char id[16], label[LIVE_WORDS]; /* or its name, where it has one */
    enum rv_kind kind;
    bool measured;
    size_t sweep_count;
    struct rv_value latency, amplitude;
};

/* What one frame shows; a copy, so that the model may go on. Zero-initialise. */
struct live_screen {
    size_t count, shown; /* responses; which one, from 0 */
    bool pinned;         /* chosen by a key, not the newest */
    double clock_s;
    size_t gap_count;
    double gap_s, gap_length_s;
    char patient[LIVE_WORDS], state[LIVE_WORDS];
    struct live_response response;        /* count 0: empty */
    struct live_row rows[LIVE_ROWS_MOST]; /* newest first */
    size_t row_count;
};
/* `chosen`: a response by its number, or SIZE_MAX: the front. false: no memory for the copy. */
bool live_model_show(const struct live_model *model, size_t chosen, struct live_screen *screen);
void live_screen_finish(struct live_screen *screen); /* frees */

#endif
