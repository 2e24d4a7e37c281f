#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every C file is as clang-format 14 leaves it.
set -u
cd "$(dirname "$0")/.."
command -v clang-format-14 >/dev/null || { echo "clang-format-14 is not installed"; exit 77; }
find src include tests samples -name '*.[ch]' -print0 | xargs -0 clang-format-14 --dry-run -Werror
