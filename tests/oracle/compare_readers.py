#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what Ranvier reads of audio, text, WFDB and raw files with SciPy, NumPy and a decoder of
its own.

compare_readers.py DUMP_SAMPLES

Files are made from random numbers; recordings of the shared folder (RANVIER_SHARED) are added where
they are there. Ends with 77, "skipped", where SciPy is not there.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy
    import scipy.io
    import scipy.io.wavfile
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

DUMP = sys.argv[1]
SHARED = os.environ.get("RANVIER_SHARED") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
FOLDER = tempfile.TemporaryDirectory()
RANDOM = numpy.random.default_rng(20260302)
COUNTS = {}


def path_of(name):
    return os.path.join(FOLDER.name, name)


def ours(path, *options):
    """Rates, calibrations, samples of each channel, segment starts, events."""
    out = path_of("samples.f64")
    done = subprocess.run([DUMP, path, out, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{path}: {done.stderr}")
    lines = [line.split("\t") for line in done.stdout.split("\n")]
    channels = [line for line in lines if line[0] == "channel"]
    numbers = numpy.fromfile(out)
    samples, at = [], 0
    for line in channels:
        samples.append(numbers[at:at + int(line[5])])
        at += int(line[5])
    return {"rate": [float(line[4]) for line in channels],
            "calibrated": [line[3] == "1" for line in channels],
            "samples": samples,
            "events": [line for line in lines if line[0] == "event"],
            "notices": [line[1] for line in lines if line[0] == "notice"]}


def same(what, got, expected, relative=1e-12):
    expected = numpy.asarray(expected, dtype=float)
    if got.shape != expected.shape:
        raise SystemExit(f"{what}: {got.shape[0]} samples, expected {expected.shape[0]}")
    worst = numpy.max(numpy.abs(got - expected), initial=0)
    if worst > relative * max(1.0, numpy.max(numpy.abs(expected), initial=0)):
        raise SystemExit(f"{what}: differs by {worst}")


def counted(kind, number=1):
    COUNTS[kind] = COUNTS.get(kind, 0) + number


# --- audio ---------------------------------------------------------------------------------------

FULL_SCALE = {"int16": 32768.0, "int32": 2147483648.0, "uint8": 128.0}


def normalised(data):
    offset = 128 if data.dtype == numpy.uint8 else 0
    return (data.astype(float) - offset) / FULL_SCALE.get(str(data.dtype), 1.0)


def random_audio(kind, channels, count):
    if kind.startswith("float"):
        return RANDOM.normal(size=(count, channels)).astype(kind)
    limits = numpy.iinfo(kind)
    return RANDOM.integers(limits.min, limits.max, size=(count, channels), dtype=kind,
                           endpoint=True)


def compare_wav():
    files = []
    for kind in ("uint8", "int16", "int32", "float32", "float64"):
        for channels, count in ((1, 1), (1, 10001), (3, 4097)):
            name = path_of(f"{kind}-{channels}-{count}.wav")
            scipy.io.wavfile.write(name, 10000, random_audio(kind, channels, count))
            files.append(name)
    files += glob.glob(os.path.join(SHARED, "data", "wav_surface_emg", "*.wav"))
    for name in files:
        rate, data = scipy.io.wavfile.read(name)
        data = data.reshape(len(data), -1)
        read = ours(name, "calibration=uV=1000")
        assert read["rate"] == [rate] * data.shape[1], name
        for channel, samples in enumerate(read["samples"]):
            same(name, samples, 1000 * normalised(data[:, channel]))
        counted("wav")


def compare_mat():
    """Level 4 of SciPy; libsndfile wants the arrays in this order and the channels in rows."""
    data = RANDOM.normal(size=(2, 500))
    name = path_of("four.mat")
    scipy.io.savemat(name, {"samplerate": numpy.float64(10000), "wavedata": data}, format="4")
    read = ours(name)
    loaded = scipy.io.loadmat(name)["wavedata"]
    for channel, samples in enumerate(read["samples"]):
        same(name, samples, loaded[channel])
    counted("mat")


def compare_raw():
    kinds = {"s16le": "<i2", "s16be": ">i2", "s32le": "<i4", "s32be": ">i4", "f32le": "<f4",
             "f32be": ">f4", "f64le": "<f8", "f64be": ">f8", "u8": "u1"}
    for encoding, kind in kinds.items():
        native = numpy.dtype(kind).newbyteorder("=").name
        data = random_audio(native, 3, 30000).astype(kind)
        name = path_of(f"{encoding}.pcm")
        data.tofile(name)
        read = ours(name, "format=raw", f"encoding={encoding}", "rate=10000", "channels=3")
        expected = data.astype(float) - (128 if encoding == "u8" else 0)
        for channel, samples in enumerate(read["samples"]):
            same(name, samples, expected[:, channel])
        counted("raw")


# --- text ----------------------------------------------------------------------------------------

def compare_tables():
    for number, (delimiter, decimal) in enumerate(
            ((",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", "."), (" ", ","))):
        rows, rate = 9001, 3000
        data = RANDOM.normal(scale=3, size=(rows, 3))
        lines = [delimiter.join(["time_s", "a_mV", "b_uV", "c_V"])]
        for row in range(rows):
            cells = [f"{row / rate:.9f}"] + [f"{cell:.7g}" for cell in data[row]]
            lines.append(delimiter.join(cells).replace(".", decimal))
        name = path_of(f"table{number}.csv")
        with open(name, "w", encoding="utf-8", newline="") as out:
            out.write(("\r\n" if number % 2 else "\n").join(lines) + "\n")
        with open(name, encoding="utf-8") as table:
            next(table)
            parsed = numpy.array([[float(cell.replace(decimal, "."))
                                   for cell in line.strip().split(delimiter)] for line in table])
        read = ours(name)
        assert read["rate"] == [rate] * 3 and all(read["calibrated"]), (name, read["rate"])
        for channel, factor in enumerate((1e3, 1, 1e6)):
            same(name, read["samples"][channel], factor * parsed[:, channel + 1])
        counted("tables")


def compare_shared_sweeps():
    wide = glob.glob(os.path.join(SHARED, "data", "*", "derived_*meps_uV.csv"))
    wide += glob.glob(os.path.join(SHARED, "data", "*", "derived_wide_*.csv"))
    wide += glob.glob(os.path.join(SHARED, "data", "*", "derived_dimep*.csv"))
    for name in wide:
        table = numpy.genfromtxt(name, delimiter=",", skip_header=1)
        read = ours(name, "calibration=uV=1")
        same(name, read["samples"][0], table[:, 1:].T.ravel())
        assert len(read["events"]) == table.shape[1] - 1, name
        with open(name, encoding="utf-8") as lines:
            names = next(lines).strip().split(",")[1:]
        volts = [float(found.group(1)) if (found := re.search(r"stim([0-9.]+)V", one)) else
                 float("nan") for one in names]
        same(name, numpy.nan_to_num([float(event[4]) for event in read["events"]]),
             numpy.nan_to_num(volts))
        counted("sweep tables")


def compare_shared_rows():
    for name in glob.glob(os.path.join(SHARED, "data", "monstim_mouse_M_H", "Example*.csv")):
        table = numpy.genfromtxt(name, delimiter=",", skip_header=1)
        read = ours(name)
        order = numpy.lexsort((table[:, 3], table[:, 0]))
        same(name, read["samples"][0], 1000 * table[order, 4])
        sweeps = numpy.unique(table[:, 0])
        volts = [table[table[:, 0] == sweep, 2][0] for sweep in sweeps]
        same(name, numpy.array([float(event[4]) for event in read["events"]]), volts)
        counted("row tables")
    for name in glob.glob(os.path.join(SHARED, "data", "txt_surface_emg_biosppy", "emg*.txt")):
        same(name, ours(name)["samples"][0], numpy.loadtxt(name))
        counted("remark tables")


# --- WFDB: a decoder from the published description (signal(5), header(5)) -----------------------

def wrapped(values, bits):
    values = numpy.asarray(values, dtype=numpy.int64) & ((1 << bits) - 1)
    return numpy.where(values >= 1 << (bits - 1), values - (1 << bits), values)


def groups(data, size):
    """Rows of `size` bytes, the last one filled with zeros."""
    padded = numpy.concatenate([data, numpy.zeros(-len(data) % size, dtype=data.dtype)])
    return padded.reshape(-1, size).astype(numpy.int64)


def decode(code, data):
    if code in (16, 61, 160):
        pairs = groups(data, 2)
        word = pairs[:, 0] * 256 + pairs[:, 1] if code == 61 else pairs[:, 0] + pairs[:, 1] * 256
        return word - 32768 if code == 160 else wrapped(word, 16)
    if code in (24, 32):
        rows = groups(data, code // 8)
        return wrapped(sum(rows[:, i] << (8 * i) for i in range(code // 8)), code)
    if code == 80:
        return data.astype(numpy.int64) - 128
    if code == 8:
        return wrapped(data, 8)
    if code == 212:
        rows = groups(data, 3)
        first = rows[:, 0] | (rows[:, 1] & 15) << 8
        second = rows[:, 2] | rows[:, 1] >> 4 << 8
        return wrapped(numpy.column_stack([first, second]).ravel(), 12)
    rows = groups(data, 4)
    if code == 310:
        low, high = rows[:, 0] | rows[:, 1] << 8, rows[:, 2] | rows[:, 3] << 8
        third = low >> 11 | high >> 11 << 5
        return wrapped(numpy.column_stack([low >> 1, high >> 1, third]).ravel(), 10)
    word = rows[:, 0] | rows[:, 1] << 8 | rows[:, 2] << 16 | rows[:, 3] << 24
    return wrapped(numpy.column_stack([word, word >> 10, word >> 20]).ravel(), 10)


FACTORS = {"mV": 1e3, "mv": 1e3, "uV": 1.0, "V": 1e6, "nV": 1e-3}


def header_lines(name):
    with open(name, encoding="latin-1") as lines:
        return [line.split() for line in lines
                if line.strip() and not line.startswith("#")]


def decode_record(name):
    """The samples of each signal as Ranvier should give them."""
    lines = header_lines(name)
    if "/" in lines[0][0]:
        parts = [decode_record(os.path.join(os.path.dirname(name), line[0] + ".hea"))
                 for line in lines[1:] if line[0] not in ("~", "null")]
        return [numpy.concatenate(signal) for signal in zip(*parts)]
    frames = int(lines[0][3])
    files = {}
    for line in lines[1:]:
        files.setdefault(line[0], []).append(line)
    signals = []
    for file, members in files.items():
        shapes = [re.match(r"(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$", line[1]).groups()
                  for line in members]
        code, per_frame = int(shapes[0][0]), [int(shape[1] or 1) for shape in shapes]
        data = numpy.fromfile(os.path.join(os.path.dirname(name), file), dtype=numpy.uint8)
        values = decode(code, data[int(shapes[0][3] or 0):])[:frames * sum(per_frame)]
        table, at = values.reshape(frames, sum(per_frame)), 0
        for line, shape, width in zip(members, shapes, per_frame):
            signal = table[:, at:at + width].ravel()
            at += width
            if code == 8:
                signal = numpy.cumsum(signal) + int(line[5])
            signal = signal[int(shape[2] or 0) * width:]
            gain = re.match(r"([-+.\deE]+)(?:\((-?\d+)\))?(?:/(\S+))?$", line[2]).groups()
            baseline = int(gain[1]) if gain[1] else int(line[4])
            factor = FACTORS.get(gain[2] or "mV")
            signals.append(signal if factor is None or float(gain[0]) == 0
                           else (signal - baseline) / float(gain[0]) * factor)
    return signals


def compare_record(name):
    expected, read = decode_record(name), ours(name)
    assert len(expected) == len(read["samples"]), name
    for got, wanted in zip(read["samples"], expected):
        same(name, got, wanted)
    assert "checksum" not in read["notices"], name
    counted("wfdb")


def random_records():
    sizes = {8: 1, 16: 2, 24: 3, 32: 4, 61: 2, 80: 1, 160: 2, 212: 1.5, 310: 4 / 3, 311: 4 / 3}
    for code, size in sizes.items():
        for widths, skew in (((1,), 0), ((1, 1, 1), 0), ((4, 1), 2)):
            frames = 6000
            data = RANDOM.integers(0, 256, int(numpy.ceil(frames * sum(widths) * size)),
                                   dtype=numpy.uint8)
            data.tofile(path_of("r.dat"))
            offsets = f":{skew}" if skew else ""
            with open(path_of("r.hea"), "w", encoding="ascii") as out:
                out.write(f"r {len(widths)} 1000 {frames}\n")
                for width in widths:
                    out.write(f"r.dat {code}x{width}{offsets} 200.5(-3)/uV 12 0 5\n")
            compare_record(path_of("r.hea"))


def compare_shared_records():
    for name in sorted(glob.glob(os.path.join(SHARED, "data", "physionet_emgdb", "*.hea")) +
                       glob.glob(os.path.join(SHARED, "data", "wfdb_conformance", "**", "*.hea"),
                                 recursive=True)):
        lines = header_lines(name)
        folder = os.path.dirname(name)
        whole = "/" in lines[0][0] or all(os.path.exists(os.path.join(folder, line[0]))
                                          for line in lines[1:])
        flac = "/" not in lines[0][0] and any(line[1].startswith("5") for line in lines[1:])
        if whole and not flac:
            compare_record(name)


compare_wav()
compare_mat()
compare_raw()
compare_tables()
compare_shared_sweeps()
compare_shared_rows()
random_records()
compare_shared_records()
print("agree: " + ", ".join(f"{number} {kind}" for kind, number in COUNTS.items()))
