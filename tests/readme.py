#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outputs that the pages show are the program's own.

readme.py RANVIER SOURCE_ROOT PAGE...
Each indented block that begins with "$ ranvier ..." is run from the source root; its lines must
stand in the output in the same order. A line "..." leaves some out.
"""
import os
import re
import shlex
import subprocess
import sys


def blocks(page):
    command, lines = None, []
    for line in page.splitlines() + [""]:
        found = re.match(r"    \$ ranvier (.*)", line)
        if found or (line.strip() and not line.startswith("    ")):
            if command:
                yield command, lines
            command, lines = (found.group(1) if found else None), []
        elif command and line.strip():
            lines.append(line[4:].rstrip())
    if command:
        yield command, lines


def missing(command, lines, program, root):
    result = subprocess.run([program] + shlex.split(command), cwd=root, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, timeout=60)
    rest = iter(result.stdout.decode("utf-8").splitlines() +
                result.stderr.decode("utf-8").splitlines())
    for line in lines:
        if line.strip() == "...":
            continue
        if not any(line == other.rstrip() for other in rest):
            return line
    return None


def main():
    program, root, pages = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    shown = bad = 0
    for name in pages:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            for command, lines in blocks(file.read()):
                shown += 1
                line = missing(command, lines, program, root)
                if line is not None:
                    bad += 1
                    print("%s: ranvier %s does not print:\n%s" % (name, command, line))
    print("%d outputs shown, %d of them not true" % (shown, bad))
    return 1 if bad or not shown else 0


if __name__ == "__main__":
    sys.exit(main())
