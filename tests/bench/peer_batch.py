#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a loop with NumPy and SciPy does of a batch's work, as the other side of a benchmark: for each
EDF+ file of a folder read it, filter 20-3000 Hz and a 50 Hz notch forwards and backwards, cut a
sweep at each annotation, average, and find onset (5 % of the peak), peak, amplitude, duration and
area of the negative phase. One row of a table for each file; no standard errors, no choice of a
model of the artefact, no test whether there is a response, no limits, no database.

    peer_batch.py FOLDER
"""
import os
import sys

import numpy
from scipy.signal import butter, iirnotch, sosfiltfilt, tf2sos

from peer_study import read_edf

FILTERS = {}


def filter_for(rate):
    if rate not in FILTERS:
        FILTERS[rate] = numpy.vstack([butter(2, [20, 3000], "band", fs=rate, output="sos"),
                                      tf2sos(*iirnotch(50, 30, fs=rate))])
    return FILTERS[rate]


def measure(path):
    rate, samples, starts, stimuli = read_edf(path)
    filtered = sosfiltfilt(filter_for(rate), samples, axis=1)
    length = samples.shape[1]
    sweeps = []
    for time, _ in stimuli:
        record = numpy.searchsorted(starts, time, side="right") - 1
        first = int(round((time - starts[record]) * rate))
        sweeps.append(filtered[record, first:first + min(int(0.05 * rate), length - first)])
    average = numpy.mean([s[:min(map(len, sweeps))] for s in sweeps], axis=0)
    skip = int(0.0012 * rate)
    peak = skip + numpy.argmin(average[skip:])
    level = 0.05 * average[peak]
    onset = peak - numpy.argmax(average[peak::-1] > level)
    end = peak + numpy.argmax(average[peak:] > level)
    area = -numpy.sum(average[onset:end]) / rate
    return (1000 * onset / rate, 1000 * peak / rate, -average[peak], 1000 * (end - onset) / rate,
            area)


def main():
    for folder, _, names in sorted(os.walk(sys.argv[1])):
        for name in sorted(names):
            print(name, "%.2f %.2f %.4g %.3g %.4g" % measure(os.path.join(folder, name)))


if __name__ == "__main__":
    main()
