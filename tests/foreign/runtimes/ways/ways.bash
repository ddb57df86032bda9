#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
way=$1
number=$2

case $way in
state)
    # First, as bash reaps whatever it finds.
    read -r children </proc/$$/task/$$/children
    echo "children $children"
    (unset LD_PRELOAD; export -p)
    for fd in "/proc/$$/fd/"*; do echo "${fd##*/}"; done
    while read -r line; do
        if [[ $line == Sig[BIC]* ]]; then echo "$line"; fi
    done </proc/$$/status
    ;;
exit) exit "$number" ;;
trap)
    trap 'echo bye $?' EXIT
    exit 3
    ;;
trap-other)
    trap 'exit 6' EXIT
    exit 3
    ;;
exec) exec dash -c 'exit 5' ;;
exec-self) exec -a other "$BASH" "$0" exit 7 ;;
exec-missing) exec /missing ;;
subshell)
    (exit 4)
    echo $?
    (trap 'echo inner' EXIT; exit 9)
    echo $?
    exit 6
    ;;
background)
    for i in 1 2 3; do (exit "$i") & done
    wait %1; echo $?
    wait %2; echo $?
    wait %3; echo $?
    "$BASH" -c 'exit 8' & wait $!
    exit $?
    ;;
jobs)
    set -m
    (exit 4) & wait $!; echo $?
    sh -c 'kill -STOP $$; exit 5' &
    until [[ $(jobs -s) ]]; do :; done
    fg >/dev/null
    exit $?
    ;;
coproc)
    coproc cat
    echo text >&"${COPROC[1]}"
    read -r line <&"${COPROC[0]}"
    exec {COPROC[1]}>&-
    wait "$COPROC_PID"
    echo "$line $?"
    exit 2
    ;;
substitution)
    cat <(echo a) <(echo b; "$BASH" -c 'echo c')
    echo x > >(cat >&2)
    wait $!
    echo "$(exit 7)$?"
    exit 3
    ;;
pipe)
    set -o pipefail
    "$BASH" -c 'exit 3' | cat | "$BASH" -c 'cat; exit 4' | true
    exit $?
    ;;
errexit)
    set -e
    trap 'echo failed' ERR
    false
    ;;
kill) kill -9 $$ ;;
terminate) kill -TERM $$ ;;
handler)
    trap 'exit 10' USR1
    kill -USR1 $$
    ;;
missing) no-such-program ;;
esac
