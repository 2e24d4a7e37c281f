#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes archives for the batch bench: motor recordings (EDF+D, one record for each sweep), or study
folders of twenty entered responses.

    archive.py FOLDER COUNT [SWEEPS [MS [RATE]]]
    archive.py FOLDER COUNT tables

Eight responses with noise of their own are made once; each file is one of them behind a header with
its own patient, so that no two have the same bytes. A thousand files lie in a folder.
"""
import os
import sys

import numpy

BODIES, PER_FOLDER = 8, 1000
STIMULUS = "Stimulus right wrist 0.2ms x 20mA at 8cm from recording site"
FULL_SCALE_UV = 20000.0


def sweep_uv(generator, sweeps, count, rate, stimulus_s):
    """A compound potential (negative, then positive; a sum of two gamma curves) 3.2 to 4.4 ms after
    the stimulus, its artefact, 5 uV of noise and 10 uV of mains hum."""
    ms = 1000 * (numpy.arange(count) / rate - stimulus_s)
    onset = generator.uniform(3.2, 4.4)
    amplitude = generator.uniform(4000, 11000)

    def gamma(begin, tau):
        x = numpy.clip((ms - begin) / tau, 0, None) / 2
        return x ** 2 * numpy.exp(2 - 2 * x)

    wave = -amplitude * (gamma(onset, 1.1) - 0.45 * gamma(onset + 3.5, 1.6))
    wave = wave + numpy.where(ms >= 0, 1500 * numpy.exp(-numpy.clip(ms, 0, None) / 0.3), 0)
    phase = generator.uniform(0, 2 * numpy.pi, (sweeps, 1))
    hum = 10 * numpy.sin(2 * numpy.pi * 0.05 * ms + phase)
    return wave + hum + 5 * generator.standard_normal((sweeps, count))


def body_of(number, sweeps, record_ms, rate):
    """Records of the signal and its annotations, as bytes."""
    generator = numpy.random.default_rng(number)
    count, stimulus_s = int(record_ms * rate / 1000), 0.005
    stored = numpy.rint(sweep_uv(generator, sweeps, count, rate, stimulus_s)
                        * 32767 / FULL_SCALE_UV).astype("<i2")
    records = []
    for i in range(sweeps):
        text = "+%d\x14\x14\0+%.3f\x14%s\x14\0" % (i, i + stimulus_s, STIMULUS)
        records.append(stored[i].tobytes() + text.encode().ljust(120, b"\0"))
    return b"".join(records)


def header(patient, sweeps, record_ms, rate):
    def field(text, width):
        return str(text).encode("ascii").ljust(width)

    count = int(record_ms * rate / 1000)
    parts = [field(0, 8), field("%s F 12-MAR-1971 X" % patient, 80),
             field("Startdate 02-MAR-2026 X X Simulated", 80), field("02.03.26", 8),
             field("09.30.00", 8), field(768, 8), field("EDF+D", 44), field(sweeps, 8),
             field("%g" % (record_ms / 1000), 8), field(2, 4)]
    for width, values in ((16, ("R APB", "EDF Annotations")), (80, ("AgAgCl electrodes", "")),
                          (8, ("uV", "")), (8, ("-20000", -1)), (8, ("20000", 1)),
                          (8, (-32767, -32768)), (8, (32767, 32767)),
                          (80, ("HP:2Hz LP:10000Hz", "")), (8, (count, 60)), (32, ("", ""))):
        parts += [field(value, width) for value in values]
    return b"".join(parts)


def make(folder, total, sweeps=20, record_ms=100, rate=48000):
    bodies = [body_of(i, sweeps, record_ms, rate) for i in range(BODIES)]
    for i in range(total):
        part = os.path.join(folder, "site%03d" % (i // PER_FOLDER))
        if i % PER_FOLDER == 0:
            os.makedirs(part, exist_ok=True)
        with open(os.path.join(part, "p%07d.edf" % i), "wb") as file:
            file.write(header("P%07d" % i, sweeps, record_ms, rate))
            file.write(bodies[i % BODIES])
    return sum(len(b) for b in bodies) * total // BODIES


HEADS = "kind nerve side record stimulate distance_mm segment_mm onset_ms amplitude_mv".split()
NERVES = (("median", "APB", "wrist", "elbow"), ("ulnar", "ADM", "wrist", "below elbow"),
          ("fibular", "EDB", "ankle", "below fibular head"), ("tibial", "AH", "ankle", "knee"))


def table_of(generator):
    """Twenty motor responses measured elsewhere: four nerves at two sites on both sides, two of them
    once more."""
    rows = []
    for side in ("right", "left", "right"):
        for nerve, muscle, distal, proximal in NERVES:
            onset, size = generator.uniform(3, 5), generator.uniform(3, 12)
            rows.append(("motor", nerve, side, muscle, distal, "80", "n/a", "%.1f" % onset,
                         "%.1f" % size))
            rows.append(("motor", nerve, side, muscle, proximal, "n/a", "220",
                         "%.1f" % (onset + 4.2), "%.1f" % (0.95 * size)))
    return "\n".join("\t".join(row) for row in [HEADS] + rows[:20]) + "\n"


def make_tables(folder, total):
    """Study folders of twenty responses with their values entered: no waveform to measure."""
    generator = numpy.random.default_rng(1)
    tables = [table_of(generator) for _ in range(BODIES)]
    for i in range(total):
        study = os.path.join(folder, "site%03d" % (i // PER_FOLDER), "v%07d" % i)
        os.makedirs(study)
        with open(os.path.join(study, "study.json"), "w", encoding="ascii") as file:
            file.write('{"format": "ranvier-study", "version": 1, "patient": {"id": "P%07d", '
                       '"age_years": %d, "sex": "%s", "height_cm": 170}, "temperature_c": '
                       '{"hand_right": 33, "hand_left": 33, "foot_right": 32, "foot_left": 32}}\n'
                       % (i, 20 + i % 60, ("female", "male")[i % 2]))
        with open(os.path.join(study, "responses.tsv"), "w", encoding="ascii") as file:
            file.write(tables[i % BODIES])


if __name__ == "__main__":
    if sys.argv[3:] == ["tables"]:
        make_tables(sys.argv[1], int(sys.argv[2]))
    else:
        make(sys.argv[1], *[int(word) for word in sys.argv[2:]])
