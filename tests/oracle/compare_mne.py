#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what Ranvier reads of EDF and BDF files with what MNE reads.

compare_mne.py DUMP_RECORDING [FILE ...]

Without files it takes those of the shared conformance folder (RANVIER_SHARED). Ends with 77,
"skipped", where MNE or the files are not there.
"""
import glob
import math
import os
import subprocess
import sys

try:
    import mne
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SKIPPED = 77


def conformance_files():
    shared = os.environ.get("RANVIER_SHARED") or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
    folder = os.path.join(shared, "data", "edf_bdf_conformance")
    return sorted(glob.glob(os.path.join(folder, "*.[eb]df")))


def read_ours(dump, path):
    """Facts, channels and events of the printed recording."""
    done = subprocess.run([dump, path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{path}: {done.stderr}")
    facts, channels, events, segments = {}, [], [], []
    for line in done.stdout.split("\n"):
        cells = line.split("\t")
        if cells[0] == "channel":
            channels.append(cells)
        elif cells[0] == "event":
            events.append((float(cells[2]), float(cells[3]), cells[1], cells[6]))
        elif cells[0] == "segment":
            segments.append(float(cells[2]))
        elif len(cells) == 2:
            facts[cells[0]] = cells[1]
    return facts, channels, events, segments


def close(ours, theirs, scale):
    return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9 * scale + 1e-12)


def compare_channels(path, ours, raw):
    """Samples of every calibrated channel whose rate MNE leaves alone."""
    wrong, compared = [], 0
    rates = [float(cells[5]) for cells in ours]
    for index, cells in enumerate(ours):
        if cells[4] != "1" or rates[index] != max(rates):
            continue  # MNE resamples slower channels, and gives those without a unit as stored
        theirs = raw.get_data(picks=[index])[0] * 1e6
        if raw.get_channel_types([index])[0] == "stim":
            continue  # MNE keeps whole numbers there, not volts
        compared += 1
        scale = float(numpy.abs(theirs).max())
        if int(cells[6]) != theirs.size:
            wrong.append(f"{path}: {cells[2]}: {cells[6]} samples, MNE has {theirs.size}")
            continue
        if not close(float(cells[7]), float(theirs.sum()), scale * theirs.size):
            wrong.append(f"{path}: {cells[2]}: sum {cells[7]}, MNE has {theirs.sum():.15g}")
        if not close(float(cells[8]), float((theirs ** 2).sum()), scale ** 2 * theirs.size):
            wrong.append(f"{path}: {cells[2]}: squares {cells[8]}")
        first = [float(number) for number in cells[9:-1]]
        for ours_one, theirs_one in zip(first + [float(cells[-1])],
                                        list(theirs[:len(first)]) + [theirs[-1]]):
            if not close(ours_one, float(theirs_one), scale):
                wrong.append(f"{path}: {cells[2]}: sample {ours_one}, MNE has {theirs_one}")
    return wrong, compared


def compare_events(path, events, annotations, start_s):
    """Onsets and texts; MNE counts time from the first record and has no place for negative ones."""
    theirs = [(float(one["onset"]), float(one["duration"]), one["description"])
              for one in annotations]
    ours = [(time - start_s, 0.0 if math.isnan(duration) else duration, text)
            for time, duration, kind, text in events if not text.startswith("trigger ")]
    wrong = []
    for onset, duration, text in ours:
        if not any(abs(onset - other[0]) < 1e-6 and abs(duration - other[1]) < 1e-6
                   and text == other[2] for other in theirs):
            wrong.append(f"{path}: annotation {text!r} at {onset:.7f} s is not in MNE")
    if len(ours) != len(theirs):
        wrong.append(f"{path}: {len(ours)} annotations, MNE has {len(theirs)}")
    return wrong


def compare_start(path, facts, raw):
    date = raw.info["meas_date"]
    if date is None or facts["start"] == "n/a":
        return []
    ours = facts["start"]
    theirs = date.strftime("%Y-%m-%dT%H:%M:%S")
    return [] if ours == theirs else [f"{path}: start {ours}, MNE has {theirs}"]


def compare(dump, path):
    facts, channels, events, segments = read_ours(dump, path)
    if not channels:  # annotations alone: MNE reads them another way
        theirs = mne.read_annotations(path)
        return compare_events(path, events, theirs, 0.0), 0
    reader = mne.io.read_raw_bdf if path.endswith(".bdf") else mne.io.read_raw_edf
    raw = reader(path, preload=True, verbose="error")
    wrong, compared = compare_channels(path, channels, raw)
    wrong += compare_start(path, facts, raw)
    wrong += compare_events(path, events, raw.annotations, segments[0])
    return wrong, compared


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    paths = sys.argv[2:] or conformance_files()
    if not paths:
        print("skipped: no recordings (RANVIER_SHARED names their folder)")
        return SKIPPED
    wrong = []
    for path in paths:
        found, compared = compare(sys.argv[1], path)
        print(f"{os.path.basename(path)}: {compared} channels compared, {len(found)} differences")
        wrong += found
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
