#!/bin/sh
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
way=$1
number=$2

case $way in
exit) exit "$number" ;;
trap)
    trap 'echo bye; exit 6' EXIT
    exit 3
    ;;
exec) exec /bin/sh "$0" exit 5 ;;
exec-missing) exec /missing ;;
subshell)
    (exit 4)
    echo $?
    x=$(sh -c 'echo x; exit 9')
    echo "$x $?"
    exit 6
    ;;
background)
    sh -c 'exit 8' &
    wait $!
    exit $?
    ;;
jobs)
    set -m 2>/dev/null
    (exit 4) &
    wait $!
    exit $?
    ;;
kill) kill -9 $$ ;;
terminate) kill -TERM $$ ;;
handler)
    trap 'exit 10' USR1
    kill -USR1 $$
    ;;
missing) no-such-program ;;
syntax) eval 'if' ;;
esac
