#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The words of the project: no advice about treatment, no certainty it cannot have, no machine's
# paths.
set -u
cd "$(dirname "$0")/.."
bad=0
found=$(git grep -nIE '(^|[^a-z0-9_.])/(home|work|root)/' -- . ':!tests/speech.sh' 2>/dev/null)
[ -z "$found" ] || { echo "a machine's path:"; echo "$found"; bad=1; }
found=$(grep -nE 'rules out|excludes (a )?(radiculo|neuro|plexo|myelo)|amyotrophic lateral' \
    -r src --include='*.c' --include='statements.tsv' --include='rules.tsv')
[ -z "$found" ] || { echo "more than the program may say:"; echo "$found"; bad=1; }
exit $bad
