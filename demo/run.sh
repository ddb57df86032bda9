#!/bin/sh
# SPDX-License-Identifier: MIT
# Records runs of real tools in a scratch home, and shows what arrives.
#
# usage: demo/run.sh STAGE SCRATCH
# Started by ./dev demo, with an empty environment but for PATH and TERM.
set -eu
stage=$(cd -- "$1" && pwd)
demo=$(cd -- "$(dirname -- "$0")" && pwd)
rm -rf -- "$2"
mkdir -p -- "$2"
scratch=$(cd -- "$2" && pwd)

PATH=$stage/bin:$PATH
HOME=$scratch/home
XDG_CONFIG_HOME=$scratch/config
XDG_STATE_HOME=$scratch/state
XDG_RUNTIME_DIR=$(mktemp -d /dev/shm/tel-demo.XXXXXX)
export PATH HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR

tools=$XDG_CONFIG_HOME/tel/tools.d
db=$scratch/collector/totals.db
work=$scratch/work # what the recorded tools themselves write
shown=$scratch/shown
collector=
linger=

title()
{
    printf '\n== %s\n' "$*"
}

fail()
{
    printf 'demo: FAILED: %s\n' "$*" >&2
    exit 1
}

# Processes that live in this demo's environment: its senders and watchers.
started()
{
    for dir in /proc/[0-9]*; do
        if tr '\0' '\n' <"$dir/environ" |
            grep -qxF "XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR"
        then
            echo "${dir#/proc/}"
        fi
    done 2>/dev/null
}

# Ends them, and returns when all are gone; false where one will not go.
end_started()
{
    tries=0
    while pids=$(started) && [ -n "$pids" ]; do
        tries=$((tries + 1))
        signal=TERM
        [ "$tries" -lt 100 ] || signal=KILL
        [ "$tries" -lt 120 ] || return 1
        # shellcheck disable=SC2086 # a list of numbers
        kill -s "$signal" $pids 2>/dev/null || :
        sleep 0.05
    done
}

clean()
{
    status=$?
    trap - EXIT
    if [ -n "$linger" ]; then
        kill -KILL "$linger" 2>/dev/null || :
    fi
    if [ -n "$collector" ]; then
        kill "$collector" 2>/dev/null || :
        wait "$collector" || :
    fi
    end_started || :
    rm -rf -- "$XDG_RUNTIME_DIR"
    exit "$status"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Writes every policy with this endpoint into a folder.
write_policies()
{
    mkdir -p "$2"
    for template in "$demo"/tools/*.conf.in; do
        name=${template##*/}
        sed "s|@ENDPOINT@|$1|" "$template" >"$2/${name%.in}"
    done
}

# The collector counts by the same policies. It has to read them before its
# port is known, and does not look at their endpoint.
start_collector()
{
    write_policies http://127.0.0.1:1/t "$scratch/collector/tools"
    tel-collect serve --listen 127.0.0.1:0 --db "$db" \
        --tools "$scratch/collector/tools" \
        >"$scratch/collector/out" 2>&1 &
    collector=$!
    tries=0
    until grep -q '^listening on ' "$scratch/collector/out"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 200 ] || ! kill -0 "$collector" 2>/dev/null; then
            cat "$scratch/collector/out" >&2
            fail 'the collector did not start'
        fi
        sleep 0.05
    done
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' \
        "$scratch/collector/out")
    endpoint=http://127.0.0.1:$port/t
}

show()
{
    printf '$ %s\n' "$*" |
        sed "s|$scratch/||g; s|$demo/|demo/|g; s/$secret/(the secret)/g"
}

# keep NAME COMMAND...: shows its output, and keeps it to be searched.
keep()
{
    name=$1
    shift
    status=0
    "$@" >"$shown/$name" || status=$?
    cat "$shown/$name"
    [ "$status" -eq 0 ] || fail "$1 $2 ended with $status"
}

# ran STATUS COMMAND...: it ended as it must; its own output is not the demo's.
ran()
{
    wanted=$1
    shift
    show "$@"
    status=0
    "$@" >>"$work/output" 2>&1 || status=$?
    [ "$status" -eq "$wanted" ] ||
        fail "$1 ended with $status instead of $wanted (see $work/output)"
}

# The same, with the preload.
loaded()
{
    wanted=$1
    shift
    show "$@"
    status=0
    (
        eval "$(tel env)"
        exec "$@"
    ) >>"$work/output" 2>&1 || status=$?
    [ "$status" -eq "$wanted" ] ||
        fail "$1 ended with $status instead of $wanted (see $work/output)"
}

# A run that nothing in it can report: killed from outside. Told apart are its
# own pid, which the shell keeps through exec, and its first line.
kill_loaded()
{
    show linger "$secret" '(and kill -KILL)'
    mkfifo "$work/said"
    (
        eval "$(tel env)"
        exec "$demo/bin/linger" "$secret"
    ) >"$work/said" 2>>"$work/output" &
    linger=$!
    read -r line <"$work/said"
    [ "$line" = here ] || fail 'linger did not begin'
    kill -KILL "$linger"
    wait "$linger" 2>/dev/null || :
    linger=
}

run_tools()
{
    mkdir -p "$work/repo"
    cd "$work/repo"
    GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.org
    GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.org
    export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
        GIT_COMMITTER_EMAIL

    title 'Runs, with the preload'
    echo "one two $secret" >"notes-$secret"
    loaded 0 git init -q -b main
    loaded 0 git add "notes-$secret"
    loaded 0 git -C "$work/repo" commit -q -m "$secret"
    loaded 0 git log --oneline
    loaded 0 git status
    loaded 1 git "$secret"
    loaded 0 "$demo/bin/greet" hello "$secret"
    loaded 0 "$demo/bin/greet" --loud hello "$secret"
    loaded 0 "$demo/bin/count-words" --format json "notes-$secret"
    loaded 1 "$demo/bin/count-words" --format "$secret" "missing-$secret"
    loaded 0 "$demo/bin/tally" add 1 2 3
    loaded 3 "$demo/bin/backup" nightly "$secret"
    loaded 0 make -f "$demo/Makefile" build
    loaded 0 make -f "$demo/Makefile"
    loaded 2 make -f "$demo/Makefile" "$secret"
    kill_loaded

    title 'Runs of a static program, with the wrapper'
    ran 0 tel-wrap busybox echo "$secret"
    ran 1 tel-wrap busybox false
    # shellcheck disable=SC2016 # $$ is meant for the shell inside
    ran 137 tel-wrap busybox sh -c 'kill -KILL $$' "$secret"

    title 'Not recorded: the person says DO_NOT_TRACK'
    ran 0 env DO_NOT_TRACK=1 tel-wrap busybox echo "$secret"
    DO_NOT_TRACK=1
    export DO_NOT_TRACK
    loaded 0 git log
    unset DO_NOT_TRACK
    cd "$scratch"
}

expected()
{
    cat <<'END'
backup nightly runs=1 error=1 exit.3=1
busybox echo runs=1 ok=1 exit.0=1
busybox false runs=1 error=1 exit.1=1
busybox sh runs=1 signal=1 sig.9=1
count-words run runs=2 ok=1 error=1 fields.fmt.json=1 fields.fmt.other=1
git add runs=1 ok=1 exit.0=1
git commit runs=1 ok=1 exit.0=1 fields.quiet.yes=1
git init runs=1 ok=1 exit.0=1
git log_oneline runs=1 ok=1 exit.0=1 fields.tty.no=1
git other runs=1 error=1 exit.1=1
git status runs=1 ok=1 exit.0=1 fields.quiet.no=1
greet hello runs=2 ok=2 exit.0=2 fields.loud.yes=1 fields.loud.no=1
linger run runs=1 lost|signal=1
make build runs=1 ok=1 exit.0=1
make none runs=1 ok=1 exit.0=1
make other runs=1 error=1 exit.2=1
tally add runs=1 ok=1 exit.0=1
END
}

# Files below these folders that hold the secret.
holders()
{
    grep -rlaF -e "$secret" -- "$@" || :
}

no_secret()
{
    found=$(holders "$HOME" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" \
        "$XDG_RUNTIME_DIR" "$scratch/collector" "$shown")
    [ -z "$found" ] || fail "the secret is in $found"
}

mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" "$work" "$shown"
secret=hunter2-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')

title 'A collector on loopback, and consent in a scratch home'
start_collector
echo "tel-collect serve: listening on port $port"
write_policies "$endpoint" "$tools"
keep on tel on git
for policy in "$tools"/*.conf; do
    name=${policy##*/}
    tel on "${name%.conf}" >>"$shown/on-others"
done
echo '(and the same for the others)'

run_tools

title 'tel preview git commit -m (the secret)'
keep preview tel preview git commit -m "$secret"

title 'tel status'
keep status tel status
no_secret

title 'tel flush'
keep flush tel flush

title 'tel log, its first lines'
tel log >"$shown/log"
head -n 14 "$shown/log"

title 'tel log --check'
keep log-check tel log --check

title 'tel stats git'
keep stats tel stats git

title 'tel-collect report'
keep report tel-collect report --db "$db" -k 1
tel-collect report --db "$db" -k 1 --json >"$shown/report.json"

title 'Does the report say what was run?'
expected | python3 "$demo/expect.py" "$shown/report.json" ||
    fail 'the report is not what was run'

title "Where is the secret?"
found=$(holders "$work")
[ -n "$found" ] || fail 'the search finds nothing even where the secret is'
echo "in the tools' own files, as it should be:"
echo "$found" | sed "s|^$scratch/|  |; s/$secret/(the secret)/g"
no_secret
echo 'in the table, the outbox, the log, the consent, the database, the report:'
echo '  nowhere'

kill "$collector"
wait "$collector" || fail "the collector ended with $?"
collector=
end_started || fail "still running: $(started)"
rm -rf -- "$XDG_RUNTIME_DIR"

title 'Done: nothing is left running; what was made is in build/demo'
