/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording as a stream of blocks: header first, then samples and events in time order. Files,
 * pipes and memory are read the same way, without seeking back.
 */
#ifndef RANVIER_SOURCE_H
#define RANVIER_SOURCE_H

#include <ranvier/study.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_channel {
    const char *label;
    const char *unit;        /* as written in the file; "" when the file gives none */
    bool calibrated;         /* samples are microvolt; otherwise numbers as stored */
    double rate_hz;          /* samples a second */
    double minimum, maximum; /* limits of the converter in sample units; NaN unknown */
    double resolution;       /* one converter step in sample units; NaN unknown */
    const char *prefilter;   /* as written; "" */
    const char *transducer;  /* as written; "" */
    bool is_trigger;         /* status or trigger channel */
};

enum rv_event_kind { RV_EVENT_NOTE, RV_EVENT_STIMULUS };

/* An annotation or a stimulus, in recording time. */
struct rv_event {
    enum rv_event_kind kind;
    double time_s;       /* of the recording; where a file's records start at 0 so does this */
    double duration_s;   /* NaN: not given */
    const char *text;    /* "" for a bare trigger */
    double intensity_ma; /* NaN */
    double intensity_v;  /* NaN */
};

/* Facts of a recording that its header gives. Unknown texts are NULL, unknown numbers NaN. */
struct rv_recording_facts {
    const char *format;                                 /* "EDF+D", "WAV", ... */
    const char *patient_id, *patient_name, *birth_date; /* date as yyyy-mm-dd */
    enum rv_sex sex;
    const char *start; /* local time as written, yyyy-mm-ddThh:mm:ss[.fraction] */
    const char *administration, *technician, *equipment;
    double record_s;             /* length of a data record; NaN where there is none */
    double duration_s;           /* from the header; NaN: unknown until the end */
    bool discontinuous;          /* segments may lie apart */
    bool one_sweep_a_segment;    /* each segment is one stimulus window; EDF+D: known at the end */
    double age_years, height_cm; /* of the patient */
    struct rv_temperatures temperature_c;
    double mains_hz; /* of the place where it was made, where a sidecar says it; 0 */
};

/* Samples that follow one another without a gap. Valid until the next call. */
struct rv_block {
    bool new_segment; /* does not continue the block before */
    double start_s;   /* time of the first sample */
    size_t channel_count;
    const size_t *sample_count;    /* of each channel */
    const double *const *samples;  /* of each channel, microvolt where calibrated */
    const struct rv_event *events; /* that came with this block */
    size_t event_count;
};

enum rv_encoding {
    RV_S16LE,
    RV_S16BE,
    RV_S24LE,
    RV_S24BE,
    RV_S32LE,
    RV_S32BE,
    RV_F32LE,
    RV_F32BE,
    RV_F64LE,
    RV_F64BE,
    RV_U8
};

/* How to read. Zero-initialise with rv_source_defaults. */
struct rv_source_options {
    const char *format;        /* name of a reader; NULL: by content */
    bool allow_truncated;      /* use what is whole of a cut file, flagged */
    size_t max_samples;        /* of all channels together; default 2^31 */
    const char *calibration;   /* "uV=0.0305" (of one stored unit; for WAV of full scale),
                                  "CHANNEL:uV=0.0305", several separated by commas; NULL */
    enum rv_encoding encoding; /* raw PCM only, with the two below */
    double rate_hz;
    size_t channel_count;
    double stall_s; /* pipes and FIFOs: RV_TRY_AGAIN when nothing comes for so long; 0: waits */
};
RV_API struct rv_source_options rv_source_defaults(void);

struct rv_source;

/* Opens a path ("-": standard input) and reads the header. Errors: RV_NO_INPUT, RV_PERMISSION,
 * RV_DATA, RV_IO, RV_NO_MEMORY. On success the source is the caller's. */
RV_API enum rv_status rv_source_open(const char *path, const struct rv_source_options *options,
                                     struct rv_source **source, struct rv_error *err);
/* The same from bytes that stay valid until rv_source_close; `name` is for messages and for
 * formats that need a second file. */
RV_API enum rv_status rv_source_open_memory(const char *name, const void *bytes, size_t size,
                                            const struct rv_source_options *options,
                                            struct rv_source **source, struct rv_error *err);
RV_API const struct rv_recording_facts *rv_source_facts(const struct rv_source *source);
RV_API const struct rv_channel *rv_source_channels(const struct rv_source *source, size_t *count);
/* Problems and oddities met so far. */
RV_API const struct rv_notice *rv_source_notices(const struct rv_source *source, size_t *count);
/* The next block; *more is false at the end, and the block is then empty. */
RV_API enum rv_status rv_source_next(struct rv_source *source, struct rv_block *block, bool *more,
                                     struct rv_error *err);
RV_API void rv_source_close(struct rv_source *source); /* NULL is fine */

/* --- a whole recording in memory ----------------------------------------------------------- */

struct rv_segment {
    double start_s;
    const size_t *first;        /* of each channel: index into its samples */
    const size_t *sample_count; /* of each channel */
};

struct rv_recording {
    struct rv_recording_facts facts;
    const struct rv_channel *channels;
    size_t channel_count;
    const double *const *samples; /* of each channel, all segments one after another */
    const struct rv_segment *segments;
    size_t segment_count;
    const struct rv_event *events; /* in time order */
    size_t event_count;
    const struct rv_notice *notices;
    size_t notice_count;
    struct rv_arena *arena;
};

RV_API enum rv_status rv_recording_read(const char *path, const struct rv_source_options *options,
                                        struct rv_recording **recording, struct rv_error *err);
/* Takes what is left of an open source; the source stays the caller's to close. */
RV_API enum rv_status rv_recording_collect(struct rv_source *source,
                                           struct rv_recording **recording, struct rv_error *err);
/* Time of the end of its last sample; 0 where it has none. */
RV_API double rv_recording_end_s(const struct rv_recording *recording);
RV_API void rv_recording_free(struct rv_recording *recording); /* NULL is fine */

/* --- labels -------------------------------------------------------------------------------- */

/* What a free text of an EMG machine says. NULL, NaN and UNKNOWN where it says nothing: a side or
 * a distance is never guessed. */
struct rv_label {
    bool kind_known;
    enum rv_kind kind;
    const char *nerve;
    enum rv_side side;
    const char *record;
    const char *stimulate;
    double distance_mm;
    double intensity_ma, intensity_v;
    double pulse_ms;
    double temperature_c;       /* skin */
    const char *not_understood; /* the words left over, separated by blanks; NULL: none */
    bool conflict;              /* it names two sides, or two nerves */
};

/* Reads a text; the strings of the result are static or live in `arena`-free storage of the
 * caller: they point into `storage`, which must hold at least strlen(text) + 1 bytes. */
RV_API void rv_label_read(const char *text, char *storage, struct rv_label *label);

/* --- writing ------------------------------------------------------------------------------- */

struct rv_edf_signal {
    const char *label;
    const char *unit;      /* "uV" or "mV" */
    const char *prefilter; /* "HP:2Hz LP:10kHz" */
    const char *transducer;
    double physical_min, physical_max; /* in unit; rounded to the 8 characters that EDF holds */
    size_t samples_per_record;
};

struct rv_edf_annotation {
    double onset_s;
    double duration_s; /* NaN: none */
    const char *text;
};

struct rv_edf_header {
    bool bdf;           /* 24 bit */
    bool discontinuous; /* EDF+D: record_start_s is used */
    double record_s;
    const char *patient;   /* EDF+ patient field; NULL: "X X X X" */
    const char *recording; /* EDF+ recording field; NULL: "Startdate X X X X" */
    const char *start;     /* "yyyy-mm-ddThh:mm:ss"; NULL: 1985-01-01T00:00:00 */
    const struct rv_edf_signal *signals;
    size_t signal_count;
    size_t annotation_bytes; /* of a record; 0: 120 */
};

struct rv_edf_writer;

/* Writes EDF+ or BDF+, record by record; the file appears under its name when closed. Texts of the
 * header are ASCII: a micro sign becomes u, other characters ?. RV_MISUSE: EDF cannot hold it. */
RV_API enum rv_status rv_edf_create(const char *path, const struct rv_edf_header *header,
                                    struct rv_edf_writer **writer, struct rv_error *err);
/* One data record: samples of each signal in its own unit (clipped to its range and counted),
 * annotations with their onsets in file time. Continuous files count time by themselves. RV_MISUSE
 * when a record overlaps the last or its annotations do not fit; nothing can be written then. */
RV_API enum rv_status rv_edf_write(struct rv_edf_writer *writer, double record_start_s,
                                   const double *const *samples,
                                   const struct rv_edf_annotation *annotations,
                                   size_t annotation_count, struct rv_error *err);
/* Finishes and renames into place; frees the writer in any case. `clipped` may be NULL. RV_MISUSE,
 * and no file, without a record. */
RV_API enum rv_status rv_edf_close(struct rv_edf_writer *writer, size_t *clipped,
                                   struct rv_error *err);
RV_API void rv_edf_abandon(struct rv_edf_writer *writer); /* leaves no file; NULL is fine */

struct rv_wav_writer;

/* Writes float32 WAV (RF64 beyond 4 GiB); the file appears under its name when closed. WAV knows no
 * unit: a reader needs "uV=1" for samples in microvolt. RV_MISUSE for a rate that is no whole
 * number of hertz. */
RV_API enum rv_status rv_wav_create(const char *path, double rate_hz, size_t channel_count,
                                    struct rv_wav_writer **writer, struct rv_error *err);
/* `count` samples of each channel. */
RV_API enum rv_status rv_wav_write(struct rv_wav_writer *writer, const float *const *samples,
                                   size_t count, struct rv_error *err);
/* Finishes and renames into place; frees the writer in any case. */
RV_API enum rv_status rv_wav_close(struct rv_wav_writer *writer, struct rv_error *err);
RV_API void rv_wav_abandon(struct rv_wav_writer *writer); /* leaves no file; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
