#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What meson installs is enough: a program built with nothing but pkg-config runs, the manual is
# there, and the shared library shows no symbol without the prefix.
# install.sh BUILD CC
set -eu
build=$(cd "$1" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
DESTDIR=$place meson install -C "$build" --no-rebuild --quiet >/dev/null
prefix=$place$(meson introspect "$build" --buildoptions |
    python3 -c 'import json,sys; print([o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"][0])')
pc=$(find "$place" -name ranvier.pc)
[ -n "$pc" ] || { echo "no pkg-config file"; exit 1; }
[ -n "$(find "$place" -name ranvier.1)" ] || { echo "no manual"; exit 1; }
export PKG_CONFIG_PATH="$(dirname "$pc")"
flags="$(pkg-config --cflags --libs --define-variable=prefix="$prefix" ranvier)"
cat >"$place/user.c" <<'C'
#include <ranvier/ranvier.h>
#include <stdio.h>

int main(void)
{
    struct rv_settings settings = rv_settings_defaults();
    printf("%s %s\n", rv_version(), rv_renderer_at(0)->name);
    return settings.subtract_mains ? 0 : 1;
}
C
# shellcheck disable=SC2086
"$2" -std=c17 -o "$place/user" "$place/user.c" $flags
lib=$(dirname "$(find "$place" -name 'libranvier.so.0')")
LD_LIBRARY_PATH=$lib "$place/user"
strange=$(nm -D --defined-only "$lib/libranvier.so.0" | awk '{ print $3 }' | grep -v '^rv_' || true)
[ -z "$strange" ] || { echo "symbols without the prefix: $strange"; exit 1; }
