#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ranvier stream at 2 x 48 kHz: how long after the last sample of a window its lines come, paced in
real time; how much it takes when nothing waits; a reader of the lines that is slow; its memory.

    stream.py RANVIER [--sweeps N] [--megabytes N] [--gigabyte]
"""
import io
import json
import math
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../samples/senders"))
import sender as frames  # noqa: E402

RATE, PERIOD_MS, STIMULUS_MS, WINDOW_S = 48000, 200, 20, 0.061
PER_MS = RATE // 1000
LABEL = "median motor R wrist APB 80mm"


def wave(ms):
    t = (ms - 3.5) / 6.0
    return -8000 * math.sin(math.pi * t) * math.sin(math.pi * t / 2) if 0 < t < 2 else 0.0


def make_period(noise, period_ms=PERIOD_MS, shock=True, trigger=False):
    """Rows of one period: two channels, and a pulse where there is a trigger line."""
    rows = []
    for i in range(period_ms * PER_MS):
        ms = i / PER_MS - STIMULUS_MS
        x = wave(ms) + (3000 * math.exp(-ms / 0.1) if shock and 0 <= ms < 1 else 0.0)
        row = [round(x + noise.gauss(0, 5)), round(x / 2 + noise.gauss(0, 5))]
        rows.append(row + [1000 if 0 <= ms < 2 else 0] if trigger else row)
    return rows


def make_frames(source, sweeps, count=2):
    """Frames of 1 ms with the time of the recording at the end of each."""
    noise = random.Random(1)
    channels = [{"label": "R APB", "uv": 1}, {"label": "R ADM", "uv": 1}][:count]
    if source == "trigger channel":
        channels.append({"label": "STIM", "trigger": True})
    header = dict(frames.HEADER, rate_hz=RATE, channels=channels)
    frames.HEADER = header
    out, made, label = frames.Sender(io.BytesIO()), [], "motor R wrist 80mm"
    out.header(header)
    out.label(label)
    periods = [make_period(noise, trigger=len(channels) > 2) for _ in range(4)]
    for sweep in range(sweeps):
        rows = periods[sweep % len(periods)]
        for ms in range(PERIOD_MS):
            if source == "stimulus frames" and ms == STIMULUS_MS:
                out.stimulus(0, 12.5)
            out.samples([x for row in rows[ms * PER_MS:(ms + 1) * PER_MS]
                         for x in row[:len(channels)]])
            made.append((out.out.getvalue(), out.counter / RATE))
            out.out = io.BytesIO()
    out.frame(b"E")
    made.append((out.out.getvalue(), math.inf))
    return made


class Listener(threading.Thread):
    """Lines with the time of their arrival."""

    def __init__(self, file, pause_s=0.0):
        super().__init__()
        self.file, self.pause_s, self.lines = file, pause_s, []
        self.start()

    def run(self):
        for line in self.file:
            self.lines.append((time.perf_counter(), line))
            if self.pause_s:
                time.sleep(self.pause_s)


def finish(process):
    """CPU seconds of a process that ended well."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if os.waitstatus_to_exitcode(status) not in (0, 65):  # 65: no stimulus, so nothing to report
        raise SystemExit("ended with status %d" % os.waitstatus_to_exitcode(status))
    return usage.ru_utime + usage.ru_stime


def start(program, *args):
    return subprocess.Popen([program, "stream", *args], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def latency(program, source, sweeps, count=2):
    made = make_frames(source, sweeps, count)
    process = start(program)
    listener, sent = Listener(process.stdout), []
    begin = time.perf_counter()
    for i, (data, end_s) in enumerate(made):
        wait = begin + (i + 1) / 1000 - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        sent.append((end_s, time.perf_counter()))
        process.stdin.write(data)
        process.stdin.flush()
    process.stdin.close()
    listener.join()
    wall, cpu = time.perf_counter() - begin, finish(process)
    last = {"sweep": {}, "response": {}}  # of both channels
    for at, line in listener.lines:
        event = json.loads(line)
        if event["event"] in last:
            last[event["event"]][event["time_s"]] = at
    for kind, seen in last.items():
        waits = []
        for time_s, at in seen.items():
            due = next(when for end_s, when in sent if end_s >= time_s + WINDOW_S - 1e-6)
            waits.append(1000 * (at - due))
        waits.sort()
        p50, p99 = statistics.median(waits), waits[math.ceil(0.99 * len(waits)) - 1]
        print(f"| {source} | {count} | `{kind}` | {len(waits)} | {p50:.2f} | {p99:.2f} | {waits[-1]:.2f} | "
              f"{'reached' if p50 < 2 else 'not reached'} | "
              f"{'reached' if p99 < 10 else 'not reached'} | {100 * cpu / wall:.1f} |")


def through_pipe(path, words):
    """Wall and CPU seconds of a command that reads a file through a pipe."""
    begin = time.perf_counter()
    source = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
    process = subprocess.Popen(words, stdin=source.stdout, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    source.stdout.close()
    cpu = finish(process)
    wall = time.perf_counter() - begin
    source.wait()
    return wall, cpu


def write_raw(path, megabytes, stimuli_s):
    """Raw PCM with so many stimuli a second, told by their artefacts."""
    noise = random.Random(2)
    seconds = 4 if stimuli_s else 1
    rows = []
    if stimuli_s:
        period_ms = int(1000 / stimuli_s)
        for _ in range(max(1, seconds * 1000 // period_ms)):
            rows += make_period(noise, period_ms)
    else:
        rows = [[round(noise.gauss(0, 5)), round(noise.gauss(0, 5))] for _ in range(RATE)]
    data = b"".join(struct.pack("<2h", *row) for row in rows)
    with open(path, "wb") as file:
        written = 0
        while written < megabytes * 1e6:
            written += file.write(data)
    return written


def raw_words(program, *more):
    return [program, "stream", "--raw", "s16le", "--rate", str(RATE), "--channels", "2", "--unit",
            "uV=1", "--label", LABEL, *more]


def saturation(program, megabytes):
    print(f"\nTaken as fast as it can: {megabytes} MB of s16le, 2 channels, through a pipe from "
          "`cat`; medians of 3 runs in turn with `cat`\n")
    print("| stimuli a second of recording | MB/s | MB a CPU second | × real time | `cat` MB/s | "
          "share of `cat` | goal 100 MB/s |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "raw")
        for stimuli_s in (0, 0.5, 1, 2):
            size = write_raw(path, megabytes, stimuli_s) / 1e6
            runs = [(through_pipe(path, ["cat"]), through_pipe(path, raw_words(program)))
                    for _ in range(3)]
            plain = size / statistics.median(run[0][0] for run in runs)
            ours = size / statistics.median(run[1][0] for run in runs)
            cpu = size / statistics.median(run[1][1] for run in runs)
            print(f"| {stimuli_s:g} | {ours:.0f} | {cpu:.0f} | {ours * 1e6 / (4 * RATE):.0f} | "
                  f"{plain:.0f} | {ours / plain:.2f} | "
                  f"{'reached' if ours >= 100 else 'not reached'} |")


def back_pressure(program, sweeps=100):
    """A reader that takes 20 ms for a line, and a sender as fast as it can."""
    made = make_frames("stimulus frames", sweeps)
    process = start(program)
    listener, longest = Listener(process.stdout, 0.02), 0.0
    for data, _ in made:
        begin = time.perf_counter()
        process.stdin.write(data)
        process.stdin.flush()
        longest = max(longest, time.perf_counter() - begin)
    process.stdin.close()
    listener.join()
    finish(process)
    events = [json.loads(line) for _, line in listener.lines]
    told = sum(event["event"] == "sweep" for event in events)
    print(f"\nA reader that takes 20 ms for a line: {told} of {2 * sweeps} sweeps told, "
          f"`samples` of the end line {json.dumps(events[-1]['samples'])} of "
          f"{sweeps * PERIOD_MS * PER_MS} sent; the sender waited up to {longest:.2f} s")


def resident_kb(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def memory(program, megabytes):
    noise = random.Random(3)
    rows = []
    for _ in range(4):
        rows += make_period(noise, 1000)
    data = b"".join(struct.pack("<2h", *row) for row in rows)
    process = subprocess.Popen(raw_words(program, "--memory", "16"), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    listener, sent, sizes = Listener(process.stdout), 0, []
    for limit in (10e6, megabytes * 1e6):
        while sent < limit:
            sent += process.stdin.write(data)
        process.stdin.flush()
        while not listener.lines or json.loads(listener.lines[-1][1])["time_s"] < sent / (
                4 * RATE) - 1.5:
            time.sleep(0.01)
        sizes.append(resident_kb(process))
    process.stdin.close()
    listener.join()
    finish(process)
    ratio = sizes[1] / sizes[0]
    print(f"\nResident after 10 MB {sizes[0] / 1024:.1f} MiB, after {megabytes} MB "
          f"{sizes[1] / 1024:.1f} MiB (`--memory 16`, one stimulus a second): × {ratio:.3f}, "
          f"{'reached' if ratio <= 1.05 else 'not reached'} (goal 1.05)")


def option(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def main():
    program, sweeps = sys.argv[1], option("--sweeps", 100)
    sys.setswitchinterval(1e-4)
    print("From the last sample of a window to the lines of all channels, frames of 1 ms, 48 "
          "kHz, paced in real time; ms\n")
    print("| stimuli by | channels | line | n | p50 | p99 | most | goal p50 2 ms | goal p99 10 ms | CPU % |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    latency(program, "stimulus frames", sweeps, 1)
    for source in ("stimulus frames", "trigger channel", "artefact"):
        latency(program, source, sweeps)
    saturation(program, option("--megabytes", 60))
    back_pressure(program)
    memory(program, 1000 if "--gigabyte" in sys.argv else 100)


if __name__ == "__main__":
    main()
