#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Markdown table of what `ranvier inspect` makes of every recording of a folder of real data: read,
# or refused with which sentence.
#   inspect_all.sh RANVIER [FOLDER]
# Ends with 77 where the folder is not there, with 1 when a file ends otherwise than read or refused.
set -u
ranvier=$1
here=$(cd "$(dirname "$0")" && pwd)
data=${2:-${RANVIER_SHARED:-$here/../../../shared}/data}
[ -d "$data" ] || { echo "skipped: $data is not there"; exit 77; }
words=$(mktemp) && result=$(mktemp) || exit 1
trap 'rm -f "$words" "$result"' EXIT
bad=0
printf '| file | status | what it says |\n|---|---|---|\n'
list() {
    find "$data" -type f \( -name '*.edf' -o -name '*.bdf' -o -name '*.wav' -o -name '*.hea' -o \
        -name '*.csv' -o -name '*.mat' -o -name '*.gdf' -o -name '*.txt' \) ! -name 'LICENSE*' \
        ! -name 'ATTRIBUTION*' ! -name 'COPYING*' | LC_ALL=C sort
}
names=$(list)
old_ifs=$IFS
IFS='
'
for file in $names; do
    "$ranvier" inspect "$file" >"$result" 2>"$words"
    status=$?
    name=${file#"$data"/}
    if [ "$status" = 0 ]; then
        said=$(awk '
            /^format/ { sub(/^format +/, ""); format = $0 }
            /^duration/ { sub(/^duration +/, ""); duration = $0 }
            /^channels/ { inside = 1; next }
            inside && /^ +[0-9]+ / { channels++; for (i = 2; i < NF; i++) if ($(i + 1) == "Hz" &&
                !($i in seen)) { seen[$i] = 1; rates = rates (rates == "" ? "" : ", ") $i } }
            /^$/ { if (channels) inside = 0 }
            /^  (warning|problem):/ { said++ }
            END { printf "%s; %s; %d channel%s at %s Hz%s", format, duration, channels,
                  channels == 1 ? "" : "s", rates, said ? "; " said " warning" (said == 1 ? "" : "s") : "" }
        ' "$result")
        printf '| %s | read | %s |\n' "$name" "$said"
    else
        said=$(sed "s|^ranvier: ||; s|$file: ||; s/|/\\\\|/g" "$words" | tr '\n' ' ')
        printf '| %s | refused (%s) | %s |\n' "$name" "$status" "$said"
        lines=$(wc -l <"$words")
        case $status in 65 | 66 | 77) ;; *) bad=1 ;; esac
        [ "$lines" = 1 ] || bad=1
    fi
done
IFS=$old_ifs
exit $bad
