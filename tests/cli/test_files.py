#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: rows F of the catalogue of bad input, through the program."""
import gzip
import os
import struct

from harness import Failure, Skip, check, edf, main, wav


def f_01_an_empty_file_is_refused(t):
    t.refused(65, "empty", "inspect", t.write("a.edf", b""))


def f_02_files_shorter_than_any_header_are_refused(t):
    for size in (1, 11, 255):
        t.refused(65, "", "inspect", t.write("a.edf", edf()[:size]))


def f_03_random_bytes_are_refused_with_their_beginning(t):
    data = bytes((i * 7919 + 13 * (i >> 3)) % 256 for i in range(1 << 16))
    data = b"\x9a\x01\xfe\x77" + data
    t.refused(65, "9a 01 fe 77", "inspect", t.write("a.edf", data))


def f_04_a_text_named_edf_is_no_edf(t):
    t.refused((65, 66), "", "inspect", t.write("a.edf", b"This is a letter.\nNothing else.\n"))


def f_05_formats_behind_the_gate_are_refused(t):
    for head in (b"@  MFR\x00\x01", b"GDF 2.20", b"Creative Voice File\x1a", b"\x64\xa3\x01\x00"):
        t.refused(65, "", "inspect", t.write("a.wav", head + bytes(2000)))


def f_06_what_is_no_regular_file_is_refused(t):
    t.refused(66, "folder", "inspect", t.folder)
    t.refused(66, "regular", "inspect", "/dev/zero")


def f_07_missing_and_odd_names(t):
    t.refused(66, "no such file", "inspect", "missing.edf")
    t.refused(66, "", "inspect", "x" * 300)
    result = t.refused(66, "\\x0a", "inspect", "new\nline.edf")
    check("\n" not in result.words.strip(), "a raw line feed in the message")
    path = os.path.join(t.folder.encode(), b"caf\xe9.edf")
    with open(path, "wb") as file:
        file.write(edf())
    t.done("inspect", path)


def f_08_a_file_that_may_not_be_read(t):
    if os.geteuid() == 0:
        raise Skip("root may read everything")
    path = t.write("a.edf", edf())
    os.chmod(path, 0)
    t.refused(77, "ermission", "inspect", path)


def f_09_links_are_followed_on_the_command_line(t):
    t.write("a.edf", edf())
    os.symlink("a.edf", t.path("good"))
    os.symlink("nowhere", t.path("dangling"))
    os.symlink("loop", t.path("loop"))
    t.done("inspect", t.path("good"))
    t.refused(66, "", "inspect", t.path("dangling"))
    t.refused(66, "", "inspect", t.path("loop"))


def f_12_impossible_counts_cost_no_memory(t):
    limit = lambda: __import__("resource").setrlimit(
        __import__("resource").RLIMIT_AS, (1 << 30, 1 << 30))
    if "asan" in os.environ.get("ASAN_OPTIONS", "") or "ASAN_OPTIONS" in os.environ:
        limit = None
    for spr in ("2147483647", "99999999"):
        t.refused(65, "", "inspect", t.write("a.edf", edf([{"spr": spr}], records=1)),
                  preexec_fn=limit)
    for count in ("99999999", "-2"):
        t.refused(65, "", "inspect", t.write("a.edf", edf(record_count=count)), preexec_fn=limit)


def f_14_impossible_channel_counts_are_refused(t):
    good = edf()
    for ns in (b"0   ", b"-1  ", b"9999", b"    ", b"abcd"):
        t.refused(65, "", "inspect", t.write("a.edf", good[:252] + ns + good[256:]))


def f_15_the_header_size_must_fit(t):
    t.refused(65, ["512", "600"], "inspect", t.write("a.edf", edf(header_bytes=600)))


def f_16_cut_files_are_refused_unless_allowed(t):
    good = edf()
    for missing in (1, 2, 200):
        path = t.write("a.edf", good[:-missing])
        t.refused(65, "", "inspect", path)
        result = t.done("inspect", "--allow-truncated", path)
        check("truncated" in result.text or "whole" in result.text, "no word of the cut")


def f_17_surplus_bytes_are_counted(t):
    for extra in (1, 200):
        result = t.done("inspect", t.write("a.edf", edf() + bytes(extra)))
        check(str(extra) in result.text.split("problems found")[1], "surplus not counted")


def f_18_bad_physical_limits_are_refused(t):
    for value in ("100", "nan", "inf", "", "3276,7", "1e999", "0x10"):
        path = t.write("a.edf", edf([{"pmin": "100", "pmax": value}]))
        t.refused(65, ["signal 1", "physical"], "inspect", path)


def f_19_bad_digital_limits_are_refused(t):
    for low, high in (("5", "5"), ("10", "-10"), ("-40000", "100"), ("0", "99999")):
        t.refused(65, ["signal 1", "digital"], "inspect",
                  t.write("a.edf", edf([{"dmin": low, "dmax": high}])))


def f_20_inverted_physical_limits_are_a_sign(t):
    plain = t.done("inspect", "--plot", t.write("a.edf", edf([{"pmin": "-100", "pmax": "100"}])))
    turned = t.done("inspect", "--plot", t.write("a.edf", edf([{"pmin": "100", "pmax": "-100"}])))

    def limits(result):
        line = [l for l in result.text.splitlines() if "; up " in l][0]
        return [float(w) for w in line.split("; up ")[1].replace(", down", "").split()[:2]]

    low, high = limits(plain)
    low2, high2 = limits(turned)
    check(abs(low + high2) < 0.01 and abs(high + low2) < 0.01, "the sign was not applied")


def f_21_every_spelling_of_a_voltage(t):
    for unit in (b"uV", b"\xb5V", "\u03bcV".encode(), "\u00b5V".encode(), b"mV", b"V", b"nV"):
        result = t.done("inspect", t.write("a.edf", edf([{"unit": unit}])))
        check("no unit" not in result.text, "%r is not known" % unit)


def f_22_other_units_carry_no_amplitude(t):
    for unit in ("UV", "MV", "volt", "%", "mv"):
        result = t.run("inspect", t.write("a.edf", edf([{"unit": unit}])))
        check(result.code == 65 or "uncalibrated" in result.text or unit in result.text,
              "%r: %s" % (unit, result.words))


def f_24_bad_record_lengths_are_refused(t):
    for length in ("0", "-1", "1,0", "abc", ""):
        t.refused(65, "", "inspect", t.write("a.edf", edf(record_s=length)))


def f_25_bad_samples_per_record_are_refused(t):
    for spr in ("0", "-5", "1e8", "x"):
        t.refused(65, "signal 1", "inspect", t.write("a.edf", edf([{"spr": spr}])))


def f_26_edf_plus_without_annotations_is_refused(t):
    t.refused(65, "annotation", "inspect", t.write("a.edf", edf(reserved="EDF+C")))


def f_29_odd_dates_do_not_stop_measuring(t):
    years = {"01.02.85": "1985", "01.02.84": "2084", "01.02.99": "1999"}
    for date, year in years.items():
        result = t.done("inspect", t.write("a.edf", edf(start=(date, "03.04.05"))))
        check(year + "-02-01" in result.text, date)
    for date in ("31.02.20", "00.00.00", ".."):
        t.done("inspect", t.write("a.edf", edf(start=(date, "03.04.05"))))


def f_30_hostile_patient_fields_are_escaped(t):
    hostile = "P\x1b[2J F 01-JAN-1970 =cmd|x<script>"
    result = t.run("inspect", t.write("a.edf", edf(patient=hostile)))
    check(b"\x1b" not in result.out and b"\x1b" not in result.err, "an escape reached the terminal")


def f_31_the_sign_of_24_bits(t):
    samples = [b"\x00\x00\x80" + b"\xff\xff\x7f" + bytes(3 * 98)]
    data = edf([{"data": samples * 4, "pmin": "-8388608", "pmax": "8388607"}], bdf=True)
    result = t.done("inspect", "--plot", t.write("a.bdf", data))
    check("8.389e+06" in result.text, "24-bit extremes: " + result.text[-200:])


def f_32_wav_chunks_in_the_wrong_order(t):
    good = wav(range(1000))
    swapped = good[:12] + good[36:] + good[12:36]
    t.refused(65, "", "inspect", t.write("a.wav", swapped))


def f_33_wav_with_what_is_no_number(t):
    for value in (float("nan"), float("inf")):
        data = struct.pack("<10f", *([0.5] * 7 + [value] + [0.1] * 2))
        fmt = struct.pack("<HHIIHH", 3, 1, 48000, 48000 * 4, 4, 32)
        body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", 40) + data
        t.refused(65, "7", "inspect", t.write("a.wav", b"RIFF" + struct.pack("<I", len(body)) + body))


def f_34_wav_rates_that_cannot_be(t):
    for rate in (0, 1, 4000000000):
        t.refused(65, "", "inspect", t.write("a.wav", wav(range(100), rate=rate)))


def f_39_texts_that_are_no_tables(t):
    good = "time_s,R APB (mV)\n" + "".join("%.5f,%d\n" % (i / 20000, i % 7) for i in range(200))
    t.done("inspect", t.write("good.csv", good))
    t.done("inspect", t.write("bom.csv", b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode()))
    bad = {
        "header.csv": "time_s,R APB (mV)\n",
        "ragged.csv": good + "0.1\n",
        "nul.csv": good + "0.0101,\x00\n",
        "backwards.csv": good + "0.00001,3\n",
        "jitter.csv": good + "0.010017,3\n",
        "word.csv": good + "0.01000,three\n",
    }
    for name, text in bad.items():
        t.refused(65, "" if name in ("header.csv",) else "line", "inspect", t.write(name, text))
    t.refused(65, "", "inspect", t.write("utf16.csv", good.encode("utf-16")))


def f_39_a_decimal_comma_is_a_number(t):
    text = "time_ms;R APB (mV)\n" + "".join("%s;%s\n" % (str(i * 0.05).replace(".", ","), "1,5")
                                               for i in range(100))
    result = t.done("inspect", "--plot", t.write("a.csv", text))
    check("20000 Hz" in result.text and "1500" in result.text, result.text)


def f_42_compressed_files_are_named_as_such(t):
    t.refused(65, "unpack", "inspect", t.write("a.edf", gzip.compress(edf())))
    t.refused(65, "unpack", "inspect", t.write("a.zip", b"PK\x03\x04" + bytes(100)))
    t.refused(65, "unpack", "inspect", t.write("a.xz", b"\xfd7zXZ\x00" + bytes(100)))


def f_44_mutated_headers_never_crash(t):
    good = edf([{}, {"label": "trigger"}])
    state = 12345
    for i in range(150):
        data = bytearray(good)
        for _ in range(1 + i % 5):
            state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            data[(state >> 33) % 768] = (state >> 20) & 0xFF
        result = t.run("inspect", t.write("a.edf", bytes(data)))
        check(result.code in (0, 65), "exit %d: %s" % (result.code, result.words))


def f_45_a_file_cut_anywhere_in_its_header(t):
    good = edf()
    for size in list(range(0, 512, 13)) + [511, 512, 513]:
        result = t.run("inspect", t.write("a.edf", good[:size]))
        check(result.code == 65, "cut at %d: exit %d" % (size, result.code))


def s_01_a_closed_standard_input_is_said(t):
    t.refused(66, "closed", "inspect", "-", preexec_fn=lambda: os.close(0))


def s_03_an_empty_pipe_is_refused(t):
    t.refused(65, "empty", "inspect", "-", stdin=b"")


def a_pipe_gives_what_the_file_gives(t):
    data = edf([{}, {"label": "R ADM"}])
    from_file = t.done("inspect", "--plot", t.write("a.edf", data)).text
    from_pipe = t.done("inspect", "--plot", "-", stdin=data).text
    check(from_file.splitlines()[1:] == from_pipe.splitlines()[1:], "file and pipe differ")


main(globals())
