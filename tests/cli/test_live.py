#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ranvier stream --live in a pseudo terminal: what stands on its screen, and that it is given back."""
import fcntl
import io
import json
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from harness import Failure, Skip, check, main
from test_stream import frames, sender

try:
    import pyte
except ImportError:  # said by every test that needs it
    pyte = None

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
WAIT = 40 if "ASAN_OPTIONS" in os.environ else 20
END_FRAME = 24  # bytes


class Terminal:
    """The program on a pseudo terminal, read by an emulator; standard input is a pipe."""

    def __init__(self, t, *args, size=(80, 24), stdout=None, env=None, reading=True, job=False):
        if pyte is None:
            raise Skip("python3-pyte is not there")
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.bytes, self.lock = bytearray(), threading.Lock()
        self.set_size(*size)
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **(env or {})}
        command = [t.program, "stream", "--live", *args]
        if job:
            command = [sys.executable, "-B", os.path.abspath(__file__), "--job", *command]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=stdout if stdout is not None else self.slave,
            stderr=subprocess.PIPE, cwd=t.folder, env=environment, preexec_fn=self.take_terminal)
        if reading:
            threading.Thread(target=self.read, daemon=True).start()

    def take_terminal(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def read(self):
        try:
            while True:
                data = os.read(self.master, 65536)
                with self.lock:
                    self.bytes += data
                    self.stream.feed(data)
        except OSError:
            pass

    def set_size(self, width, height):
        with self.lock:
            self.screen.resize(height, width)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def rows(self):
        with self.lock:
            return [row.rstrip() for row in self.screen.display]

    def until(self, condition, what):
        end = time.monotonic() + WAIT
        while not condition():
            if time.monotonic() > end:
                raise Failure("%s: not within %d s\n%s" % (what, WAIT, "\n".join(self.rows())))
            time.sleep(0.01)

    def shows(self, *texts):
        for text in texts:
            self.until(lambda: text in "\n".join(self.rows()), "shows %r" % text)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def press(self, keys):
        os.write(self.master, keys)

    def end(self):
        """Exit status and words, once the terminal has been found as it was."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        return self.left()

    def left(self):
        words = self.process.stderr.read().decode()
        code = self.process.wait(timeout=WAIT)
        self.is_restored()
        return code, words

    def is_restored(self):
        self.until(lambda: self.bytes.rfind(LEAVE) > self.bytes.rfind(ENTER),
                   "the alternate screen is left")
        rest = bytes(self.bytes[self.bytes.rfind(ENTER):])
        check(rest.rfind(b"\x1b[?25h") > rest.rfind(b"\x1b[?25l"), "the cursor is hidden")
        check(rest.rfind(b"\x1b[?7h") > rest.rfind(b"\x1b[?7l"), "lines are not wrapped")
        check(termios.tcgetattr(self.slave) == self.before, "the settings are not restored")


def open_view(t, *args, **more):
    """A view of ten sweeps whose stream has not ended."""
    terminal = Terminal(t, *args, **more)
    terminal.send(frames(t)[:-END_FRAME])
    terminal.shows("sweeps 10")
    return terminal


def examination_stands_on_80_by_24(t):
    terminal = open_view(t)
    terminal.shows("R01  right median motor wrist-APB  median", "1/1", "0:00:05", "onset 3.", "peak ", " ms",
                   "0 mV", "amplitude", "± ", "used 10, rejected 0", "noise ", "µV", "SNR", "dB",
                   "12.5 mA", "enough sweeps", "q end")
    rows = terminal.rows()
    dots = [sum("\u2801" <= c <= "\u28ff" for c in row) for row in rows]
    check(sum(dots) > 100 and sum(n > 0 for n in dots) >= 8, "dots in the rows: %r" % dots)
    code, _ = terminal.end()
    check(code == 65, "cut stream: exit %d" % code)


def marks_stand_where_they_are_measured(t):
    """The vertical below the label lies where axis and value say."""
    terminal = open_view(t)
    terminal.shows("onset 3.")
    rows = terminal.rows()
    axis = next(row for row in rows if row.endswith(" ms") and re.match(r"^[\s\d]+ms$", row))
    ticks = {float(m.group()): (m.start() + m.end() - 1) / 2 for m in re.finditer(r"\d+", axis)}
    a, b = min(ticks), max(ticks)
    label = re.search(r"onset (\d+\.\d+)", "\n".join(rows[1:4]))
    place = next(row.index("onset") for row in rows[1:4] if "onset" in row)
    expected = ticks[a] + (float(label.group(1)) - a) / (b - a) * (ticks[b] - ticks[a])
    check(abs(place - expected) <= 1.5, "label at %d, the axis says %.1f" % (place, expected))
    terminal.end()


def resizing_lays_it_out_anew(t):
    terminal = open_view(t)
    terminal.set_size(120, 40)
    terminal.shows("onset      3.", "0 mV", "q end")
    check("q end" in terminal.rows()[39], "the keys are not in the last row")
    terminal.set_size(60, 15)
    terminal.until(lambda: "q end" in terminal.rows()[14], "the keys in row 15")
    terminal.shows("0 mV", "onset 3.", "used 10")
    terminal.set_size(30, 8)
    terminal.until(lambda: [row for row in terminal.rows() if row] ==
                   ["too small: 30x8, needs 40x10"], "one line")
    terminal.set_size(80, 24)
    terminal.shows("0 mV", "sweeps 10")
    terminal.end()


def every_end_gives_the_terminal_back(t):
    data = frames(t)
    whole = Terminal(t, "--report", "whole.txt")
    whole.send(data)
    code, words = whole.end()
    check(code == 0 and "the report: whole.txt" in words, "end: exit %d: %s" % (code, words))
    damaged = Terminal(t)
    damaged.send(data[:70000] + b"x" + data[70001:])
    check(damaged.end()[0] == 65, "damaged")
    nothing = Terminal(t)
    code, words = nothing.end()
    check(code == 65 and "empty" in words, "nothing came: exit %d: %s" % (code, words))
    refused = Terminal(t)
    refused.send(b"RVF1 is no frame" * 10)
    check(refused.end()[0] == 65, "no recording")


def keys_and_signals_end_it_with_a_report(t):
    ends = [("q", 130), (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
    for number, (how, expected) in enumerate(ends):
        name = "r%d.json" % number
        terminal = open_view(t, "--report", name)
        if how == "q":
            terminal.press(b"q")
        else:
            terminal.process.send_signal(how)
        code, words = terminal.left()
        check(code == expected, "%s: exit %d: %s" % (how, code, words))
        check("ended by " + ("q" if how == "q" else "a signal") in words, words)
        with open(t.path(name)) as file:
            check(json.load(file)["incomplete"] is True, "not marked incomplete")


def q_works_before_anything_has_come(t):
    terminal = Terminal(t)
    terminal.shows("waiting for the recording")
    terminal.press(b"q")
    check(terminal.left()[0] == 130, "exit status")


def control_c_of_the_terminal_is_sigint(t):
    terminal = open_view(t)
    terminal.press(b"\x03")
    check(terminal.left()[0] == 130, "exit status")


def signals_that_kill_give_the_terminal_back(t):
    for number in (signal.SIGQUIT, signal.SIGABRT):
        terminal = open_view(t, "--report", "r%d.txt" % number)
        terminal.process.send_signal(number)
        check(terminal.left()[0] == -number, "exit status")
        check(not os.path.exists(t.path("r%d.txt" % number)), "half a report")


def s_11_gone_reader_of_lines_gives_the_terminal_back(t):
    terminal = Terminal(t, stdout=subprocess.PIPE)
    terminal.shows("waiting for the recording")
    terminal.process.stdout.close()
    try:
        terminal.send(frames(t))
        terminal.process.stdin.close()
    except BrokenPipeError:
        pass
    check(terminal.left()[0] == -signal.SIGPIPE, "exit status")


def lines_and_report_are_the_same_with_a_view(t):
    data = frames(t, 6, currents=[5, 5, 8, 8, 11, 11], lost=(30,))
    plain = t.done("stream", "--report", "plain.html", stdin=data)
    terminal = Terminal(t, "--report", "live.html", stdout=subprocess.PIPE)
    lines = []
    reader = threading.Thread(target=lambda: lines.append(terminal.process.stdout.read()))
    reader.start()
    terminal.send(data)
    code, _ = terminal.end()
    reader.join()
    check(code == 0 and lines[0] == plain.out, "other lines with --live")
    with open(t.path("plain.html"), "rb") as a, open(t.path("live.html"), "rb") as b:
        check(a.read() == b.read(), "other report with --live")


def lines_do_not_go_over_the_view(t):
    terminal = open_view(t)
    terminal.end()
    check(b'"event"' not in terminal.bytes, "JSON on the screen")


def terminal_that_takes_nothing_holds_nothing_up(t):
    data = frames(t, 30)
    whole = t.done("stream", stdin=data).out
    terminal = Terminal(t, stdout=subprocess.PIPE, reading=False)
    feed = threading.Thread(target=lambda: (terminal.send(data), terminal.process.stdin.close()))
    feed.start()
    out = terminal.process.stdout.read()
    feed.join()
    words = terminal.process.stderr.read().decode()
    code = terminal.process.wait(timeout=WAIT)
    check(code == 0 and out == whole, "exit %d: %s" % (code, words))
    check(termios.tcgetattr(terminal.slave) == terminal.before, "the settings are not restored")


def keys_choose_response_and_gain(t):
    module = sender(t)
    header = dict(module.HEADER, channels=[{"label": "R APB", "uv": 1}, {"label": "R ADM", "uv": 1}])
    data = two_channels(module, header)
    terminal = Terminal(t)
    terminal.send(data)
    terminal.shows("1/2", "R APB")
    terminal.press(b"n")
    terminal.until(lambda: "2/2 kept" in terminal.rows()[0], "the second response")
    terminal.press(b"\x1b[D")  # left
    terminal.until(lambda: "1/2" in terminal.rows()[0], "the first response")
    top = axis_top(terminal)
    terminal.press(b"+")
    terminal.until(lambda: axis_top(terminal) < 0.7 * top, "a finer scale")
    terminal.press(b"-\x1b[B")  # and once more, by the arrow
    terminal.until(lambda: axis_top(terminal) > 1.4 * top, "a coarser scale")
    terminal.press(b"0w")
    terminal.shows("40", "50")  # ms: the whole window
    terminal.press(b"\x1b[1;5Zx?")  # nothing that means anything
    terminal.press(b"q")
    check(terminal.left()[0] == 130, "exit status")


def two_channels(module, header):
    out = module.Sender(io.BytesIO())
    out.header(header)
    out.label("motor R wrist")
    kept, module.HEADER = module.HEADER, header
    for chunk in range(50):
        if chunk % 25 == 5:
            out.stimulus(0, 10)
        values = module.samples(chunk % 25 * 20 - 100)
        out.samples([v for value in values for v in (value, value // 2)])
    module.HEADER = kept
    return out.out.getvalue()


def axis_top(terminal):
    """The largest number of the value axis."""
    found = [re.match(r"\s*-?([\d.]+) ┤", row) for row in terminal.rows()]
    return max([float(m.group(1)) for m in found if m] or [0])


def x_03_labels_never_reach_the_terminal_raw(t):
    data = frames(t, 2, label="median motor R wrist \x1b]0;owned\x07\x1b[31m \u202e80mm")
    terminal = Terminal(t, size=(120, 40))
    terminal.send(data[:-END_FRAME])
    terminal.shows("\\x1b]0;owned")
    terminal.end()
    check(b"\x1b]" not in terminal.bytes and b"\x07" not in terminal.bytes, "raw controls")
    check("\u202e".encode() not in terminal.bytes, "a raw direction mark")


def other_character_sets_get_ascii(t):
    for env in ({"LC_ALL": "C"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.ISO-8859-1"}):
        terminal = Terminal(t, env=env)
        terminal.send(frames(t)[:-END_FRAME])
        terminal.shows("sweeps 10", "+/- ", "uV")
        terminal.end()
        check(all(byte < 0x80 for byte in terminal.bytes), "bytes that are no ASCII")


def s_02_without_a_terminal_it_is_refused(t):
    result = t.refused(2, ["--live", "no terminal", "line of JSON"], "stream", "--live",
                       stdin=frames(t, 1), start_new_session=True)
    check(result.out == b"", "lines all the same")


def dumb_terminal_is_refused(t):
    for term in ("dumb", ""):
        terminal = Terminal(t, env={"TERM": term})
        words = terminal.process.stderr.read().decode()
        check(terminal.process.wait(timeout=WAIT) == 2 and "TERM" in words, words)
        check(ENTER not in terminal.bytes, "the screen was changed")
        terminal.process.stdin.close()


def s_21_stopping_and_going_on(t):
    """Ctrl-Z under a shell of one job: the terminal is the shell's, then the view comes back."""
    terminal = Terminal(t, "--report", "r.json", job=True)
    data = frames(t)
    terminal.send(data[:100000])
    terminal.shows("sweeps 5")
    terminal.press(b"\x1a")
    terminal.until(lambda: terminal.bytes.count(LEAVE) == 1, "the screen is left")
    terminal.until(lambda: termios.tcgetattr(terminal.slave) == terminal.before, "settings")
    terminal.until(lambda: os.path.exists(t.path("stopped")), "the job is stopped")
    with open(t.path("go"), "w"):
        pass
    terminal.send(data[100000:-END_FRAME])
    terminal.until(lambda: terminal.bytes.count(ENTER) == 2, "the view is back")
    terminal.shows("sweeps 10", "0 mV")
    terminal.send(data[-END_FRAME:])
    check(terminal.end()[0] == 0, "exit status")
    with open(t.path("r.json")) as file:
        check(json.load(file)["responses"][0]["source"]["sweeps_used"] == 10, "sweeps were lost")


def run_job(command):
    """A shell with job control, as far as one job needs it; files tell and take what happens."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    tty = os.open("/dev/tty", os.O_RDWR)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(tty, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execv(command[0], command)
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        os.tcsetpgrp(tty, os.getpgrp())
        if not os.WIFSTOPPED(status):
            return os.WEXITSTATUS(status)
        open("stopped", "w").close()
        while not os.path.exists("go"):
            time.sleep(0.01)
        os.tcsetpgrp(tty, child)
        os.kill(child, signal.SIGCONT)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        sys.exit(run_job(sys.argv[2:]))
    main(globals())
