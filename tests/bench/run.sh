#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `./dev bench` runs in a configured folder.
#   run.sh BUILD                         speed: the filter bank, its peers, a whole study, streams,
#                                        batches
#   run.sh BUILD --accuracy [N [SEED]]   errors of the marks: N responses (default 40) for each SNR
#                                        and sampling rate
#   run.sh BUILD --batch [--large]       batches alone; up to 100,000 recordings (an hour)
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
python=python3 # the one that has the packages, as in meson.build
[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3
if [ "${1:-}" = --batch ]; then
    shift
    exec "$python" "$here/batch.py" "$build/ranvier" "$@"
fi
ninja -C "$build" ranvier tests/bench/bench >"$build/bench.log" 2>&1 ||
    { tail -n 40 "$build/bench.log"; exit 1; }
"$build/tests/bench/bench"
"$python" "$here/peers.py" "$build/ranvier"
"$python" "$here/study.py" "$build/ranvier"
"$python" "$here/stream.py" "$build/ranvier"
"$python" "$here/batch.py" "$build/ranvier" --studies 300
