#!/usr/bin/env tclsh
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
lassign $argv way number

proc read_file {path} {
    set file [open $path]
    set text [read $file]
    close $file
    return $text
}

switch -- $way {
    state {
        foreach name [lsort [array names env]] {
            if {$name ne "LD_PRELOAD"} {puts "$name $env($name)"}
        }
        puts [lsort [glob -tails -directory /proc/self/fd *]]
        puts [read_file /proc/self/task/[pid]/children]
        puts [regexp -all -inline -line {^Sig[BIC].*$} [read_file /proc/self/status]]
    }
    exit {exit $number}
    error {error "last words"}
    exec {
        puts [catch {exec [info nameofexecutable] $argv0 exit 5} out]
        puts "$out [lindex $errorCode 2]"
        puts [exec sh -c {echo out} | cat]
        exec true &
        puts [catch {exec no-such-program} out]
        exit 4
    }
    after {
        after 1 {exit 6}
        vwait forever
    }
    kill {exec kill -TERM [pid]; vwait forever}
}
