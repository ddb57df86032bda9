#!/bin/sh
# SPDX-License-Identifier: MIT
# Unpacks the servers that the tests use into a folder, without installing
# them: an installed server is started, and its port is the machine's own.
# docker is there for its client, prometheus for promtool.
#
#     tests/foreign/used/fetch-servers.sh [FOLDER]     default: build/servers
#
# Needs no root and no change of the system. What is there already is not
# fetched again. Ends with 1 where something is missing, and names it.
set -eu

wanted='redis-server redis-tools nginx postgresql-15 postgresql-client-15 libpq5
    openssh-server openssh-sftp-server openssh-client docker.io prometheus'
programs='usr/bin/redis-server usr/sbin/nginx usr/lib/postgresql/15/bin/postgres
    usr/lib/postgresql/15/bin/psql usr/sbin/sshd usr/lib/openssh/sftp-server
    usr/bin/ssh usr/bin/docker usr/bin/promtool'

LC_ALL=C
export LC_ALL

say()
{
    printf 'fetch-servers: %s\n' "$*" >&2
}

progress()
{
    [ ! -t 2 ] || say "$*"
}

# The missing programs, as paths below the folder.
missing()
{
    for program in $programs; do
        [ -x "$root/$program" ] || echo "$program"
    done
}

# The wanted packages, and the libraries that this system lacks for them.
# Installed ones are wanted too: the folder must do alone.
packages()
{
    for package in $wanted; do
        if ! list=$(apt-get install -s -q --no-install-recommends "$package" \
            2>/dev/null); then
            say "$package: apt-get knows no way to install it"
            continue
        fi
        echo "$package"
        echo "$list" | sed -n 's/^Inst \(lib[^ ]*\) .*/\1/p' |
            grep -v -e '-dev$' || :
    done | sort -u
}

# One after the other, so that what can be had is had.
fetch()
{
    for package in "$@"; do
        progress "$package"
        apt-get -q -o APT::Sandbox::User= download "$package" \
            >"$folder/log" 2>&1 || say "$package: could not be fetched"
    done
}

[ $# -le 1 ] || {
    say 'usage: fetch-servers.sh [FOLDER]'
    exit 2
}
folder=${1:-$(dirname -- "$0")/../../../build/servers}
mkdir -p -- "$folder/unpacked" "$folder/debs"
folder=$(cd -- "$folder" && pwd)
root=$folder/unpacked
[ -n "$(missing)" ] || exit 0
for command in apt-get dpkg; do
    command -v "$command" >/dev/null || {
        say "no $command here: the servers are fetched from Debian only"
        exit 1
    }
done

rm -rf -- "$folder/debs"
mkdir -- "$folder/debs"
cd -- "$folder/debs"
# shellcheck disable=SC2046 # a list of names
fetch $(packages)
for archive in ./*.deb; do
    [ -f "$archive" ] || continue
    dpkg -x "$archive" "$root" || say "$archive: could not be unpacked"
done
rm -rf -- "$folder/debs"

for program in $(missing); do
    say "missing: $program"
done
[ -z "$(missing)" ]
