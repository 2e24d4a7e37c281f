#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions of at most 60 lines and complexity 12, files of at most 600 lines.
set -u
cd "$(dirname "$0")/.."
command -v pmccabe >/dev/null || { echo "pmccabe is not installed"; exit 77; }
big=$(find src -name '*.c' -print0 | xargs -0 pmccabe |
    awk '$1 > 12 || $5 > 60 { printf "%s: %s: %s lines, complexity %s\n", $6, $7, $5, $1 }')
long=$(find src include -name '*.[ch]' -exec wc -l {} + |
    awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')
[ -n "$big$long" ] || exit 0
printf '%s\n%s\n' "$big" "$long"
exit 1
