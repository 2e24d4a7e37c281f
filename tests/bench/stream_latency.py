#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the last sample of a window to its line of JSON, at 2 x 48 kHz: stream_latency.py RANVIER

Sends a study in frames of 1 ms, waits before the frame that completes each window, and measures
until the lines of both channels have been read. Also says how fast
samples are taken when nothing waits.
"""
import math
import os
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../samples/senders"))
import sender as frames  # noqa: E402

RATE, SWEEPS = 48000, 150
HEADER = {"format": "ranvier-frames", "version": 1, "rate_hz": RATE, "encoding": "s16le",
          "channels": [{"label": "R APB", "uv": 1}, {"label": "R ADM", "uv": 1}]}


def wave(ms):
    t = (ms - 3.5) / 6.0
    return -8000 * math.sin(math.pi * t) * math.sin(math.pi * t / 2) if 0 < t < 2 else 0.0


def run(program, period_ms=200):
    frames.HEADER = HEADER
    random.seed(1)
    process = subprocess.Popen([program, "stream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out = frames.Sender(process.stdin)
    out.header(HEADER)
    out.label("motor R wrist 80mm")
    took = {b"sweep": [], b"response": []}
    for sweep in range(SWEEPS):
        for ms in range(period_ms):
            if ms == 20:
                out.stimulus(0, 12.5)
            values = []
            last = ms == 20 + 60  # the window ends 60 ms after the stimulus, with 1 ms around it
            if ms == 20 + 61:
                continue  # was sent together with the one before
            for i in range((2 if last else 1) * RATE // 1000):
                x = wave(ms - 20 + 1000.0 * i / RATE)
                values += [round(x + random.gauss(0, 5)), round(x / 2 + random.gauss(0, 5))]
            if not last:
                out.samples(values)
                continue
            time.sleep(0.02)  # all that came before has been read
            begin = time.perf_counter()
            out.samples(values)
            for kind, waits in took.items():
                seen = 0
                while seen < 2:  # of both channels
                    seen += b'"event":"%s"' % kind in process.stdout.readline()
                waits.append(1000 * (time.perf_counter() - begin))
    out.frame(b"E")
    process.stdin.close()
    process.stdout.read()
    process.wait()
    for kind, waits in took.items():
        waits.sort()
        print("to the line %s of %d sweeps: p50 %.2f ms, p99 %.2f ms, most %.2f ms"
              % (kind.decode(), len(waits), waits[len(waits) // 2], waits[int(0.99 * len(waits))],
                 waits[-1]))


def throughput(program, megabytes=200):
    raw = bytes(random.Random(1).randrange(256) & 3 for _ in range(65536)) * 16
    begin = time.perf_counter()
    process = subprocess.Popen([program, "stream", "--memory", "16", "--raw", "s16le", "--rate",
                                "48000", "--channels", "2", "--unit", "uV=1", "--label",
                                "median motor R wrist APB"], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(megabytes):
        process.stdin.write(raw)
    process.stdin.close()
    process.wait()
    print("raw PCM without stimuli: %.0f MB/s" % (megabytes * 1.048576 /
                                                  (time.perf_counter() - begin)))


if __name__ == "__main__":
    run(sys.argv[1])
    throughput(sys.argv[1])
