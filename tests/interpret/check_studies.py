#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program over tests/interpret/studies and compares with expected.tsv.

    check_studies.py RANVIER FOLDER
"""
import csv
import json
import os
import subprocess
import sys

GRADES = ["insufficient", "possible", "probable", "definite"]


def report(program, folder):
    run = subprocess.run([program, "report", "--format", "json", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode("utf-8", "replace").strip())
    return json.loads(run.stdout.decode("utf-8"))


def problems(row, found):
    texts = json.dumps(found, ensure_ascii=False).lower()
    same = [p for p in found["patterns"] if p["pattern"] == row["pattern"] and row["side"] in ("n/a", p.get("side"))]
    if not same:
        yield "no %s" % row["pattern"]
    for p in same:
        if GRADES.index(p["grade"]) < GRADES.index(row["grade"]):
            yield "%s only %s" % (p["pattern"], p["grade"])
        if row["grade"] == "insufficient" and p["grade"] != "insufficient":
            yield "%s is %s" % (p["pattern"], p["grade"])
        if row["roots"] != "n/a" and set(row["roots"].split("|")) != set(p.get("roots") or []):
            yield "roots %s" % p.get("roots")
    for word in row["must_not"].split("|"):
        for p in found["patterns"]:
            if p["pattern"] == word and p["grade"] != "insufficient":
                yield "also %s (%s)" % (word, p["grade"])
    for word in row["mention"].split("|"):
        if word != "n/a" and word.lower() not in texts:
            yield "does not mention %s" % word


def main():
    program, folder = sys.argv[1:3]
    with open(os.path.join(folder, "expected.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader((line for line in f if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))
    failed = 0
    for row in rows:
        try:
            found = report(program, os.path.join(folder, row["study"]))
            wrong = list(problems(row, found))
        except (RuntimeError, ValueError, KeyError) as failure:
            found, wrong = None, [str(failure)]
        failed += bool(wrong)
        print("%s %s%s" % ("FAIL" if wrong else "PASS", row["study"], ": " + "; ".join(wrong) if wrong else ""))
        if wrong and found:
            print("     " + "; ".join("%s %s %s %s" % (p["pattern"], p.get("roots"), p.get("side"), p["grade"]) for p in found["patterns"]))
    print("%d of %d expectations hold" % (len(rows) - failed, len(rows)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
