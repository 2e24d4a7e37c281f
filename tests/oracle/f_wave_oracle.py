# SPDX-License-Identifier: GPL-3.0-or-later
"""F-waves of the simulated cases against their truth.

usage: f_wave_oracle.py RANVIER DUMP_LATE [FOLDER [SEEDS]]

Makes the cases (kept in FOLDER), measures them, and prints for each row and for each nerve how many
F-waves were found, how many of the silent sweeps were called one, and the RMS error of single
onsets, minimum and mean in ms.
"""
import collections
import csv
import math
import os
import subprocess
import sys
import tempfile

CASES = ("normal_arm", "normal_leg", "l5_radiculopathy", "s1_radiculopathy")


def truth_of(folder):
    rows = collections.defaultdict(dict)
    with open(os.path.join(folder, "truth.tsv"), newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["parameter"].startswith("f_"):
                rows[row["response"]][row["parameter"]] = float(row["value"])
    return rows


class Score:
    def __init__(self):
        self.present = self.found = self.absent = self.false = 0
        self.onset, self.minimum, self.mean = [], [], []

    def line(self):
        def rms(x):
            return math.sqrt(sum(e * e for e in x) / len(x)) if x else math.nan
        return "found %3d of %3d  false %2d of %3d  onset %.2f  minimum %.2f  mean %.2f" % (
            self.found, self.present, self.false, self.absent, rms(self.onset),
            rms(self.minimum), rms(self.mean))

    def add(self, truth, found):
        for sweep in range(1, int(truth["f_stimuli"]) + 1):
            true = truth.get("f_latency_sweep_%d" % sweep)
            self.present += true is not None
            self.absent += true is None
            onset = found.get("sweep_%d" % sweep)
            self.false += true is None and onset is not None
            if true is not None and onset is not None:
                self.found += 1
                self.onset.append(onset - true)
        for name, errors in (("f_minimum", self.minimum), ("f_mean", self.mean)):
            if name in found and name in truth:
                errors.append(found[name] - truth[name])


def measure(ranvier, dump_late, case, seed, folder):
    study = os.path.join(folder, "%s_%d" % (case, seed))
    if not os.path.isdir(study):
        subprocess.run([ranvier, "simulate", case, "-o", study, "--seed", str(seed)], check=True)
    text = subprocess.run([dump_late, study], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = collections.defaultdict(dict)
    for line in text.splitlines():
        response, name, value = line.split("\t")[:3]
        found[response][name] = float(value)
    return truth_of(study), found


def nerves_of(study):
    with open(os.path.join(study, "responses.tsv"), newline="") as table:
        return {"R%02d" % i: row["nerve"]
                for i, row in enumerate(csv.DictReader(table, delimiter="\t"), 1)
                if row["kind"] == "f_wave"}


def main():
    ranvier, dump_late = sys.argv[1:3]
    folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp()
    seeds = range(1, int(sys.argv[4]) + 1) if len(sys.argv) > 4 else range(1, 13)
    total, whole = collections.defaultdict(Score), Score()
    os.makedirs(folder, exist_ok=True)
    for case in CASES:
        for seed in seeds:
            truth, found = measure(ranvier, dump_late, case, seed, folder)
            nerves = nerves_of(os.path.join(folder, "%s_%d" % (case, seed)))
            for response, nerve in nerves.items():
                row, name = Score(), "%s %s" % (case, nerve)
                for score in (row, total[name], whole):
                    score.add(truth[response], found[response])
                print("%-26s %2d %s  %s" % (name, seed, response, row.line()))
    print()
    for name, score in total.items():
        print("%-32s  %s" % (name, score.line()))
    print("%-32s  %s" % ("all", whole.line()))


if __name__ == "__main__":
    main()
