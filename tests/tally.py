#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the tests of one or more meson build folders and closes with one line.

tally.py BUILD... [--cases LOG]

LOG: the output of a script of cases that was run by itself.

A Criterion program (suite "unit") and a script of cases (suite "cases") count with each of their
tests, any other test as one. A program that ran no
test, a missing synthesis line, and any file in BUILD/sanitizer are failures: Criterion itself lets
leaks and empty runs pass. Exit status 1 where anything failed or nothing ran.
"""
import json
import os
import re
import sys

SYNTHESIS = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+)")


def read_log(folder):
    path = os.path.join(folder, "meson-logs", "testlog.json")
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return [json.loads(line) for line in log if line.strip()]
    except OSError:
        return None


def count_unit(test, counts):
    if test["result"] == "SKIP":
        counts["skipped"] += 1
        return None
    output = re.sub(r"\x1b\[[0-9;]*m", "", test.get("stdout", "") + test.get("stderr", ""))
    found = SYNTHESIS.search(output)
    if not found or int(found.group(1)) == 0:
        counts["failed"] += 1
        return "ran no test"
    tested, passing, failing = (int(number) for number in found.groups())
    counts["passed"] += passing
    counts["failed"] += failing
    counts["skipped"] += output.count("[SKIP]")
    if failing == 0 and test["result"] != "OK":
        counts["failed"] += 1
        return test["result"]
    return "%d of %d failed" % (failing, tested) if failing else None


def count_other(test, counts):
    if test["result"] == "SKIP":
        counts["skipped"] += 1
        return None
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        counts["passed"] += 1
        return None
    counts["failed"] += 1
    return test["result"]


def is_of_the_runner(text):
    """A leak allocated by the test runner itself: behind the allocator's own frame, which has no
    name where no symbolizer is installed, every frame lies in its library."""
    frames = re.findall(r"^\s*#(\d+) (.*)$", text, re.M)
    callers = [frame for number, frame in frames if number != "0"]
    return ("LeakSanitizer" in text and bool(callers) and
            all("libcriterion" in frame for frame in callers))


def tally(folder, counts):
    tests = read_log(folder)
    if not tests:
        counts["failed"] += 1
        print("%s: no test ran" % folder)
        return
    for test in tests:
        suite = test["name"].split(" / ")[0]
        many = ":unit" in suite or ":cases" in suite
        problem = (count_unit if many else count_other)(test, counts)
        if problem:
            print("%s: %s: %s" % (folder, test["name"], problem))
    reports = os.path.join(folder, "sanitizer")
    for name in sorted(os.listdir(reports)) if os.path.isdir(reports) else []:
        with open(os.path.join(reports, name), encoding="utf-8", errors="replace") as report:
            text = report.read()
        if is_of_the_runner(text):
            print("%s: sanitizer: a leak of the test runner itself, passed over" % folder)
            continue
        counts["failed"] += 1
        lines = [l for l in text.splitlines() if re.search("ERROR|runtime error|SUMMARY", l)]
        print("%s: sanitizer: %s" % (folder, "\n".join(lines[:3])))


def tally_cases(path, counts):
    with open(path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    found = SYNTHESIS.search(text)
    skipped = [line for line in text.splitlines() if line.startswith("[SKIP]")]
    counts["skipped"] += len(skipped)
    if not found or int(found.group(1)) + len(skipped) == 0:
        counts["failed"] += 1
        print("%s: ran no test: %s" % (path, text.strip()[-300:]))
        return
    counts["passed"] += int(found.group(2))
    counts["failed"] += int(found.group(3))
    print("\n".join(line for line in text.splitlines() if line.startswith(("[SKIP]", "[FAIL]"))))


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    words = sys.argv[1:]
    if "--cases" in words:
        at = words.index("--cases")
        tally_cases(words[at + 1], counts)
        del words[at:at + 2]
    for folder in words:
        tally(folder, counts)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
