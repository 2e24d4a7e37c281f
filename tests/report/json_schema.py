#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""json_schema.py PROGRAM SCHEMA: the JSON of the fixture, judged by another parser and by jsonschema.

The exit status is 77 where python3-jsonschema is absent.
"""
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)


def no_constant(word):
    raise ValueError("%s is no JSON" % word)


def report_of(program, manner):
    out = subprocess.run([program, "json", manner], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out.decode("utf-8"), parse_constant=no_constant), out.decode("utf-8")


def expect(what, found, wanted):
    if found != wanted:
        print("%s is %r, not %r" % (what, found, wanted))
        sys.exit(1)


def main():
    program, path = sys.argv[1:]
    with open(path, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for manner in ("calm", "hostile", "bare"):
        report, text = report_of(program, manner)
        errors = sorted(validator.iter_errors(report), key=str)
        for error in errors[:10]:
            print("%s: %s: %s" % (manner, list(error.absolute_path), error.message[:200]))
        if errors:
            sys.exit(1)
    expect("patterns without an interpretation", "patterns" in report, False)

    report, text = report_of(program, "calm")
    rows = {r["id"]: r for r in report["responses"]}
    onset = rows["R01"]["values"]["onset_latency"]
    expect("measured value", (onset["value"], onset["se"], onset["unit"]), (5.12, 0.031, "ms"))
    expect("digits", '"value": 5.12,' in text, True)
    expect("entered", (onset["entered"]["value"], round(onset["entered"]["difference"], 9)), (5.2, -0.08))
    expect("limit", (onset["lower"], onset["upper"], onset["verdict"]), (None, 4.5, "abnormal"))
    withheld = rows["R06"]["values"]["onset_latency"]
    expect("withheld", (withheld["value"], withheld["reason"]), (None, "artefact_overlaps_onset"))
    expect("absent", (rows["R07"]["present"], rows["R07"]["values"]["amplitude"]["validity"]), (False, "absent"))
    expect("untested", "conduction_velocity" in rows["R01"]["values"], False)
    expect("primary", report["impression"]["primary"], "radiculopathy")

    report, text = report_of(program, "hostile")
    expect("name", report["patient"]["name"], "<script>alert(1)</script>")
    expect("question", report["visit"]["question"], "one\nline \x1b[2J\x07 \u202etxet")
    expect("laboratory", report["visit"]["laboratory"], "caf\ufffd \ufffd lab")
    broken = json.loads(json.dumps(report))
    broken["responses"][0]["values"]["onset_latency"]["value"] = "5.12"
    expect("a wrong report is refused", validator.is_valid(broken), False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
