#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison with earlier studies, through the program."""
import json
import os
import shutil

from harness import ROWS, STUDY, check, main, study


def visit(t, name, date, rows=ROWS, **more):
    made = json.loads(json.dumps(STUDY))
    made["visit"] = {"date": date}
    made.update(more)
    return study(t, name, json.dumps(made), rows)


def compared(t, *studies):
    return json.loads(t.done("compare", "--format", "json", *studies).text)


def answers(report):
    return {a["id"]: a["answer"] for a in report["progression"]}


def named_and_given_earlier_studies_give_the_same_changes(t):
    shutil.copytree(t.sample("l5_radiculopathy"), t.path("now"))
    expected = t.report(t.path("now"))
    check(len(expected["earlier"]) > 5, "the sample has no changes")
    twice = compared(t, t.path("now", "earlier"), t.path("now"))
    check(twice["earlier"] == expected["earlier"], "named and given: not the same")
    path = t.path("now", "study.json")
    with open(path, encoding="utf-8") as file:
        lone = json.load(file)
    del lone["earlier"]
    t.write("now/study.json", json.dumps(lone))
    check("earlier" not in t.report(t.path("now")) or not t.report(t.path("now"))["earlier"],
          "compared with nothing")
    given = compared(t, t.path("now", "earlier"), t.path("now"))
    check(given["earlier"] == expected["earlier"], "given only: not the same")
    check(given["progression"] == expected["progression"], "progression differs")


def changes_are_those_of_the_values(t):
    then = visit(t, "then", "2025-01-10")
    now = visit(t, "now", "2025-06-10", ROWS.replace("9.8", "4.1").replace("9.5", "4.0"))
    changes = {(c["response"], c["parameter"]): c for c in compared(t, then, now)["earlier"]}
    change = changes[("R01", "amplitude")]
    # 4.1 - 9.8 mV = -5.7 mV, 58 %: beyond 2.77 x 17.7 % = 49 %
    check(abs(change["change"] + 5.7) < 1e-9, str(change))
    check(change["verdict"] == "abnormal", str(change))
    check(changes[("R01", "onset_latency")]["verdict"] == "normal", "latency changed")


def oldest_first_whatever_the_order(t):
    a, b = visit(t, "a", "2024-03-01"), visit(t, "b", "2025-03-01")
    now = visit(t, "now", "2025-09-01")
    for order in ((a, b), (b, a), (b, a, b)):
        dates = [c["earlier"] for c in compared(t, *order, now)["earlier"]]
        check(dates == sorted(dates) and set(dates) == {"2024-03-01", "2025-03-01"}, str(dates))
        check(len(dates) == len(set(dates)) * (len(dates) // 2), "a study twice: %s" % dates)


def different_distances_are_said(t):
    then = visit(t, "then", "2025-01-10")
    now = visit(t, "now", "2025-06-10", ROWS.replace("\t80\t", "\t60\t"))
    rows = [c for c in compared(t, then, now)["earlier"] if c["response"] == "R01"]
    check(rows and all("distances differ" in c["text"] for c in rows), str(rows))
    check(all(c["verdict"] != "abnormal" for c in rows), "judged all the same")


def different_temperatures_are_said(t):
    then = visit(t, "then", "2025-01-10")
    now = visit(t, "now", "2025-06-10", temperature_c={"hand_right": 30.5})
    rows = compared(t, then, now)["earlier"]
    check(rows and all("temperatures differ" in c["text"] for c in rows), str(rows))


def the_other_side_is_said_and_not_compared(t):
    then = visit(t, "then", "2025-01-10", ROWS.replace("right", "left"))
    now = visit(t, "now", "2025-06-10")
    report = compared(t, then, now)
    check(not report["earlier"], "sides were compared")
    check("other side" in answers(report).get("side_differs", ""), str(report["progression"]))
    page = " ".join(t.done("compare", then, now).text.split())
    check("left then, right now" in page, "not in the text report")


def another_patient_is_said_and_not_named(t):
    then = visit(t, "then", "2025-01-10", patient={"id": "CANARY-THEN", "age_years": 50})
    now = visit(t, "now", "2025-06-10")
    report = t.done("compare", "--format", "json", then, now)
    check("patient_differs" in answers(json.loads(report.text)), "not said")
    check("CANARY-THEN" not in report.text, "the other patient is named")


def a_change_that_counts_is_red_and_starred_in_its_chart(t):
    then = visit(t, "then", "2025-01-10")
    now = visit(t, "now", "2025-06-10", ROWS.replace("9.8", "4.1"))
    page = t.done("compare", "--format", "html", then, now).text
    charts = [c for c in page.split("<figure>") if '<svg class="chart' in c]
    # two latencies, two amplitudes, one velocity
    check(len(charts) == 5, "%d charts" % len(charts))
    starred = [c for c in charts if "4.1*</text>" in c]
    check(len(starred) == 1 and "dot changed" in starred[0], "the change is not marked")
    check(sum("dot changed" in c for c in charts) == 1, "others are marked too")
    check(all(c.count('class="band"') == 1 for c in charts), "a band is missing")
    check("2025-01-10</text>" in starred[0] and "2025-06-10</text>" in starred[0], "no dates")


def a_study_that_cannot_be_compared_has_open_points_and_no_band(t):
    then = visit(t, "then", "2025-01-10")
    now = visit(t, "now", "2025-06-10", temperature_c={"hand_right": 30.5})
    page = t.done("compare", "--format", "html", then, now).text
    charts = [c for c in page.split("<figure>") if '<svg class="chart' in c]
    check(charts and not any('class="band"' in c for c in charts), "a band is drawn")
    check(all(c.count('class="dot open"') == 1 for c in charts), "not open")


def an_h_series_has_its_recruitment_curve(t):
    page = t.done("report", "--format", "html", t.sample("l5_radiculopathy")).text
    curves = [c for c in page.split("<figure ")[1:] if "recruitment" in c.split("</figcaption>")[0]]
    check(len(curves) == 2, "%d curves" % len(curves))
    check(all("H max" in c and "M max" in c for c in curves), "no maxima")


def a_missing_earlier_study_is_refused(t):
    now = visit(t, "now", "2025-06-10")
    t.refused(66, "missing", "compare", t.path("missing"), now)
    t.refused(66, "missing", "compare", now, t.path("missing"))
    t.refused(2, "", "compare", now)


def a_study_is_not_compared_with_itself(t):
    now = visit(t, "now", "2025-06-10")
    t.refused(2, "the study itself", "compare", now, now)
    t.refused(2, "the study itself", "compare", os.path.join(now, "study.json"), now)


def earlier_studies_are_never_written_over(t):
    then, now = visit(t, "then", "2025-01-10"), visit(t, "now", "2025-06-10")
    for name in ("then", "now"):
        t.refused(73, name, "compare", then, now, "--force", "-o", t.path(name, "study.json"))
    t.done("compare", then, now, "-o", t.path("then", "compared.html"))


main(globals())
