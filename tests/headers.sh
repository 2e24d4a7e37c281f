#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each header compiles alone: public ones as C and as C++, private ones as C.
# headers.sh CC [CXX]
set -u
cd "$(dirname "$0")/.."
bad=0
alone=$(mktemp -d)
trap 'rm -rf "$alone"' EXIT
for header in include/ranvier/*.h src/*/*.h; do
    printf '#include "%s"\nextern int alone;\n' "$PWD/$header" >"$alone/a.c"
    case $header in src/cli/*) own=-Isrc/cli ;; *) own= ;; esac
    "$1" -std=c17 -Wall -Wextra -Wpedantic -Werror -D_XOPEN_SOURCE=700 -Iinclude -Isrc $own \
        -fsyntax-only "$alone/a.c" || { echo "not alone as C: $header"; bad=1; }
done
if [ -n "${2:-}" ]; then
    for header in include/ranvier/*.h; do
        printf '#include "%s"\n' "$PWD/$header" >"$alone/a.cc"
        "$2" -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$alone/a.cc" ||
            { echo "not alone as C++: $header"; bad=1; }
    done
fi
exit $bad
