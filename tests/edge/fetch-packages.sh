#!/bin/sh
# SPDX-License-Identifier: MIT
# Puts the runtimes that the hosted variants are tested on into a folder: the
# real workerd and Vercel's edge-runtime, from npm, at the versions and with
# the checksums of package-lock.json. No script of any package is run.
#
#     tests/edge/fetch-packages.sh [FOLDER]     default: build/edge
#
# Needs no root and no change of the system. What is there already is not
# fetched again. Ends with 1 where something is missing, and says so.
set -eu

say()
{
    printf 'fetch-packages: %s\n' "$*" >&2
}

[ $# -le 1 ] || {
    say 'usage: fetch-packages.sh [FOLDER]'
    exit 2
}
here=$(cd -- "$(dirname -- "$0")" && pwd)
folder=${1:-$here/../../build/edge}
mkdir -p -- "$folder"
folder=$(cd -- "$folder" && pwd)

# npm leaves its own list once all is in place.
if [ -f "$folder/node_modules/.package-lock.json" ] &&
    cmp -s -- "$here/package-lock.json" "$folder/package-lock.json"; then
    exit 0
fi
command -v npm >/dev/null || {
    say "no npm here (Debian's package is called npm)"
    exit 1
}
cp -- "$here/package.json" "$here/package-lock.json" "$folder/"
cd -- "$folder"
if ! npm ci --ignore-scripts --no-audit --no-fund >log 2>&1; then
    cat log >&2
    rm -rf -- node_modules
    say 'npm could not fetch the packages'
    exit 1
fi
