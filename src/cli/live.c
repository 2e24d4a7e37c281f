/* SPDX-License-Identifier: GPL-3.0-or-later
 * The view of ranvier stream --live: a thread that draws what it has been told and reads the keys.
 * A thread, because reading the recording waits; measuring only copies into the model, and a slow
 * terminal costs frames, never time or data.
 */
#include "live.h"

#include "live_layout.h"
#include "live_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MS = 50 };

/* What wakes the view, as bytes of its pipe. */
enum wake { TOLD = 't', RESIZED = 'r', SUSPEND = 's', RESUME = 'c', END = 'e' };

struct live {
    pthread_t thread;
    pthread_mutex_t lock; /* of model and told */
    struct live_model model;
    bool told; /* a wake is on its way */
    /* Of the thread alone: */
    struct live_terminal terminal;
    struct live_view view;
    struct live_screen screen;
    struct live_canvas canvas;
    size_t seen_count; /* responses */
    bool changed, redraw, ending;
    long long frame_ms; /* when the next frame may be drawn */
    volatile sig_atomic_t quit;
};

/* --- signals ------------------------------------------------------------------------------- */

static int wake_pipe[2] = {-1, -1};

/* A full pipe wakes as well. */
static void wake(char why)
{
    int held = errno;
    ssize_t unheard = write(wake_pipe[1], &why, 1);
    (void)unheard;
    errno = held;
}

static void on_signal(int number)
{
    wake(number == SIGWINCH ? RESIZED : number == SIGTSTP ? SUSPEND : RESUME);
}

/* A signal that is to be ignored stays so. */
static void listen_to(int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

static const int heard[] = {SIGTSTP, SIGCONT, SIGWINCH};
enum { HEARD_COUNT = sizeof heard / sizeof *heard };

/* Stops as if SIGTSTP had not been caught; goes on here after SIGCONT. */
static void suspend(struct live *live)
{
    sigset_t only;
    live_terminal_leave(&live->terminal);
    signal(SIGTSTP, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(SIGTSTP);
    pthread_sigmask(SIG_BLOCK, &only, NULL);
    listen_to(SIGTSTP);
    live_terminal_enter(&live->terminal);
    live->redraw = true;
}

/* --- keys ---------------------------------------------------------------------------------- */

static void choose(struct live *live, long step)
{
    size_t count = live->screen.count, shown = live->screen.shown;
    bool beyond = step < 0 ? shown == 0 : shown + 1 >= count;
    live->view.chosen = beyond ? SIZE_MAX : step < 0 ? shown - 1 : shown + 1;
}

static void quit(struct live *live, long unused)
{
    (void)unused;
    live->quit = 1;
    kill(getpid(), SIGINT); /* this thread blocks it */
}

static void gain(struct live *live, long step)
{
    enum { GAIN_MOST = 9 };
    if (labs(live->view.gain + step) <= GAIN_MOST)
        live->view.gain += step;
}

static void widen(struct live *live, long unused)
{
    (void)unused;
    live->view.whole = !live->view.whole;
}

static void reset(struct live *live, long unused)
{
    (void)unused;
    live->view = (struct live_view){.chosen = SIZE_MAX};
    live->redraw = true;
}

static const struct {
    char key;
    void (*act)(struct live *live, long argument);
    long argument;
} bindings[] = {
    {'q', quit, 0}, {'Q', quit, 0},  {'n', choose, 1}, {'p', choose, -1},     {'+', gain, 1},
    {'=', gain, 1}, {'-', gain, -1}, {'w', widen, 0},  {'L' - '@', reset, 0}, {'0', reset, 0},
};

static void press(struct live *live, char key)
{
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
        if (bindings[i].key == key)
            bindings[i].act(live, bindings[i].argument);
    live->changed = true;
}

/* Arrows come as ESC [ A or ESC O A; other sequences are passed over. */
static void take_keys(struct live *live)
{
    static const char arrows[] = "ABCD", meant[] = "+-np";
    char keys[64];
    size_t count = live_terminal_keys(&live->terminal, keys, sizeof keys);
    for (size_t i = 0; i < count; i++) {
        if (keys[i] != '\033') {
            press(live, keys[i]);
            continue;
        }
        if (i + 1 < count && (keys[i + 1] == '[' || keys[i + 1] == 'O'))
            i++;
        while (i + 1 < count && keys[i + 1] >= 0x20 && keys[i + 1] < 0x40)
            i++; /* parameters (ECMA-48, 5.4) */
        const char *arrow = i + 1 < count ? strchr(arrows, keys[i + 1]) : NULL;
        if (arrow != NULL && *arrow != '\0')
            press(live, meant[arrow - arrows]);
        i++;
    }
}

/* --- the thread ---------------------------------------------------------------------------- */

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void draw(struct live *live)
{
    size_t width, height;
    if (!live_terminal_is_ours(&live->terminal))
        return;
    pthread_mutex_lock(&live->lock);
    bool new_one = live->model.count != live->seen_count;
    live->seen_count = live->model.count;
    live->told = false;
    if (new_one)
        live->view.chosen = SIZE_MAX; /* the examination goes on */
    bool copied = live_model_show(&live->model, live->view.chosen, &live->screen);
    pthread_mutex_unlock(&live->lock);
    live_terminal_size(&live->terminal, &width, &height);
    if (copied && live_canvas_begin(&live->canvas, width, height)) {
        live_layout(&live->screen, &live->view, &live->canvas);
        live_terminal_draw(&live->terminal, &live->canvas, live->redraw);
    }
    live->changed = live->redraw = false;
    live->frame_ms = now_ms() + FRAME_MS;
    live_terminal_flush(&live->terminal);
}

static void heed(struct live *live, char why)
{
    if (why == SUSPEND)
        suspend(live);
    if (why == RESUME) /* the shell may have changed the settings */
        live_terminal_enter(&live->terminal);
    if (why == RESUME || why == RESIZED)
        live->redraw = true;
    if (why == END)
        live->ending = true;
    live->changed = true;
}

static void take_wakes(struct live *live)
{
    char whys[64];
    ssize_t got = read(wake_pipe[0], whys, sizeof whys);
    for (ssize_t i = 0; i < got; i++)
        heed(live, whys[i]);
}

static int wait_ms(const struct live *live)
{
    bool wants = (live->changed || live->redraw) && live->terminal.entered &&
                 !live->terminal.gone && !live_terminal_is_behind(&live->terminal);
    long long left = live->frame_ms - now_ms();
    return !wants ? -1 : left > 0 ? (int)left : 0;
}

static void *show(void *given)
{
    struct live *live = given;
    while (!live->ending) {
        bool on = live->terminal.entered && !live->terminal.gone;
        struct pollfd ready[2] = {{.fd = wake_pipe[0], .events = POLLIN},
                                  {.fd = on ? live->terminal.descriptor : -1, .events = POLLIN}};
        if (live_terminal_is_behind(&live->terminal))
            ready[1].events |= POLLOUT;
        int wait = wait_ms(live);
        if (wait != 0)
            poll(ready, 2, wait);
        if (ready[0].revents != 0)
            take_wakes(live);
        if (ready[1].revents & POLLOUT)
            live_terminal_flush(&live->terminal);
        if (ready[1].revents & ~POLLOUT)
            take_keys(live);
        if (wait_ms(live) == 0)
            draw(live);
    }
    live_terminal_leave(&live->terminal);
    return NULL;
}

/* Signals are the other thread's, but for those that a fault raises in this one. */
static enum rv_status start_thread(struct live *live)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&live->thread, NULL, show, live);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ? RV_OK : RV_NO_MEMORY;
}

static void release(struct live *live)
{
    live_model_finish(&live->model);
    live_screen_finish(&live->screen);
    live_canvas_finish(&live->canvas);
    pthread_mutex_destroy(&live->lock);
    for (size_t i = 0; i < 2; i++) {
        if (wake_pipe[i] >= 0)
            close(wake_pipe[i]);
        wake_pipe[i] = -1;
    }
    free(live);
}

static bool open_pipe(void)
{
    if (pipe(wake_pipe) != 0)
        return false;
    for (size_t i = 0; i < 2; i++) {
        fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

enum rv_status live_start(struct live **live, struct rv_error *err)
{
    struct live *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        snprintf(err->text, sizeof err->text, "out of memory");
        return err->status = RV_NO_MEMORY;
    }
    enum rv_status status = live_terminal_open(&made->terminal, err);
    if (status == RV_OK && !open_pipe()) {
        snprintf(err->text, sizeof err->text, "--live: a pipe: %s", strerror(errno));
        status = err->status = RV_TRY_AGAIN;
    }
    made->canvas.ascii = made->terminal.ascii;
    made->canvas.colour = made->terminal.colour;
    made->view.chosen = SIZE_MAX;
    made->changed = made->redraw = true;
    if (status == RV_OK) {
        for (size_t i = 0; i < HEARD_COUNT; i++)
            listen_to(heard[i]);
        live_terminal_enter(&made->terminal);
        status = start_thread(made);
        if (status != RV_OK)
            snprintf(err->text, sizeof err->text, "--live: no thread for the view");
        err->status = status;
    }
    if (status != RV_OK) {
        live_terminal_close(&made->terminal);
        release(made);
        return status;
    }
    *live = made;
    return RV_OK;
}

void live_stop(struct live *live)
{
    if (live == NULL)
        return;
    wake(END);
    pthread_join(live->thread, NULL);
    for (size_t i = 0; i < HEARD_COUNT; i++)
        signal(heard[i], SIG_DFL);
    live_terminal_close(&live->terminal);
    release(live);
}

bool live_ended_by_key(const struct live *live)
{
    return live != NULL && live->quit != 0;
}

/* --- telling ------------------------------------------------------------------------------- */

/* The lock is held. */
static void tell(struct live *live)
{
    if (!live->told)
        wake(TOLD);
    live->told = true;
}

void live_patient(struct live *live, const struct rv_recording_facts *facts)
{
    if (live == NULL)
        return;
    pthread_mutex_lock(&live->lock);
    live_model_patient(&live->model, facts);
    tell(live);
    pthread_mutex_unlock(&live->lock);
}

void live_event(struct live *live, const struct rv_stream_event *event)
{
    if (live == NULL)
        return;
    pthread_mutex_lock(&live->lock);
    live_model_event(&live->model, event);
    tell(live);
    pthread_mutex_unlock(&live->lock);
}

void live_clock(struct live *live, double time_s)
{
    if (live == NULL)
        return;
    pthread_mutex_lock(&live->lock);
    size_t front = live->model.front;
    double second = floor(live->model.clock_s);
    live_model_clock(&live->model, time_s);
    if (front != live->model.front || floor(time_s) > second)
        tell(live);
    pthread_mutex_unlock(&live->lock);
}

void live_state(struct live *live, const char *words)
{
    if (live == NULL)
        return;
    pthread_mutex_lock(&live->lock);
    snprintf(live->model.state, sizeof live->model.state, "%s", words);
    tell(live);
    pthread_mutex_unlock(&live->lock);
}
