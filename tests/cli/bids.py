#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A study folder as a BIDS dataset: an own reader of EDF+ annotations, and plain tables.

What it knows of Ranvier is the documented column names only; the program has no part in it.

    bids.py STUDY DATASET [SUBJECT [SESSION]]    adds one study to a dataset
"""
import csv
import json
import os
import re
import shutil
import sys

EMG_JSON = {"TaskName": "nerve conduction", "SamplingFrequency": 20000, "PowerLineFrequency": 50,
            "EMGReference": "tendon", "EMGPlacementScheme": "Other", "SoftwareFilters": "n/a",
            "EMGPlacementSchemeDescription": "belly-tendon", "RecordingType": "discontinuous",
            "EMGGround": "between stimulus and recording electrode"}


class Edf:
    """Header and annotations of an EDF+ file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        count = int(data[252:256])
        self.signals, at = [{} for _ in range(count)], 256
        for key, width in (("label", 16), ("transducer", 80), ("unit", 8), ("pmin", 8), ("pmax", 8),
                           ("dmin", 8), ("dmax", 8), ("prefilter", 80), ("spr", 8), ("", 32)):
            for signal in self.signals:
                signal[key] = data[at:at + width].decode("latin-1").strip()
                at += width
        self.record_s = float(data[244:252])
        self.records = int(data[236:244])
        self.annotations = []
        self.start_s = None
        for _ in range(self.records):
            for signal in self.signals:
                size = 2 * int(signal["spr"])
                if signal["label"] == "EDF Annotations":
                    self.take(data[at:at + size])
                at += size
        self.signals = [s for s in self.signals if s["label"] != "EDF Annotations"]

    def take(self, data):
        for i, tal in enumerate(data.split(b"\x00")):
            if not tal:
                continue
            parts = tal.split(b"\x14")
            onset = float(parts[0].split(b"\x15")[0])
            if i == 0 and self.start_s is None:
                self.start_s = onset
            for text in parts[1:]:
                if text:
                    self.annotations.append((onset, text.decode("utf-8")))

    def rate(self, signal):
        return float(signal["spr"]) / self.record_s


def table(rows, columns):
    lines = ["\t".join(columns)]
    for row in rows:
        lines.append("\t".join(str(row.get(c) if row.get(c) not in (None, "") else "n/a")
                               for c in columns))
    return "\n".join(lines) + "\n"


def number_before(text, unit):
    found = re.search(r"([0-9.]+) ?%s\b" % unit, text)
    return found.group(1) if found else None


def events_of(edf, rows):
    """One row for each stimulus of each response: its annotation begins with `stimuli`."""
    events = []
    for row in rows:
        for onset, text in edf.annotations:
            if not text.startswith(row["stimuli"]):
                continue
            event = {k: v for k, v in row.items() if k not in ("file", "stimuli")}
            event.update(onset=repr(onset - edf.start_s), duration="n/a", trial_type="stimulus",
                         intensity_ma=number_before(text, "mA") or "n/a")
            events.append(event)
    return events


def temperature(facts, row):
    limb = "hand" if row["nerve"] in ("median", "ulnar", "radial") else "foot"
    given = row.get("temperature_c")
    return given if given not in (None, "", "n/a") else \
        facts.get("temperature_c", {}).get("%s_%s" % (limb, row["side"]))


def convert(study, root, subject="01", session="1", words=False, add=True):
    """Writes the recordings of `study` into the dataset at `root`; returns the study's path.

    With `words` the events carry the annotation's text and nothing else, as the labels of the
    recording do."""
    place = os.path.join(root, "sub-" + subject, *(["ses-" + session] if session else []))
    stem = "sub-%s%s_" % (subject, "_ses-" + session if session else "")
    os.makedirs(os.path.join(place, "emg"), exist_ok=True)
    with open(os.path.join(study, "study.json")) as file:
        facts = json.load(file)
    with open(os.path.join(study, "responses.tsv")) as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        row["temperature_c"] = temperature(facts, row)
    files = sorted({row["file"] for row in rows})
    scans = []
    for number, name in enumerate(files, 1):
        target = "%stask-ncs_run-%02d" % (stem, number)
        shutil.copy(os.path.join(study, name), os.path.join(place, "emg", target + "_emg.edf"))
        edf = Edf(os.path.join(study, name))
        own = [row for row in rows if row["file"] == name]
        channels = [{"name": s["label"], "type": "EMG", "units": s["unit"],
                     "sampling_frequency": "%g" % edf.rate(s),
                     "target_muscle": own[0]["record"] if own[0]["kind"] != "sensory" else "n/a",
                     "status": "good"} for s in edf.signals]
        write(place, "emg/%s_channels.tsv" % target,
              table(channels, ["name", "type", "units", "sampling_frequency", "target_muscle",
                               "status"]))
        events = events_of(edf, own)
        if words:
            events = [{"onset": repr(o - edf.start_s), "trial_type": t} for o, t in edf.annotations]
        events.sort(key=lambda e: float(e["onset"]))
        columns = ["onset", "duration", "trial_type"]
        columns += [] if words else [c for c in own[0] if c not in ("file", "stimuli")]
        write(place, "emg/%s_events.tsv" % target, table(events, columns))
        scans.append({"filename": "emg/%s_emg.edf" % target,
                      "acq_time": facts["visit"]["date"] + "T09:30:00"})
    write(place, stem + "scans.tsv", table(scans, ["filename", "acq_time"]))
    if add:
        add_participant(root, subject, facts["patient"])
    for name, text in (("dataset_description.json",
                        json.dumps({"Name": "simulated", "BIDSVersion": "1.11.0",
                                    "DatasetType": "raw", "License": "CC0",
                                    "Authors": ["simulator"]})),
                       ("README", "A simulated study.\n"),
                       ("task-ncs_emg.json", json.dumps(EMG_JSON)),
                       ("participants.json", json.dumps({
                           "age": {"Units": "years"}, "height": {"Units": "cm"},
                           "weight": {"Units": "kg"},
                           "sex": {"Levels": {"M": "male", "F": "female"}}}))):
        write(root, name, text)
    return place


def add_participant(root, subject, patient):
    columns = ["participant_id", "age", "sex", "height", "weight", "handedness"]
    path = os.path.join(root, "participants.tsv")
    if not os.path.exists(path):
        write(root, "participants.tsv", "\t".join(columns) + "\n")
    row = {"participant_id": "sub-" + subject, "age": patient.get("age_years"),
           "sex": {"male": "M", "female": "F"}.get(patient.get("sex")),
           "height": patient.get("height_cm"), "weight": patient.get("weight_kg"),
           "handedness": "right"}
    with open(path, "a") as file:
        file.write(table([row], columns).split("\n", 1)[1])


def write(root, name, text):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    print(convert(*sys.argv[1:]))
