# SPDX-License-Identifier: MIT
# A day with git, as the tests run it: bare, under the shim and by tel-wrap.
#
# typed EVENT ARG... runs $GIT as a person would, and writes the event that it
# is and its status to the file "typed". All dates and names are fixed, so all
# that is printed, and each object, is the same every time.
# shellcheck shell=sh disable=SC2016 # git's own shells expand those

typed()
{
    event=$1
    shift
    status=0
    $GIT "$@" || status=$?
    echo "$event $status" >>"$DAY/typed"
}

save()
{
    echo "$2" >"$1"
    typed add add "$1"
    typed commit commit -q -m "$3"
}

beginning()
{
    typed init init -q -b main "$DAY/one"
    cd "$DAY/one" || exit 1
    typed config config core.pager cat
    typed config config alias.ci 'commit -q'
    typed config config alias.two '!f() { git log -1 --format=%s; git status -s; }; f'
    typed none --version
    typed none
    save a one 'first'
    save b two 'second'
    typed status status -s
    echo more >>a
    typed diff diff
    typed diff diff --exit-code
    typed commit ci -a -m 'by an alias'
    typed other two
    typed log log --oneline --decorate
    typed log -c core.abbrev=40 log -2 --format='%H %an %cd'
    typed other no-such-command
    typed log log no-such-branch
    typed show show --stat HEAD
    typed tag tag -a v1 -m 'a tag'
    typed describe describe --always
    typed grep grep -n one
    typed grep grep -q not-there
    typed blame blame -s a
    typed mv mv b c
    typed rm rm -q c
    typed rm rm -q -f c
    typed reset reset -q --hard
    typed revert revert --no-edit HEAD
    typed notes notes add -m note
    typed clean clean -n
    typed archive archive --format=tar -o "$DAY/one.tar" HEAD
    typed bundle bundle create -q "$DAY/one.bundle" --all
}

branches()
{
    cd "$DAY/one" || exit 1
    typed checkout checkout -q -b side HEAD~2
    save side 1 'side 1'
    save side 2 'side 2'
    save side 3 'side 3'
    typed switch switch -q main
    typed merge merge -q --no-edit side
    typed branch branch topic HEAD~1
    typed switch switch -q topic
    save a conflict 'in the way'
    typed switch switch -q main
    save a other 'also in the way'
    typed merge merge topic
    typed merge merge --abort
    typed merge merge topic
    typed diff diff --name-only --diff-filter=U
    echo settled >a
    typed add add a
    typed commit commit -q --no-edit
    typed switch switch -q side
    GIT_SEQUENCE_EDITOR='sed -i -e 2s/pick/squash/ -e 3s/pick/reword/' \
        GIT_EDITOR='sed -i 1s/^/edited\ /' typed rebase rebase -q -i HEAD~3
    typed rebase rebase -q main
    typed status status -s
    typed rebase rebase --abort
    typed rebase rebase -q -x 'git log -1 --format=exec-%s' HEAD~2
    typed log log --graph --oneline main side --
    typed cherry-pick cherry-pick topic
    typed cherry-pick cherry-pick --abort
    typed rebase rebase topic
    typed rebase rebase --abort
    echo work >>a
    typed stash stash push -q -m work
    typed stash stash list
    typed stash stash pop -q
    typed stash stash
    typed stash stash drop -q
    typed worktree worktree add -q "$DAY/tree" topic
    typed log -C "$DAY/tree" log -1 --format=%s
    typed worktree worktree remove "$DAY/tree"
    typed reflog reflog
}

hooks()
{
    cd "$DAY/one" || exit 1
    cat >.git/hooks/pre-commit <<'HOOK'
#!/bin/sh
git diff --cached --name-only
git rev-parse --verify -q HEAD
git diff --cached --quiet -- forbidden
HOOK
    cat >.git/hooks/post-commit <<'HOOK'
#!/bin/sh
git log -1 --format='post-commit %s'
sh -c 'git status -s; git rev-list --count HEAD'
HOOK
    chmod +x .git/hooks/*-commit
    save d 1 'with hooks'
    save forbidden 1 'refused by a hook'
    typed rm rm -q -f forbidden
    rm .git/hooks/*-commit
    typed bisect bisect start HEAD HEAD~3
    typed bisect bisect run sh -c \
        'git log -1 --format=%s >&2; test "$(git ls-files | wc -l)" -lt 3'
    typed bisect bisect reset
    # SIGPIPE: more than a pipe holds, and nobody who reads it.
    typed log log --all --format='%<(9000)%s%<(9000)%an' | head -n 1 | cut -c 1-40
    script -qec "$GIT -c core.pager='head -n 2' log --format=%s" /dev/null
    echo "log $?" >>"$DAY/typed"
    script -qec "$GIT -c core.pager=less -p log -1 --format=%s" /dev/null
    echo "log $?" >>"$DAY/typed"
}

others()
{
    cd "$DAY/one" || exit 1
    typed clone clone -q --bare "file://$DAY/one" "$DAY/bare.git"
    typed clone clone -q "file://$DAY/bare.git" "$DAY/two"
    cd "$DAY/two" || exit 1
    save e 1 'to be pushed'
    typed push push -q origin HEAD:main
    typed push push -q origin HEAD~1:refs/heads/new
    typed push push origin no-such:main
    typed submodule -c protocol.file.allow=always submodule --quiet add \
        "file://$DAY/bare.git" sub
    typed commit commit -q -m 'a submodule'
    typed push push -q origin HEAD
    cd "$DAY/one" || exit 1
    typed remote remote add bare "$DAY/bare.git"
    typed fetch fetch -q bare
    printf 'protocol=https\nhost=example.org\n\n' |
        typed credential credential fill
    typed pull pull -q --no-rebase --no-edit bare side
    typed submodule -c protocol.file.allow=always submodule --quiet update \
        --init
    typed submodule submodule --quiet foreach 'git log -1 --format=%s'
    typed filter-branch filter-branch --msg-filter 'tr a-z A-Z' \
        -- --all >"$DAY/out" 2>&1
    typed format-patch format-patch -q -2 -o "$DAY/patches" topic
    typed switch switch -q -d topic~2
    typed am am -q "$DAY"/patches/*
    typed fast-export fast-export main >"$DAY/export"
    typed init init -q "$DAY/three"
    typed fast-import -C "$DAY/three" fast-import --quiet <"$DAY/export"
}

packs()
{
    ls .git/objects/pack
}

# So much that git packs it, by itself, in the background.
packing()
{
    cd "$DAY/one" || exit 1
    typed gc gc -q
    typed config config gc.auto 1
    typed config config gc.autoPackLimit 2
    i=0
    mkdir -p many
    while [ $i -lt 600 ]; do
        i=$((i + 1))
        echo $i >many/$i
    done
    typed add add many
    before=$(packs)
    typed commit commit -q -m many
    # It goes on in the background, and nobody waits for it but this.
    until [ ! -e .git/gc.pid ] && [ "$(packs)" != "$before" ]; do
        :
    done
    typed gc gc -q --prune=now
    typed fsck fsck --full
    typed count-objects count-objects
}

# What is left: all that can be known of the repositories.
inventory()
{
    for repository in one two three bare.git one/sub; do
        cd "$DAY/$repository" || exit 1
        echo "== $repository"
        git for-each-ref
        git status -s 2>&1
        git fsck --full 2>&1 | sort
        git cat-file --batch-all-objects --batch-check
        git cat-file --batch-all-objects --batch | sha256sum
        git ls-files -s 2>&1
        (cd "$(git rev-parse --git-dir)" && cat HEAD config &&
            find logs -type f -print 2>&1 | sort | xargs cat)
    done
    cd "$DAY" && cksum one.tar one.bundle patches/*
}

DAY=$1
"$2"
