#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# report.sh PROGRAM: the command as a laboratory uses it, and as it must refuse.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0
status() { # what, wanted, arguments
    what=$1 wanted=$2
    shift 2
    "$program" report "$@" >"$folder/out" 2>"$folder/err"
    found=$?
    [ $found -eq "$wanted" ] || { echo "$what: status $found, wanted $wanted"; cat "$folder/err"; bad=1; }
}
holds() { # file, text
    grep -qF -- "$2" "$1" || { echo "$1 does not hold: $2"; bad=1; }
}
mkdir "$folder/visit"
cat >"$folder/visit/study.json" <<'END'
{ "format": "ranvier-study", "version": 1,
  "patient": { "id": "P0001", "age_years": 54, "sex": "female", "height_cm": 168 },
  "temperature_c": { "hand_right": 32.4 } }
END
printf '%s\n' \
    'kind	nerve	side	record	stimulate	distance_mm	segment_mm	present	onset_ms	amplitude_mv	velocity_m_s' \
    'motor	median	R	APB	wrist	80	n/a	yes	3.6	9.8	n/a' \
    'motor	median	R	APB	elbow	n/a	220	yes	7.5	9.5	56' >"$folder/visit/responses.tsv"
visit=$folder/visit

status "text to standard output" 0 "$visit"
holds "$folder/out" "Right median, recording APB"
holds "$folder/out" "not a medical device"
[ -s "$folder/err" ] && { echo "words on standard error"; bad=1; }
status "several formats into a folder" 0 "$visit" --format json,html,tsv,text -o "$folder/new"
[ "$(ls "$folder/new" | tr '\n' ' ')" = "report.html report.json report.tsv report.txt " ] ||
    { echo "not the four reports"; bad=1; }
[ "$(stat -c %a "$folder/new")" = 700 ] || { echo "c_10: the folder is open to others"; bad=1; }
status "format by the ending" 0 "$visit" -o "$folder/one.json"
holds "$folder/one.json" '"format": "ranvier-report"'
status "c_06 exists" 73 "$visit" -o "$folder/one.json"
holds "$folder/err" "--force"
status "forced" 0 "$visit" -o "$folder/one.json" --force
before=$(cksum <"$visit/responses.tsv")
status "c_06 input" 73 "$visit" -f tsv -o "$visit/responses.tsv" --force
[ "$(cksum <"$visit/responses.tsv")" = "$before" ] || { echo "c_06: an input was changed"; bad=1; }
status "c_07 missing folder" 73 "$visit" -o "$folder/none/a.html"
status "several formats without a folder" 2 "$visit" --format text,json
status "one format twice" 2 "$visit" --format json,json -o "$folder/twice"
status "unknown format" 2 "$visit" --format odt
status "ending without a format" 2 "$visit" -o "$folder/a.odt"
status "colour" 2 "$visit" --colour sometimes
status "no study" 2
status "no such study" 66 "$folder/nothing" -o "$folder/never.html"
[ -e "$folder/never.html" ] && { echo "a refused study left an output"; bad=1; }
status "no interpretation" 0 "$visit" --no-interpretation -f json
grep -q '"impression"' "$folder/out" && { echo "an interpretation that was not wanted"; bad=1; }
status "colours" 0 "$visit" --colour always
holds "$folder/out" "$(printf '\033[1m')"
"$program" report "$visit" -f json >"$folder/a" && LC_ALL=de_DE.UTF-8 TZ=Asia/Kathmandu COLUMNS=0 \
    "$program" report "$visit" -f json >"$folder/b"
cmp -s "$folder/a" "$folder/b" || { echo "c_08: the surroundings change the report"; bad=1; }
if [ -w /dev/full ]; then
    "$program" report "$visit" >/dev/full 2>"$folder/err"
    [ $? -eq 74 ] || { echo "k_01: not 74"; bad=1; }
fi
exit $bad
