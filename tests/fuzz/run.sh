#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh BUILD [SECONDS]: lets every fuzz target of a -Dfuzz=true build hunt from its corpus. New
# inputs stay in BUILD/fuzz-found/NAME, crashes in BUILD/fuzz-crash-NAME-*; fails where there are any.
build=$1
seconds=${2:-60}
here=$(dirname "$0")
failed=0
for target in "$build"/tests/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=$(basename "$target" | sed 's/^fuzz_//')
    found=$build/fuzz-found/$name
    mkdir -p "$found"
    echo "fuzz_$name: $seconds s"
    "$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -malloc_limit_mb=512 \
        -max_len=8192 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$build/fuzz-crash-$name-" "$found" "$here/corpus/$name" || failed=1
done
exit $failed
