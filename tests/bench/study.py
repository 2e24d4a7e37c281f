#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One study of 30 responses as a whole process: the report as JSON and HTML, its wall time, CPU time
and peak memory, and its CPU time against peer_study.py in runs in turn.

    study.py RANVIER [--pairs N]
"""
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROWS = 30


def make_study(ranvier, folder):
    """Thirty rows with a recording each: the motor and sensory ones of a simulated case, with
    several seeds."""
    rows, seed = [], 0
    while len(rows) < ROWS:
        seed += 1
        made = os.path.join(folder, "made")
        subprocess.run([ranvier, "simulate", "carpal_tunnel", "-o", made, "--seed", str(seed)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(made, "responses.tsv"), newline="", encoding="utf-8") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                name = f"{len(rows) + 1:02d}.edf"
                if len(rows) < ROWS and row["kind"] in ("motor", "sensory"):
                    shutil.copy(os.path.join(made, row["file"]), os.path.join(folder, name))
                    row["file"] = name
                    rows.append(row)
        shutil.copy(os.path.join(made, "study.json"), folder)
        shutil.rmtree(made)
    with open(os.path.join(folder, "responses.tsv"), "w", newline="", encoding="utf-8") as table:
        writer = csv.DictWriter(table, rows[0].keys(), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cost(words):
    """Wall seconds, CPU seconds, peak MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise SystemExit("%r ended with status %d" % (words[:3], status))
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def verdict(reached):
    return "reached" if reached else "not reached"


def main():
    ranvier = sys.argv[1]
    pairs = int(sys.argv[sys.argv.index("--pairs") + 1]) if "--pairs" in sys.argv else 9
    peer = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                         "peer_study.py")]
    with tempfile.TemporaryDirectory() as folder:
        study, out = os.path.join(folder, "study"), os.path.join(folder, "out")
        os.mkdir(study)
        make_study(ranvier, study)
        ours = [ranvier, "report", study, "--format", "json,html", "-o", out, "--force"]
        theirs = peer + [study]
        cost(ours), cost(theirs)
        runs = [(cost(ours), cost(theirs)) for _ in range(pairs)]
        json_only = [cost([ranvier, "report", study, "--format", "json", "-o",
                           os.path.join(out, "report.json"), "--force"]) for _ in range(pairs)]
        help_only = [cost([ranvier, "--help"]) for _ in range(pairs)]
    wall, cpu, memory = (statistics.median(run[0][k] for run in runs) for k in range(3))
    peer_cpu = statistics.median(run[1][1] for run in runs)
    ratio = statistics.median(run[1][1] / run[0][1] for run in runs)
    print(f"One study of {ROWS} responses, report as JSON and HTML, medians of {pairs} runs in "
          "turn\n")
    print("| what | figure | goal | |\n|---|---|---|---|")
    print(f"| wall time | {wall:.3f} s | 0.2 s | {verdict(wall < 0.2)} |")
    print(f"| CPU time | {cpu:.3f} s | – | – |")
    print(f"| peak memory | {memory:.1f} MiB | 64 MiB | {verdict(memory < 64)} |")
    print(f"| CPU time, JSON alone | {statistics.median(r[1] for r in json_only):.3f} s | – | – |")
    print(f"| CPU time, `--help` | {statistics.median(r[1] for r in help_only):.4f} s | – | – |")
    print(f"| CPU time of the NumPy/SciPy script | {peer_cpu:.3f} s | – | – |")
    print(f"| script / ranvier, median of pairs | {ratio:.1f} | 50 | {verdict(ratio >= 50)} |")


if __name__ == "__main__":
    main()
