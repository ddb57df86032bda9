# SPDX-License-Identifier: MIT
# fish: the commands of tel-collect and their options, as --help says them.

function __tel_collect_complete
    set -l before (commandline -opc)
    set -l call $before[1] $before[2]
    switch $before[-1]
        case --db --tools --config
            __fish_complete_path (commandline -ct)
        case --listen --metrics '--*-max' --rate --deadline --retention --k --tool -k
        case '*'
            command $call --help 2>/dev/null | string replace -rf '^  (-{0,2}[a-z-]+) (?:[A-Z:]+)? +(.*)' '$1\t$2'
    end
end

complete -c tel-collect -f -a '(__tel_collect_complete)'
