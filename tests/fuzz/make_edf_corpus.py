#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the stored inputs of the EDF fuzz target: small good files and spoilt ones."""
import os
import sys

WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)


def signal(label, unit, low, high, count, bdf=False, prefilter=""):
    lowest, highest = ("-8388608", "8388607") if bdf else ("-32768", "32767")
    return [label, "", unit, low, high, lowest, highest, prefilter, str(count), ""]


def edf(kind="EDF+C", signals=None, records=(), record_s="0.001", count=None, header_bytes=None,
        patient="X X X X", recording="Startdate 02-MAR-2026 X X X", start="02.03.2610.11.12"):
    """A file from its fields; `records` are the bytes of each record."""
    bdf = kind[:1] in ("B", "2")
    number = len(signals)
    out = b"\xffBIOSEMI" if bdf else b"0".ljust(8)
    for text, width in ((patient, 80), (recording, 80), (start, 16),
                        (header_bytes or str(256 + 256 * number), 8), (kind, 44),
                        (count or str(len(records)), 8), (record_s, 8), (str(number), 4)):
        out += text.encode("latin-1").ljust(width)[:width]
    for column, width in enumerate(WIDTHS):
        for one in signals:
            out += one[column].encode("utf-8").ljust(width)[:width]
    return out + b"".join(records)


def record(samples, text, list_bytes, width=2):
    out = b"".join((number & 0xFFFFFF).to_bytes(3, "little")[:width] for number in samples)
    return out + text.ljust(list_bytes, b"\0")[:list_bytes]


def inputs():
    apb = signal("R APB", "mV", "-32.768", "32.767", 4, prefilter="HP:3Hz LP:20kHz")
    notes = signal("EDF Annotations", "", "-1", "1", 60)
    ramp = [0, 1, 0x7FFF, 0x8000]
    motor = [record(ramp, b"+0\x14\x14Stimulus right wrist 0.2ms x 8.2mA at 6.5cm\x14"
                          b"Response 7.2mV at 3.8ms\x14\0", 120),
             record(ramp, b"+10\x14\x14Stimulus right elbow 0.2ms x 15.3mA\x14\0", 120)]
    yield "edf_d_motor", edf("EDF+D", [apb, notes], motor)
    yield "edf_d_overlap", edf("EDF+D", [apb, notes], motor[::-1])
    plain = [record(ramp, b"+0\x14\x14\0", 120), record(ramp, b"+0.001\x14\x14\0", 120)]
    yield "edf_c", edf("EDF+C", [apb, notes], plain)
    yield "edf_c_gap", edf("EDF+C", [apb, notes], motor)
    yield "edf_plain", edf("", [apb], [record(ramp, b"", 0)] * 5)
    yield "edf_plain_annotations", edf("", [apb, notes], plain)
    yield "edf_not_closed", edf("EDF+C", [apb, notes], plain, count="-1") + b"tail"
    yield "edf_surplus", edf("EDF+C", [apb, notes], plain) + b"surplus"
    yield "edf_two", edf("EDF+C", [apb, notes], plain) * 2
    yield "edf_claims_much", edf("EDF+C", [apb, notes], plain, count="99999999")
    yield "edf_header_bytes", edf("EDF+C", [apb, notes], plain, header_bytes="1024")
    yield "edf_latin1", edf("EDF+C", [apb, notes], plain, patient="X F 02-MAY-1951 M\xfcller")
    yield "edf_bad_date", edf("EDF+C", [apb, notes], plain, recording="X", start="31.02.20..")
    yield "edf_inverted", edf("", [signal("a", "µV", "100", "-100", 4)], [record(ramp, b"", 0)])
    yield "edf_no_unit", edf("", [signal("a", "UV", "-1", "1", 4)], [record(ramp, b"", 0)])
    yield "edf_nan", edf("", [signal("a", "uV", "nan", "1", 4)], [record(ramp, b"", 0)])
    yield "edf_samples_0", edf("", [signal("a", "uV", "-1", "1", 0)], [b""])
    yield "edf_notes_only", edf("EDF+C", [notes], record_s="0", records=[
        record([], b"+0\x14\x14\0+0\x1530\x14Sleep stage W\x14\0+30\x1530\x14\xff\x14\0", 120)])
    long_notes = signal("EDF Annotations", "", "-1", "1", 300)
    xml = (b"+10\x14\x14\0+10\x14Stimulus_elbow\x14\0+10\x14<EDF_XMLnote>\n<Stimulus_elbow>"
           b"<duration unit=\"ms\" >0.2</duration><intensity mode=\"current\" unit=\"mA\">15.3"
           b"</intensity><position>right elbow</position><distance mode=\"stimulus to recording\" "
           b"unit=\"cm\">28.5</distance></Stimulus_elbow></EDF_XMLnote>\x14\0+10\x14<EDF_XMLnote>"
           b"<measurements><latency unit=\"ms\">7.8</latency></measurements></EDF_XMLnote>\x14\0")
    yield "edf_xml", edf("EDF+D", [apb, long_notes], [record(ramp, xml, 600)])
    yield "edf_xml_cut", edf("EDF+D", [apb, long_notes], [
        record(ramp, b"+1\x14\x14<EDF_XMLnote><Stimulus unit=\x14<EDF_XMLnote><\x14\0", 600)])
    yield "edf_open_list", edf("EDF+C", [apb, notes], [record(ramp, b"+0\x14\x14\0+1\x14x", 120)])
    yield "edf_full_list", edf("EDF+C", [apb, notes], [record(ramp, b"+0\x14\x14" + b"a" * 120, 120)])
    two = [apb, notes, notes]
    yield "edf_two_lists", edf("EDF+C", two, [
        record(ramp, b"+0\x14\x14\0".ljust(120, b"\0") + b"+0.5\x14second list\x14\0", 240)])
    wide = signal("R APB", "uV", "-8388608", "8388607", 4, bdf=True)
    status = signal("Status", "Boolean", "-8388608", "8388607", 4, bdf=True)
    bdf_notes = signal("BDF Annotations", "", "-1", "1", 20, bdf=True)
    words = [0x800000, 0x7FFFFF, 0xFFFFFF, 1, 0x100000, 0x100001, 0x100003, 0x100000]
    yield "bdf", edf("24BIT", [wide, status], [record(words, b"", 0, 3)] * 2)
    yield "bdf_c", edf("BDF+C", [wide, status, bdf_notes], [record(words, b"+0\x14\x14\0", 60, 3)])
    yield "bdf_d", edf("BDF+D", [wide, status, bdf_notes], [
        record(words, b"+0\x14\x14\0", 60, 3), record(words, b"+5\x14\x14\0", 60, 3)])
    yield "short", b"0       " + b"X" * 40


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "corpus", "edf")
    os.makedirs(folder, exist_ok=True)
    for name, content in inputs():
        assert len(content) < 4096, name
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
