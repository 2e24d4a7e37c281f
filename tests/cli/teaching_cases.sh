#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program's interpretation of the worked cases beside the project, scored by their own scorer.
# teaching_cases.sh RANVIER
cases=${RANVIER_SHARED:-$(dirname "$0")/../../../shared}/cases
if [ ! -f "$cases/score.py" ]; then
    echo "[SKIP] teaching cases: the folder $cases is not there"
    exit 77
fi
result=$(python3 "$cases/score.py" --ranvier "$1" "$cases")
echo "$result"
passed=$(echo "$result" | grep -c '^PASS ')
failed=$(echo "$result" | grep -c '^FAIL ')
echo "Synthesis: Tested: $((passed + failed)) | Passing: $passed | Failing: $failed | Crashing: 0"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
