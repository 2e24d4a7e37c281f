#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How steady the leading pattern is: every value jittered within its measurement error, and one muscle or
one nerve left out at a time.

    robustness.py RANVIER FOLDER_OF_CASES [--times 100] [--markdown]

Errors: limits of agreement of clinical.md section 9 divided by 1.96. A case holds when the leading pattern
stays, or the study becomes "indeterminate" or "normal" with less evidence; a jump is another pattern that
did not stand in the full study at possible or above. Exit status 1 when the jitter makes a jump.
"""
import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

SD = {  # column: absolute, relative standard deviation
    "onset_ms": {"motor": (0.1, 0), "sensory": (0.075, 0), "mixed": (0.075, 0)}, "peak_ms": {"*": (0.04, 0)},
    "amplitude_mv": {"*": (0, 0.025)}, "amplitude_uv": {"*": (0.25, 0.05)}, "duration_ms": {"*": (0, 0.04)},
    "velocity_m_s": {"*": (1.0, 0)}, "f_min_ms": {"*": (0.5, 0)}, "h_latency_ms": {"*": (0.2, 0)}, "h_amplitude_mv": {"*": (0, 0.025)}}
LESS = ("indeterminate", "normal")


def read(path):
    if not os.path.exists(path):
        return None, []
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    return rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]


def write(path, header, rows):
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(["\t".join(header)] + ["\t".join(row[c] for c in header) for row in rows]) + "\n")


def run(program, folder):
    made = subprocess.run([program, "report", "--format", "json", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if made.returncode != 0:
        raise RuntimeError(made.stderr.decode("utf-8", "replace").strip())
    report = json.loads(made.stdout.decode("utf-8"))
    standing = {p["pattern"] for p in report["patterns"] if p["grade"] != "insufficient"}
    roots = [set(p.get("roots") or []) for p in report["patterns"] if p["pattern"] == "radiculopathy" and p["grade"] != "insufficient"]
    return report["impression"]["primary"], standing, roots


def jitter(rows, rng):
    for row in rows:
        for column, kinds in SD.items():
            if row.get(column, "n/a") in ("n/a", ""):
                continue
            absolute, relative = kinds.get(row["kind"], kinds.get("*", (0, 0)))
            value = float(row[column])
            sd = max(absolute, relative * value)
            row[column] = "%.3f" % max(0.01, value + max(-2 * sd, min(2 * sd, rng.gauss(0, sd))))


class Case:
    def __init__(self, program, source):
        self.program, self.source = program, source
        self.folder = tempfile.mkdtemp(prefix="robust")
        shutil.rmtree(self.folder)
        shutil.copytree(source, self.folder)
        for path, _, names in os.walk(self.folder):
            for name in names:
                os.chmod(os.path.join(path, name), 0o644)
            os.chmod(path, 0o755)
        self.header, self.rows = read(os.path.join(source, "responses.tsv"))
        self.needle_header, self.needle = read(os.path.join(source, "needle.tsv"))
        self.primary, self.standing, self.roots = run(program, source)

    def again(self, rows, needle):
        write(os.path.join(self.folder, "responses.tsv"), self.header, rows)
        if self.needle_header:
            write(os.path.join(self.folder, "needle.tsv"), self.needle_header, needle)
        primary, standing, roots = run(self.program, self.folder)
        less = LESS + (("radiculopathy",) if "polyradiculopathy" in self.standing else ())
        jumps = [p for p in standing - self.standing if p not in less]
        moved = bool(self.roots) and bool(roots) and not any(a & b for a in self.roots for b in roots)
        return primary, jumps, moved

    def close(self):
        shutil.rmtree(self.folder)


def count(case, variants):
    kept = weaker = 0
    jumped = []
    for what, rows, needle in variants:
        primary, jumps, moved = case.again(rows, needle)
        if jumps or moved:
            jumped.append("%s: %s" % (what, ", ".join(jumps) or "other root"))
        elif primary == case.primary or primary in case.standing:
            kept += 1
        else:
            weaker += 1
    return kept, weaker, jumped


def copies(rows):
    return [dict(row) for row in rows]


def jittered(case, times, rng):
    for i in range(times):
        rows = copies(case.rows)
        jitter(rows, rng)
        yield "jitter %d" % i, rows, case.needle


def without_muscle(case):
    for i, muscle in enumerate(case.needle):
        yield "without " + muscle["muscle"], case.rows, case.needle[:i] + case.needle[i + 1:]


def without_nerve(case):
    for nerve in sorted({(r["kind"], r["nerve"], r["side"]) for r in case.rows}):
        rows = [r for r in case.rows if (r["kind"], r["nerve"], r["side"]) != nerve]
        yield "without " + " ".join(nerve), rows, case.needle


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("cases")
    parser.add_argument("--times", type=int, default=100)
    arguments = parser.parse_args()
    rng = random.Random(1)
    bad = 0
    print("| case | leading | jitter kept / weaker / jump | one muscle less | one nerve less | jumps |\n|---|---|---|---|---|---|")
    for name in sorted(os.listdir(arguments.cases)):
        source = os.path.join(arguments.cases, name)
        if not os.path.exists(os.path.join(source, "responses.tsv")):
            continue
        case = Case(arguments.program, source)
        shaken = count(case, jittered(case, arguments.times, rng))
        muscles = count(case, without_muscle(case))
        nerves = count(case, without_nerve(case))
        case.close()
        bad += len(shaken[2])
        cells = ["%d / %d / %d" % (k, w, len(j)) for k, w, j in (shaken, muscles, nerves)]
        jumps = sorted({j.split(": ", 1)[1] if j.startswith("jitter") else j for j in shaken[2] + muscles[2] + nerves[2]})
        print("| %s | %s | %s | %s |" % (name, case.primary, " | ".join(cells), "; ".join(jumps)), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
