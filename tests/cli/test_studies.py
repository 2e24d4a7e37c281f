#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Studies: rows M of the catalogue of bad input, through the program."""
import json
import os

from harness import ROWS, STUDY, check, edf, main, study


def changed(**sections):
    made = json.loads(json.dumps(STUDY))
    for name, value in sections.items():
        if isinstance(value, dict) and isinstance(made.get(name), dict):
            made[name].update(value)
        else:
            made[name] = value
    return json.dumps(made)


def a_good_study_is_reported(t):
    report = t.report(study(t))
    onset = report["responses"][0]["values"]["onset_latency"]
    check(onset["value"] == 3.6 and onset["by"] == "entered", str(onset))
    # 220 mm / (7.5 - 3.6) ms = 56.4 m/s
    velocity = report["responses"][1]["values"]["conduction_velocity"]["value"]
    check(abs(velocity - 220 / 3.9) < 0.01, str(velocity))


def m_01_without_study_json_the_table_is_enough(t):
    t.write("s/responses.tsv", ROWS)
    report = t.report(t.path("s"))
    codes = [n["code"] for n in report["notices"]]
    check("temperature_missing" in codes, str(codes))
    os.mkdir(t.path("hollow"))
    t.refused(66, "holds neither", "report", t.path("hollow"))


def m_02_what_is_no_json_is_refused_with_its_place(t):
    for text in ("{", changed()[:-1] + ",}", '{"a":1,"a":2}', "[" * 1000 + "]" * 1000, "",
                 "\ufeff" + changed(), '{"format":"ranvier-study","version":NaN}'):
        t.refused(78, "study.json", "report", study(t, json_text=text))


def m_02_a_hundred_megabytes_are_refused(t):
    folder = study(t)
    with open(os.path.join(folder, "study.json"), "wb") as file:
        file.truncate(100 << 20)
    t.refused(78, "larger than", "report", folder)


def m_03_unknown_keys_are_refused_with_a_suggestion(t):
    t.refused(78, "did you mean height_cm", "report",
              study(t, json_text=changed(patient={"hieght_cm": 170})))


def m_04_wrong_types_are_refused(t):
    for value in ("168", True, [168], {"cm": 168}):
        t.refused(78, "height_cm", "report",
                  study(t, json_text=changed(patient={"height_cm": value})))


def m_05_sides_are_a_closed_list(t):
    for side in ("links", "1", "rechts", "R/L"):
        t.refused(78, ["side", "line 2"], "report",
                  study(t, rows=ROWS.replace("right", side, 1)))
    t.refused(78, "never guessed", "report", study(t, rows=ROWS.replace("right", "n/a", 1)))


def m_06_sides_that_contradict_each_other(t):
    path = t.write("R_median_motor.edf", edf([{"label": "L APB"}]))
    t.refused(78, ["right", "left"], "report", path)


def m_07_unknown_nerves_are_refused(t):
    t.refused(78, "did you mean", "report", study(t, rows=ROWS.replace("median", "medain", 1)))


def m_09_impossible_distances_are_refused(t):
    for distance in ("0", "-80", "2200", "8"):
        t.refused(78, "distance_mm", "report",
                  study(t, rows=ROWS.replace("\t80\t", "\t%s\t" % distance, 1)))


def m_09_no_distance_no_velocity(t):
    report = t.report(study(t, rows=ROWS.replace("\t220\t", "\tn/a\t")))
    velocity = report["responses"][1]["values"].get("conduction_velocity")
    check(velocity is None or velocity["value"] is None, str(velocity))


def m_10_a_distance_for_one_segment_gives_that_velocity_only(t):
    rows = ROWS + "motor\tmedian\tright\tAPB\taxilla\tn/a\tn/a\t9.9\t9.2\n"
    values = [r["values"].get("conduction_velocity", {}).get("value")
              for r in t.report(study(t, rows=rows))["responses"]]
    check(values[1] is not None and values[2] is None, str(values))


def m_11_a_proximal_latency_below_the_distal_one_gives_no_velocity(t):
    report = t.report(study(t, rows=ROWS.replace("\t7.5\t", "\t3.1\t")))
    velocity = report["responses"][1]["values"].get("conduction_velocity", {})
    check(velocity.get("value") is None, str(velocity))


def m_13_units_live_in_the_names_of_columns(t):
    t.refused(78, "a number with a point", "report",
              study(t, rows=ROWS.replace("\t80\t", "\t80 mm\t", 1)))


def m_14_a_missing_temperature_is_said(t):
    text = json.dumps({k: v for k, v in STUDY.items() if k != "temperature_c"})
    report = t.report(study(t, json_text=text))
    check("temperature_missing" in [n["code"] for n in report["notices"]], "not said")


def m_15_impossible_temperatures_are_refused(t):
    for value in (86, 3.4, -5, 45):
        t.refused(78, "hand_right", "report",
                  study(t, json_text=changed(temperature_c={"hand_right": value})))


def m_16_a_cold_hand_is_warned_of_and_nothing_corrected_silently(t):
    report = t.report(study(t, json_text=changed(temperature_c={"hand_right": 28.5})))
    check(report["responses"][0]["values"]["onset_latency"]["value"] == 3.6, "value changed")
    check(any("temperature" in n["code"] for n in report["notices"]), "no warning")


def m_19_recordings_outside_the_folder_are_refused(t):
    rows = "kind\tnerve\tside\trecord\tstimulate\tfile\nmotor\tmedian\tright\tAPB\twrist\t%s\n"
    t.write("outside.edf", edf())
    folder = study(t, rows=rows % "x")
    os.symlink(t.path("outside.edf"), os.path.join(folder, "link.edf"))
    for name in ("../outside.edf", "/etc/passwd", "link.edf", "..\\outside.edf"):
        study(t, rows=rows % name)
        t.refused(78, "file", "report", folder)
    study(t, rows=rows % "missing.edf")
    t.refused((66, 78), "missing.edf", "report", folder)
    os.mkfifo(os.path.join(folder, "pipe.edf"))
    study(t, rows=rows % "pipe.edf")
    result = t.run("report", folder, timeout=20)
    check(result.code in (65, 66, 78), "a pipe as recording: exit %d" % result.code)


def m_21_odd_names_are_kept(t):
    name = "Zo\u00eb \u202e\U0001f600 " + "n" * 3000
    report = t.report(study(t, json_text=changed(patient={"name": name})))
    check(report["patient"].get("name") in (None, name), "name changed")


def m_22_a_newer_study_names_its_version(t):
    t.refused(78, "version 2 is newer", "report", study(t, json_text=changed(version=2)))


def x_canary_one_patient_is_not_in_the_report_of_another(t):
    one = study(t, "one", changed(patient={"id": "CANARY-ONE"}))
    two = study(t, "two", changed(patient={"id": "CANARY-TWO"}))
    check(b"CANARY-TWO" not in t.done("report", one).out, "two in one")
    check(b"CANARY-ONE" not in t.done("report", two).out, "one in two")


main(globals())
