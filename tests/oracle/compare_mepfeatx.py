#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares latency and peak-to-peak amplitude of motor evoked potentials, sweep by sweep, with what
another program, MEPFeatX, gave for the same sweeps.

    compare_mepfeatx.py RANVIER [--rows]

MEPFeatX: latency = last crossing of a threshold of the rectified baseline before the largest peak,
after ten-fold spline interpolation of 3 kHz data; amplitude = |largest| + |smallest| sample in a
window; its zeros are sweeps it rejected. Ends with 77, "skipped", where the recordings are not
there (RANVIER_SHARED). With --rows it prints every sweep.
"""
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

SKIPPED = 77
# Name, nerve and muscle, where the negative phase is looked for in ms: the peer's onset windows
# (hand 18-28, tibialis anterior 25-42 ms), a little wider. A window that reaches the second negative
# phase of these long waves (from 60 ms on in the leg) lets it be taken for the response.
SETS = [("ID01", "ulnar", "FDI", "15:45"), ("ID03", "fibular", "TA", "22:48"),
        ("ID04", "fibular", "TA", "22:48")]


def folder_of_data():
    shared = os.environ.get("RANVIER_SHARED") or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
    return os.path.join(shared, "data", "mepfeatx_human_MEP")


def peer_values(path):
    with open(path, newline="", encoding="ascii") as table:
        return [(float(row["Latency"]), float(row["Amplitude"])) for row in csv.DictReader(table)]


def write_study(folder, recording, nerve, muscle, count):
    shutil.copy(recording, os.path.join(folder, "meps.csv"))
    with open(os.path.join(folder, "responses.tsv"), "w", encoding="ascii") as table:
        table.write("kind\tnerve\tside\trecord\tstimulate\tfile\tstimuli\tunit\tpolarity\n")
        for sweep in range(1, count + 1):
            table.write(f"motor\t{nerve}\tright\t{muscle}\tn/a\tmeps.csv\t{sweep}\tuV=1\t"
                        "g1_positive\n")


def our_values(ranvier, folder, search):
    """(latency ms, its SE, peak-to-peak uV, why not) of each sweep; None where not measured."""
    done = subprocess.run([ranvier, "report", folder, "--format", "json", "--no-interpretation",
                           "--search", search], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"ranvier ended with {done.returncode}: {done.stderr}")
    rows = []
    for response in json.loads(done.stdout)["responses"]:
        values = response["values"]
        onset, size = (values.get(name) or {} for name in
                       ("onset_latency", "amplitude_peak_to_peak"))
        size_mv = size.get("value")
        rows.append((onset.get("value"), onset.get("se"),
                     None if size_mv is None else 1000 * size_mv, onset.get("reason")))
    return rows


def quantiles(values):
    ordered = sorted(values)
    return [ordered[round(q * (len(ordered) - 1))] for q in (0.05, 0.25, 0.5, 0.75, 0.95)]


def compare(ranvier, data, name, nerve, muscle, search, with_rows):
    peer = peer_values(os.path.join(data, name + "_features.csv"))
    with tempfile.TemporaryDirectory() as folder:
        write_study(folder, os.path.join(data, f"derived_{name}_meps_uV.csv"), nerve, muscle,
                    len(peer))
        ours = our_values(ranvier, folder, search)
    assert len(ours) == len(peer), (len(ours), len(peer))
    latency, size = [], []
    counts = {"both": 0, "peer only": 0, "ours only": 0, "neither": 0}
    for sweep, ((peer_ms, peer_uv), (ms, se, uv, why)) in enumerate(zip(peer, ours), 1):
        here, there = uv is not None, peer_uv > 0
        counts["both" if here and there else "peer only" if there else
               "ours only" if here else "neither"] += 1
        if there and ms is not None:
            latency.append(ms - peer_ms)
        if there and here:
            size.append(100 * (uv / peer_uv - 1))
        if with_rows:
            print(f"{name}\t{sweep}\t{peer_ms:.2f}\t{'-' if ms is None else f'{ms:.2f}'}\t"
                  f"{'-' if se is None else f'{se:.2f}'}\t{peer_uv:.0f}\t"
                  f"{'-' if uv is None else f'{uv:.0f}'}\t{why or ''}")
    return counts, latency, size


def main():
    ranvier, with_rows = sys.argv[1], "--rows" in sys.argv[2:]
    data = folder_of_data()
    if not os.path.isdir(data):
        print(f"skipped: {data} is not there")
        sys.exit(SKIPPED)
    if with_rows:
        print("set\tsweep\tpeer_ms\tranvier_ms\tse_ms\tpeer_uv\tranvier_uv\treason")
    lines, latencies, sizes, found, peers = [], [], [], 0, 0
    for name, nerve, muscle, search in SETS:
        counts, latency, size = compare(ranvier, data, name, nerve, muscle, search, with_rows)
        latencies += latency
        sizes += size
        found += counts["both"]
        peers += counts["both"] + counts["peer only"]
        for what, unit, values in (("latency", "ms", latency), ("peak-to-peak", "%", size)):
            lines.append(f"| {name} {muscle} | {what}, {unit} | {len(values)} | " + " | ".join(
                f"{value:+.2f}" for value in quantiles(values)) + " |")
        print(f"{name}: measured by both {counts['both']}, by the peer only "
              f"{counts['peer only']}, by ranvier only {counts['ours only']}, by neither "
              f"{counts['neither']}")
    print("\n| recording | ranvier minus MEPFeatX | sweeps | 5 % | 25 % | median | 75 % | 95 % |\n"
          "|---|---|---|---|---|---|---|---|")
    print("\n".join(lines))
    median_size, median_ms = statistics.median(sizes), statistics.median(latencies)
    # Both read the same extremes of the same samples, theirs after a spline: the medians must agree
    # within the noise of one sample (about 1 %). Their latency is where a few microvolt are crossed
    # for the last time, ours the 1 % take-off of a wave of some hundred microvolt: ours is later, by
    # less than the rise time of these waves (about 4 ms).
    problems = [text for wrong, text in (
        (abs(median_size) > 1, f"median peak-to-peak differs by {median_size:.2f} %"),
        (not -1 < median_ms < 2, f"median latency differs by {median_ms:.2f} ms"),
        (found < 0.9 * peers, f"only {found} of {peers} sweeps measured")) if wrong]
    print("\n" + ("; ".join(problems) or "agreement as expected"))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
