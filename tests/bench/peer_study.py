#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a short script with NumPy and SciPy does of a study's work, as the other side of a benchmark:
read each EDF+ file, filter, cut at the annotations, average, find peaks, print a table. No standard
errors, no onset model, no limits, no report.

    peer_study.py FOLDER
"""
import csv
import os
import sys

import numpy
from scipy.signal import butter, sosfiltfilt


def read_edf(path):
    with open(path, "rb") as file:
        data = file.read()
    count = int(data[252:256])
    header, records, record_s = int(data[184:192]), int(data[236:244]), float(data[244:252])

    def field(start, width, i):
        at = 256 + count * start + i * width
        return data[at:at + width].decode("latin-1").strip()

    labels = [field(0, 16, i) for i in range(count)]
    low, high, dlow, dhigh = ([float(field(s, 8, i)) for i in range(count)]
                              for s in (104, 112, 120, 128))
    sizes = [int(field(216, 8, i)) for i in range(count)]
    raw = numpy.frombuffer(data, "<i2", offset=header).reshape(records, sum(sizes))
    at, rate, samples, stimuli, starts = 0, 0, None, [], []
    for i, label in enumerate(labels):
        part = raw[:, at:at + sizes[i]]
        at += sizes[i]
        if label != "EDF Annotations":
            rate = sizes[i] / record_s
            samples = (part - dlow[i]) * (high[i] - low[i]) / (dhigh[i] - dlow[i]) + low[i]
            continue
        for row in part:
            lists = row.tobytes().split(b"\0")
            starts.append(float(lists[0].split(b"\x14")[0]))
            for words in filter(None, lists[1:]):
                time, text = words.split(b"\x14")[:2]
                stimuli.append((float(time.split(b"\x15")[0]), text.decode("utf-8")))
    return rate, samples, numpy.array(starts), stimuli


def measure(row, folder):
    rate, samples, starts, stimuli = read_edf(os.path.join(folder, row["file"]))
    motor = row["kind"] == "motor"
    sos = butter(2, [2, min(9000, 0.45 * rate)] if motor else [20, 3000], "band", fs=rate,
                 output="sos")
    filtered = sosfiltfilt(sos, samples, axis=1)
    sweeps = []
    for time, text in stimuli:
        if row["stimuli"] not in ("all", "n/a") and not text.startswith(row["stimuli"]):
            continue
        record = numpy.searchsorted(starts, time, side="right") - 1
        first = int(round((time - starts[record]) * rate))
        sweeps.append(filtered[record, first:first + int(0.019 * rate)])
    average = numpy.mean(sweeps, axis=0)
    noise = numpy.std(numpy.array(sweeps) - average) / len(sweeps) ** 0.5
    skip = int(0.0012 * rate)
    peak = skip + numpy.argmin(average[skip:])
    size = average[peak:].max() - average[peak]
    onset = peak - numpy.argmax(average[peak:0:-1] > 0.05 * average[peak])
    return 1000 * onset / rate, 1000 * peak / rate, -average[peak], size, noise


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "responses.tsv"), newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            print(row["nerve"], row["record"], "%.2f %.2f %.4g %.4g %.3g" % measure(row, folder))


if __name__ == "__main__":
    main()
