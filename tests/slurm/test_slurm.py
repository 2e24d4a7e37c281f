#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches on a real Slurm, of three pretend nodes: rows L of the catalogue of bad input.

test_slurm.py RANVIER SOURCE_ROOT; needs root and Debian's slurmctld, slurmd, slurm-client, munge.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import Failure, check
from test_batch import archive, exports, writer_of

HERE = os.path.dirname(os.path.abspath(__file__))
DB = "results.sqlite"
CLUSTER = None


def command(*words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                          check=True, **more).stdout.decode()


def cluster(*words):
    # The daemons keep their ends of a pipe open; a file does not mind.
    with open(os.path.join(CLUSTER, "script.log"), "ab") as log:
        done = subprocess.run(["sh", os.path.join(HERE, "cluster.sh"), words[0], CLUSTER, *words[1:]],
                              stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=120)
    if done.returncode != 0:
        raise Failure("the cluster: " + open(log.name).read()[-1500:])


def wait_for(condition, words, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise Failure("waited in vain for %s\n%s" % (words, command("squeue", "-a")))


def submit(t, *operands, tasks="3"):
    """Numbers of the array and of its collector."""
    words = t.done("batch", *operands, "--slurm", tasks, "--out", DB).text.split()
    return words[1], words[words.index("job") + 1]


def states(job):
    text = command("squeue", "-a", "-r", "-h", "-t", "all", "-j", job, "-o", "%T")
    return text.split()


def ended(job):
    wait_for(lambda: all(s in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
                         for s in states(job)), "job " + job)
    return states(job)


def log_of(t, name):
    with open(t.path(DB + ".slurm", name)) as file:
        return file.read()


def an_array_collects_to_the_bytes_of_one_process(t):
    folder = archive(t, 12)
    t.done("batch", folder, "--out", "one.sqlite")
    array, collector = submit(t, folder)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(states(array).count("COMPLETED") == 3, str(states(array)))
    check(exports(t, DB) == exports(t, "one.sqlite"), "other bytes")


def l_01_a_bad_input_fails_its_task_and_nothing_else(t):
    folder = archive(t, 6)
    t.write("archive/bad.edf", b"bad")
    t.done("batch", folder, "--out", "one.sqlite", code=1)
    array, collector = submit(t, folder)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(sorted(states(array)) == ["COMPLETED", "COMPLETED", "FAILED"], str(states(array)))
    check(exports(t, DB) == exports(t, "one.sqlite"), "other bytes")


def l_07_more_tasks_than_inputs(t):
    folder = archive(t, 2)
    t.done("batch", folder, "--out", "one.sqlite")
    array, collector = submit(t, folder, tasks="5")
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(states(array).count("COMPLETED") == 5, str(states(array)))
    check(exports(t, DB) == exports(t, "one.sqlite"), "other bytes")


def waiting_batch(t, count=6):
    """An array with one task that stays at a pipe, and the end of that pipe."""
    folder = archive(t, count)
    fifo = t.path("waits.edf")
    os.mkfifo(fifo)
    array, collector = submit(t, folder, fifo)
    held = wait_for(lambda: writer_of(fifo), "a worker at the pipe")
    wait_for(lambda: states(array).count("COMPLETED") == 2, "the other two tasks")
    task = command("squeue", "-a", "-r", "-h", "-t", "RUNNING", "-j", array, "-o", "%i").strip()
    return array, collector, task, held


def l_02_a_cancelled_task_is_missed_at_collection(t):
    array, collector, task, held = waiting_batch(t)
    command("scancel", task)
    check(ended(collector) == ["FAILED"], str(states(collector)))
    os.close(held)
    check("not finished" in log_of(t, "collect.log"), log_of(t, "collect.log"))
    check(not os.path.exists(t.path(DB)), "half a database")
    check("interrupted" in log_of(t, "task-%s.log" % task.split("_")[1]), "TERM did not reach it")
    check(states(array).count("COMPLETED") == 2, str(states(array)))


def l_03_a_requeued_task_makes_the_same_shard(t):
    array, collector, task, held = waiting_batch(t)
    command("scontrol", "requeue", task)
    wait_for(lambda: states(array).count("RUNNING") == 0, "the task to leave its node")
    os.close(held)
    # The second time the pipe ends at once: no EDF, a row of failure, and the shard is whole.
    again = wait_for(lambda: writer_of(t.path("waits.edf")), "the task to come again", 180)
    os.close(again)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(t.done("export", DB, "--table", "studies").text.count("\n") == 7, "studies")
    check(t.done("export", DB, "--table", "failures").text.count("\n") == 2, "failures")


def l_04_a_killed_node_daemon_costs_nothing(t):
    array, collector, task, held = waiting_batch(t)
    node = command("squeue", "-a", "-r", "-h", "-j", task, "-o", "%N").strip()
    with open(os.path.join(CLUSTER, "slurmd-%s.pid" % node)) as file:
        os.kill(int(file.read()), signal.SIGKILL)
    cluster("node", node[1:])
    os.close(held)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(t.done("export", DB, "--table", "studies").text.count("\n") == 7, "studies")


def with_cluster():
    global CLUSTER
    for program in ("slurmctld", "slurmd", "sbatch", "munged"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") or os.geteuid() != 0:
            print("needs root and slurmctld, slurmd, slurm-client and munge")
            sys.exit(77)
    CLUSTER = tempfile.mkdtemp(prefix="ranvier-slurm-")
    os.environ["SLURM_CONF"] = os.path.join(CLUSTER, "slurm.conf")
    try:
        cluster("up")
        harness.main(globals())
    finally:
        cluster("down")
        shutil.rmtree(CLUSTER, ignore_errors=True)


if __name__ == "__main__":
    with_cluster()
