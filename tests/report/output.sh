#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# output.sh PROGRAM: reports on full devices, and files that are written whole or not at all.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0
expect() { # what, found, wanted
    [ "$2" = "$3" ] || { echo "$1: $2, wanted $3"; bad=1; }
}
# K-01: a full standard output
for format in text json html tsv; do
    [ -w /dev/full ] || break
    "$program" $format calm >/dev/full 2>/dev/null
    expect "k_01 $format" $? 74
done
# a file appears whole, 0600 whatever the umask (C-10), and nothing lies beside it
(umask 000; "$program" html calm "$folder/a.html")
expect "written" $? 0
expect "c_10 mode" "$(stat -c %a "$folder/a.html")" 600
tail -c 8 "$folder/a.html" | grep -q '</html>' || { echo "a.html is not whole"; bad=1; }
expect "files" "$(ls -A "$folder" | wc -l | tr -d ' ')" 1
# C-07: no such folder, a folder instead of a file
"$program" text calm "$folder/none/a.txt" 2>/dev/null
expect "c_07 missing folder" $? 73
mkdir "$folder/d"
"$program" text calm "$folder/d" 2>/dev/null
expect "c_06 folder as file" $? 73
# K-05: a file size limit; the old report stays as it is
cp "$folder/a.html" "$folder/old"
(trap '' XFSZ; ulimit -f 8; "$program" html calm "$folder/a.html" 2>/dev/null)
expect "k_05 status" $? 74
cmp -s "$folder/a.html" "$folder/old" || { echo "k_05: the old report was changed"; bad=1; }
expect "k_05 leftovers" "$(ls -A "$folder" | grep -c tmp)" 0
# K-02, K-03: no space at the write, the sync, the rename
if command -v strace >/dev/null 2>&1 && strace -o /dev/null true 2>/dev/null; then
    for call in write fsync renameat; do
        ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e inject=$call:error=ENOSPC:when=1 \
            "$program" html calm "$folder/a.html" >/dev/null 2>&1
        expect "k_03 $call" $? 74
        cmp -s "$folder/a.html" "$folder/old" || { echo "k_03 $call: the old report was changed"; bad=1; }
        expect "k_03 $call leftovers" "$(ls -A "$folder" | grep -c tmp)" 0
    done
fi
# K-06: killed at any time, the name holds a whole report
i=0
while [ $i -lt 40 ]; do
    "$program" html calm "$folder/a.html" 2>/dev/null &
    pid=$!
    [ $((i % 4)) -eq 0 ] || kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    cmp -s "$folder/a.html" "$folder/old" || { echo "k_06: torn"; bad=1; }
    i=$((i + 1))
done
# ... and what a killed run left more than a day ago goes with the next one
touch -d '3 days ago' "$folder/.a.html.4190000.tmp"
touch "$folder/.a.html.4190001.tmp"
"$program" html calm "$folder/a.html"
[ ! -e "$folder/.a.html.4190000.tmp" ] || { echo "k_06: an old leftover stayed"; bad=1; }
[ -e "$folder/.a.html.4190001.tmp" ] || { echo "k_06: a fresh file of another run was removed"; bad=1; }
exit $bad
