# SPDX-License-Identifier: MIT
# fish: what tel takes, as tel itself says it.

function __tel_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l tel $before[1]
    command -q $tel; or return
    set -e before[1]
    for line in (command $tel complete -- $before $word 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path $word
            case ':commands'
                __fish_complete_command
            case ':command *'
                # fish counts words, and leaves out options.
                set -l n (string replace ':command ' '' -- $line)
                set -l words (string match -v -- '-*' $tel $before[1..(math $n - 1)])
                __fish_complete_subcommand --fcs-skip=(count $words)
            case '*'
                echo $line
        end
    end
end

complete -c tel -f -a '(__tel_complete)'
