#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The M-wave recruitment series of MonStim (mouse, sciatic nerve, 84 sweeps of growing voltage):
what the program makes of the whole series, and of each sweep against plain extremes of its samples.

    compare_monstim.py RANVIER

Ends with 77, "skipped", where NumPy or the recording is not there (RANVIER_SHARED).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SKIPPED = 77
WINDOW = (0.6, 3.0)  # of the M-wave; the H-reflex begins at about 3.1 ms


def recording():
    shared = os.environ.get("RANVIER_SHARED") or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
    return os.path.join(shared, "data", "monstim_mouse_M_H", "derived_wide_Example_Data_3.csv")


def report(ranvier, study, *options):
    done = subprocess.run([ranvier, "report", study, "--format", "json", "--no-interpretation",
                           "--search", "0.6:3", *options], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit(f"ranvier ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["responses"]


def each_sweep(ranvier, path, count):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, os.path.join(folder, "m.csv"))
        with open(os.path.join(folder, "responses.tsv"), "w", encoding="ascii") as table:
            table.write("kind\tnerve\tside\trecord\tstimulate\tfile\tstimuli\tunit\n")
            for sweep in range(1, count + 1):
                table.write(f"motor\ttibial\tright\tAH\tn/a\tm.csv\t{sweep}\tmV=1\n")
        return report(ranvier, folder)


def number(response, name):
    value = (response["values"].get(name) or {}).get("value")
    return float("nan") if value is None else value


def main():
    ranvier, path = sys.argv[1], recording()
    if not os.path.exists(path):
        print(f"skipped: {path} is not there")
        sys.exit(SKIPPED)
    table = numpy.genfromtxt(path, delimiter=",", skip_header=1)
    time_ms, sweeps = table[:, 0], table[:, 1:]
    inside = (time_ms >= WINDOW[0]) & (time_ms <= WINDOW[1])
    plain = sweeps[inside].max(axis=0) - sweeps[inside].min(axis=0)
    whole = report(ranvier, path, "--label", "motor", "--calibration", "mV=1")[0]
    source = whole["source"]
    print(f"whole series: {source['sweeps_used']} strongest of {sweeps.shape[1]} sweeps averaged, "
          f"onset {number(whole, 'onset_latency'):.2f} ms, negative peak "
          f"{number(whole, 'negative_peak_latency'):.2f} ms, amplitude "
          f"{number(whole, 'amplitude'):.2f} mV, peak to peak "
          f"{number(whole, 'amplitude_peak_to_peak'):.2f} mV")
    ours = each_sweep(ranvier, path, sweeps.shape[1])
    size = numpy.array([number(r, "amplitude_peak_to_peak") for r in ours])
    onset = numpy.array([number(r, "onset_latency") for r in ours])
    large = (plain > 1.0) & numpy.isfinite(size)
    difference = 100 * (size[large] / plain[large] - 1)
    growth = numpy.corrcoef(numpy.arange(size.size)[large], size[large])[0, 1]
    print(f"single sweeps: {numpy.isfinite(size).sum()} of {size.size} measured, "
          f"{numpy.isfinite(onset).sum()} with an onset, median "
          f"{numpy.nanmedian(onset[large]) if numpy.isfinite(onset[large]).any() else numpy.nan:.2f}"
          f" ms; of {large.sum()} above 1 mV, peak to peak minus the plain extremes: median "
          f"{numpy.median(difference):+.2f} %, largest {abs(difference).max():.2f} %; correlation "
          f"of size with the order of the stimuli {growth:.3f}")
    onset_ms = number(whole, "onset_latency")
    problems = [text for wrong, text in (
        (not 10 <= source["sweeps_used"] <= 20, "the strongest stimuli were not picked"),
        # read off the trace by eye: negative peak of 4.5 mV at 1.4 ms, onset at 1.0 ms
        (not 4.2 < number(whole, "amplitude") < 4.7, "amplitude of the M-wave"),
        (not 1.3 < number(whole, "negative_peak_latency") < 1.5, "peak of the M-wave"),
        (numpy.isfinite(onset_ms) and not 0.8 < onset_ms < 1.2, "onset of the M-wave"),
        (abs(numpy.median(difference)) > 2, "peak to peak against plain extremes"),
        (not growth > 0.8, "growth with the stimulus")) if wrong]
    print("; ".join(problems) or "agreement as expected")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
