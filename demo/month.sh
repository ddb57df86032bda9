#!/bin/sh
# SPDX-License-Identifier: MIT
# A month of three tools that nobody has, counted and shown as one page.
#
# usage: demo/month.sh BUILD SCRATCH [REPORT.html]
# BUILD is the folder of a build, as build/dev. One of the tools has become
# worse during the month: does the report tell which, where and by how much?
# What was in SCRATCH is removed first, if it is that of an earlier month.
set -eu
if [ $# -lt 2 ]; then
    echo 'usage: demo/month.sh BUILD SCRATCH [REPORT.html]' >&2
    exit 2
fi
build=$(cd -- "$1" && pwd)
collect=$build/stage/bin/tel-collect
if [ -e "$2" ] && [ ! -d "$2/days" ] && [ -n "$(ls -A -- "$2")" ]; then
    echo "month.sh: $2 holds something else than a month: left alone" >&2
    exit 2
fi
rm -rf -- "$2"
mkdir -p -- "$2"
month=$(cd -- "$2" && pwd)
page=${3:-}

# The thirty days that ended yesterday.
first=$(date -u -d '30 days ago' +%Y-%m-%d)
"$build/tests/collector/month/tel_month" --first "$first" "$month"
for day in "$month"/days/*; do
    "$collect" import --db "$month/totals.db" --tools "$month/tools" \
        --day "${day##*/}" "$day" >/dev/null
done
"$collect" report --db "$month/totals.db"
[ -z "$page" ] || "$collect" report --db "$month/totals.db" --html "$page"
