#!/bin/sh
# SPDX-License-Identifier: MIT
# Names and numbers of the kernel's calls, as lines of a table in C.
#
#     calls.sh COMPILER FILE
set -eu

echo '#include <sys/syscall.h>' | "$1" -E -dM - |
    sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9][0-9]*\)$/{"\1", \2},/p' >"$2"
