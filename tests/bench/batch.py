#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: against a loop with SciPy, one worker against two, growth with the number of inputs, syncs,
the store, the collector, and questions to a large database. CPU times; ratios are medians of runs in
turn. What each side does stands in peer_batch.py and docs/scale.md.

    batch.py RANVIER [--studies N] [--pairs N] [--large] [--part peer|recordings|tables]

--large: 1,000 to 100,000 recordings and a database of a million results (an hour).
"""
import glob
import math
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import archive
from study import verdict

HERE = os.path.dirname(os.path.abspath(__file__))
PLAIN = ["--no-interpretation", "--quiet"]


class Cost:
    """Of one process and its children: wall and CPU time; with `watch`, seen every 20 ms, the CPU
    time of the process alone (the writer of a batch) and the peak memory of the largest of them.
    (ru_maxrss would tell the memory of Python, which each of them begins with.)"""

    def __init__(self, words, watch=False):
        begin = time.perf_counter()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.writer_s = self.peak_mib = 0
        while watch and not os.waitid(os.P_PID, process.pid,
                                      os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self.writer_s = own_seconds(process.pid) or self.writer_s
            self.peak_mib = max([self.peak_mib, peak_mib(process.pid, words[0])] +
                                [peak_mib(pid, words[0]) for pid in children(process.pid)])
            time.sleep(0.02)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0:
            raise SystemExit("%r ended with status %d" % (words[:3], status))
        self.wall_s = time.perf_counter() - begin
        self.cpu_s = usage.ru_utime + usage.ru_stime


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def own_seconds(pid):
    fields = read("/proc/%d/stat" % pid).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0


def children(pid):
    return [int(word) for word in read("/proc/%d/task/%d/children" % (pid, pid)).split()]


def peak_mib(pid, program):
    """0 before the process is the program."""
    try:
        if os.readlink("/proc/%d/exe" % pid) != os.path.realpath(program):
            return 0
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s*(\d+)", read("/proc/%d/status" % pid))
    return int(found.group(1)) / 1024 if found else 0


def remove(*names):
    for name in names:
        for path in glob.glob(name):
            os.unlink(path)


def batch(ranvier, folder, database, *more, watch=False):
    remove(database)
    return Cost([ranvier, "batch", folder, "--out", database, *more], watch)


def count(database, sql):
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchone()[0]
    finally:
        connection.close()


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(title, *cells):
    print("\n%s\n" % title)
    row(*cells)
    row(*["---"] * len(cells))


def against_scipy(ranvier, work, studies, pairs):
    folder, database = os.path.join(work, "recordings"), os.path.join(work, "b.sqlite")
    archive.make(folder, studies)
    peer = [sys.executable, os.path.join(HERE, "peer_batch.py"), folder]
    empty = os.path.join(work, "empty")
    os.mkdir(empty)
    start_s = statistics.median(Cost(peer[:-1] + [empty]).cpu_s for _ in range(5))
    Cost(peer)
    runs = [(batch(ranvier, folder, database, "-j1", *PLAIN), Cost(peer),
             batch(ranvier, folder, database, "-j2", *PLAIN, watch=True)) for _ in range(pairs)]

    def middle(of):
        return statistics.median(of(*run) for run in runs)

    one, theirs = middle(lambda a, b, c: a.cpu_s), middle(lambda a, b, c: b.cpu_s - start_s)
    head("%d recordings of 20 sweeps of 100 ms, one channel, 48 kHz; %d runs in turn"
         % (studies, pairs), "what", "figure", "goal", "")
    row("ranvier batch -j1: CPU time", "%.2f s" % one, "–", "–")
    row("the same, a recording", "%.2f ms" % (1000 * one / studies), "–", "–")
    row("recordings per second of CPU", "%.0f" % (studies / one), "–", "–")
    row("recordings per second of wall, -j1, -j2", "%.0f, %.0f" % (
        studies / middle(lambda a, b, c: a.wall_s), studies / middle(lambda a, b, c: c.wall_s)),
        "–", "–")
    row("NumPy/SciPy loop: CPU time (without %.2f s to start)" % start_s, "%.2f s" % theirs, "–",
        "–")
    ratio = middle(lambda a, b, c: a.cpu_s / (b.cpu_s - start_s))
    row("ranvier / loop", "%.2f" % ratio, "0.20", verdict(ratio <= 0.2))
    two = middle(lambda a, b, c: c.cpu_s / a.cpu_s)
    row("-j2 / -j1, CPU time", "%.2f" % two, "1.15", verdict(two <= 1.15))
    row("peak memory of a process, -j2", "%.0f MiB" % middle(lambda a, b, c: c.peak_mib), "–", "–")
    shutil.rmtree(folder)


def syncs(ranvier, folder, database):
    """fsync and fdatasync of a whole batch, and its transactions (journals taken away)."""
    remove(database)
    log = database + ".strace"
    done = subprocess.run(["strace", "-f", "-o", log, "-e", "trace=fsync,fdatasync,unlink", ranvier,
                           "batch", folder, "--out", database, "-j1", *PLAIN],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        return None
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return (len(re.findall(r"\bf(?:data)?sync\(", text)),
            len(re.findall(r"unlink\(.*-journal", text)))


def ladder(ranvier, work, sizes, what, maker):
    """CPU time and memory against the number of inputs; one archive at a time."""
    database, points, last = os.path.join(work, "ladder.sqlite"), [], None
    head("Growth: %s, -j1, without interpretation" % what, "inputs", "CPU s", "ms an input",
         "wall s", "peak MiB", "writer: rows/s of its CPU", "syncs", "transactions",
         "bytes of database an input")
    for size in sizes:
        folder = os.path.join(work, "ladder%d" % size)
        maker(folder, size)
        traced = syncs(ranvier, folder, database) if shutil.which("strace") and size <= 10000 else None
        cost = batch(ranvier, folder, database, "-j1", *PLAIN, watch=True)
        rows = sum(count(database, "SELECT count(*) FROM " + table) for table in
                   ("studies", "responses", "results", "marks", "findings", "notices", "inputs"))
        row("%d" % size, "%.2f" % cost.cpu_s, "%.2f" % (1000 * cost.cpu_s / size),
            "%.1f" % cost.wall_s, "%.1f" % cost.peak_mib,
            "%.0f" % (rows / cost.writer_s) if cost.writer_s > 0.2 else "–",
            *(traced or ("–", "–")), "%.0f" % (os.path.getsize(database) / size))
        points.append((math.log(size), math.log(cost.cpu_s)))
        if last:
            shutil.rmtree(last)
        last = folder
    mean_x, mean_y = (statistics.mean(p[k] for p in points) for k in (0, 1))
    slope = (sum((x - mean_x) * (y - mean_y) for x, y in points) /
             sum((x - mean_x) ** 2 for x, _ in points))
    print("\nexponent of the time, least squares of the logarithms: %.3f (goal 1.05: %s)"
          % (slope, verdict(slope <= 1.05)), flush=True)
    return last


def collecting(ranvier, work, folder, shards):
    names = []
    for i in range(1, shards + 1):
        names.append(os.path.join(work, "shard.%d.sqlite" % i))
        batch(ranvier, folder, names[-1], "--shard", "%d/%d" % (i, shards), *PLAIN)
    whole = os.path.join(work, "whole.sqlite")
    cost = Cost([ranvier, "collect", whole, *names], watch=True)
    rows = sum(count(whole, "SELECT count(*) FROM " + table) for table in
               ("studies", "responses", "results", "marks", "findings", "notices", "inputs"))
    studies = count(whole, "SELECT count(*) FROM studies")
    size = os.path.getsize(whole)
    head("Collecting %d shards: %d studies, %d rows, %.1f MB" % (shards, studies, rows, size / 1e6),
         "what", "figure", "goal", "")
    row("CPU, wall", "%.2f s, %.2f s" % (cost.cpu_s, cost.wall_s), "–", "–")
    row("studies per second of CPU", "%.0f" % (studies / cost.cpu_s), "–", "–")
    row("rows per second of CPU, checks included", "%.0f" % (rows / cost.cpu_s), "100,000",
        verdict(rows / cost.cpu_s >= 1e5))
    row("peak memory", "%.1f MiB" % cost.peak_mib, "–", "–")
    remove(*names)
    return whole


def questions(ranvier, database):
    """The questions of docs/batch.md."""
    with open(os.path.join(HERE, "..", "..", "docs", "batch.md"), encoding="utf-8") as page:
        asked = re.findall(r"([^\n]*)\n\n```sql\n(.*?)```", page.read(), re.S)
    rows = count(database, "SELECT count(*) FROM results")
    head("Questions to a database of %d results, %.0f bytes a result, all tables counted"
         % (rows, os.path.getsize(database) / rows), "question", "CPU s")
    connection = sqlite3.connect(database)
    for words, sql in asked:
        times = []
        for _ in range(3):
            begin = time.process_time()
            connection.execute(sql).fetchall()
            times.append(time.process_time() - begin)
        row(words.rstrip(":"), "%.2f" % min(times))
    begin = time.process_time()
    connection.execute("SELECT * FROM studies JOIN responses USING (study) JOIN results "
                       "USING (study, number) WHERE path = (SELECT max(path) FROM studies)").fetchall()
    row("all of one study, by its path", "%.4f" % (time.process_time() - begin))
    connection.close()
    cost = Cost([ranvier, "export", database, "-o", database + ".tsv"])
    row("export of all results as TSV (CPU)", "%.1f" % cost.cpu_s)
    remove(database + ".tsv")


def option(name, otherwise):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


def recordings(ranvier, work, large):
    ladder(ranvier, work, (1000, 10000, 100000) if large else (100, 1000, 5000),
           "recordings of 4 sweeps of 20 ms", lambda folder, size: archive.make(folder, size, 4, 20))
    for folder in glob.glob(os.path.join(work, "ladder*")):
        if os.path.isdir(folder):
            shutil.rmtree(folder)


def tables(ranvier, work, large):
    folder = ladder(ranvier, work, (250, 2500, 25000) if large else (100, 1000, 5000),
                    "study folders of 20 entered responses", archive.make_tables)
    questions(ranvier, collecting(ranvier, work, folder, 8))


def main():
    ranvier, large = os.path.abspath(sys.argv[1]), "--large" in sys.argv
    part = sys.argv[sys.argv.index("--part") + 1] if "--part" in sys.argv else "all"
    with tempfile.TemporaryDirectory(prefix="ranvier-bench-") as work:
        if part in ("all", "peer"):
            against_scipy(ranvier, work, option("--studies", 1000), option("--pairs", 5))
        if part in ("all", "recordings"):
            recordings(ranvier, work, large)
        if part in ("all", "tables"):
            tables(ranvier, work, large)


if __name__ == "__main__":
    main()
