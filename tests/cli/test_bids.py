#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""BIDS datasets: read with their sidecars, and written as derivatives."""
import csv
import glob
import io
import json
import os
import shutil
from random import Random

import bids
from harness import check, edf, files_of, main, study

KEYS = ("kind", "nerve", "side", "record", "stimulate")
COMPARED = ("values", "marks", "present", "distance_mm", "segment_mm", "temperature_c", "quality")
DB = "results.sqlite"


def dataset(t, sample="motor", **how):
    """One small study as a dataset; returns the path of the study."""
    return bids.convert(t.sample("normal_arm" if sample == "motor" else sample), t.path("ds"), **how)


def run_of(place, number=2, suffix="emg.edf"):
    return glob.glob(os.path.join(place, "emg", "*_run-%02d_%s" % (number, suffix)))[0]


def only(place, number=2):
    """Leaves one recording of the study, so that its tests are quick."""
    for path in glob.glob(os.path.join(place, "emg", "*")):
        if "_run-%02d_" % number not in path:
            os.remove(path)
    return place


def small(t):
    return only(dataset(t))


def by_key(report):
    found = {tuple(r[k] for k in KEYS): r for r in report["responses"]}
    check(len(found) == len(report["responses"]), "two responses of one name")
    return found


def same(first, second):
    left, right = by_key(first), by_key(second)
    check(set(left) == set(right), str(set(left) ^ set(right)))
    for key in left:
        for field in COMPARED:
            check(left[key].get(field) == right[key].get(field), "%s: %s" % (key, field))


def codes(report):
    return [n["code"] for n in report["notices"]]


def notice(report, code):
    found = [n for n in report["notices"] if n["code"] == code]
    check(found, "no notice %s in %s" % (code, codes(report)))
    return found[0]["text"]


def edit(path, old, new, count=-1):
    with open(path, "rb") as file:
        data = file.read()
    old, new = (x if isinstance(x, bytes) else x.encode("utf-8") for x in (old, new))
    check(old in data, "%r is not in %s" % (old, path))
    with open(path, "wb") as file:
        file.write(data.replace(old, new, count))


def put(path, data):
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode("utf-8"))


def root_file(place, name):
    return os.path.join(os.path.dirname(os.path.dirname(place)), name)


# ------------------------------------------------------------------ the same numbers

def a_dataset_gives_the_values_of_its_study_folders(t):
    for name in ("normal_arm", "l5_radiculopathy", "ulnar_elbow"):
        place = bids.convert(t.sample(name), t.path("ds"), subject=name.replace("_", ""))
        same(t.report(t.sample(name), "--mains", "50"), t.report(place))


def words_of_events_say_what_columns_would(t):
    place = only(dataset(t, words=True))
    report = t.report(place)
    folder = {k: v for k, v in by_key(t.report(t.sample("normal_arm"), "--mains", "50")).items()
              if k[0] == "motor" and k[1] == "median"}
    check(set(by_key(report)) == set(folder), str(set(by_key(report))))
    for key, response in by_key(report).items():
        check(response["marks"] == folder[key]["marks"], str(key))
        check(response["segment_mm"] == folder[key]["segment_mm"], str(response["segment_mm"]))


def one_recording_of_a_dataset_is_read_with_its_sidecars(t):
    place = dataset(t)
    session = by_key(t.report(place))
    report = t.report(run_of(place))
    check(report["patient"]["age_years"] == 42 and report["patient"]["id"] == "sub-01", "patient")
    for key, response in by_key(report).items():
        check(response["values"]["onset_latency"] == session[key]["values"]["onset_latency"],
              str(key))
    check("bids_sidecars" in codes(report), str(codes(report)))


def a_folder_is_found_however_it_is_named(t):
    place = small(t)
    first = t.report(place)
    for args, cwd in (([place + "/"], None), ([place + "/emg"], None), (["ses-1"], "ds/sub-01"),
                      (["."], "ds/sub-01/ses-1"), (["sub-01/ses-1"], "ds")):
        if cwd is None:
            same(first, t.report(*args))
            continue
        folder, t.folder = t.folder, t.path(cwd)
        try:
            same(first, t.report(*args))
        finally:
            t.folder = folder


def a_subject_without_sessions_is_a_study(t):
    place = only(dataset(t, session=None))
    report = t.report(place)
    check(report["patient"]["id"] == "sub-01" and len(report["responses"]) == 2, "responses")


def the_dataset_itself_asks_which_study(t):
    dataset(t)
    t.refused(66, ["1 BIDS study", "ds/sub-01/ses-1"], "report", "ds")
    t.refused(66, ["ds/sub-01/ses-1"], "report", "ds/sub-01")


def tables_of_a_study_stand_before_bids(t):
    place = small(t)
    study(t, os.path.relpath(place, t.folder))
    check("bids_study" not in codes(t.report(place)), "sidecars were read")


def inspect_tells_what_was_taken_from_where(t):
    place = small(t)
    text = t.done("inspect", run_of(place)).text
    for word in ("participants.tsv", "age_years 42", "task-ncs_emg.json", "channels.tsv",
                 "events.tsv", "mains        50 Hz", "R01  motor nerve median", "stimuli 1-10"):
        check(word in text, "%r is not in %s" % (word, text))
    edit(run_of(place, suffix="channels.tsv"), "20000", "19000")
    result = t.run("inspect", run_of(place))
    check(result.code == 78 and "duration" in result.text and "19000" in result.words, result.text)


def a_report_never_overwrites_a_sidecar(t):
    place = small(t)
    for name in (run_of(place, suffix="events.tsv"), root_file(place, "participants.tsv"),
                 root_file(place, "task-ncs_emg.json"), run_of(place)):
        for operand in (place, run_of(place)):
            t.refused(73, "is an input of this study", "report", operand, "-f", "json", "--force",
                      "-o", name)


# ------------------------------------------------------------------ who and when

def participant(t, row, head="participant_id\tage\tsex\theight\tweight", dictionary=None):
    place = small(t)
    put(root_file(place, "participants.tsv"), head + "\n" + row + "\n")
    put(root_file(place, "participants.json"), json.dumps(dictionary or {}))
    return place


def units_of_participants_are_those_of_their_dictionary(t):
    place = participant(t, "sub-01\t504\tM\t66\t150", dictionary={
        "age": {"Units": "months"}, "height": {"Units": "inches"}, "weight": {"Units": "lb"}})
    patient = t.report(place)["patient"]
    # 504 / 12; 66 in x 2.54; 150 lb x 0.45359237
    check(patient["age_years"] == 42, str(patient))
    check(abs(patient["height_cm"] - 167.64) < 1e-9, str(patient))
    check(abs(patient["weight_kg"] - 68.0388555) < 1e-9, str(patient))
    check(patient["sex"] == "male", str(patient))


def a_height_without_unit_is_metres_or_centimetres(t):
    for text, cm in (("1.68", 168), ("168", 168), ("66", None)):
        report = t.report(participant(t, "sub-01\t42\tF\t%s\t62" % text))
        check(report["patient"]["height_cm"] == cm, "%s: %s" % (text, report["patient"]))
        check(("bids_unit" in codes(report)) == (cm is None), text)
        shutil.rmtree(t.path("ds"))


def an_unknown_unit_is_told_and_not_used(t):
    report = t.report(participant(t, "sub-01\t42\tF\t168\t62",
                                  dictionary={"height": {"Units": "cubits"}}))
    check(report["patient"]["height_cm"] is None, str(report["patient"]))
    check("cubits" in notice(report, "bids_unit"), "no word of cubits")


def words_for_sex_are_those_of_bids_and_of_levels(t):
    for text, levels, sex in (("F", {}, "female"), ("male", {}, "male"), ("O", {}, None),
                              ("1", {"1": "male", "2": "female"}, "male"),
                              ("2", {"2": {"Description": "Female"}}, "female")):
        report = t.report(participant(t, "sub-01\t42\t%s\t168\t62" % text,
                                      dictionary={"sex": {"Levels": levels}}))
        check(report["patient"]["sex"] == (sex or "female"), "%s: %s" % (text, report["patient"]))
        shutil.rmtree(t.path("ds"))
    t.refused(78, ["participants.tsv", "line 2", "sex", '"3"'], "report",
              participant(t, "sub-01\t42\t3\t168\t62"))


def an_open_age_is_its_bound_and_told(t):
    report = t.report(participant(t, "sub-01\t89+\tF\t168\t62"))
    check(report["patient"]["age_years"] == 89, str(report["patient"]))
    check('"89+"' in notice(report, "bids_age_open"), "not told")


def what_nobody_knows_is_not_known(t):
    place = participant(t, "sub-01\tn/a\tn/a\tn/a\tn/a")
    patient = t.report(place)["patient"]
    check(patient["age_years"] is None and patient["height_cm"] is None, str(patient))
    os.remove(root_file(place, "participants.tsv"))
    check("bids_no_participant" in codes(t.report(place)), "not told")


def a_subject_without_a_row_is_told(t):
    report = t.report(participant(t, "sub-02\t42\tF\t168\t62"))
    check("sub-01 has no row" in notice(report, "bids_no_participant"), "not told")


def unknown_columns_are_kept_and_listed(t):
    report = t.report(participant(t, "sub-01\t42\tF\t168\t62\tA",
                                  "participant_id\tage\tsex\theight\tweight\tsite"))
    check("kept and not used: site A" in notice(report, "bids_participant"), "not listed")


def a_participant_twice_is_refused(t):
    t.refused(78, ["participants.tsv", "lines 2 and 3", "sub-01"], "report",
              participant(t, "sub-01\t42\tF\t168\t62\nsub-01\t43\tF\t168\t62"))


def rows_of_other_subjects_do_not_matter(t):
    place = participant(t, "sub-02\told\tX\n" + "sub-01\t42\tF\t168\t62\nsub-03\t\xff")
    check(t.report(place)["patient"]["age_years"] == 42, "age")


def impossible_people_are_refused(t):
    for row, words in (("sub-01\t250\tF\t168\t62", ["age", '"250"']),
                       ("sub-01\t-3\tF\t168\t62", ["age", '"-3"']),
                       ("sub-01\tforty\tF\t168\t62", ["age", '"forty"']),
                       ("sub-01\t42\tF\t168\t62000", ["weight", "unit"]),
                       ("sub-01\t42,5\tF\t168\t62", ["age", '"42,5"'])):
        t.refused(78, ["participants.tsv", "line 2"] + words, "report", participant(t, row))
        shutil.rmtree(t.path("ds"))


def the_row_of_the_session_counts(t):
    place = participant(t, "sub-01\tses-1\t42\nsub-01\tses-2\t44", "participant_id\tsession_id\tage")
    check(t.report(place)["patient"]["age_years"] == 42, "age")
    put(os.path.join(os.path.dirname(place), "sub-01_sessions.tsv"),
        "session_id\tacq_time\tage\nses-1\t2026-03-02T10:00:00\t43\n")
    check(t.report(place)["patient"]["age_years"] == 43, "age of the session")


def dates_are_those_of_scans_then_sessions_then_header(t):
    place = small(t)
    scans = glob.glob(os.path.join(place, "*_scans.tsv"))[0]
    check(t.report(place)["visit"]["date"] == "2026-03-02", "scans")
    edit(scans, "2026-03-02", "1911-05-06")
    report = t.report(place)
    check(report["visit"]["date"] == "1911-05-06", str(report["visit"]))
    check("shifted" in notice(report, "bids_date"), "not told")
    os.remove(scans)
    put(os.path.join(os.path.dirname(place), "sub-01_sessions.tsv"),
        "session_id\tacq_time\nses-1\t2025-12-31T10:00:00\n")
    check(t.report(place)["visit"]["date"] == "2025-12-31", "sessions")
    os.remove(os.path.join(os.path.dirname(place), "sub-01_sessions.tsv"))
    report = t.report(place)
    check(report["visit"]["date"] == "2026-03-02", "header")
    check("header" in notice(report, "bids_from_header"), "not told")


def times_and_names_of_scans_are_checked(t):
    place = small(t)
    scans = glob.glob(os.path.join(place, "*_scans.tsv"))[0]
    name = "emg/" + os.path.basename(run_of(place))
    for row, words in ((name + "\t02.03.2026", "acq_time"), ("../../x\tn/a", "../../x"),
                       ("/etc/passwd\tn/a", "/etc/passwd"), (name + "\tn/a\n" + name + "\tn/a",
                                                            "lines 2 and 3")):
        put(scans, "filename\tacq_time\n" + row + "\n")
        t.refused(78, ["_scans.tsv", words], "report", place)


# ------------------------------------------------------------------ inheritance

def history_may_come_from_a_study_json(t):
    place = small(t)
    t.write("history/study.json", json.dumps({
        "format": "ranvier-study", "version": 1, "history": {"diabetes": True},
        "injections": [{"date": "2026-01-10", "level": "L4-L5", "side": "right"}]}))
    for operand in (place, run_of(place)):
        report = t.report(operand, "--study", "history/study.json")
        check(report["patient"]["age_years"] == 42, str(report["patient"]))
        check("re-evaluation" in t.done("report", operand, "--study", "history/study.json").text
              .lower(), "no word of the injection")


def the_nearest_sidecar_wins_key_by_key(t):
    place = small(t)
    put(os.path.join(place, "emg", "sub-01_ses-1_emg.json"),
        json.dumps({"PowerLineFrequency": 60, "InstitutionName": "Hospital"}))
    report = t.report(place)
    check(report["visit"]["laboratory"] == "Hospital", str(report["visit"]))
    text = [n for n in report["notices"] if n["code"] == "bids_sidecar"][0]["text"]
    check("PowerLineFrequency 60 Hz" in text and "SamplingFrequency 20000 Hz" in text, text)


def a_sidecar_that_claims_more_does_not_apply(t):
    place = small(t)
    put(os.path.join(place, "emg", "sub-01_ses-1_task-ncs_acq-other_emg.json"),
        json.dumps({"SamplingFrequency": 1}))
    put(root_file(place, "task-other_emg.json"), json.dumps({"SamplingFrequency": 1}))
    t.report(place)


def tables_are_inherited_as_well(t):
    place = small(t)
    channels = run_of(place, suffix="channels.tsv")
    shutil.move(channels, root_file(place, "task-ncs_channels.tsv"))
    events = run_of(place, suffix="events.tsv")
    shutil.move(events, os.path.join(place, "sub-01_ses-1_events.tsv"))
    text = notice(t.report(place), "bids_sidecars")
    check("task-ncs_channels.tsv" in text and "sub-01_ses-1_events.tsv" in text, text)
    put(channels, "name\ttype\tunits\tstatus\nR APB\tEMG\tmV\tbad\n")
    t.refused(78, "no response", "report", place)


def two_sidecars_in_one_folder_are_refused(t):
    place = small(t)
    put(root_file(place, "run-02_emg.json"), "{}")
    t.refused(78, ["run-02_emg.json", "task-ncs_emg.json", "both apply"], "report", place)


def a_sidecar_of_the_whole_name_stands_before_a_lesser_one(t):
    place = small(t)
    put(os.path.join(place, "emg", "sub-01_ses-1_task-ncs_events.tsv"), "onset\n1\n")
    t.report(place)


# ------------------------------------------------------------------ channels

def channels(t, text):
    place = small(t)
    put(run_of(place, suffix="channels.tsv"), text)
    return place


def m_17_a_rate_that_is_not_the_headers_is_refused(t):
    t.refused(78, ["channels.tsv", "19000", "20000"], "report",
              channels(t, "name\ttype\tunits\tsampling_frequency\nR APB\tEMG\tmV\t19000\n"))
    shutil.rmtree(t.path("ds"))
    place = channels(t, "name\ttype\tunits\nR APB\tEMG\tmV\n")
    put(root_file(place, "task-ncs_emg.json"), json.dumps({"SamplingFrequency": 5000}))
    t.refused(78, ["task-ncs_emg.json", "SamplingFrequency", "5000", "20000"], "report", place)


def names_and_numbers_of_channels_must_be_the_headers(t):
    for text, words in (
            ("name\ttype\tunits\nL APB\tEMG\tmV\n", ['"L APB"', '"R APB"']),
            ("name\ttype\tunits\nR APB\tEMG\tmV\nR ADM\tEMG\tmV\n", ["2 channels", "has 1"]),
            ("name\ttype\tunits\n", ["0 channels", "has 1"]),
            ("type\tunits\nEMG\tmV\n", ["column name is missing"]),
            ("name\ttype\tunits\nn/a\tEMG\tmV\n", ["name"])):
        t.refused(78, ["channels.tsv"] + words, "report", channels(t, text))
        shutil.rmtree(t.path("ds"))


def a_unit_that_is_no_voltage_is_refused(t):
    t.refused(78, ["channels.tsv", '"rad"', "mV"], "report",
              channels(t, "name\ttype\tunits\nR APB\tEMG\trad\n"))


def another_prefix_of_the_volt_changes_nothing(t):
    place = small(t)
    first = t.report(place)
    put(run_of(place, suffix="channels.tsv"), "name\ttype\tunits\nR APB\tEMG\tV\n")
    same(first, t.report(place))


def words_of_channels_are_closed(t):
    for column, value in (("status", "broken"), ("low_cutoff", "-1"), ("high_cutoff", "1e999"),
                          ("notch", "50,0"), ("sampling_frequency", "20 kHz")):
        t.refused(78, ["channels.tsv", "line 2", column], "report",
                  channels(t, "name\ttype\tunits\t%s\nR APB\tEMG\tmV\t%s\n" % (column, value)))
        shutil.rmtree(t.path("ds"))


def a_bad_channel_is_not_used_and_told(t):
    place = dataset(t)
    edit(run_of(place, suffix="channels.tsv"), "\tgood", "\tbad")
    report = t.report(place)
    check("marked bad" in notice(report, "bids_channel_bad"), "not told")
    check(("motor", "median", "right", "APB", "wrist") not in by_key(report), "it was measured")
    t.refused(78, "no response", "report", run_of(place))


def cutoffs_are_a_filter_where_the_header_names_none(t):
    place = channels(t, "name\ttype\tunits\tlow_cutoff\thigh_cutoff\nR APB\tEMG\tmV\t10\t5000\n")
    check("HP:10Hz" in notice(t.report(place), "bids_filter_differs"), "not told")
    path = run_of(place)
    edit(path, "HP:2Hz LP:10000Hz", "                 ")
    check("filter HP:10Hz LP:5000Hz" in " ".join(t.done("inspect", path).text.split()), "filter")


# ------------------------------------------------------------------ *_emg.json

def sidecar(t, data):
    place = small(t)
    put(root_file(place, "task-ncs_emg.json"), data)
    return place


def m_02_broken_json_is_refused_with_its_place(t):
    for data, words in ((b"", "line 1"), (b"{", "line 1"), (b'{"a": 1,}', "line 1"),
                        (b'{"TaskName": "a", "TaskName": "b"}', "duplicate"),
                        (b'{"SamplingFrequency": NaN}', "line 1"), (b"[]", "not an object"),
                        (b"\xef\xbb\xbf{}", "line 1"), (b'{"TaskName": "\xff"}', "line 1"),
                        (b"[" * 100000, "line 1"), (b"null", "task-ncs_emg.json")):
        t.refused(78, ["task-ncs_emg.json", words], "report", sidecar(t, data))
        shutil.rmtree(t.path("ds"))


def m_04_wrong_types_are_refused(t):
    for key, value in (("SamplingFrequency", "20000"), ("SamplingFrequency", True),
                       ("SamplingFrequency", 0), ("PowerLineFrequency", "fifty"),
                       ("TaskName", 5), ("SoftwareFilters", 5), ("EMGReference", {}),
                       ("RecordingType", "sometimes")):
        t.refused(78, ["task-ncs_emg.json", key], "report",
                  sidecar(t, json.dumps(dict(bids.EMG_JSON, **{key: value}))))
        shutil.rmtree(t.path("ds"))


def a_huge_sidecar_is_refused(t):
    t.refused(78, ["task-ncs_emg.json", "larger"], "report", sidecar(t, b" " * (5 << 20)))


def missing_keys_are_a_notice(t):
    report = t.report(sidecar(t, '{"SamplingFrequency": "n/a"}'))
    text = notice(report, "bids_keys_missing")
    check("PowerLineFrequency" in text and "SamplingFrequency" not in text, text)


def odd_sidecars_are_told(t):
    place = sidecar(t, json.dumps(dict(bids.EMG_JSON, PowerLineFrequency=16.7,
                                       RecordingType="continuous", RecordingDuration=400)))
    found = codes(t.report(place))
    for code in ("bids_mains", "bids_recording_type", "bids_duration"):
        check(code in found, "%s not in %s" % (code, found))


# ------------------------------------------------------------------ events

def events(t, text, **how):
    place = small(t)
    put(run_of(place, suffix="events.tsv"), text)
    return place


HEAD = "onset\tduration\tkind\tnerve\tside\trecord\tstimulate\tdistance_mm\n"
ROW = "%s\tn/a\tmotor\tmedian\tright\tAPB\twrist\t80\n"


def m_18_a_stimulus_outside_of_the_recording_is_refused(t):
    for onset in ("-0.5", "19.06", "1e300"):
        t.refused(78, ["events.tsv", "line 3", "outside", "19.06"], "report",
                  events(t, HEAD + ROW % "0.02" + ROW % onset))
        shutil.rmtree(t.path("ds"))


def remarks_outside_of_the_recording_do_no_harm(t):
    place = events(t, "onset\tduration\ttrial_type\tkind\n-5\t1\tbegin\tn/a\n0.020015\tn/a\tx\tmotor\n")
    check(len(t.report(place)["responses"]) == 1, "responses")


def events_are_tables_of_numbers_and_words(t):
    for text, words in (("duration\n1\n", "column onset is missing"),
                        (HEAD + ROW % "n/a", ["line 2", "onset"]),
                        (HEAD + ROW % "now", ["line 2", '"now"']),
                        (HEAD + ROW % "0,5", ["line 2", '"0,5"']),
                        (HEAD + "1\t-1\tmotor\tmedian\tright\tAPB\twrist\t80\n", "duration"),
                        (HEAD + "1\tn/a\tmoter\tmedian\tright\tAPB\twrist\t80\n", "kind"),
                        (HEAD + "1\tn/a\tmotor\tmedain\tright\tAPB\twrist\t80\n", 'mean "median"'),
                        (HEAD + "1\tn/a\tmotor\tmedian\tlinks\tAPB\twrist\t80\n", "side"),
                        (HEAD + "1\tn/a\tmotor\tmedian\tright\tAPB\twrist\t8\n", "cm?"),
                        (HEAD + "1\tn/a\tmotor\n", "cells"),
                        (HEAD + ROW % "0.02" + "1\t\xe4".encode("latin-1").decode("latin-1"),
                         "cells"),
                        ("onset\tfile\n1\t../../etc/passwd\n", "file"),
                        ("onset\tstimuli\tkind\n1\tall\tmotor\n", "stimuli"),
                        ("", "no header")):
        t.refused(78, ["events.tsv"] + ([words] if isinstance(words, str) else words), "report",
                  events(t, text))
        shutil.rmtree(t.path("ds"))


def latin_1_is_refused(t):
    t.refused(78, ["events.tsv", "UTF-8"], "report",
              events(t, "onset\ttrial_type\n1\tgro\xdfer Reiz\n".encode("latin-1")))


def a_mark_at_the_beginning_and_cr_lf_are_fine(t):
    place = small(t)
    first = t.report(place)
    for path in (run_of(place, suffix="events.tsv"), run_of(place, suffix="channels.tsv"),
                 root_file(place, "participants.tsv"),
                 glob.glob(os.path.join(place, "*_scans.tsv"))[0]):
        with open(path, "rb") as file:
            data = file.read()
        put(path, b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    second = t.report(place)
    same(first, second)
    check(first["patient"] == second["patient"], "patient")


def a_cell_of_a_megabyte_ends_nothing(t):
    t.refused(78, ["events.tsv", "line 2", "bytes of words"], "report",
              events(t, "onset\ttrial_type\n1\t" + "x" * (1 << 20) + "\n"))
    shutil.rmtree(t.path("ds"))
    place = events(t, HEAD.replace("\n", "\tlong\n") + (ROW % "0.020015").replace(
        "\n", "\t" + "y" * (1 << 20) + "\n"))
    t.report(place)
    put(root_file(place, "participants.tsv"), "participant_id\tage\t" + "z" * (1 << 20) +
        "\nsub-01\t42\t" + "w" * (1 << 20) + "\n")
    t.report(place)


def intensities_of_one_stimulus_must_agree(t):
    head = HEAD.replace("\n", "\tintensity_ma\n")
    row = (ROW % "0.020015").replace("\n", "\t%s\n")
    t.refused(78, ["lines 2 and 3", "18", "20"], "report",
              events(t, head + row % "18" + row.replace("motor", "f_wave") % "20"))


def one_stimulus_may_be_of_two_responses(t):
    place = dataset(t)
    only(place, 1)
    path = run_of(place, 1, "events.tsv")
    with open(path) as file:
        lines = file.read().splitlines()
    put(path, "\n".join(lines + [l.replace("\tf_wave\t", "\tmotor\t") for l in lines[1:]]) + "\n")
    kinds = [r["kind"] for r in t.report(place)["responses"]]
    check(kinds == ["f_wave", "motor"], str(kinds))


def sides_that_contradict_each_other_are_refused(t):
    t.refused(78, ["left", "right", "which side"], "report",
              events(t, HEAD + (ROW % "0.020015").replace("right", "left")))


def a_muscle_that_no_channel_has_is_refused(t):
    t.refused(78, ["record is ADM", "APB"], "report",
              events(t, HEAD + (ROW % "0.020015").replace("APB", "ADM")))


def a_dictionary_may_say_what_a_code_means(t):
    place = events(t, "onset\ttrial_type\n0.020015\ts1\n1.020015\ts1\n2.020015\trest\n")
    put(root_file(place, "task-ncs_events.json"), json.dumps({"trial_type": {"Levels": {
        "s1": "right median motor, stimulus at the wrist 8 cm", "rest": "nothing"}}}))
    report = t.report(place)
    check(len(report["responses"]) == 1, str(len(report["responses"])))
    response = report["responses"][0]
    check((response["nerve"], response["stimulate"], response["distance_mm"]) ==
          ("median", "wrist", 80), str(response))
    check(response["source"]["sweeps_used"] == 2, str(response["source"]))


def without_a_distance_there_is_no_velocity(t):
    place = small(t)
    path = run_of(place, suffix="events.tsv")
    for number in ("220", "80"):
        edit(path, "\t%s\t" % number, "\tn/a\t")
    for response in t.report(place)["responses"]:
        value = response["values"].get("conduction_velocity", {}).get("value")
        check(value is None, str(value))


def without_events_the_annotations_of_the_recording_count(t):
    place = small(t)
    first = by_key(t.report(place))
    os.remove(run_of(place, suffix="events.tsv"))
    for key, response in by_key(t.report(place)).items():
        check(response["marks"] == first[key]["marks"], str(key))


def a_recording_without_stimuli_is_passed_over(t):
    place = dataset(t)
    name = os.path.join(place, "emg", "sub-01_ses-1_task-grip_emg.edf")
    put(name, edf([dict(label="forearm")]))
    report = t.report(place)
    check(len(report["responses"]) == 10, str(len(report["responses"])))
    check("task-grip" in [n for n in report["notices"] if n["code"] == "bids_no_stimulus"][0][
        "where"], "not told")
    t.refused(78, "no response", "report", name)


def a_damaged_recording_costs_itself(t):
    place = dataset(t)
    put(run_of(place), b"junk")
    report = t.report(place)
    check("recording_unusable" in codes(report), str(codes(report)))
    check(len(report["responses"]) == 8, str(len(report["responses"])))
    t.refused(65, "format", "report", run_of(place))


# ------------------------------------------------------------------ names and links

def a_name_of_another_subject_is_refused(t):
    place = small(t)
    os.rename(run_of(place), os.path.join(place, "emg", "sub-02_ses-1_task-ncs_emg.edf"))
    t.refused(78, ["sub-02", "sub-01/ses-1"], "report", place)
    os.rename(os.path.join(place, "emg", "sub-02_ses-1_task-ncs_emg.edf"),
              os.path.join(place, "emg", "sub-01 ses-1_emg.edf"))
    t.refused(78, "no BIDS name", "report", place)


def a_broken_description_is_refused(t):
    place = small(t)
    for data, words in ((b"{", "line 1"), (b'{"BIDSVersion": 1}', "BIDSVersion")):
        put(root_file(place, "dataset_description.json"), data)
        t.refused(78, ["dataset_description.json", words], "report", place)
    put(root_file(place, "dataset_description.json"), b'{"Name": "no BIDS"}')
    t.refused(66, "neither study.json", "report", place)


def links_out_of_the_dataset_are_refused(t):
    place = small(t)
    outside = t.write("outside.json", "{}")
    sidecar_path = root_file(place, "task-ncs_emg.json")
    os.remove(sidecar_path)
    os.symlink(outside, sidecar_path)
    t.refused(78, ["task-ncs_emg.json", "outside"], "report", place)
    os.remove(sidecar_path)
    os.symlink("/proc/self/fd/0", sidecar_path)
    t.refused((66, 78), ["task-ncs_emg.json"], "report", place)
    os.remove(sidecar_path)
    os.symlink(sidecar_path, sidecar_path)
    t.refused(66, ["task-ncs_emg.json"], "report", place)
    os.remove(sidecar_path)
    os.mkfifo(sidecar_path)
    t.refused(66, ["task-ncs_emg.json", "regular"], "report", place)
    os.remove(sidecar_path)
    recording = run_of(place)
    shutil.move(recording, t.path("moved.edf"))
    os.symlink(t.path("moved.edf"), recording)
    t.refused(78, "outside", "report", place)


def links_within_the_dataset_are_followed(t):
    place = small(t)
    recording = run_of(place)
    os.makedirs(root_file(place, ".git/annex"))
    shutil.move(recording, root_file(place, ".git/annex/object"))
    os.symlink("../../../.git/annex/object", recording)
    check(len(t.report(place)["responses"]) == 2, "responses")
    os.remove(root_file(place, ".git/annex/object"))
    t.refused(66, "No such file", "report", place)


def spoil(data, random):
    """One small damage: a byte, a word put in, a piece cut out, an end cut off."""
    words = (b"n/a", b"\t", b"\n", b"1e308", b"-1", b'"', b"{", b"]", b"left", b"ulnar", b"\0",
             b"\xff", b"bad", b"TRIG", b"channel", b"\xef\xbb\xbf")
    at = random.randrange(len(data) + 1)
    return random.choice((data[:at] + bytes([random.randrange(256)]) + data[at + 1:],
                          data[:at] + random.choice(words) + data[at:],
                          data[:at] + data[at + random.randrange(1, 30):], data[:at]))


def spoiled_sidecars_are_read_or_refused(t):
    place = small(t)
    random = Random(42)
    sidecars = sorted(f for f in files_of(t.path("ds")) if f.endswith((".tsv", ".json")))
    for turn in range(80):
        path = sidecars[turn % len(sidecars)]
        with open(path, "rb") as file:
            whole = file.read()
        put(path, spoil(whole, random))
        result = t.run("report", "-f", "json", place)
        check(result.code in (0, 65, 66, 78), "%s: %d" % (path, result.code))
        if result.code == 0:
            json.loads(result.text)
        put(path, whole)


# ------------------------------------------------------------------ batches

def batch(t, *args, code=0):
    return t.done("batch", *args, "--out", DB, code=code).words


def rows_of(t, table="studies"):
    return list(csv.DictReader(io.StringIO(t.done("export", DB, "--table", table).text),
                               delimiter="\t"))


def archive(t):
    for subject, session in (("01", "1"), ("01", "2"), ("02", None)):
        only(bids.convert(t.sample("normal_arm"), t.path("archive/ds"), subject, session,
                          add=session != "2"))
    return t.path("archive")


def a_batch_takes_a_dataset_study_by_study(t):
    folder = archive(t)
    study(t, "archive/visit")
    shutil.copytree(os.path.join(folder, "ds", "sub-02"), os.path.join(folder, "ds/derivatives/x"))
    t.write("archive/ds/sourcedata/old.edf", edf())
    os.symlink("..", os.path.join(folder, "ds", "sub-03"))
    os.symlink("../sub-01", os.path.join(folder, "ds", "sub-01", "ses-3"))
    batch(t, "archive")
    found = [r["study"] if "study" in r else r["path"] for r in rows_of(t)]
    check(found == ["archive/ds/sub-01/ses-1", "archive/ds/sub-01/ses-2", "archive/ds/sub-02",
                    "archive/visit"], str(found))
    check([r["format"] for r in rows_of(t)] == ["BIDS"] * 3 + ["study"], str(rows_of(t)))
    check({r["patient_id"] for r in rows_of(t)} == {"sub-01", "sub-02", "P1"}, "patients")


def parts_of_a_dataset_are_taken_as_parts(t):
    folder = archive(t)
    for operand, count in (("ds", 3), ("ds/sub-01", 2), ("ds/sub-01/ses-2", 1),
                           ("ds/sub-01/ses-2/emg", 1), ("ds/sub-02", 1)):
        text = batch(t, os.path.join(folder, operand))
        check("%d found, %d done" % (count, count) in text, "%s: %s" % (operand, text))
        os.remove(t.path(DB))


def resuming_knows_the_sidecars_that_apply(t):
    archive(t)
    batch(t, "archive")

    def again(expected):
        text = batch(t, "archive", "--resume")
        check(expected in text, "%s, not %s" % (text, expected))

    again("0 done, 3 unchanged")
    edit(t.path("archive/ds/participants.tsv"), "sub-01\t42", "sub-01\t43")
    again("2 done, 1 unchanged")
    with open(t.path("archive/ds/participants.tsv"), "a") as file:
        file.write("sub-09\t50\tF\t160\t60\tright\n")
    again("0 done, 3 unchanged")
    edit(t.path("archive/ds/task-ncs_emg.json"), "tendon", "bone")
    again("3 done, 0 unchanged")
    put(t.path("archive/ds/sub-01/ses-2/sub-01_ses-2_emg.json"), "{}")
    again("1 done, 2 unchanged")
    edit(t.path("archive/ds/sub-01/ses-1/sub-01_ses-1_scans.tsv"), "2026-03-02", "2026-03-03")
    again("1 done, 2 unchanged")
    put(t.path("archive/ds/sub-01/ses-1/notes.txt"), "nothing to do with it")
    again("0 done, 3 unchanged")


def shards_of_a_dataset_export_the_same_bytes(t):
    archive(t)
    batch(t, "archive")
    whole = t.done("export", DB, "--format", "json").out
    for shard in ("1", "2"):
        t.done("batch", "archive", "--shard", shard + "/2", "--out", "s%s.sqlite" % shard)
    t.done("collect", "all.sqlite", "s1.sqlite", "s2.sqlite")
    check(t.done("export", "all.sqlite", "--format", "json").out == whole, "other bytes")


def a_bad_dataset_costs_itself(t):
    archive(t)
    t.write("archive/other/dataset_description.json", "{")
    t.write("archive/other/sub-01/emg/sub-01_task-ncs_emg.edf", edf())
    edit(t.path("archive/ds/sub-02/emg/sub-02_task-ncs_run-02_events.tsv"), "onset", "begin")
    text = batch(t, "archive", code=1)
    check("4 found, 2 done, 0 unchanged, 2 failed" in text, text)
    reasons = {r["path"]: r["reason"] for r in rows_of(t, "failures")}
    check(reasons == {"archive/ds/sub-02": "study", "archive/other": "study"}, str(reasons))


# ------------------------------------------------------------------ derivatives

def table_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def exported(t, name="out", database=DB):
    t.done("export", database, "--format", "bids", "-o", name)
    return t.path(name)


def results_become_a_derivatives_dataset(t):
    archive(t)
    batch(t, "archive")
    out = exported(t)
    with open(os.path.join(out, "dataset_description.json")) as file:
        facts = json.load(file)
    check(facts["DatasetType"] == "derivative" and facts["GeneratedBy"][0]["Name"] == "Ranvier" and
          facts["SourceDatasets"] == [{"URL": "file:archive/ds"}], str(facts))
    stem = os.path.join(out, "sub-01/ses-2/emg/sub-01_ses-2_desc-ranvier_")
    rows = table_of(stem + "results.tsv")
    wanted = [r for r in rows_of(t, "results") if r["study"] == "archive/ds/sub-01/ses-2"]
    check(len(rows) == len(wanted) > 10, "%d, %d" % (len(rows), len(wanted)))
    for mine, other in zip(rows, wanted):
        for key in ("parameter", "value", "se", "unit", "validity", "lower", "verdict"):
            check(mine[key] == other[key], "%s: %s" % (key, mine))
    check(os.path.exists(os.path.join(out, "sub-02/emg/sub-02_desc-ranvier_results.tsv")), "sub-02")
    people = table_of(os.path.join(out, "participants.tsv"))
    check([p["participant_id"] for p in people] == ["sub-01", "sub-02"], str(people))
    check(people[0]["age"] == "42" and people[0]["height"] == "168", str(people))
    sessions = table_of(os.path.join(out, "sub-01/sub-01_sessions.tsv"))
    check([s["study"] for s in sessions] == ["archive/ds/sub-01/ses-1", "archive/ds/sub-01/ses-2"],
          str(sessions))


def every_column_is_described(t):
    shutil.copytree(t.sample("carpal_tunnel"), t.path("visit"))
    t.write("bad.edf", "junk")
    batch(t, "visit", "bad.edf", code=1)
    out = exported(t)
    seen = set()
    for path in glob.glob(os.path.join(out, "**", "*desc-ranvier_*.tsv"), recursive=True):
        word = path.rsplit("_", 1)[1][:-4]
        seen.add(word)
        with open(os.path.join(out, "desc-ranvier_%s.json" % word)) as file:
            dictionary = json.load(file)
        for row in table_of(path):
            check(set(row) == set(dictionary), str(set(row) ^ set(dictionary)))
            for column, text in row.items():
                entry = dictionary[column]
                check(entry["Description"], column)
                if "Levels" in entry and text != "n/a":
                    check(text in entry["Levels"], "%s: %s" % (column, text))
    check(seen == {"study", "responses", "results", "marks", "needle", "findings", "patterns",
                   "notices", "failures"}, str(seen))


def studies_of_no_dataset_get_labels_of_their_own(t):
    for name in ("a/visit 2026-03", "b/visit 2026-03", "=1+1"):
        study(t, name)
    batch(t, "a", "b", "=1+1")
    out = exported(t)
    labels = sorted(n for n in os.listdir(out) if n.startswith("sub-"))
    check(len(labels) == 3 and all(l[4:].isalnum() for l in labels), str(labels))
    check(sum(l.startswith("sub-visit202603x") for l in labels) == 2, str(labels))
    originals = {table_of(p)[0]["study"]
                 for p in glob.glob(os.path.join(out, "sub-*/emg/*_study.tsv"))}
    check(originals == {"a/visit 2026-03", "b/visit 2026-03", "'=1+1"}, str(originals))


def subjects_of_two_datasets_stay_apart(t):
    for name in ("one", "two"):
        only(bids.convert(t.sample("normal_arm"), t.path(name)))
    batch(t, "one", "two")
    out = exported(t)
    labels = [n for n in os.listdir(out) if n.startswith("sub-")]
    check(len(labels) == 2 and all(l.startswith("sub-01x") for l in labels), str(labels))


def a_derivatives_dataset_is_the_same_bytes_again(t):
    archive(t)
    batch(t, "archive")
    first, second = exported(t, "first"), exported(t, "second/")
    names = sorted(os.path.relpath(p, first) for p in files_of(first))
    check(names == sorted(os.path.relpath(p, second) for p in files_of(second)), "names")
    for name in names:
        with open(os.path.join(first, name), "rb") as a, open(os.path.join(second, name), "rb") as b:
            check(a.read() == b.read(), name)


def an_export_replaces_nothing_and_leaves_nothing(t):
    study(t)
    batch(t, "study")
    os.mkdir(t.path("there"))
    t.refused(73, "exists", "export", DB, "--format", "bids", "-o", "there")
    t.refused(73, "No such", "export", DB, "--format", "bids", "-o", "not/there")
    t.refused(2, "--output", "export", DB, "--format", "bids")
    t.refused(2, "--wide", "export", DB, "--format", "bids", "--wide", "-o", "x")
    check(sorted(n for n in os.listdir(t.folder) if n != "study" and not n.startswith(DB)) ==
          ["there"], str(os.listdir(t.folder)))


def a_derivatives_dataset_can_be_a_batchs_operand(t):
    archive(t)
    batch(t, "archive")
    exported(t)
    t.refused(66, "no study", "batch", "out", "--out", "x.sqlite", "--require-any")


main(globals())
