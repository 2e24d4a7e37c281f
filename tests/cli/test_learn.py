#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits from an archive: databases with known healthy people and known ill ones, against NumPy
and SciPy, and a table that a report is judged by."""
import csv
import io
import json
import os
import sqlite3

from harness import Skip, check, main, study

try:
    import numpy
    from scipy.stats import norm
except ImportError:
    numpy = None

DB = "results.sqlite"
LEARN = ("reference", "learn", DB, "--draws", "40")
STUDY = {"format": "ranvier-study", "version": 1,
         "patient": {"id": "P1", "age_years": 50, "sex": "female"},
         "temperature_c": {"hand_right": 33}}
ROWS = "kind\tnerve\tside\trecord\tstimulate\tdistance_mm\tonset_ms\tamplitude_mv\n" \
       "motor\tmedian\tright\tAPB\twrist\t80\t%s\t%s\n"


def needed():
    if numpy is None:
        raise Skip("numpy and scipy are not there")


def empty(t):
    """A database as the program makes it, without its one study."""
    study(t, "one", json.dumps(STUDY), ROWS % ("3.7", "9.0"))
    t.done("batch", "one", "--out", DB)
    db = sqlite3.connect(t.path(DB))
    settings = db.execute("SELECT settings_sha256 FROM studies").fetchone()[0]
    for table in ("studies", "responses", "results", "marks", "notices", "patterns", "findings"):
        db.execute("DELETE FROM " + table)
    return db, settings


def fill(db, settings, people):
    """people: (id, latency_ms, amplitude_mv)."""
    for i, (person, latency, amplitude) in enumerate(people, 1):
        db.execute("INSERT INTO studies (study, path, settings_sha256, patient_id, age_years, sex,"
                   " visit_date) VALUES (?,?,?,?,?,?,?)",
                   (i, "v/%06d" % i, settings, person, 40, "female", "2024-01-01"))
        db.execute("INSERT INTO responses (study, number, kind, nerve, side, record, stimulate,"
                   " distance_mm, temperature_c, present) VALUES (?,1,'motor','median','right',"
                   "'APB','wrist',80,33,'yes')", (i,))
        for ordinal, name, value, unit in ((0, "onset_latency", latency, "ms"),
                                           (2, "amplitude", amplitude, "mV")):
            db.execute("INSERT INTO results (study, number, ordinal, parameter, value, se, unit,"
                       " validity) VALUES (?,1,?,?,?,?,?,'measured')",
                       (i, ordinal, name, float(value), 0.01, unit))
    db.commit()
    db.close()


def sample(seed, healthy, ill):
    """Latency 3.7 +- 0.4 ms and 5.6 +- 0.7 ms, amplitude 10 +- 2.5 mV and 3 +- 1 mV."""
    random = numpy.random.default_rng(seed)
    latency = numpy.concatenate([random.normal(3.7, 0.4, healthy), random.normal(5.6, 0.7, ill)])
    amplitude = numpy.concatenate([random.normal(10, 2.5, healthy), random.normal(3, 1, ill)])
    return latency, numpy.maximum(amplitude, 0.2)


def archive(t, seed=1, healthy=800, ill=200):
    needed()
    latency, amplitude = sample(seed, healthy, ill)
    db, settings = empty(t)
    fill(db, settings, [("P%05d" % i, *pair) for i, pair in enumerate(zip(latency, amplitude))])
    return latency, amplitude


def rows(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t"))


def row_of(text, parameter):
    found = [row for row in rows(text) if row["parameter"] == parameter]
    check(len(found) == 1, "%d rows of %s" % (len(found), parameter))
    return found[0]


def expectation_maximisation(values, rounds=2000):
    """Two Gaussian parts, written anew with NumPy; the parts with the smaller mean first."""
    low, high = numpy.percentile(values, [25, 90])
    mean, sd, share = numpy.array([low, high]), numpy.full(2, values.std() / 2), numpy.full(2, 0.5)
    for _ in range(rounds):
        each = share * norm.pdf(values[:, None], mean, sd)
        each /= each.sum(axis=1)[:, None]
        weight = each.sum(axis=0)
        share, mean = weight / len(values), (each * values[:, None]).sum(axis=0) / weight
        sd = numpy.sqrt((each * (values[:, None] - mean) ** 2).sum(axis=0) / weight)
    order = numpy.argsort(mean)
    return share[order], mean[order], sd[order]


def the_limits_are_those_of_the_healthy(t):
    archive(t)
    text = t.done(*LEARN).text
    latency = float(row_of(text, "onset_latency")["upper"])
    amplitude = float(row_of(text, "amplitude")["lower"])
    # 97th and 3rd percentiles of the healthy: 4.452 ms, 5.298 mV; a third of an SD is let pass.
    check(abs(latency - (3.7 + norm.ppf(0.97) * 0.4)) < 0.13, latency)
    check(abs(amplitude - (10 + norm.ppf(0.03) * 2.5)) < 0.8, amplitude)


def numpy_finds_the_same_mixture(t):
    latency, _ = archive(t, seed=5, healthy=1500, ill=500)
    t.done(*LEARN, "-o", "limits.tsv", "--details", "details.tsv")
    with open(t.path("details.tsv")) as file:
        row = [r for r in csv.DictReader(file, delimiter="\t")
               if r["parameter"] == "onset_latency" and r["band"] == "everybody"][0]
    if row["scale"] != "1.0" or row["parts"] != "2":
        raise AssertionError("another model was chosen: %s" % row)
    share, mean, sd = expectation_maximisation(latency)
    check(abs(float(row["healthy_share"]) - share[0]) < 0.01, (row["healthy_share"], share))
    check(abs(float(row["mean"]) - mean[0]) < 0.01, (row["mean"], mean))
    check(abs(float(row["sd"]) - sd[0]) < 0.01, (row["sd"], sd))
    check(abs(float(row["mixture"]) - (mean[0] + norm.ppf(0.97) * sd[0])) < 0.02, row["mixture"])


def healthy_people_alone_give_the_numbers_of_numpy(t):
    latency, _ = archive(t, seed=3, healthy=1200, ill=0)
    text = t.done(*LEARN).text
    row = row_of(text, "onset_latency")
    check(abs(float(row["mean"]) - latency.mean()) < 0.01, row)
    check(abs(float(row["sd"]) - latency.std()) < 0.01, row)


def the_same_database_gives_the_same_bytes(t):
    archive(t)
    one = t.done(*LEARN).out
    check(one == t.done(*LEARN).out, "other bytes")
    check(one.startswith(b"# version: learned "), one[:40])


def a_report_is_judged_by_the_learned_limits(t):
    archive(t)
    t.done(*LEARN, "-o", "limits.tsv", "--set", "Our archive")
    made = json.loads(json.dumps(STUDY))
    study(t, "visit", json.dumps(made), ROWS % ("4.90", "12.0"))
    report = json.loads(t.done("report", "visit", "--reference", "limits.tsv", "--format", "json")
                        .text)
    check(report["reference"]["name"] == "Our archive", report["reference"])
    check(report["reference"]["version"].startswith("learned "), report["reference"])
    value = report["responses"][0]["values"]["onset_latency"]
    check(value["verdict"] == "abnormal" and abs(value["upper"] - 4.45) < 0.15, value)
    check("own archive" in value["source"], value)
    check(report["responses"][0]["values"]["amplitude"]["verdict"] == "normal", report)


def with_complete_other_nerves_are_judged_too(t):
    archive(t)
    t.done(*LEARN, "-o", "limits.tsv", "--complete")
    study(t, "visit", json.dumps(STUDY),
          ROWS % ("3.6", "12.0") + "motor\tulnar\tright\tADM\twrist\t80\t5.1\t9.0\n")
    args = ["report", "visit", "--reference", "limits.tsv", "--format", "json"]
    report = json.loads(t.done(*args, "--reference-set", "Laboratory").text)
    values = [r["values"]["onset_latency"] for r in report["responses"]]
    check("own archive" in values[0]["source"], values)
    check("NDTF 2016" in values[1]["source"] and values[1]["verdict"] == "abnormal", values)


def a_limit_that_differs_is_told(t):
    needed()
    random = numpy.random.default_rng(2)
    db, settings = empty(t)
    fill(db, settings, [("P%05d" % i, random.normal(3.3, 0.25), random.normal(10, 2.5))
                        for i in range(600)])
    result = t.done(*LEARN, "-o", "limits.tsv")
    check("learned limit 3.7" in result.words and "published 4.5 ms (NDTF 2016" in result.words and
          "stricter" in result.words, result.words)
    check("at most 3.7" in result.text, result.text)


def a_batch_of_study_folders_is_learned_from(t):
    """The whole chain: folders, batch, learn, report."""
    needed()
    latency, amplitude = sample(4, 230, 30)
    for i, pair in enumerate(zip(latency, amplitude)):
        made = json.loads(json.dumps(STUDY))
        made["patient"]["id"] = "P%03d" % i
        study(t, "archive/visit%03d" % i, json.dumps(made), ROWS % ("%.2f" % pair[0],
                                                                    "%.1f" % pair[1]))
    t.done("batch", "archive", "--out", DB, "-q")
    t.done(*LEARN, "-o", "limits.tsv", "--details", "details.tsv")
    with open(t.path("limits.tsv")) as file:
        limit = float(row_of(file.read(), "onset_latency")["upper"])
    check(abs(limit - 4.452) < 0.2, limit)
    study(t, "visit", json.dumps(STUDY), ROWS % ("4.95", "12.0"))
    report = json.loads(t.done("report", "visit", "--reference", "limits.tsv", "--format", "json")
                        .text)
    value = report["responses"][0]["values"]["onset_latency"]
    check(value["verdict"] == "abnormal" and abs(value["upper"] - limit) < 1e-9, value)


def one_person_measured_often_has_no_spread(t):
    needed()
    random = numpy.random.default_rng(1)
    db, settings = empty(t)
    fill(db, settings, [("P%05d" % i, random.normal(3.7, 0.012), 9.0) for i in range(300)])
    result = t.done(*LEARN, "-o", "limits.tsv", code=65)
    check("standard errors are above half the spread" in result.text, result.text)


def too_few_people_give_no_limit(t):
    archive(t, healthy=120, ill=10)
    result = t.done(*LEARN, "-o", "limits.tsv", code=65)
    check("too few healthy values" in result.text, result.text)
    check("no limit could be given" in result.words, result.words)
    check(not os.path.exists(t.path("limits.tsv")), "a table without limits")


def ten_visits_of_the_ill_count_once(t):
    needed()
    random = numpy.random.default_rng(8)
    db, settings = empty(t)
    people = [("H%05d" % i, random.normal(3.7, 0.4), random.normal(10, 2)) for i in range(500)]
    for i in range(100):
        people += [("I%05d" % i, random.normal(6, 0.8), random.normal(3, 1))] * 10
    fill(db, settings, people)
    t.done(*LEARN, "-o", "limits.tsv", "--details", "details.tsv")
    with open(t.path("details.tsv")) as file:
        row = next(csv.DictReader(file, delimiter="\t"))
    check((row["values"], row["persons"], row["repeated"]) == ("1500", "600", "900"), row)


def a_file_that_exists_is_not_replaced(t):
    archive(t)
    t.write("limits.tsv", "mine")
    result = t.done(*LEARN, "-o", "limits.tsv", code=73)
    check("--force" in result.words, result.words)
    t.done(*LEARN, "-o", "limits.tsv", "--force")


def what_is_no_database_is_refused(t):
    t.write("table.tsv", "a\tb\n1\t2\n" * 200)
    t.done("reference", "learn", "table.tsv", code=74)
    t.done("reference", "learn", "nothing.sqlite", code=66)
    t.done("reference", "teach", DB, code=2)
    t.done("reference", "learn", code=2)


def an_empty_archive_is_said(t):
    db, _ = empty(t)
    db.commit()
    db.close()
    result = t.done(*LEARN, code=65)
    check("no measured value" in result.words, result.words)


def the_sets_are_listed(t):
    text = t.done("reference", "list").text
    check(text.splitlines()[0] == "NDTF 2016" and "Preston-Shapiro" in text, text)


if __name__ == "__main__":
    main(globals())
