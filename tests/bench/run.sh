#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `./dev bench` runs in a configured folder.
#   run.sh BUILD                         speed: the filter bank, its peers, a whole study
#   run.sh BUILD --accuracy [N [SEED]]   errors of the marks: N responses (default 40) for each SNR
#                                        and sampling rate
set -eu
build=$1
shift
here=$(dirname "$0")
if [ "${1:-}" = --accuracy ]; then
    shift
    count=${1:-40}
    seed=${2:-1}
    ninja -C "$build" tests/bench/chain tests/bench/accuracy >"$build/bench.log" 2>&1 ||
        { tail -n 40 "$build/bench.log"; exit 1; }
    "$build/tests/bench/chain" "$count" "$seed"
    printf '\n'
    exec "$build/tests/bench/accuracy" "$((4 * count))" "$seed"
fi
ninja -C "$build" ranvier tests/bench/bench >"$build/bench.log" 2>&1 ||
    { tail -n 40 "$build/bench.log"; exit 1; }
"$build/tests/bench/bench"
python3 "$here/peers.py" "$build/ranvier"
python3 "$here/study.py" "$build/ranvier"
