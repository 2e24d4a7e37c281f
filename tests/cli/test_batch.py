#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: rows B and L of the catalogue of bad input, through the program."""
import csv
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from harness import ROWS, STUDY, Skip, check, edf, files_of, main, study

DB = "results.sqlite"


def archive(t, count=8, name="archive"):
    """Study folders of entered values, each of another age, and the program's own recordings."""
    for i in range(count):
        made = json.loads(json.dumps(STUDY))
        made["patient"].update(id="P%02d" % i, age_years=20 + i % 80)
        study(t, os.path.join(name, "site%d" % (i % 3), "visit%02d" % i), json.dumps(made),
              ROWS * 1 if i % 2 else ROWS.replace("3.6\t", "5.%d\t" % i))
    return t.path(name)


def with_recordings(t, count=4):
    folder = archive(t, count)
    for sample in ("carpal_tunnel", "motor_edf_d"):
        shutil.copytree(t.sample(sample), os.path.join(folder, "samples", sample))
    return folder


def exports(t, database=DB):
    return b"".join(t.done("export", database, *more).out for more in (
        ["--format", "json"], ["--table", "failures"], ["--wide"], ["--format", "csv"],
        ["--table", "studies"], ["--table", "notices"]))


def rows_of(t, database=DB, table="results"):
    text = t.done("export", database, "--table", table).text
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def batch(t, *args, code=0, database=DB, **more):
    return t.done("batch", *args, "--out", database, code=code, **more)


def started(t, *args, database=DB):
    return subprocess.Popen([t.program, "batch", *args, "--out", database], cwd=t.folder,
                            stderr=subprocess.PIPE)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]


def wait_for(condition, words, seconds=20):
    """Polls for what another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    check(False, "waited in vain for " + words)
    return None


def writer_of(fifo):
    """The other end of a pipe that somebody reads; None where nobody does."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def count(database, sql):
    connection = sqlite3.connect("file:%s?mode=ro" % database, timeout=20, uri=True)
    try:
        return connection.execute(sql).fetchone()[0]
    finally:
        connection.close()


def studies_stored(t):
    try:
        return count(t.path(DB), "SELECT count(*) FROM studies")
    except sqlite3.Error:
        return 0


def pretending(**what):
    """The environment of a program that is told of things that are not so: see pretend.c."""
    library = os.environ.get("RANVIER_PRETEND")
    if not library or not os.path.exists(library):
        raise Skip("nothing to preload")
    return dict(what, LD_PRELOAD=library)


# ------------------------------------------------------------------ what is stored

def a_batch_stores_what_a_report_says(t):
    folder = with_recordings(t)
    batch(t, folder)
    path = os.path.join(folder, "samples", "carpal_tunnel")
    report = t.report(path)
    rows = [r for r in rows_of(t) if r["study"] == path]
    check(len(rows) > 20, "only %d rows" % len(rows))
    by_response = {r["id"]: r["values"] for r in report["responses"]}
    for row in rows:
        value = by_response[row["response"]][row["parameter"]]
        if row["value"] != "n/a":
            check(abs(float(row["value"]) - value["value"]) <= 1e-9 * abs(value["value"]), str(row))
            check(row["unit"] == value["unit"], str(row))
        if value.get("verdict") is not None:
            check(row["verdict"] == value["verdict"], "%s: %s" % (row, value))
    patterns = [p["pattern"] for p in report["patterns"]]
    stored = [r["pattern"] for r in rows_of(t, table="patterns") if r["study"] == path]
    check(stored == patterns, "%s, not %s" % (stored, patterns))
    needle = [r for r in rows_of(t, table="needle") if r["study"] == path]
    check(len(needle) == len(report["needle"]), str(needle))


def a_study_is_known_by_its_hash_program_and_settings(t):
    folder = archive(t, 2)
    batch(t, folder)
    stored = rows_of(t, table="studies")
    check(all(len(r["input_sha256"]) == 64 and len(r["settings_sha256"]) == 64 for r in stored),
          str(stored))
    text = count(t.path(DB), "SELECT settings FROM settings")
    check("program ranvier" in text and "reference_sha256" in text, text)


def folders_lists_and_recordings_are_found(t):
    folder = with_recordings(t, 3)
    os.symlink(folder, os.path.join(folder, "loop"))
    t.write("archive/notes.txt", "not a recording")
    t.write("archive/.hidden/study.json", "{}")
    t.write("list", "# two of them\n%s\n\n%s\n%s\n" % ((os.path.join(folder, "samples"),) * 2 + (
        os.path.join(folder, "site0", "visit00") + "/",)))
    batch(t, folder)
    check(len(rows_of(t, table="studies")) == 5, str(rows_of(t, table="studies")))
    batch(t, "@list", database="listed.sqlite")
    check(len(rows_of(t, "listed.sqlite", "studies")) == 3, "list")


def exports_keep_numbers_and_guard_formulas(t):
    made = json.loads(json.dumps(STUDY))
    made["patient"]["id"] = "=HYPERLINK(\"x\",\"y\")"
    folder = study(t, json_text=json.dumps(made),
                   rows=ROWS.replace("amplitude_mv", "amplitude_mv\tnote").replace(
                       "9.8\n", "9.8\t-3 a, \"b\"\n").replace("9.5\n", "9.5\tplain\n"))
    batch(t, folder)
    rows = list(csv.DictReader(io.StringIO(t.done("export", DB, "--format", "csv").text)))
    check(all(r["patient_id"] == "'=HYPERLINK(\"x\",\"y\")" for r in rows), str(rows[0]))
    onset = [r for r in rows if r["parameter"] == "onset_latency"][0]
    check(onset["value"] == "3.6" and onset["z"] != "", str(onset))
    check(onset["reason"] == "n/a", str(onset))
    notes = list(csv.DictReader(io.StringIO(
        t.done("export", DB, "--format", "csv", "--table", "responses").text)))
    check([r["note"] for r in notes] == ["'-3 a, \"b\"", "plain"], str(notes))
    wide = list(csv.DictReader(io.StringIO(t.done("export", DB, "--wide").text), delimiter="\t"))
    check(len(wide) == 2 and wide[0]["onset_latency"] == "3.6", str(wide))
    check(wide[0]["h_latency"] == "n/a", str(wide[0]))


def json_holds_everything_and_is_valid(t):
    folder = with_recordings(t, 2)
    path = os.path.join(folder.encode(), b"bad\xff\n.edf")
    with open(path, "wb") as file:
        file.write(b"nothing")
    batch(t, folder, code=1)
    made = json.loads(t.done("export", DB, "--format", "json").text)
    check(len(made["studies"]) == 4 and len(made["failures"]) == 1, str(made["failures"]))
    check(made["failures"][0]["path"].endswith("bad\ufffd\n.edf"), str(made["failures"]))
    check(len(made["studies"][0]["results"]) > 0, "no results")


def export_refuses_what_it_does_not_know(t):
    batch(t, archive(t, 1))
    t.refused(2, "--format", "export", DB, "--format", "xlsx")
    t.refused(2, "--table", "export", DB, "--table", "sqlite_master")
    t.refused(66, "No such file", "export", "nothing.sqlite")
    t.write("there.tsv", "x")
    t.refused(73, "exists", "export", DB, "-o", "there.tsv")
    t.done("export", DB, "-o", "there.tsv", "--force")
    check(len(open(t.path("there.tsv")).read()) > 100, "not replaced")


def the_documented_questions_have_answers(t):
    batch(t, with_recordings(t, 3))
    with open(os.path.join(t.root, "docs", "batch.md")) as page:
        questions = re.findall(r"```sql\n(.*?)```", page.read(), re.S)
    check(len(questions) >= 4, "the page lost its questions")
    connection = sqlite3.connect(t.path(DB))
    answers = [connection.execute(q).fetchall() for q in questions]
    sexes = dict((row[0], row[1]) for row in answers[0])
    check(sexes.get("female", 0) >= 4, str(answers[0]))
    connection.close()


# ------------------------------------------------------------------ rows B

def b_01_one_bad_file_costs_its_own_row(t):
    folder = archive(t, 8)
    t.write("archive/site1/broken.edf", b"0       broken")
    result = batch(t, folder, code=1)
    check("9 found, 8 done, 0 unchanged, 1 failed" in result.words, result.words)
    failed = rows_of(t, table="failures")
    check(len(failed) == 1 and failed[0]["path"].endswith("broken.edf"), str(failed))
    check(failed[0]["text"].startswith(failed[0]["path"]), str(failed))
    check(failed[0]["reason"] == "data" and failed[0]["status"] == "65", str(failed))
    check(len(rows_of(t, table="studies")) == 8, "studies are missing")


def b_02_where_all_are_bad_each_has_its_row(t):
    for i in range(4):
        t.write("archive/%d.edf" % i, b"x" * i)
    batch(t, t.path("archive"), code=1)
    check(len(rows_of(t, table="failures")) == 4, str(rows_of(t, table="failures")))


def b_03_an_empty_folder_is_nothing_to_do(t):
    os.mkdir(t.path("archive"))
    result = batch(t, t.path("archive"))
    check("0 found" in result.words, result.words)
    t.refused(66, "no study", "batch", t.path("archive"), "--require-any", "--out", "b.sqlite")


def b_04_four_batches_on_one_database_leave_it_whole(t):
    """One of them works; what the others say is that it does."""
    folder = archive(t, 30)
    runs = [started(t, folder, "--resume", "--jobs", "1") for _ in range(4)]
    said = [run.communicate(timeout=60)[1].decode() for run in runs]
    codes = sorted(run.returncode for run in runs)
    check(codes[0] == 0 and set(codes) <= {0, 75}, "%s: %s" % (codes, said))
    check(len(rows_of(t, table="studies")) == 30, "studies")
    check(count(t.path(DB), "SELECT count(*) FROM studies") == 30, "double rows")


def b_05_b_06_every_transaction_can_wait(t):
    """The source says so: never a deferred transaction, never a busy timeout of 0."""
    folder = os.path.join(t.root, "src", "batch")
    text = "".join(open(os.path.join(folder, n)).read() for n in sorted(os.listdir(folder))
                   if n.endswith(".c"))
    check(text.count('"BEGIN') == text.count('"BEGIN IMMEDIATE"') > 0, "deferred transaction")
    t.refused(2, "wait", "batch", ".", "--wait", "0", "--out", DB)


def b_07_a_locked_database_is_waited_for_then_left(t):
    folder = archive(t, 2)
    batch(t, folder)
    holder = sqlite3.connect(t.path(DB), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    t.refused(75, "1 s", "batch", folder, "--resume", "--wait", "1", "--out", DB)
    holder.execute("ROLLBACK")
    holder.close()
    check("2 unchanged" in batch(t, folder, "--resume").words, "lost")


def b_08_a_full_disk_undoes_the_transaction(t):
    """A file-size limit stands for the full disk; SIGXFSZ is ignored, as a shell would."""
    import resource

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150000, 150000))

    folder = archive(t, 200)
    result = t.run("batch", folder, "--out", DB, "--jobs", "2", preexec_fn=limited)
    check(result.code == 74, "exit %d: %s" % (result.code, result.words))
    stored = count(t.path(DB), "SELECT count(*) FROM studies")
    check(0 < stored < 200, str(stored))
    check(count(t.path(DB), "PRAGMA integrity_check") == "ok", "damaged")
    words = batch(t, folder, "--resume").words
    check("%d done, %d unchanged" % (200 - stored, stored) in words, words)


def b_09_what_is_no_database_of_ours_is_refused(t):
    folder = archive(t, 1)
    t.write("text.sqlite", "this is a text, and long enough to be looked at as a header " * 20)
    t.refused(74, "not a database", "batch", folder, "--resume", "--out", "text.sqlite")
    batch(t, folder)
    shutil.copy(t.path(DB), t.path("newer.sqlite"))
    connection = sqlite3.connect(t.path("newer.sqlite"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    t.refused(78, "version 99", "batch", folder, "--resume", "--out", "newer.sqlite")
    t.refused(78, "version 99", "export", "newer.sqlite")
    shutil.copy(t.path(DB), t.path("less.sqlite"))
    connection = sqlite3.connect(t.path("less.sqlite"))
    connection.execute("DROP TABLE results")
    connection.close()
    t.refused(78, "results", "export", "less.sqlite")
    connection = sqlite3.connect(t.path("other.sqlite"))
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    t.refused(78, "not one of ranvier", "batch", folder, "--resume", "--out", "other.sqlite")
    with open(t.path(DB), "rb") as file:
        whole = file.read()
    t.write("cut.sqlite", whole[:len(whole) // 2])
    t.refused((74, 78), "", "batch", folder, "--resume", "--out", "cut.sqlite")
    t.refused(73, "--resume", "batch", folder, "--out", DB)
    if os.geteuid() != 0:
        os.chmod(t.path(DB), 0o400)
        t.refused(77, "", "batch", folder, "--resume", "--out", DB)


# linux/magic.h, and for what is not in the kernel the sources of Lustre, GPFS, BeeGFS, PanFS.
NETWORKS = {"nfs": 0x6969, "lustre": 0x0BD00BD0, "gpfs": 0x47504653, "cifs": 0xFF534D42,
            "smb2": 0xFE534D42, "smb": 0x517B, "ceph": 0x00C36400, "beegfs": 0x19830326,
            "afs": 0x5346414F, "coda": 0x73757245, "9p": 0x01021997, "ocfs2": 0x7461636F,
            "panfs": 0xAAD7AAEA}


def b_10_a_database_on_a_network_file_system_is_refused(t):
    folder = archive(t, 1)
    for name, magic in NETWORKS.items():
        there = pretending(RANVIER_PRETEND_FS="%x:%s" % (magic, t.folder))
        t.refused(73, ["(%s)" % name, "--scratch"], "batch", folder, "--out", t.path(DB), env=there)
    for local in (0xEF53, 0x58465342, 0x9123683E, 0x01021994):  # ext4, xfs, btrfs, tmpfs
        there = pretending(RANVIER_PRETEND_FS="%x:%s" % (local, t.folder))
        batch(t, folder, database=t.path("%x.sqlite" % local), env=there)


def b_10_a_scratch_folder_makes_the_same_database(t):
    folder = archive(t, 6)
    batch(t, folder, database="local.sqlite")
    os.mkdir(t.path("net"))
    os.mkdir(t.path("scratch"))
    there = pretending(RANVIER_PRETEND_FS="6969:" + t.path("net"))
    out = t.path("net", DB)
    t.refused(73, "local folder", "batch", folder, "--out", out, "--scratch", t.path("net"),
              env=there)
    batch(t, folder, "--scratch", t.path("scratch"), database=out, env=there)
    check(os.listdir(t.path("net")) == [DB] and os.listdir(t.path("scratch")) == [], "left behind")
    check(exports(t, out) == exports(t, "local.sqlite"), "other bytes")
    check(t.done("export", out, env=there).out == t.done("export", "local.sqlite").out, "export")
    t.refused(73, "exists", "batch", folder, "--out", out, "--scratch", t.path("scratch"),
              env=there)
    study(t, "archive/site9")
    words = batch(t, folder, "--resume", "--scratch", t.path("scratch"), database=out,
                  env=there).words
    check("1 done, 6 unchanged" in words, words)
    check(os.listdir(t.path("scratch")) == [], "left behind")


def b_10_shards_are_collected_on_a_network_file_system(t):
    folder = archive(t, 6)
    batch(t, folder)
    os.mkdir(t.path("net"))
    there = pretending(RANVIER_PRETEND_FS="bd00bd0:" + t.path("net"))
    names = [t.path("net", "%d ? #%%.sqlite" % i) for i in (1, 2)]
    for i, name in enumerate(names):
        batch(t, folder, "--shard", "%d/2" % (i + 1), "--scratch", t.folder, database=name,
              env=there)
    t.done("collect", t.path("net", "all.sqlite"), *names, env=there)
    check(exports(t, t.path("net", "all.sqlite")) == exports(t), "other bytes")


def b_11_no_worker_holds_the_database(t):
    os.mkfifo(t.path("waits.edf"))
    run = started(t, archive(t, 2), t.path("waits.edf"), "--jobs", "2")
    try:
        wait_for(lambda: studies_stored(t) >= 2, "two studies")
        workers = children(run.pid)
        check(len(workers) == 2, str(workers))
        for pid in [run.pid] + workers:
            held = [os.readlink("/proc/%d/fd/%s" % (pid, name))
                    for name in os.listdir("/proc/%d/fd" % pid)]
            check(any(DB in path for path in held) == (pid == run.pid), "%d: %s" % (pid, held))
    finally:
        run.kill()
        run.communicate(timeout=30)


def b_12_a_copy_taken_while_it_is_written_is_whole(t):
    os.mkfifo(t.path("waits.edf"))
    run = started(t, archive(t, 4), t.path("waits.edf"), "--jobs", "1")
    try:
        wait_for(lambda: studies_stored(t) >= 4, "four studies")
        connection = sqlite3.connect(t.path(DB))
        connection.execute("VACUUM INTO ?", (t.path("copy.sqlite"),))
        connection.close()
    finally:
        run.kill()
        run.communicate(timeout=30)
    check(count(t.path("copy.sqlite"), "PRAGMA integrity_check") == "ok", "damaged")
    check(len(rows_of(t, "copy.sqlite", "studies")) == 4, "studies")


def b_13_an_interrupted_batch_is_resumed_to_the_same_bytes(t):
    folder = with_recordings(t, 10)
    t.write("archive/bad.edf", b"bad")
    batch(t, folder, code=1, database="whole.sqlite")
    os.mkfifo(t.path("archive/site0/zz_waits.edf"))
    listed = sorted(p for p in files_of(folder) if p.endswith((".edf", "study.json")))
    check(listed, "nothing listed")
    waiting = t.path("archive/site0/zz_waits.edf")
    run = started(t, folder, waiting, "--jobs", "1")
    wait_for(lambda: studies_stored(t) >= 3, "three studies")
    run.send_signal(signal.SIGTERM)
    words = run.communicate(timeout=30)[1].decode()
    check(run.returncode == -signal.SIGTERM, str(run.returncode))
    check("interrupted" in words, words)
    os.unlink(waiting)
    batch(t, folder, "--resume", code=1)
    check(exports(t) == exports(t, "whole.sqlite"), "other bytes")
    words = batch(t, folder, "--resume", code=1).words
    check("13 found, 0 done, 12 unchanged, 1 failed" in words, words)


def b_13_what_was_reported_done_survives_kill_9(t):
    folder = archive(t, 60)
    batch(t, folder, database="whole.sqlite")
    run = started(t, folder, "--jobs", "2")
    wait_for(lambda: studies_stored(t) >= 5, "five studies")
    before = studies_stored(t)
    run.kill()
    run.communicate(timeout=30)
    after = studies_stored(t)
    check(after >= before, "%d after %d" % (after, before))
    check(count(t.path(DB), "PRAGMA integrity_check") == "ok", "damaged")
    words = batch(t, folder, "--resume").words
    check("60 found, %d done, %d unchanged, 0 failed" % (60 - after, after) in words, words)
    check(exports(t) == exports(t, "whole.sqlite"), "other bytes")


def b_14_other_settings_are_other_results(t):
    folder = archive(t, 3)
    batch(t, folder)
    first = exports(t)
    settings = rows_of(t, table="studies")[0]["settings_sha256"]
    words = batch(t, folder, "--resume", "--no-interpretation").words
    check("3 done" in words, words)
    check(count(t.path(DB), "SELECT count(*) FROM studies") == 6, "rows")
    check(len(rows_of(t, table="studies")) == 3, "both are exported")
    old = t.done("export", DB, "--format", "json", "--settings", settings).out
    check(old in first, "the old ones changed")


def b_15_a_changed_file_supersedes_its_row(t):
    folder = archive(t, 3)
    batch(t, folder)
    t.write("archive/site1/visit01/responses.tsv", ROWS.replace("3.6", "4.9"))
    words = batch(t, folder, "--resume").words
    check("1 done, 2 unchanged" in words, words)
    check(count(t.path(DB), "SELECT count(*) FROM studies WHERE superseded") == 1, "old row")
    values = [r["value"] for r in rows_of(t) if r["study"].endswith("visit01") and
              r["parameter"] == "onset_latency"]
    check(values[0] == "4.9", str(values))


def b_15_an_earlier_study_counts_as_part_of_the_input(t):
    made = json.loads(json.dumps(STUDY))
    made["earlier"] = ["../before"]
    folder = study(t, "now", json.dumps(made))
    study(t, "before")
    batch(t, folder)
    check("1 unchanged" in batch(t, folder, "--resume").words, "measured twice")
    t.write("before/responses.tsv", ROWS.replace("3.6", "4.4"))
    check("1 done" in batch(t, folder, "--resume").words, "change not seen")


def b_16_one_batch_at_a_time_writes(t):
    folder = archive(t, 2)
    os.mkfifo(t.path("waits.edf"))
    run = started(t, folder, t.path("waits.edf"), "--jobs", "1")
    try:
        wait_for(lambda: studies_stored(t) >= 2, "two studies")
        t.refused(75, ["process %d" % run.pid], "batch", folder, "--resume", "--out", DB)
    finally:
        run.kill()
        run.communicate(timeout=30)
    check(os.path.exists(t.path(DB + ".lock")), "the killed one took its lock file along")
    check("2 unchanged" in batch(t, folder, "--resume").words, "a stale lock held")
    check(not os.path.exists(t.path(DB + ".lock")), "the lock file was left")


def b_17_the_list_is_kept(t):
    folder = archive(t, 4)
    batch(t, folder)
    check(count(t.path(DB), "SELECT count(*) FROM inputs") == 4, "inputs")


def b_19_hostile_texts_are_values(t):
    made = json.loads(json.dumps(STUDY))
    made["patient"]["id"] = "Robert'); DROP TABLE studies;--"
    folder = study(t, "it's \"here\"; --", json.dumps(made))
    batch(t, folder)
    check(rows_of(t, table="studies")[0]["patient_id"] == made["patient"]["id"], "changed")


def b_18_questions_by_path_need_no_scan(t):
    """What an index is for; time and size of a million results: `./dev bench`, docs/scale.md."""
    batch(t, archive(t, 3))
    connection = sqlite3.connect(t.path(DB))
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM studies JOIN responses USING (study) JOIN results"
        " USING (study, number) WHERE path = 'x'").fetchall()
    export = connection.execute(
        "EXPLAIN QUERY PLAN SELECT s.path FROM studies s CROSS JOIN responses r ON r.study = s.study"
        " CROSS JOIN results t ON t.study = s.study AND t.number = r.number WHERE s.superseded = 0"
        " AND s.settings_sha256 = 'x' ORDER BY s.path, t.number, t.ordinal").fetchall()
    connection.close()
    check(all(row[3].startswith("SEARCH") for row in plan), str(plan))
    check("studies_path" in export[0][3] and "SEARCH" in export[2][3], str(export))
    with open(os.path.join(t.root, "src", "batch", "schema.c")) as file:
        check("FROM studies s JOIN" not in file.read(), "an export that sorts all results")


def b_20_a_batch_killed_at_each_of_its_first_writes_is_continued(t):
    """The tables are made all or none; there is no other migration: a database of another version
    is refused (b_09)."""
    folder = archive(t, 3)
    batch(t, folder, database="whole.sqlite")
    whole, empty, at = exports(t, "whole.sqlite"), 0, 1
    while at <= 60:
        run = subprocess.run([t.program, "batch", folder, "--out", DB, "--jobs", "1"], cwd=t.folder,
                             env=dict(os.environ, **pretending(RANVIER_KILL_AT=str(at))),
                             stderr=subprocess.PIPE, timeout=60, check=False)
        if run.returncode == 0:
            break
        check(run.returncode == -signal.SIGKILL, "%d: %s" % (run.returncode, run.stderr))
        made = count_or_0(t.path(DB), "SELECT count(*) FROM sqlite_master")
        empty += made == 0
        check(made in (0, 13), "%d tables and indices after %d writes" % (made, at))
        batch(t, folder, "--resume")
        check(exports(t) == whole, "other bytes after %d writes" % at)
        for name in (DB, DB + "-journal", DB + ".lock"):
            if os.path.exists(t.path(name)):
                os.unlink(t.path(name))
        at += 3
    check(empty >= 2, "never killed while the tables were made")


def b_20_tables_are_made_all_or_none(t):
    """A process killed while making them leaves an empty file; that is where the next begins."""
    folder = archive(t, 1)
    t.write(DB, b"")
    check("1 done" in batch(t, folder, "--resume").words, "not continued")


# ------------------------------------------------------------------ workers

def an_input_that_never_ends_costs_itself_only(t):
    folder = archive(t, 4)
    os.mkfifo(t.path("waits.edf"))
    batch(t, folder, t.path("waits.edf"), "--timeout", "1", "--jobs", "2", code=1)
    failed = rows_of(t, table="failures")
    check([f["reason"] for f in failed] == ["timeout"], str(failed))
    check(len(rows_of(t, table="studies")) == 4, "studies")


def a_worker_that_dies_costs_its_input_only(t):
    folder = archive(t, 4)
    for number, word in ((signal.SIGUSR1, "crash"), (signal.SIGKILL, "killed")):
        database = word + ".sqlite"
        fifo = t.path(word + ".edf")
        os.mkfifo(fifo)
        run = started(t, fifo, folder, "--jobs", "1", database=database)
        held = wait_for(lambda: writer_of(fifo), "a worker at the pipe")
        os.kill(children(run.pid)[0], number)
        run.communicate(timeout=30)
        os.close(held)
        check(run.returncode == 1, str(run.returncode))
        failed = rows_of(t, database, "failures")
        check([f["reason"] for f in failed] == [word], str(failed))
        check(len(rows_of(t, database, "studies")) == 4, "studies")


def an_input_beyond_the_memory_limit_costs_itself_only(t):
    folder = archive(t, 2)
    rows = "".join("%d,1\n" % i for i in range(9000000))
    t.write("archive/large.csv", "time_ms,R APB [uV]\n" + rows)
    batch(t, folder, "--memory", "64", code=1)
    failed = rows_of(t, table="failures")
    with open(t.program, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    # A sanitized build keeps no limit: there it is the recording that has no stimulus.
    check([f["reason"] for f in failed] == ["data" if sanitized else "memory"], str(failed))
    check(len(rows_of(t, table="studies")) == 2, "studies")


def one_process_and_many_export_the_same_bytes(t):
    folder = with_recordings(t, 9)
    t.write("archive/bad.wav", b"RIFF")
    batch(t, folder, "--jobs", "1", code=1, database="one.sqlite")
    batch(t, folder, "--jobs", "5", code=1, database="five.sqlite")
    check(exports(t, "one.sqlite") == exports(t, "five.sqlite"), "other bytes")


def nothing_is_left_behind(t):
    folder = archive(t, 2)
    before = set(files_of(t.folder))
    batch(t, folder)
    left = set(files_of(t.folder)) - before
    check(left == {t.path(DB)}, str(left))


# ------------------------------------------------------------------ shards

def sharded(t, folder, number, code=(0, 1)):
    names = []
    for i in range(1, number + 1):
        names.append("shard.%d.sqlite" % i)
        result = t.run("batch", folder, "--shard", "%d/%d" % (i, number), "--out", names[-1])
        check(result.code in code, result.words)
    return names


def shards_collect_to_the_same_bytes(t):
    folder = with_recordings(t, 9)
    t.write("archive/bad.edf", b"bad")
    batch(t, folder, code=1)
    names = sharded(t, folder, 3)
    sizes = [count(t.path(n), "SELECT count(*) FROM inputs") for n in names]
    check(sum(sizes) == 12 and max(sizes) - min(sizes) <= 1, str(sizes))
    t.done("collect", "all.sqlite", *reversed(names))
    check(exports(t, "all.sqlite") == exports(t), "other bytes")
    check("12 found, 0 done, 11 unchanged" in batch(
        t, folder, "--resume", code=1, database="all.sqlite").words, "not resumable")


def l_07_a_shard_with_nothing_to_do_is_done(t):
    folder = archive(t, 2)
    batch(t, folder)
    t.done("collect", "all.sqlite", *sharded(t, folder, 5, (0,)))
    check(exports(t, "all.sqlite") == exports(t), "other bytes")
    for text in ("0/3", "4/3", "1/0", "1", "a/b", "1/3x", "-1/3"):
        t.refused(2, "--shard", "batch", folder, "--shard", text, "--out", "x.sqlite")


def l_08_missing_shards_are_named(t):
    names = sharded(t, archive(t, 6), 4)
    t.refused(1, "2 of 4 shards are missing: 2, 4", "collect", "all.sqlite", names[0], names[2])


def l_09_a_shard_twice_is_ignored_another_version_refused(t):
    folder = archive(t, 6)
    names = sharded(t, folder, 2)
    shutil.copy(t.path(names[0]), t.path("again.sqlite"))
    t.done("collect", "all.sqlite", "again.sqlite", *names)
    t.done("batch", folder, "--shard", "2/2", "--no-correction", "--out", "other.sqlite")
    t.refused(65, [names[0], "other.sqlite", "settings"], "collect", "more.sqlite", names[0],
              "other.sqlite")
    t.write("archive/site0/visit00/responses.tsv", ROWS.replace("3.6", "3.9"))
    t.write("archive/site1/visit01/responses.tsv", ROWS.replace("3.6", "3.9"))
    t.done("batch", folder, "--shard", "1/2", "--out", "new1.sqlite")
    t.done("batch", folder, "--shard", "2/2", "--out", "new2.sqlite")
    t.refused(65, "other rows", "collect", "more.sqlite", *names, "new1.sqlite", "new2.sqlite")
    t.write("archive/site0/visit90/responses.tsv", ROWS)
    t.done("batch", folder, "--shard", "2/2", "--out", "list.sqlite")
    t.refused(65, "lists", "collect", "more.sqlite", names[0], "list.sqlite")


def l_10_a_cut_or_changed_shard_is_refused(t):
    folder = archive(t, 6)
    names = sharded(t, folder, 2)
    with open(t.path(names[1]), "rb") as file:
        whole = file.read()
    t.write("cut.sqlite", whole[:len(whole) // 2 // 4096 * 4096])
    t.refused((65, 74, 78), "cut.sqlite", "collect", "all.sqlite", names[0], "cut.sqlite")
    connection = sqlite3.connect(t.path(names[1]))
    connection.execute("UPDATE results SET value = value + 1 WHERE ordinal = 0")
    connection.commit()
    connection.execute("VACUUM")
    connection.close()
    t.refused(65, "seal", "collect", "all.sqlite", *names)


def l_02_an_unfinished_shard_is_refused_and_resumed(t):
    folder = archive(t, 6)
    batch(t, folder)
    names = sharded(t, folder, 2)
    os.unlink(t.path(names[1]))
    fifo = t.path("waits.edf")
    os.mkfifo(fifo)
    run = started(t, folder, fifo, "--shard", "1/1", "--jobs", "1", database="cut.sqlite")
    wait_for(lambda: os.path.exists(t.path("cut.sqlite")) and
             count_or_0(t.path("cut.sqlite"), "SELECT count(*) FROM studies") >= 2, "two studies")
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    t.refused(1, "not finished", "collect", "all.sqlite", "cut.sqlite")


def count_or_0(database, sql):
    try:
        return count(database, sql)
    except sqlite3.Error:
        return 0


def l_11_a_full_disk_is_said_to_need_room_not_another_run(t):
    folder = archive(t, 40)
    result = t.run("batch", folder, "--shard", "1/1", "--out", DB, "--jobs", "2",
                   env=pretending(RANVIER_FULL_AT="60"))
    check(result.code == 74, "exit %d: %s" % (result.code, result.words))
    check("disk is full" in result.words and "room" in result.words, result.words)
    check("39 done" in batch(t, folder, "--resume", "--shard", "1/1").words or
          count(t.path(DB), "PRAGMA integrity_check") == "ok", "damaged")
    script = t.done("batch", folder, "--slurm", "2", "--dry-run", "--out", "other.sqlite").text
    check("[ $status = 75 ]" in script and "74" not in script, "74 is put back into the queue")


def l_12_shards_are_ordered_by_number_not_by_clock(t):
    """No time of day is stored or looked at; files with dates in any order give the same bytes."""
    folder = archive(t, 9)
    batch(t, folder)
    names = sharded(t, folder, 3)
    for number, name in enumerate(names):
        os.utime(t.path(name), (4102444800 - 86400 * number,) * 2)  # 2100, the last the oldest
    t.done("collect", "all.sqlite", *names)
    for name in names:
        os.utime(t.path(name), (0, 0))
    t.done("collect", "back.sqlite", *reversed(names))
    with open(t.path("all.sqlite"), "rb") as one, open(t.path("back.sqlite"), "rb") as other:
        check(one.read() == other.read(), "other files")
    check(exports(t, "all.sqlite") == exports(t), "other bytes")
    sources = os.path.join(t.root, "src", "batch")
    for name in sorted(os.listdir(sources)):
        with open(os.path.join(sources, name)) as file:
            text = file.read()
        check(not re.search(r"CLOCK_REALTIME|\btime\(|gettimeofday|localtime|gmtime", text), name)


def l_13_other_libraries_are_told_other_programs_refused(t):
    names = sharded(t, archive(t, 6), 3)
    stored = count(t.path(names[0]), "SELECT value FROM meta WHERE key = 'libraries'")
    for word in ("fftw", "gsl", "libsndfile", "jansson"):
        check(word in stored, stored)
    check("libraries" not in t.done("collect", "all.sqlite", *names).words, "told without cause")
    check(count(t.path("all.sqlite"), "SELECT value FROM meta WHERE key = 'libraries'") == stored,
          "not kept")
    connection = sqlite3.connect(t.path(names[1]))
    connection.execute("UPDATE meta SET value = 'fftw-4.0' WHERE key = 'libraries'")
    connection.commit()
    connection.close()
    words = t.done("collect", "mixed.sqlite", *names).words
    check("1 of 3 shards" in words and "fftw-4.0" in words and names[1] in words, words)
    check(exports(t, "mixed.sqlite") == exports(t, "all.sqlite"), "other bytes")
    connection = sqlite3.connect(t.path(names[2]))
    connection.execute("UPDATE settings SET settings_sha256 = 'x', program = '9.9'")
    connection.execute("UPDATE meta SET value = 'x' WHERE key = 'settings_sha256'")
    for table in ("studies", "failures"):
        connection.execute("UPDATE %s SET settings_sha256 = 'x'" % table)
    connection.commit()
    connection.close()
    t.refused(65, "another program", "collect", "none.sqlite", *names)


def l_14_a_second_collector_is_sent_away(t):
    """The first waits for a shard that somebody holds; the second finds its lock."""
    names = sharded(t, archive(t, 3), 1)
    holder = sqlite3.connect(t.path(names[0]), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    first = subprocess.Popen([t.program, "collect", "all.sqlite", *names], cwd=t.folder,
                             stderr=subprocess.PIPE)
    try:
        wait_for(lambda: os.path.exists(t.path("all.sqlite.lock")) and
                 os.path.getsize(t.path("all.sqlite.lock")) > 0, "the first one's lock")
        t.refused(75, "process %d" % first.pid, "collect", "all.sqlite", *names)
        holder.execute("ROLLBACK")
        words = first.communicate(timeout=60)[1]
        check(first.returncode == 0, words)
    finally:
        first.kill()
        holder.close()
    check(len(rows_of(t, "all.sqlite", "studies")) == 3, "studies")


def l_14_two_collectors_do_not_meet(t):
    import fcntl
    names = sharded(t, archive(t, 3), 1)
    with open(t.path("all.sqlite.lock"), "w") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        t.refused(75, "another batch", "collect", "all.sqlite", *names)
    t.done("collect", "all.sqlite", *names)
    t.refused(73, "exists", "collect", "all.sqlite", *names)


def slurm_dry_run_prints_and_writes_nothing(t):
    folder = archive(t, 3)
    before = set(files_of(t.folder))
    text = t.done("batch", folder, "--slurm", "4", "--dry-run", "--mains", "50", "--keep-tail",
                  "--sbatch", "--time=2:00:00 --partition=main", "--out", DB).text
    for part in ("--array=1-4", "'--mains' '50' '--keep-tail'", "afterany:JOB", "collect",
                 "'--time=2:00:00' '--partition=main' '", "$SLURM_ARRAY_TASK_ID/4"):
        check(part in text, "%r is not in %s" % (part, text))
    check(set(files_of(t.folder)) == before, "something was written")
    t.refused(2, "--slurm", "batch", folder, "--dry-run", "--out", DB)


def slurm_submits_the_array_and_its_collector(t):
    """With a pretend sbatch that keeps its arguments; the scripts are run by hand."""
    folder = archive(t, 5)
    batch(t, folder, database="one.sqlite")
    t.write("bin/sbatch", "#!/bin/sh\necho \"$@\" >>calls\necho 4711\n")
    os.chmod(t.path("bin", "sbatch"), 0o755)
    path = t.path("bin") + ":" + os.environ["PATH"]
    result = t.done("batch", folder, "--slurm", "2", "--sbatch", "--mem=1G", "--out", DB,
                    env={"PATH": path})
    check("array 4711" in result.text, result.text)
    calls = open(t.path("calls")).read().splitlines()
    check(calls == ["--parsable --mem=1G %s.slurm/array.sh" % DB,
                    "--parsable --mem=1G --dependency=afterany:4711 %s.slurm/collect.sh" % DB],
          str(calls))
    for task in ("1", "2"):
        subprocess.run(["sh", DB + ".slurm/array.sh"], cwd=t.folder, check=True, timeout=60,
                       env=dict(os.environ, SLURM_ARRAY_TASK_ID=task), stderr=subprocess.PIPE)
    subprocess.run(["sh", DB + ".slurm/collect.sh"], cwd=t.folder, check=True, timeout=60)
    check(exports(t) == exports(t, "one.sqlite"), "other bytes")


def slurm_hands_over_the_words_of_sbatch_as_they_are(t):
    """Quoted as in a shell, but nothing of a shell is done with them."""
    folder = archive(t, 2)
    t.write("bin/sbatch", "#!/bin/sh\nfor word; do printf '<%s>' \"$word\" >>calls; done\n"
                          "echo >>calls\necho 4711\n")
    os.chmod(t.path("bin", "sbatch"), 0o755)
    path = {"PATH": t.path("bin") + ":" + os.environ["PATH"]}
    hostile = [("--comment=\"night run\" --partition=main", ["--comment=night run", "--partition=main"]),
               ("'--comment=it'\\''s' \t a\\ b", ["--comment=it's", "a b"]),
               ("--comment=\"a \\\"b\\\" \\\\ \\n\"", ["--comment=a \"b\" \\ \\n"]),
               ("--comment='$(touch harm) `touch harm`; touch harm & $HOME *' ''",
                ["--comment=$(touch harm) `touch harm`; touch harm & $HOME *", ""]),
               ("--comment=$(touch harm) ;touch harm|x>harm",
                ["--comment=$(touch", "harm)", ";touch", "harm|x>harm"])]
    for number, (text, words) in enumerate(hostile):
        database = "d%d.sqlite" % number
        t.done("batch", folder, "--slurm", "1", "--sbatch", text, "--out", database, env=path)
        call = open(t.path("calls")).read().splitlines()[2 * number]
        wanted = ["--parsable", *words, database + ".slurm/array.sh"]
        check(call == "".join("<%s>" % word for word in wanted), "%s, not %s" % (call, wanted))
        dry = t.done("batch", folder, "--slurm", "1", "--dry-run", "--sbatch", text, "--out",
                     "dry.sqlite").text.splitlines()[-2]
        said = subprocess.run(["sh", "-c", dry], cwd=t.folder, stdout=subprocess.PIPE, timeout=30,
                              env=dict(os.environ, **path), check=True)
        check(said.stdout == b"4711\n", dry)
        call = open(t.path("calls")).read().splitlines()[-1]
        check("".join("<%s>" % word for word in words) in call, "%s from %s" % (call, dry))
        os.truncate(t.path("calls"), 0)
        for _ in range(2 * (number + 1)):
            t.write("calls", open(t.path("calls")).read() + "\n")
    check(not os.path.exists(t.path("harm")), "a command of --sbatch was run")
    for text, words in (("--comment=\"a", "not closed"), ("'", "not closed"), ("a\\", "backslash"),
                        ("--comment=a\nb", "one line"), ("x " * 100, "too many")):
        t.refused(2, words, "batch", folder, "--slurm", "1", "--sbatch", text, "--out", "x.sqlite",
                  env=path)


def slurm_tasks_read_their_own_list(t):
    folder = archive(t, 7)
    t.write("bin/sbatch", "#!/bin/sh\necho 4711\n")
    os.chmod(t.path("bin", "sbatch"), 0o755)
    t.done("batch", folder, "--slurm", "3", "--out", DB,
           env={"PATH": t.path("bin") + ":" + os.environ["PATH"]})
    lists = [t.path(DB + ".slurm", "list.%d" % i) for i in (1, 2, 3)]
    paths = [line for name in lists for line in open(name).read().splitlines()[1:]]
    check(len(paths) == len(set(paths)) == 7, str(paths))
    t.refused(2, "shard 2 of 3", "batch", "@" + lists[1], "--shard", "1/3", "--out", "a.sqlite")
    t.refused(2, "alone", "batch", "@" + lists[0], "@" + lists[1], "--out", "a.sqlite")
    t.done("batch", "@" + lists[1], "--shard", "2/3", "--out", "two.sqlite")
    t.done("batch", folder, "--shard", "2/3", "--out", "own.sqlite")
    check(exports(t, "two.sqlite") == exports(t, "own.sqlite"), "other bytes")
    check(count(t.path("two.sqlite"), "SELECT value FROM meta WHERE key = 'found'") == "7", "found")


if __name__ == "__main__":
    main(globals())
