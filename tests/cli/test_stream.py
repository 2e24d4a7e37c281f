#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ranvier stream: what comes through standard input, in pieces, with pauses, damaged, ended."""
import fcntl
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import threading
import time

from harness import Skip, check, main


def sender(t):
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(t.root, "samples", "senders"))
    import sender as module
    return module


def frames(t, stimuli=10, currents=None, scale=lambda i: 1.0, lost=(), label=None):
    """The study of samples/senders, with chunks left out and amplitudes changed."""
    module = sender(t)
    out = module.Sender(io.BytesIO())
    out.header(module.HEADER)
    out.label(label or "median motor R wrist 80mm")
    noise = [1]
    for chunk in range(25 * stimuli):
        stimulus = chunk // 25
        if chunk % 25 == 5:
            out.stimulus(0, currents[stimulus] if currents else 12.5)
        values = [round(v * scale(stimulus)) for v in module.samples(chunk % 25 * 20 - 100, noise)]
        if chunk in lost:
            out.sequence += 1
            out.counter += module.CHUNK
        else:
            out.samples(values)
    out.frame(b"E")
    return out.out.getvalue()


def events(result):
    return [json.loads(line) for line in result.text.splitlines()]


def codes(lines):
    return [line["code"] for line in lines if line["event"] == "advice"]


class Running:
    def __init__(self, t, *args, **more):
        self.process = subprocess.Popen([t.program, "stream", *args], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        cwd=t.folder, **more)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self):
        return json.loads(self.process.stdout.readline())

    def end(self):
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out.decode(), err.decode()


def every_sweep_has_its_lines(t):
    lines = events(t.done("stream", stdin=frames(t)))
    kinds = [line["event"] for line in lines]
    check(kinds.count("sweep") == kinds.count("response") == 10, "lines: %r" % kinds)
    check(kinds[-1] == "end" and kinds.count("end") == 1, "the end is not last")
    last = [line for line in lines if line["event"] == "response"][-1]["measured"]
    final = lines[-1]["report"]["responses"][0]
    latencies = [r["values"]["onset_latency"]["value"] for r in (last, final)]
    check(abs(latencies[0] - latencies[1]) < 0.001, "running and final latency: %r" % latencies)
    check("enough_sweeps" in codes(lines), "advice: %r" % codes(lines))


def amplitude_of_a_sweep_has_its_error_and_needs_a_calibration(t):
    """The sender's noise is even over -8 to 7 uV: an SD of sqrt((16^2 - 1) / 12) = 4.61 uV, so that
    the difference of two samples has 6.52."""
    sweeps = [line for line in events(t.done("stream", stdin=frames(t))) if line["event"] == "sweep"]
    errors = [sweep["amplitude_se_uv"] for sweep in sweeps]
    check(errors[0] is None and sweeps[0]["amplitude_uv"] is None, "the first: %r" % sweeps[0])
    check(all(abs(error / 6.52 - 1) < 0.3 for error in errors[3:]), "errors: %r" % errors)
    data = frames(t)
    place = data.index(b'{"format"')
    length = struct.unpack("<I", data[8:12])[0]
    header = json.loads(data[place:place + length])
    for channel in header["channels"]:
        channel.pop("uv", None)
    out = sender(t).Sender(io.BytesIO())
    out.header(header)
    lines = events(t.done("stream", stdin=out.out.getvalue() + data[place + length:]))
    sweeps = [line for line in lines if line["event"] == "sweep"]
    check(len(sweeps) == 10, "%d sweeps" % len(sweeps))
    check(all(s["amplitude_uv"] is None and s["amplitude_se_uv"] is None for s in sweeps),
          "an amplitude without a calibration: %r" % sweeps[-1])
    check("amplitude" not in lines[-1]["report"]["responses"][0]["values"] or
          lines[-1]["report"]["responses"][0]["values"]["amplitude"]["value"] is None, "in the report")


def report_at_the_end_is_that_of_the_file(t):
    data = frames(t)
    for ending in ("json", "html", "txt", "tsv"):
        t.done("stream", "--report", "live." + ending, stdin=data)
        form = "text" if ending == "txt" else ending
        whole = t.done("report", "--format", form, "-", stdin=data).out
        with open(t.path("live." + ending), "rb") as file:
            check(file.read() == whole, "stream and file differ as " + ending)


def recordings_of_other_formats_are_streamed(t):
    with open(t.sample("normal_arm/median_APB_motor_right.edf"), "rb") as file:
        data = file.read()
    lines = events(t.done("stream", "--label", "median motor right", stdin=data))
    check(len([1 for line in lines if line["event"] == "sweep"]) == 20, "sweeps")
    check(len(lines[-1]["report"]["responses"]) == 2, "wrist and elbow are two responses")


def raw_samples_find_their_stimuli(t):
    module = sender(t)
    values = []
    for chunk in range(25 * 6):
        part = module.samples(chunk % 25 * 20 - 100, [chunk])
        if chunk % 25 == 5:
            part[0:2] = [9000, -9000]  # the artefact, at 100 ms of each half second
        values += part
    data = struct.pack("<%dh" % len(values), *values)
    options = ("--raw", "s16le", "--rate", "20000", "--channels", "1", "--unit", "uV=1",
               "--label", "median motor R wrist APB 80mm")
    lines = events(t.done("stream", *options, stdin=data))
    times = [line["time_s"] for line in lines if line["event"] == "sweep"]
    check(len(times) == 6, "stimuli found: %r" % times)
    for i, time_s in enumerate(times):
        check(abs(time_s - (0.1 + 0.5 * i)) < 1e-4, "stimulus %d at %r" % (i, time_s))


def s_01_closed_standard_input_is_said(t):
    result = subprocess.run([t.program, "stream"], stdin=None, capture_output=True, timeout=20,
                            preexec_fn=lambda: os.close(0))
    check(result.returncode == 66 and b"standard input is closed" in result.stderr,
          "exit %d: %r" % (result.returncode, result.stderr))


def s_02_terminal_is_not_waited_for(t):
    for command in ("stream", "report", "inspect"):
        keyboard, terminal = pty.openpty()
        operands = [] if command == "stream" else ["-"]
        begun = time.monotonic()
        result = subprocess.run([t.program, command, *operands], stdin=terminal,
                                capture_output=True, timeout=20)
        os.close(keyboard)
        os.close(terminal)
        check(result.returncode == 2 and b"is a terminal" in result.stderr and
              b"pipe a recording in" in result.stderr,
              "%s: exit %d: %r" % (command, result.returncode, result.stderr))
        check(time.monotonic() - begun < 5, "it waited")


def s_03_empty_pipe_is_refused(t):
    t.refused(65, "empty", "stream", stdin=b"")


def s_04_pieces_of_any_size_give_the_same_lines(t):
    data = frames(t, 3)
    whole = t.done("stream", stdin=data).out
    for size in (1, 3, 1000, 65536):
        running = Running(t)
        feed = threading.Thread(target=feed_pieces, args=(running, data, size))
        feed.start()
        out = running.process.stdout.read()
        feed.join()
        running.process.wait()
        check(out == whole, "pieces of %d bytes give other lines" % size)


def feed_pieces(running, data, size):
    descriptor = running.process.stdin.fileno()
    for at in range(0, len(data), size):
        os.write(descriptor, data[at:at + size])
    running.process.stdin.close()


def s_05_cut_stream_reports_what_was_complete(t):
    data = frames(t)
    for cut in (len(data) // 2, len(data) // 2 + 7, len(data) - 24):
        name = "cut%d.json" % cut
        result = t.run("stream", "--report", name, stdin=data[:cut])
        check(result.code == 65, "exit %d" % result.code)
        check("without an end frame after" in result.words, result.words)
        with open(t.path(name)) as file:
            report = json.load(file)
        check(report["incomplete"] is True, "not marked incomplete")
        check(report["responses"][0]["source"]["sweeps_used"] >= 4, "sweeps are missing")


def s_06_silence_ends_after_stall(t):
    running = Running(t, "--stall", "1", "--report", "r.json")
    running.send(frames(t)[:100000])
    code, _, words = wait_open(running)
    check(code == 75, "exit %d: %s" % (code, words))
    with open(t.path("r.json")) as file:
        check(json.load(file)["incomplete"] is True, "not marked incomplete")


def wait_open(running):
    """Waits for the end while standard input stays open."""
    out = running.process.stdout.read()
    words = running.process.stderr.read().decode()
    code = running.process.wait(timeout=20)
    running.process.stdin.close()
    return code, out, words


def s_07_killed_writer_leaves_what_was_complete(t):
    data = t.write("stream", frames(t)[:150000])
    writer = subprocess.Popen(["sh", "-c", 'cat "$0"; kill -9 $$', data], stdout=subprocess.PIPE)
    result = subprocess.run([t.program, "stream", "--report", "r.json"], stdin=writer.stdout,
                            capture_output=True, timeout=30, cwd=t.folder)
    writer.stdout.close()
    check(writer.wait() == -signal.SIGKILL, "the writer ended otherwise")
    check(result.returncode == 65 and b"without an end frame after" in result.stderr,
          "exit %d: %r" % (result.returncode, result.stderr))
    with open(t.path("r.json")) as file:
        report = json.load(file)
    check(report["incomplete"] is True and report["responses"][0]["source"]["sweeps_used"] >= 6,
          "sweeps are missing")


def s_08_memory_does_not_grow(t):
    """Peak memory of 10 and of 100 MB of samples with 8 MB kept, a shock every second, so that the
    64 windows of the running average are there from the first on."""
    if "ASAN_OPTIONS" in os.environ:
        raise Skip("the sanitizer keeps freed memory")
    peaks = []
    for count in (1, 10):
        reader, writer = os.pipe()
        process = subprocess.Popen([t.program, "stream", "--memory", "8", "--raw", "s16le",
                                    "--rate", "20000", "--channels", "2", "--unit", "uV=1",
                                    "--label", "median motor R wrist APB"], stdin=reader,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(reader)
        block = struct.pack("<8192h", *[(i * 7919) % 13 - 6 for i in range(8192)])
        shock = struct.pack("<2h", 5000, 5000) + block[4:]
        with os.fdopen(writer, "wb") as pipe:
            for i in range(640 * count):
                pipe.write(shock if i % 5 == 2 else block)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        peaks.append(usage.ru_maxrss)
    check(peaks[1] <= 1.05 * peaks[0], "peak memory %r kB" % peaks)


def s_09_nothing_is_dropped_when_the_sender_is_faster(t):
    """A sender as fast as it can: all samples and all sweeps are there, and counted."""
    module = sender(t)
    running = Running(t)
    feed = threading.Thread(target=feed_pieces, args=(running, frames(t, 20), 65536))
    feed.start()
    lines = [json.loads(line) for line in running.process.stdout]
    feed.join()
    check(running.process.wait() == 0, "exit %d" % running.process.returncode)
    check(sum(line["event"] == "sweep" for line in lines) == 20, "sweeps are missing")
    expected = {"received": 20 * 25 * module.CHUNK, "dropped": 0}
    check(lines[-1]["samples"] == expected, "counted: %r" % lines[-1]["samples"])


def s_10_slow_reader_gets_every_line(t):
    data = frames(t, 20)
    running = Running(t)
    feed = threading.Thread(target=feed_pieces, args=(running, data, 65536))
    feed.start()
    lines = 0
    for line in running.process.stdout:
        json.loads(line)
        lines += 1
        time.sleep(0.005)
    feed.join()
    check(running.process.wait() == 0 and lines >= 41, "%d lines" % lines)


def s_11_gone_reader_stops_it(t):
    running = Running(t, "--report", "r.json")
    running.process.stdout.close()
    try:
        running.send(frames(t))
        running.process.stdin.close()
    except BrokenPipeError:
        pass
    code = running.process.wait(timeout=20)
    check(code == -signal.SIGPIPE, "exit %d" % code)
    check(not os.path.exists(t.path("r.json")), "half a report")


def s_12_closed_standard_error_changes_nothing(t):
    data = frames(t, 2)
    whole = t.done("stream", stdin=data).out
    result = subprocess.run([t.program, "stream"], input=data, stdout=subprocess.PIPE, timeout=20,
                            preexec_fn=lambda: os.close(2))
    check(result.returncode == 0 and result.stdout == whole, "exit %d" % result.returncode)


def s_12_full_standard_error_changes_nothing(t):
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    data = frames(t, 2)
    whole = t.run("stream", stdin=data[:-24])
    with open("/dev/full", "wb") as full:
        result = subprocess.run([t.program, "stream"], input=data[:-24], stdout=subprocess.PIPE,
                                stderr=full, timeout=20)
    check(result.returncode == whole.code == 65 and result.stdout == whole.out,
          "exit %d" % result.returncode)


STORM = """
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
static void heard(int number)
{
    (void)number;
}
__attribute__((constructor)) static void begin(void)
{
    struct sigaction action = {.sa_handler = heard}; /* calls are not taken up again */
    struct itimerval every = {{0, 1000}, {0, 1000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}
"""


def through_small_pipes(t, data, environment, *args):
    """Pieces come slowly, and the lines are taken slowly out of a pipe of one page."""
    running = Running(t, *args, env=dict(os.environ, **environment))
    out = running.process.stdout.fileno()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 4096)
    feed = threading.Thread(target=feed_slowly, args=(running, data))
    feed.start()
    taken = b""
    while part := os.read(out, 2000):
        taken += part
        time.sleep(0.004)
    feed.join()
    return taken, running.process.wait()


def feed_slowly(running, data):
    for at in range(0, len(data), 8000):
        os.write(running.process.stdin.fileno(), data[at:at + 8000])
        time.sleep(0.003)
    running.process.stdin.close()


def s_13_interrupted_calls_lose_nothing(t):
    if "ASAN_OPTIONS" in os.environ:
        raise Skip("the sanitizer wants to be loaded first")
    compiler = os.environ.get("CC", "cc").split()
    t.write("storm.c", STORM)
    try:
        subprocess.run([*compiler, "-shared", "-fPIC", "-D_XOPEN_SOURCE=700", t.path("storm.c"),
                        "-o", t.path("storm.so")], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Skip("no C compiler: %s" % problem)
    storm = {"LD_PRELOAD": t.path("storm.so")}
    data = frames(t, 6)
    whole = t.done("stream", stdin=data).out
    for environment in ({}, storm):
        out, code = through_small_pipes(t, data, environment)
        check(code == 0 and out == whole, "exit %d, %d of %d bytes%s" %
              (code, len(out), len(whole), " in the storm" if environment else ""))
    page = t.done("report", "--format", "html", "-", stdin=data).out
    result = t.done("report", "--format", "html", "-", stdin=data, env=storm)
    check(result.out == page, "the report differs")
    t.done("stream", "--report", "r.html", stdin=data, env=storm)
    with open(t.path("r.html"), "rb") as file:
        check(file.read() == page, "the report in a file differs")


def s_14_fifo_without_a_writer_is_waited_for_as_long_as_stall_says(t):
    os.mkfifo(t.path("fifo"))
    for command in (["report"], ["inspect"], ["filter", "--band", "motor"]):
        begun = time.monotonic()
        outputs = ["out.edf"] if command[0] == "filter" else []
        result = t.run(*command, "--stall", "0.5", "fifo", *outputs)
        check(result.code == 75 and "nothing came for 0.5 s" in result.words,
              "%r: exit %d: %s" % (command, result.code, result.words))
        check(time.monotonic() - begun < 5, "%r waited longer" % command)
        check(sorted(os.listdir(t.folder)) == ["fifo"], "%r left a file" % command)


def s_14_fifo_with_a_late_writer_is_read(t):
    os.mkfifo(t.path("fifo"))
    data = frames(t, 2)
    writer = threading.Timer(0.2, lambda: t.write("fifo", data))
    writer.start()
    found = t.done("report", "--format", "json", "--stall", "20", "fifo")
    writer.join()
    check(json.loads(found.text)["responses"][0]["source"]["sweeps_used"] == 2, "sweeps")


def s_15_non_blocking_input_is_waited_for(t):
    data = frames(t, 2)
    whole = t.done("stream", stdin=data).out
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    process = subprocess.Popen([t.program, "stream"], stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        for at in range(0, len(data), 10000):
            pipe.write(data[at:at + 10000])
            time.sleep(0.001)
    check(process.communicate(timeout=20)[0] == whole, "other lines")


def s_16_garbage_between_frames_is_passed_over(t):
    data = frames(t)
    at = data.index(b"RVF1S", 60000)
    result = t.run("stream", stdin=data[:at] + b"garbage RVF1S garbage" + data[at:])
    lines = events(result)
    check(result.code == 65 and "damaged" in result.words, "exit %d: %s" % (result.code, result.words))
    check([line["event"] for line in lines].count("sweep") == 10, "sweeps")
    check("gap" not in [line["event"] for line in lines], "nothing was lost")


def s_17_window_over_a_gap_is_withheld(t):
    data = frames(t, lost=(25 * 3 + 6,))  # 20 to 40 ms after the fourth stimulus
    result = t.done("stream", stdin=data)
    lines = events(result)
    gaps = [line for line in lines if line["event"] == "gap"]
    check(len(gaps) == 1 and abs(gaps[0]["length_s"] - 0.02) < 1e-9, "gaps: %r" % gaps)
    withheld = [line["sweep"] for line in lines if line["event"] == "sweep" and line["withheld"]]
    check(withheld == [4], "withheld: %r" % withheld)
    report = lines[-1]["report"]
    check(report["responses"][0]["source"]["sweeps_used"] == 9, "sweeps used")
    check("window_over_gap" in [n["code"] for n in report["notices"]], "not said")


def s_17_damaged_byte_costs_its_frame_only(t):
    data = bytearray(frames(t))
    data[70000] ^= 1
    result = t.run("stream", stdin=bytes(data))
    check(result.code == 65, "exit %d" % result.code)
    check(events(result)[-1]["report"]["responses"][0]["source"]["sweeps_used"] >= 9, "sweeps used")


def s_19_second_recording_is_not_merged(t):
    data = frames(t, 2)
    result = t.run("stream", stdin=data + data)
    check(result.code == 65 and "second recording" in result.words, result.words)
    check(events(result)[-1]["report"]["responses"][0]["source"]["sweeps_used"] == 2, "merged")


def s_20_signal_writes_what_is_complete(t):
    for number, expected in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
        running = Running(t, "--report", "r%d.json" % number)
        running.send(frames(t)[:150000])
        for _ in range(8):
            running.line()
        running.process.send_signal(number)
        code, out, _ = wait_open(running)
        check(code == expected, "exit %d" % code)
        with open(t.path("r%d.json" % number)) as file:
            check(json.load(file)["incomplete"] is True, "not marked incomplete")
        last = json.loads(out.decode().splitlines()[-1])
        check(last["event"] == "end" and last["report"]["incomplete"] is True, "no end")


def s_21_stopping_the_program_changes_nothing(t):
    data = frames(t, 3)
    whole = t.done("stream", stdin=data).out
    running = Running(t)
    running.send(data[:20000])
    running.process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    running.process.send_signal(signal.SIGCONT)
    running.send(data[20000:])
    running.process.stdin.close()
    check(running.process.stdout.read() == whole, "other lines")
    running.process.wait()


def s_18_counter_that_turns_over_changes_nothing(t):
    data = frames(t, 2)
    module = sender(t)
    turned, at = b"", 0
    while at < len(data):
        head = list(struct.unpack("<4scBHIII", data[at:at + 20]))
        payload = data[at + 24:at + 24 + head[4]]
        at += 24 + head[4]
        head[6] = (head[6] + (1 << 32) - 9000) % (1 << 32)
        packed = struct.pack("<4scBHIII", *head)
        turned += packed + struct.pack("<I", module.crc32c(packed + payload)) + payload
    check(t.done("stream", stdin=turned).out == t.done("stream", stdin=data).out, "other lines")


def s_18_jump_of_the_device_time_is_a_gap(t):
    lines = events(t.done("stream", stdin=frames(t, 3, lost=range(40, 45))))
    gaps = [line for line in lines if line["event"] == "gap"]
    check(len(gaps) == 1 and abs(gaps[0]["length_s"] - 0.1) < 1e-9 and
          abs(gaps[0]["time_s"] - 0.9) < 1e-9, "gaps: %r" % gaps)


def in_five_millivolt(t, limited):
    """The study of samples/senders, 8 mV, from a converter that says it ends at 5 mV."""
    module = sender(t)
    out = module.Sender(io.BytesIO())
    out.header(dict(module.HEADER, channels=[{"label": "R APB", "uv": 1, "minimum_uv": -5000,
                                              "maximum_uv": 5000}]))
    out.label("median motor R wrist 80mm")
    for chunk in range(75):
        if chunk % 25 == 5:
            out.stimulus(0, 12.5)
        values = module.samples(chunk % 25 * 20 - 100)
        out.samples([max(v, -5000) for v in values] if limited else values)
    out.frame(b"E")
    return events(t.done("stream", stdin=out.out.getvalue()))


def s_22_samples_beyond_the_declared_range_are_said(t):
    notices = in_five_millivolt(t, limited=False)[-1]["report"]["notices"]
    check("beyond_range" in [n["code"] for n in notices], "notices: %r" % notices)


def s_22_converter_at_its_limit_is_flagged(t):
    lines = in_five_millivolt(t, limited=True)
    for found in ([line for line in lines if line["event"] == "response"][-1]["measured"],
                  lines[-1]["report"]["responses"][0]):
        check("clipped" in found["quality"]["flags"], "flags: %r" % found["quality"])


def current_that_still_recruits_is_told(t):
    rising = frames(t, 6, currents=[5, 5, 8, 8, 11, 11], scale=lambda i: [0.4, 0.7, 1.0][i // 2])
    lines = events(t.done("stream", stdin=rising))
    told = [line["text"] for line in lines if line["event"] == "advice" and
            line["code"] == "not_supramaximal"]
    check(told and "11.0 mA" in told[-1], "advice: %r" % told)
    check("supramaximal" not in codes(lines), "called supramaximal")
    level = frames(t, 6, currents=[5, 5, 8, 8, 11, 11], scale=lambda i: [0.4, 1.0, 1.0][i // 2])
    check("supramaximal" in codes(events(t.done("stream", stdin=level))), "plateau not told")


def control_line_changes_what_is_tested(t):
    module = sender(t)
    os.mkfifo(t.path("control"))
    out = module.Sender(io.BytesIO())
    out.header(module.HEADER)
    parts = []
    for chunk in range(100):
        if chunk % 25 == 5:
            out.stimulus(0, 10)
        out.samples(module.samples(chunk % 25 * 20 - 100))
        if chunk in (49, 99):
            parts.append(out.out.getvalue())
            out.out = io.BytesIO()
    out.frame(b"E")
    running = Running(t, "--control", "control")
    descriptor = None
    while descriptor is None:
        try:
            descriptor = os.open(t.path("control"), os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)
    os.write(descriptor, b"median motor R wrist\n")
    running.send(parts[0])
    responses = []
    while len(responses) < 2:
        line = running.line()
        responses += [line["response"]] if line["event"] == "sweep" else []
    os.write(descriptor, b"median motor R elbow\n")
    running.send(parts[1] + out.out.getvalue())
    code, text, words = running.end()
    os.close(descriptor)
    check(code == 0, words)
    report = json.loads(text.splitlines()[-1])["report"]
    sites = [r["stimulate"] for r in report["responses"]]
    check(sites == ["wrist", "elbow"], "sites: %r" % sites)


def unnamed_stream_asks_for_a_label(t):
    module = sender(t)
    out = module.Sender(io.BytesIO())
    out.header(dict(module.HEADER, channels=[{"label": "1", "uv": 1}]))
    out.stimulus()
    for chunk in range(10):
        out.samples(module.samples(chunk * 20))
    out.frame(b"E")
    result = t.run("stream", stdin=out.out.getvalue())
    check(result.code == 78 and "--label" in result.words, result.words)
    check("label_needed" in codes(events(result)), "advice")


def senders_write_the_same_bytes(t):
    compiler = os.environ.get("CC", "cc").split()
    source = os.path.join(t.root, "samples", "senders")
    try:
        subprocess.run([*compiler, "-D_DEFAULT_SOURCE", os.path.join(source, "sender.c"), "-lm",
                        "-o", t.path("sender")], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Skip("no C compiler: %s" % problem)
    in_c = subprocess.run([t.path("sender")], check=True, capture_output=True).stdout
    in_python = subprocess.run([sys.executable, "-B", os.path.join(source, "sender.py")],
                               check=True, capture_output=True).stdout
    check(in_c == in_python, "senders differ")
    check(events(t.done("stream", stdin=in_c))[-1]["event"] == "end", "no end")


if __name__ == "__main__":
    main(globals())
