# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program on made inputs and checks what it says: the frame of the command tests.

A script defines functions named as facts (f_01_empty_file_is_refused(t)) and calls main(). It ends
with the line that the tally counts. Every run is also held to the standing rules: no signal, no
more than ten seconds, one line of words for a refusal, no file left behind.
"""
import inspect
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback


class Skip(Exception):
    pass


class Failure(Exception):
    pass


class Result:
    def __init__(self, process, out, err):
        self.code, self.out, self.err = process.returncode, out, err

    @property
    def text(self):
        return self.out.decode("utf-8", "replace")

    @property
    def words(self):
        return self.err.decode("utf-8", "replace")


class Bench:
    """What a test function gets: a folder of its own and ways to run and to make files."""

    def __init__(self, program, root, folder):
        self.program, self.root, self.folder = program, root, folder

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    def sample(self, name):
        path = os.path.join(self.root, "samples", name)
        if not os.path.exists(path):
            raise Skip("samples/%s is not there" % name)
        return path

    def run(self, *args, stdin=b"", env=None, timeout=30, **more):
        environment = dict(os.environ)
        environment.update(env or {})
        process = subprocess.Popen([self.program, *args], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                                   env=environment, **more)
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure("%r did not end in %d s" % (args, timeout))
        if process.returncode < 0:
            raise Failure("%r died of signal %d: %s" % (args, -process.returncode, err[-300:]))
        return Result(process, out, err)

    def refused(self, code, words, *args, **more):
        """The program ends with `code` and one line that holds each of `words`."""
        before = set(files_of(self.folder))
        result = self.run(*args, **more)
        said = [line for line in result.words.splitlines() if line.strip()]
        codes = code if isinstance(code, tuple) else (code,)
        if result.code not in codes:
            raise Failure("%r: exit %d, not %s; said %r" % (args, result.code, codes, said[-2:]))
        if not said:
            raise Failure("%r: exit %d without a word" % (args, result.code))
        last = said[-1]
        if not last.startswith("ranvier: "):
            raise Failure("%r: not our line: %r" % (args, last))
        for word in [words] if isinstance(words, str) else words:
            if word.lower() not in last.lower():
                raise Failure("%r: %r is not in %r" % (args, word, last))
        left = set(files_of(self.folder)) - before
        if left:
            raise Failure("%r left %s behind" % (args, sorted(left)))
        return result

    def done(self, *args, code=0, **more):
        result = self.run(*args, **more)
        if result.code != code:
            raise Failure("%r: exit %d, not %d: %s" % (args, result.code, code,
                                                       result.words.strip()[-300:]))
        return result

    def report(self, study, *args, **more):
        return json.loads(self.done("report", "--format", "json", study, *args, **more).text)


def files_of(folder):
    for base, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(base, name)


def check(condition, words):
    if not condition:
        raise Failure(words)


# ------------------------------------------------------------------ files to begin with

def edf(signals=None, records=4, record_s=1, patient="X X X X", recording="Startdate X X X X",
        reserved="", start=("01.02.20", "03.04.05"), record_count=None, header_bytes=None, bdf=False):
    """A plain EDF (or BDF) file; a signal is a dict of its header fields and `samples`."""
    signals = signals if signals is not None else [{}]
    base = dict(label="R APB", transducer="", unit="uV", pmin="-3276.8", pmax="3276.7",
                dmin="-8388608" if bdf else "-32768", dmax="8388607" if bdf else "32767",
                prefilter="", spr="100", reserved="")
    signals = [dict(base, **s) for s in signals]

    def field(text, width):
        data = text if isinstance(text, bytes) else str(text).encode("latin-1")
        return data[:width].ljust(width)

    head = (b"\xffBIOSEMI" if bdf else field("0", 8)) + field(patient, 80) + field(recording, 80)
    head += field(start[0], 8) + field(start[1], 8)
    head += field(256 * (len(signals) + 1) if header_bytes is None else header_bytes, 8)
    head += field("24BIT" if bdf and not reserved else reserved, 44)
    head += field(records if record_count is None else record_count, 8) + field(record_s, 8)
    head += field(len(signals), 4)
    for key, width in (("label", 16), ("transducer", 80), ("unit", 8), ("pmin", 8), ("pmax", 8),
                       ("dmin", 8), ("dmax", 8), ("prefilter", 80), ("spr", 8), ("reserved", 32)):
        head += b"".join(field(s[key], width) for s in signals)
    body = b""
    for record in range(records):
        for signal in signals:
            data = signal.get("data")
            if data is not None:
                body += data[record]
                continue
            count = int(float(signal["spr"])) if str(signal["spr"]).strip().isdigit() else 0
            values = [(17 * i * i + record) % 200 - 100 for i in range(min(count, 100000))]
            for value in values:
                body += struct.pack("<i", value)[:3 if bdf else 2]
    return head + body


def wav(samples, rate=48000, bits=16, channels=1, claim=None, riff_claim=None):
    data = b"".join(struct.pack("<h", s) for s in samples)
    block = channels * bits // 8
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * block % (1 << 32), block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt
    body += b"data" + struct.pack("<I", len(data) if claim is None else claim) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff_claim is None else riff_claim) + body


STUDY = {"format": "ranvier-study", "version": 1,
         "patient": {"id": "P1", "age_years": 50, "sex": "female", "height_cm": 168},
         "temperature_c": {"hand_right": 33.0, "foot_right": 32.0}}
ROWS = ("kind\tnerve\tside\trecord\tstimulate\tdistance_mm\tsegment_mm\tonset_ms\tamplitude_mv\n"
        "motor\tmedian\tright\tAPB\twrist\t80\tn/a\t3.6\t9.8\n"
        "motor\tmedian\tright\tAPB\telbow\tn/a\t220\t7.5\t9.5\n")


def study(bench, name="study", json_text=None, rows=ROWS):
    """A study folder of entered values."""
    bench.write(os.path.join(name, "study.json"),
                json.dumps(STUDY) if json_text is None else json_text)
    if rows is not None:
        bench.write(os.path.join(name, "responses.tsv"), rows)
    return bench.path(name)


# ------------------------------------------------------------------ running them all

def run_one(function, program, root):
    folder = tempfile.mkdtemp(prefix="ranvier-test-")
    try:
        function(Bench(program, root, folder))
        return "PASS", ""
    except Skip as reason:
        return "SKIP", str(reason)
    except Failure as reason:
        return "FAIL", str(reason)
    except Exception:  # a broken test is a failed one
        return "FAIL", traceback.format_exc(limit=3)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(namespace):
    if len(sys.argv) != 3:
        sys.exit("usage: %s RANVIER SOURCE_ROOT" % sys.argv[0])
    program, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    module = namespace["__name__"]
    tests = [(name, f) for name, f in namespace.items()
             if inspect.isfunction(f) and f.__module__ == module and
             list(inspect.signature(f).parameters) == ["t"]]
    passed = failed = 0
    for name, function in tests:
        result, reason = run_one(function, program, root)
        if result != "PASS":
            print("[%s] %s: %s" % (result, name, reason))
        passed += result == "PASS"
        failed += result == "FAIL"
    print("Synthesis: Tested: %d | Passing: %d | Failing: %d | Crashing: 0"
          % (passed + failed, passed, failed))
    sys.exit(1 if failed or not passed else 0)
