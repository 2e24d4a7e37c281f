#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command filter: what goes in, what comes out, what is refused."""
import math
import os
import struct

from harness import check, edf, main, wav


def tone(hertz, amplitude=8000, rate=48000, count=24000, level=0):
    return [round(level + amplitude * math.sin(2 * math.pi * hertz * n / rate))
            for n in range(count)]


def floats(path, channels=1):
    """Channels of a float32 WAV file as the standard describes it."""
    with open(path, "rb") as file:
        data = file.read()
    check(data[:4] == b"RIFF" and data[8:12] == b"WAVE", "no WAV: %r" % data[:12])
    check(struct.unpack("<I", data[4:8])[0] == len(data) - 8, "RIFF length")
    at = 12
    while data[at:at + 4] != b"data":
        at += 8 + struct.unpack("<I", data[at + 4:at + 8])[0]
    size = struct.unpack("<I", data[at + 4:at + 8])[0]
    check(at + 8 + size == len(data), "data length")
    values = struct.unpack("<%df" % (size // 4), data[at + 8:])
    return [values[c::channels] for c in range(channels)]


def worst(got, wanted, edge=0):
    return max(abs(a - b) for a, b in list(zip(got, wanted))[edge:len(wanted) - edge])


def a_tone_in_the_band_passes_and_the_level_goes(t):
    source = t.write("a.wav", wav(tone(1000, level=5000)))
    t.done("filter", source, "b.wav", "--band", "200:3000")
    out = floats(t.path("b.wav"))[0]
    check(len(out) == 24000, "length %d" % len(out))
    check(worst(out, [x / 32768 for x in tone(1000)], 2000) < 2e-3 * 8000 / 32768, "the tone")


def a_tone_beyond_the_band_is_stopped(t):
    source = t.write("a.wav", wav(tone(8000)))
    t.done("filter", source, "b.wav", "--band", "200:3000")
    out = floats(t.path("b.wav"))[0]
    check(worst(out, [0] * 24000, 2000) < 2e-3 * 8000 / 32768, "55 dB are 1.8e-3")


def minimum_phase_says_nothing_before_its_cause(t):
    samples = [0] * 24000
    samples[12000] = 30000
    source = t.write("a.wav", wav(samples))
    t.done("filter", source, "linear.wav", "--band", "200:3000")
    t.done("filter", source, "minimum.wav", "--band", "200:3000", "--phase", "minimum")
    before = [0] * 12000
    check(worst(floats(t.path("linear.wav"))[0], before) > 1e-3, "linear phase rings before")
    check(worst(floats(t.path("minimum.wav"))[0], before) < 1e-6, "minimum phase does not")


def a_pipe_gives_the_bytes_of_the_file(t):
    data = wav(tone(440, count=30001))
    source = t.write("a.wav", data)
    t.done("filter", source, "b.wav", "--band", "sensory")
    t.done("filter", "-", "c.wav", "--band", "sensory", stdin=data)
    with open(t.path("b.wav"), "rb") as b, open(t.path("c.wav"), "rb") as c:
        check(b.read() == c.read(), "the pipe differs")


def several_bands_make_one_channel_each(t):
    source = t.write("a.edf", edf([{"label": "R APB", "spr": "1000"},
                                   {"label": "L ADM", "spr": "1000"}]))
    t.done("filter", source, "b.edf", "--band", "20:100,10:200", "--notch", "50")
    said = t.done("inspect", "b.edf").text
    for label in ("R APB 20:100", "R APB 10:200", "L ADM 20:100", "L ADM 10:200"):
        check(label in said, "%s is not in %s" % (label, said))
    check("HP:20Hz LP:100Hz N:50Hz" in said, said)


def the_prefilter_keeps_what_was_done_before(t):
    source = t.write("a.edf", edf([{"prefilter": "HP:3Hz LP:20kHz", "spr": "1000"}]))
    t.done("filter", source, "b.edf", "--band", "20:100")
    check("linear after HP:3Hz LP:20kHz" in t.done("inspect", "b.edf").text, "prefilter")


def events_and_gaps_of_sweeps_are_kept(t):
    t.done("simulate", "normal_arm", "-o", "s", "-s", "1")
    source = "s/median_APB_motor_right.edf"
    t.done("filter", source, "b.edf", "--band", "late")
    before = t.done("inspect", source, "--events", "100").text
    after = t.done("inspect", "b.edf", "--events", "100").text
    for name in ("duration", "data record", "patient", "start", "events"):
        lines = [[line for line in text.splitlines() if line.startswith(name)]
                 for text in (before, after)]
        check(lines[0] == lines[1] and lines[0], "%s: %s" % (name, lines))
    events = [[line for line in text.splitlines() if " s  stimulus" in line]
              for text in (before, after)]
    check(events[0] == events[1] and len(events[0]) > 5, "events differ")


def wav_says_what_it_cannot_hold(t):
    t.done("simulate", "normal_arm", "-o", "s", "-s", "1")
    said = t.done("filter", "s/median_APB_motor_right.edf", "b.wav", "--band", "late").words
    check("annotations are not in the output" in said and "gaps" in said, said)


def the_length_is_kept_and_padding_is_said(t):
    source = t.write("a.wav", wav(tone(440, count=24001)))
    said = t.done("filter", source, "b.edf", "--band", "20:3000").words
    check("4799 samples that repeat the last one" in said, said)  # records of 0.1 s: 4800 samples


def clipped_samples_are_counted_and_said(t):
    source = t.write("a.wav", wav(tone(1000)))
    said = t.done("filter", source, "b.edf", "--band", "20:3000", "--range", "0.1").words
    check("clipped" in said and "--range" in said, said)
    said = t.done("filter", source, "c.edf", "--band", "20:3000").words
    check("clipped" not in said, said)


def too_few_taps_are_said(t):
    source = t.write("a.wav", wav(tone(1000)))
    said = t.done("filter", source, "b.wav", "--band", "20:3000", "--taps", "101").words
    check("not of 20 Hz" in said, said)


def a_low_pass_beyond_half_the_rate_is_said(t):
    source = t.write("a.wav", wav(tone(1000, rate=10000), rate=10000))
    said = t.done("filter", source, "b.wav", "--band", "motor").words
    check("left out" in said, said)


def text_without_limits_needs_a_range(t):
    rows = "time_s\tAPB_uV\n" + "".join("%.4f\t%.3f\n" % (n / 1000, math.sin(n)) for n in range(500))
    source = t.write("a.tsv", rows)
    t.refused(2, "--range", "filter", "-q", source, "b.edf", "--band", "20:100")
    t.done("filter", "-q", source, "b.edf", "--band", "20:100", "--range", "10")
    t.done("filter", "-q", source, "b.wav", "--band", "20:100")


def c_03_bands_that_are_none_are_refused(t):
    source = t.write("a.wav", wav(tone(1000)))
    for band in ("", "wide", "3000:20", "nan:10", "-1:20", "20", "20:20", "0:0", "24000:0",
                 "motor,motor", "motor,"):
        t.refused(2, "", "filter", source, "b.wav", "--band", band)
    t.refused(2, "name a band", "filter", source, "b.wav")
    t.refused(2, "odd", "filter", source, "b.wav", "--band", "motor", "--taps", "512")
    t.refused(2, "phase", "filter", source, "b.wav", "--band", "motor", "--phase", "zero")
    t.refused(2, "notch", "filter", source, "b.wav", "--band", "motor", "--notch", "24000")


def c_06_inputs_and_outputs_are_not_written_over(t):
    data = wav(tone(1000))
    source = t.write("a.wav", data)
    t.refused(73, "input", "filter", source, "a.wav", "--band", "motor", "--force")
    os.link(source, t.path("link.wav"))
    t.refused(73, "input", "filter", source, "link.wav", "--band", "motor", "--force")
    t.write("b.wav", b"mine")
    t.refused(73, "exists", "filter", source, "b.wav", "--band", "motor")
    with open(t.path("b.wav"), "rb") as file:
        check(file.read() == b"mine", "written over")
    t.done("filter", source, "b.wav", "--band", "20:3000", "--force")
    with open(source, "rb") as file:
        check(file.read() == data, "the input changed")
    os.mkdir(t.path("d.wav"))
    t.refused(73, "folder", "filter", source, "d.wav", "--band", "motor")
    t.refused(73, "", "filter", source, "missing/b.wav", "--band", "motor")
    t.refused(2, ".edf, .bdf or .wav", "filter", source, "b.mp3", "--band", "motor")


def inputs_that_are_not_there_or_bad_leave_no_output(t):
    t.refused(66, "", "filter", "missing.wav", "b.wav", "--band", "motor")
    t.refused(65, "", "filter", t.write("a.edf", b"x" * 300), "b.wav", "--band", "motor")
    cut = t.write("c.wav", wav(tone(1000))[:20001])
    t.refused(65, "", "filter", "-q", cut, "b.wav", "--band", "20:3000")


if __name__ == "__main__":
    main(globals())
