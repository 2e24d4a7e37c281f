#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches on a real Slurm, of four pretend nodes: rows L of the catalogue of bad input.

test_slurm.py RANVIER SOURCE_ROOT; needs root and Debian's slurmctld, slurmd, slurm-client, munge.
Where they are not, or their daemons do not start (a container may forbid it), every test is skipped
with the reason.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import Failure, Skip, check
from test_batch import archive, exports, writer_of

HERE = os.path.dirname(os.path.abspath(__file__))
DB = "results.sqlite"
CLUSTER = None
PATIENCE_S = 240  # a bound, not a pace: a busy machine is no failure


def command(*words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                          check=True, **more).stdout.decode()


def cluster(*words):
    # The daemons keep their ends of a pipe open; a file does not mind.
    with open(os.path.join(CLUSTER, "script.log"), "ab") as log:
        done = subprocess.run(["sh", os.path.join(HERE, "cluster.sh"), words[0], CLUSTER, *words[1:]],
                              stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise Failure("the cluster: " + open(log.name).read()[-1500:])


def wait_for(condition, words, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise Failure("waited in vain for %s\n%s" % (words, command("squeue", "-a")))


def submit(t, *operands, tasks="3", out=DB):
    """Numbers of the array and of its collector."""
    words = t.done("batch", *operands, "--slurm", tasks, "--out", out, timeout=120).text.split()
    return words[1], words[words.index("job") + 1]


def states(job):
    text = command("squeue", "-a", "-r", "-h", "-t", "all", "-j", job, "-o", "%T")
    return text.split()


def has_ended(job):
    return all(state in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
               for state in states(job))


def ended(job):
    wait_for(lambda: has_ended(job), "job " + job)
    return states(job)


def ended_at_the_pipe(job, fifo):
    """Ends the pipe for each who comes to read it: a worker that is on its way out may still be
    there when the next one is due."""
    def step():
        held = writer_of(fifo)
        if held is not None:
            os.close(held)
        return has_ended(job)
    wait_for(step, "job " + job)
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
    check(ended_at_the_pipe(collector, t.path("waits.edf")) == ["COMPLETED"],
          log_of(t, "collect.log"))
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


def l_05_a_killed_controller_costs_nothing(t):
    array, collector, task, held = waiting_batch(t)
    state = os.path.join(CLUSTER, "state", "job_state")
    seen = time.time()
    wait_for(lambda: os.path.exists(state) and os.path.getmtime(state) >= seen - 1,
             "the controller to keep its state")
    with open(os.path.join(CLUSTER, "slurmctld.pid")) as file:
        os.kill(int(file.read()), signal.SIGKILL)
    cluster("controller")
    wait_for(lambda: answers() and "RUNNING" in states(array), "the task to be known again")
    check(task.split("_")[0] == array, task)
    os.close(held)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(t.done("export", DB, "--table", "studies").text.count("\n") == 7, "studies")
    check(t.done("export", DB, "--table", "failures").text.count("\n") == 2, "failures")


def answers():
    return subprocess.run(["scontrol", "ping"], stdout=subprocess.PIPE, timeout=120,
                          check=False).stdout.count(b"is UP") == 1


def l_11_a_full_disk_ends_the_task_and_is_not_put_back(t):
    folder, small = archive(t, 90), t.path("small")
    os.mkdir(small)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "ranvier-test", small],
                             stderr=subprocess.PIPE, check=False)
    if mounted.returncode != 0:
        raise Skip("no small file system: " + mounted.stderr.decode().strip())
    try:
        array, collector = submit(t, folder, tasks="1", out=os.path.join(small, DB))
        ended(collector)
        said = command("scontrol", "-o", "show", "job", array)
        check("ExitCode=74:0" in said and "Restarts=0" in said, said)
        with open(os.path.join(small, DB + ".slurm", "task-1.log")) as file:
            words = file.read()
        check("disk is full" in words and "room" in words, words)
        check(not os.path.exists(os.path.join(small, DB)), "half a database")
    finally:
        subprocess.run(["umount", "-l", small], check=False)


def options_for_sbatch_keep_their_blanks(t):
    words = t.done("batch", archive(t, 1), "--slurm", "1", "--out", DB, "--sbatch",
                   "--comment=\"night run; $(touch harm)\" --partition=main", timeout=120).text.split()
    array, collector = words[1], words[words.index("job") + 1]
    said = command("scontrol", "-o", "show", "job", array)
    check("Comment=night run; $(touch harm) " in said, said)
    check(ended(collector) == ["COMPLETED"], log_of(t, "collect.log"))
    check(not os.path.exists(t.path("harm")), "a command was run")


LIMITED = {}  # begun before all others: Slurm's shortest limit is a minute


def begin_limited(program, root):
    t = harness.Bench(program, root, os.path.join(CLUSTER, "limited"))
    os.mkdir(t.folder)
    folder = archive(t, 4)
    os.mkfifo(t.path("waits.edf"))
    words = t.done("batch", folder, t.path("waits.edf"), "--slurm", "1", "--out", DB, "--sbatch",
                   "--partition=limited --time=1", timeout=120).text.split()
    LIMITED.update(bench=t, array=words[1], collector=words[words.index("job") + 1])
    LIMITED["held"] = wait_for(lambda: writer_of(t.path("waits.edf")), "a worker at the pipe")


def l_06_a_task_at_its_time_limit_keeps_what_it_has(t):
    if not LIMITED:
        raise Skip("it did not begin")
    own, array = LIMITED["bench"], LIMITED["array"]
    check(ended(array) == ["TIMEOUT"], str(states(array)))
    check(ended(LIMITED["collector"]) == ["FAILED"], str(states(LIMITED["collector"])))
    os.close(LIMITED["held"])
    log = log_of(own, "task-1.log")
    check("4 done" in log and "interrupted" in log, log)
    check("not finished" in log_of(own, "collect.log"), log_of(own, "collect.log"))
    check(not os.path.exists(own.path(DB)), "half a database")
    again = command("sbatch", "--parsable", "--partition=main", "--array=1",
                    DB + ".slurm/array.sh", cwd=own.folder).strip()
    check(ended_at_the_pipe(again, own.path("waits.edf")) == ["FAILED"],
          "one input fails: " + str(states(again)))
    check("0 done, 4 unchanged, 1 failed" in log_of(own, "task-1.log"), log_of(own, "task-1.log"))
    own.done("collect", DB, DB + ".slurm/shard.1.sqlite")
    check(own.done("export", DB, "--table", "studies").text.count("\n") == 5, "studies")


def free_ports():
    """The first of five ports in a row that nobody listens at."""
    for first in range(26817, 27817, 5):
        taken = []
        try:
            for port in range(first, first + 5):
                taken.append(socket.socket())
                taken[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
    return 26817


def what_is_missing():
    if os.geteuid() != 0:
        return "needs root"
    missing = [name for name in ("slurmctld", "slurmd", "sbatch", "munged", "setpriv")
               if not shutil.which(name)]
    return "not installed: " + " ".join(missing) if missing else None


def skip_all(reason):
    names = [name for name, f in globals().items() if name.startswith(("l_", "an_", "options_"))]
    for name in names:
        print("[SKIP] %s: %s" % (name, " ".join(reason.split())[-300:]))
    print("Synthesis: Tested: 0 | Passing: 0 | Failing: 0 | Crashing: 0")
    sys.exit(77)


def leftovers():
    """Processes of our cluster: known by its folder, which nobody else has."""
    mark, found = CLUSTER.encode(), []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open("/proc/%s/cmdline" % name, "rb") as words, \
                    open("/proc/%s/environ" % name, "rb") as more:
                if mark in words.read() or b"SLURM_CONF=" + mark in more.read():
                    found.append(int(name))
        except OSError:
            continue
    return found


def end_leftovers():
    for _ in range(50):
        pids = leftovers()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        if not pids:
            return
        time.sleep(0.2)


def stop_cluster():
    try:
        cluster("down")
        time.sleep(0.5)
    except (Failure, subprocess.SubprocessError) as reason:
        print("stopping the cluster: %s" % reason)
    if LIMITED.get("held"):
        try:
            os.close(LIMITED["held"])
        except OSError:
            pass  # closed by its test
    end_leftovers()
    shutil.rmtree(CLUSTER, ignore_errors=True)


def with_cluster():
    global CLUSTER
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    reason = what_is_missing()
    if reason:
        skip_all(reason)
    CLUSTER = tempfile.mkdtemp(prefix="ranvier-slurm-")
    os.environ["SLURM_CONF"] = os.path.join(CLUSTER, "slurm.conf")
    os.environ["RANVIER_SLURM_PORT"] = str(free_ports())
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        try:
            cluster("up")
        except (Failure, subprocess.SubprocessError) as problem:
            skip_all("its daemons do not start here: %s" % problem)
        try:
            begin_limited(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
        except Failure as problem:
            print("the task with a time limit: %s" % problem)
        harness.main(globals())
    finally:
        stop_cluster()


if __name__ == "__main__":
    with_cluster()
