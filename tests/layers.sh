#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may include whom: the table below against the include lines of the tree.
set -u
cd "$(dirname "$0")/.."
bad=0

# check FOLDER ALLOWED...: private headers a folder's files may include, besides its own.
check() {
    folder=$1
    shift
    allowed=" $folder $* "
    for file in src/"$folder"/*.[ch]; do
        [ -e "$file" ] || continue
        for included in $(sed -n 's/^#include "\([a-z0-9_]*\)\/.*/\1/p' "$file"); do
            case $allowed in
            *" $included "*) ;;
            *)
                echo "$file includes $included/, which $folder may not"
                bad=1
                ;;
            esac
        done
    done
}

check base
check dsp base
check knowledge base
check acquire base dsp knowledge
check condition base dsp
check epoch base dsp
check mark base dsp
check measure base dsp knowledge
check reference base knowledge
check learn base knowledge reference
check interpret base knowledge
check simulate base dsp knowledge
check report base
check session base dsp knowledge acquire condition epoch mark measure reference interpret

# The program uses the public headers and its own only: the commands those of the batch, never back.
check batch
check cli batch

# One library, one place.
only() {
    pattern=$1
    place=$2
    found=$(grep -lE "^#include <($pattern)" -r src include | grep -vE "$place")
    if [ -n "$found" ]; then
        echo "$pattern included outside $place: $found"
        bad=1
    fi
}
only 'fftw3' '^src/dsp/fft\.[ch]$'
only 'sndfile' '^src/acquire/(read_sndfile|write_wav|sndfile_[a-z]+)\.[ch]$'
only 'sqlite3' '^src/batch/store\.c$'

# Words that must not stand in the library.
refuse() {
    found=$(grep -nE "$1" -r src --include='*.c' | grep -vE "$2")
    if [ -n "$found" ]; then
        echo "$3:"
        echo "$found"
        bad=1
    fi
}
refuse '(^|[^a-z_])(malloc|calloc|realloc)\(' '^src/(base|batch|cli)/|^src/knowledge/embed\.c' 'heap calls outside base'
refuse '(^|[^a-z_])(exit|abort|_exit)\(' '^src/((batch|cli)/|knowledge/embed\.c)' 'the library must not end the program'
refuse '(^|[^a-z_])(atoi|atof|strcpy_unsafe|sprintf|strtok|gets|system|popen|setlocale)\(' '^$' 'refused functions'
refuse '(^|[^a-z_])printf\(' '^src/((batch|cli)/|knowledge/embed\.c)' 'the library must not print'
refuse '"BEGIN( DEFERRED)?[; "]' '"BEGIN IMMEDIATE"' 'a transaction that cannot wait for its lock'
refuse 'printf\([^;]*"[^"]*(SELECT|INSERT|UPDATE|DELETE) ' '^$' 'values reach SQL as bound parameters only'
refuse '__DATE__|__TIME__' '^$' 'builds must be repeatable'
exit $bad
