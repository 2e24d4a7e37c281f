#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ranvier stream: what comes through standard input, in pieces, with pauses, damaged, ended."""
import io
import json
import os
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


def s_08_memory_does_not_grow(t):
    """Peak memory of 8 and of 32 MB of samples with 8 MB kept."""
    if "ASAN_OPTIONS" in os.environ:
        raise Skip("the sanitizer keeps freed memory")
    peaks = []
    for count in (1, 4):
        reader, writer = os.pipe()
        process = subprocess.Popen([t.program, "stream", "--memory", "8", "--raw", "s16le",
                                    "--rate", "20000", "--channels", "2", "--unit", "uV=1",
                                    "--label", "median motor R wrist APB"], stdin=reader,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(reader)
        block = struct.pack("<8192h", *[(i * 7919) % 13 - 6 for i in range(8192)])
        with os.fdopen(writer, "wb") as pipe:
            for _ in range(512 * count):
                pipe.write(block)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        peaks.append(usage.ru_maxrss)
    check(peaks[1] <= 1.05 * peaks[0], "peak memory %r kB" % peaks)


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
