#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often healthy people get a pattern: simulated subjects drawn from the reference limits.

    false_alarms.py RANVIER [--subjects 200] [--seed 1] [--show]

The limits are asked of the program for each subject (age, sex, height), so that every judged value has
its 3 % chance of lying beyond its limit: the hardest case for multiple comparisons. Between the values
of one subject there is a common factor (30 % of the variance), between both sides of a nerve another
(40 %). Paraspinals fibrillate in 14.5 % (clinical.md C32), a limb muscle shows an equivocal sign in 4 %.
Exit status 1 when a radiculopathy is possible or above in anybody, or any pattern in more than 5 %.
"""
import argparse
import datetime
import json
import math
import os
import random
import subprocess
import sys
import tempfile

from make_studies import ARM, COLUMNS, LEG, NEEDLE, cell, response_row

MUSCLES = {"leg": ["tibialis anterior", "tibialis posterior", "vastus medialis", "gastrocnemius medial", "tensor fasciae latae", "lumbar paraspinals"],
           "arm": ["deltoid", "triceps", "pronator teres", "EDC", "FDI", "cervical paraspinals"]}
COLUMN = {"onset_latency": "onset_ms", "negative_peak_latency": "peak_ms", "conduction_velocity": "velocity_m_s",
          "f_minimum": "f_min_ms", "h_latency": "h_latency_ms"}
CV = {"onset_ms": 0.11, "peak_ms": 0.07, "velocity_m_s": 0.075, "f_min_ms": 0.075, "h_latency_ms": 0.07}
Z97 = 1.881  # 97th percentile
HEADER = COLUMNS


def rows_of(limbs):
    rows = []
    for limb, side in limbs:
        base = ARM if limb == "arm" else LEG
        for key, values in base.items():
            rows.append(dict(zip(COLUMNS, response_row(side, key, values).split("\t"))))
        for nerve, record, site, value in ([("median", "APB", "wrist", "27.0"), ("ulnar", "ADM", "wrist", "27.5")] if limb == "arm" else
                                           [("fibular", "EDB", "ankle", "48.0"), ("tibial", "AH", "ankle", "49.0")]):
            rows.append(dict.fromkeys(HEADER, "n/a") | dict(kind="f_wave", nerve=nerve, side=side, record=record, stimulate=site, present="yes", f_min_ms=value))
        if limb == "leg":
            rows.append(dict.fromkeys(HEADER, "n/a") | dict(kind="h_reflex", nerve="tibial", side=side, record="soleus", stimulate="popliteal fossa",
                                                            present="yes", h_latency_ms="30.0"))
    return rows


def write(folder, person, rows, needle, days=120):
    about = {"format": "ranvier-study", "version": 1, "patient": person, "visit": {"date": "2026-03-02", "symptom_onset": str(datetime.date(2026, 3, 2) - datetime.timedelta(days=days))},
             "temperature_c": {"hand_right": 33.0, "hand_left": 33.0, "foot_right": 31.5, "foot_left": 31.5}}
    with open(os.path.join(folder, "study.json"), "w", encoding="utf-8") as f:
        json.dump(about, f)
    for name, header, table in (("responses.tsv", HEADER, rows), ("needle.tsv", NEEDLE, needle)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("\n".join(["\t".join(header)] + ["\t".join(cell(row[c]) for c in header) for row in table]) + "\n")


def run(program, folder):
    return json.loads(subprocess.run([program, "report", "--format", "json", folder], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8"))


def draw(rng, rows, report):
    """Puts a value of a healthy person in place of every value that has a limit."""
    common, nerves, judged, beyond = rng.gauss(0, 1), {}, 0, 0
    for row, response in zip(rows, report["responses"]):
        for name, value in response["values"].items():
            column = COLUMN.get(name)
            if name == "amplitude":
                column = "amplitude_mv" if row["kind"] == "motor" else "amplitude_uv"
            if column is None or row.get(column, "n/a") == "n/a":
                continue
            lower, upper = value.get("lower"), value.get("upper")
            key = (row["kind"], row["nerve"], row["record"], row["stimulate"], column)
            shared = nerves.setdefault(key, rng.gauss(0, 1))
            z = math.sqrt(0.3) * common + math.sqrt(0.4) * shared + math.sqrt(0.3) * rng.gauss(0, 1)
            if upper is not None:
                drawn = upper * (1 + CV[column] * z) / (1 + CV[column] * Z97)
                beyond += drawn > upper
            elif lower is not None and column.startswith("amplitude"):
                drawn = min(lower * math.exp(0.4 * (Z97 - z)), 50 if column == "amplitude_mv" else 250)
                beyond += drawn < lower
            elif lower is not None:
                drawn = lower * (1 - CV[column] * z) / (1 - CV[column] * Z97)
                beyond += drawn < lower
            else:
                continue
            judged += 1
            row[column] = "%.2f" % drawn
    return judged, beyond


def proximal_amplitudes(rng, rows):
    """A proximal response is the distal one less 0 to 15 %, whatever was drawn."""
    distal = {}
    for row in rows:
        if row["kind"] != "motor":
            continue
        key = (row["nerve"], row["side"], row["record"])
        if key in distal:
            row["amplitude_mv"] = "%.2f" % (distal[key] * (1 - min(0.2, abs(rng.gauss(0.04, 0.04)))))
        distal.setdefault(key, float(row["amplitude_mv"]))


def entrapment_segments(rng, rows):
    """Across the elbow a healthy nerve is 3.3 (SD 6.2) m/s slower than in the forearm (clinical.md C18), across the
    knee as fast as in the leg (SD 5, from the 97th percentile of C04)."""
    near = {}
    for row in rows:
        key = (row["nerve"], row["side"])
        if row["kind"] == "motor" and row["stimulate"] in ("below elbow", "below fibular head"):
            near[key] = float(row["velocity_m_s"])
        if row["kind"] == "motor" and row["stimulate"] in ("above elbow", "popliteal fossa") and key in near:
            mean, sd = (3.3, 6.2) if row["nerve"] == "ulnar" else (0, 5)
            row["velocity_m_s"] = "%.1f" % (near[key] - rng.gauss(mean, sd))


def reflexes(rng, rows):
    """The H-reflex of the second side differs by 0.2 (SD 1.0) ms: clinical.md C05."""
    found = [row for row in rows if row["kind"] == "h_reflex"]
    if len(found) == 2:
        found[1]["h_latency_ms"] = "%.2f" % (float(found[0]["h_latency_ms"]) + rng.gauss(0.2, 1.0))


def needle_of(rng, limbs):
    rows = []
    for limb, side in limbs:
        for muscle in MUSCLES[limb]:
            spinal = muscle.endswith("paraspinals")
            row = dict(muscle=muscle, side=side, fibrillations="0", sharp_waves="0", fasciculations="0", mup_duration="normal",
                       mup_amplitude="normal", polyphasia="normal", recruitment="normal")
            if spinal:
                row.update(dict.fromkeys(["mup_duration", "mup_amplitude", "polyphasia", "recruitment"], "n/a"))
                row["fibrillations"] = "1+" if rng.random() < 0.145 else "0"
            elif rng.random() < 0.04:
                row.update(rng.choice([{"fibrillations": "+/-"}, {"polyphasia": "increased"}, {"recruitment": "mildly reduced"}]))
            rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=120, help="days since onset")
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    patterns, any_pattern, roots, judged, beyond, insufficient = {}, 0, 0, 0, 0, 0
    primaries = {}
    for subject in range(arguments.subjects):
        age, sex = rng.randint(20, 79), rng.choice(["female", "male"])
        person = {"id": "S%03d" % subject, "age_years": age, "sex": sex,
                  "height_cm": round(rng.gauss(164 if sex == "female" else 177, 7)), "bmi_kg_m2": round(rng.uniform(19, 33), 1)}
        limbs = rng.choice([[("leg", "right"), ("leg", "left")], [("arm", "right"), ("arm", "left")], [("arm", "right"), ("leg", "right")],
                            [("leg", "right"), ("leg", "left"), ("arm", "right")]])
        rows, needle = rows_of(limbs), needle_of(rng, limbs[:1])
        with tempfile.TemporaryDirectory() as folder:
            write(folder, person, rows, needle, arguments.days)
            n, k = draw(rng, rows, run(arguments.program, folder))
            proximal_amplitudes(rng, rows)
            entrapment_segments(rng, rows)
            reflexes(rng, rows)
            write(folder, person, rows, needle, arguments.days)
            report = run(arguments.program, folder)
        judged, beyond = judged + n, beyond + k
        found = [p["pattern"] for p in report["patterns"] if p["grade"] != "insufficient" and p["pattern"] not in ("normal", "indeterminate")]
        insufficient += any(p["grade"] == "insufficient" for p in report["patterns"])
        primaries[report["impression"]["primary"]] = primaries.get(report["impression"]["primary"], 0) + 1
        any_pattern += bool(found)
        roots += any(p in ("radiculopathy", "polyradiculopathy") for p in found)
        for pattern in found:
            patterns[pattern] = patterns.get(pattern, 0) + 1
        if found and arguments.show:
            for p in report["patterns"]:
                print(subject, person, p["pattern"], p.get("roots"), p["side"], p["grade"], p["for"])
    n = arguments.subjects
    print("%d subjects, %.1f judged values each, %.2f of them beyond a limit" % (n, judged / n, beyond / n))
    print("radiculopathy at possible or above: %d (%.1f %%)" % (roots, 100 * roots / n))
    print("any abnormal pattern: %d (%.1f %%) %s" % (any_pattern, 100 * any_pattern / n, patterns))
    print("an insufficient pattern is listed: %d; leading: %s" % (insufficient, primaries))
    return 1 if roots or any_pattern > 0.05 * n else 0


if __name__ == "__main__":
    sys.exit(main())
