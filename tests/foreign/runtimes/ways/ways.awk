#!/usr/bin/awk -f
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
BEGIN {
    way = ARGV[1]
    if (way == "exit") exit ARGV[2]
    if (way == "system") {
        print system("exit 3")
        "echo out" | getline line
        print line | "cat"
        close("cat")
        system("kill -0 $$; awk 'BEGIN { exit 4 }'")
        exit 5
    }
    if (way == "broken") {
        for (i = 0; i < 100000; i++) print i | "true"
        exit close("true")
    }
    if (way == "kill") system("kill -9 $PPID")
    if (way == "end") exit 6
}
END { if (way == "end") exit }
