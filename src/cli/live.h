/* SPDX-License-Identifier: GPL-3.0-or-later
 * The view of ranvier stream --live: a thread that draws what it has been told, at most 20 times a
 * second, and reads the keys. Telling it never waits for the terminal.
 */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include <ranvier/ranvier.h>

struct live;

/* Shows the view. RV_MISUSE with a hint where there is no terminal for it. One at a time. The key q
 * and a terminal that hangs up come as signals (SIGINT, SIGHUP) to the thread that calls this. */
enum rv_status live_start(struct live **live, struct rv_error *err);
/* Gives the terminal back as it was; NULL is fine. */
void live_stop(struct live *live);
bool live_ended_by_key(const struct live *live); /* q; NULL is fine */

/* All of these take NULL and then do nothing. */
void live_patient(struct live *live, const struct rv_recording_facts *facts);
void live_event(struct live *live, const struct rv_stream_event *event);
/* Every event up to this recording time has been told. */
void live_clock(struct live *live, double time_s);
/* What goes on besides: "waiting for the recording"; "" for nothing. */
void live_state(struct live *live, const char *words);

#endif
