# SPDX-License-Identifier: MIT
# fish: the options of tel-wrap, as its --help says them, then the tool's own.

function __tel_wrap_options
    set -l program (commandline -opc)[1]
    command $program --help | string replace -rf '^  (--[a-z]+)(=[A-Z]+)? +(.*)' '$1\t$3' |
        string match -v -- '--mode*'
    printf '%s\n' --mode=auto --mode=in-place --mode=supervise
end

function __tel_wrap_has_tool
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or return 0
    end
    return 1
end

complete -c tel-wrap -n 'not __tel_wrap_has_tool' -f -a '(__tel_wrap_options)'
complete -c tel-wrap -f -a '(__fish_complete_subcommand)'
