/* SPDX-License-Identifier: MIT */
/*
 * preview_lines: policies such as a packager would write for git, apt and
 * docker, and command lines that are harmless: in an empty home, with apt's
 * folders in the scratch, and without a docker daemon.
 *
 * A line is split at its blanks; '~' is a blank within an argument, '^' an
 * escape byte, and "''" an empty argument. '@' before it: on a terminal.
 */
#ifndef TEL_PREVIEW_LINES_H
#define TEL_PREVIEW_LINES_H

#include <stddef.h>

/* In no request may this be found. */
#define S "s3cret-canary"

struct tool {
    const char *name;
    const char *policy; /* behind [tool] */
};

struct group {
    const struct tool *tools;
    size_t ntools;
    const char *const *lines;
    size_t nlines;
    size_t ignored;             /* lines whose verb the policy ignores */
    const char *const *happens; /* parts of events that must occur; NULL ends */
};

static const struct tool git_tools[] = {
    {"git",
     "[command]\n"
     "value-options        = -C -c --git-dir --work-tree --exec-path=\n"
     "value-options commit = -m --message -F --file --author --date -S= -u=\n"
     "value-options log    = -n --since --until --author --grep -G -S -L\n"
     "value-options branch = --sort --contains\n"
     "value-options clone  = -b --branch --depth -o\n"
     "value-options push   = -o\n"
     "[verbs]\n"
     "add = a\nblame = b\nbranch = b\ncheckout = c\nclone = c\ncommit = c\n"
     "config = c\ndiff = d\nfetch = f\ngrep = g\ninit = i\nlog = l\n"
     "merge = m\npull = p\npush = p\nrebase = r\nremote = r\n"
     "remote add = r\nremote set-url = r\nreset = r\nshow = s\n"
     "stash push = s\nstash pop = s\nstash list = s\nstatus = s\ntag = t\n"
     "worktree add = w\nsubmodule update = s\n"
     "[aliases]\n"
     "stash = stash push\nci = commit\nco = checkout\nst = status\n"
     "annotate = blame\n"
     "[modifiers]\n"
     "commit --amend = amend\ncommit -a = all\ncommit --all = all\n"
     "log --oneline = oneline\nlog --graph = graph\ndiff --cached = cached\n"
     "branch -d = delete\nbranch -D = delete\nstatus -s = short\n"
     "tag -l = list\nremote add -f = fetch\npush --force = force\n"
     "[fields]\n"
     "ms = rounded\nexit = code\n"
     "fmt = word --format --pretty=: oneline short medium full fuller\n"
     "color = word --color=: always never auto\n"
     "quiet = flag -q --quiet\nverbose = flag -v --verbose\n"
     "tty = flag @terminal\n"},
};

static const char *const git_lines[] = {
    "git init",
    "git init -q " S "-dir",
    "git --bare init -q --initial-branch=" S " " S ".git",
    "git config user.name " S,
    "git config user.email " S "@example.org",
    "git config --get user.name",
    "git add " S,
    "git add -A .",
    "git add -n -- -q",
    "git commit --allow-empty -m " S,
    "git commit --allow-empty -qm " S "~with~blanks",
    "git commit --allow-empty --amend -m " S,
    "git commit --allow-empty --amend -aqm " S,
    "git commit -am--amend",
    "git commit -m --amend",
    "git commit -a --message=" S,
    "git commit --all --allow-empty --author=" S "~<a@b> -m x",
    "git commit --date 2001-01-01 --allow-empty -m " S,
    "git commit -uno -m " S,
    "git commit -Sabcq -m " S,
    "git commit -F /" S,
    "git commit --file=/" S " --quiet",
    "git ci -m " S,
    "git ci --amend",
    "git -C /" S " commit -q",
    "git -C . commit --allow-empty -v -m " S,
    "git -c user.name=" S " commit --allow-empty -m x",
    "git -cuser.name=" S " log",
    "git --git-dir=/" S " log --pretty " S,
    "git --git-dir /" S " status",
    "git --work-tree=. --git-dir=.git status -s",
    "git --exec-path",
    "git --exec-path=/" S " log",
    "git log",
    "@git log",
    "git log --oneline",
    "@git log --oneline --color=always",
    "git log --graph --oneline",
    "git log --graph",
    "git log --format=" S,
    "git log --format oneline",
    "git log --pretty=fuller -n 3",
    "git log --pretty",
    "git log --pretty=medium --pretty=short",
    "git log -5 -q",
    "git log -n5 --since=" S,
    "git log --since yesterday --author " S,
    "git log -S " S " --color",
    "git log -S" S " --color=never",
    "git log --grep --oneline",
    "git log --grep=--oneline -- --graph",
    "git log -- " S,
    "git log " S "..HEAD",
    "git log --color=sometimes --format=",
    "git -p log --format=short",
    "git --no-pager log --color=auto -q",
    "git show --format=full",
    "@git show HEAD --quiet",
    "git diff",
    "git diff --cached",
    "git diff --color=always --cached " S,
    "git diff --color -- " S,
    "git branch",
    "git branch -v",
    "git branch -D " S,
    "git branch -qd " S,
    "git branch --sort -v --color=never",
    "git branch --contains=" S " -q",
    "git checkout " S,
    "git checkout -q -b " S,
    "git co -",
    "git st -sb",
    "@git status --short",
    "git status -s",
    "git status -vs",
    "git tag -l " S,
    "git tag -lq",
    "git tag " S,
    "git remote",
    "git remote -v",
    "git remote add " S " https://" S ".example/x",
    "git remote add -f " S " /" S,
    "git remote -v add x /" S,
    "git remote set-url " S " /" S,
    "git remote rename a " S,
    "git stash",
    "git stash -q",
    "git stash push -m " S,
    "git stash list",
    "git stash pop -q " S,
    "git stash " S,
    "git worktree add /" S "/no/such",
    "git worktree list",
    "git submodule update -q",
    "git submodule " S,
    "git push",
    "git push --force /" S " " S,
    "git push -o " S " -q /" S,
    "git push -fq /" S,
    "git pull -q /" S,
    "git fetch -v /" S,
    "git clone -q /" S " " S "-copy",
    "git clone -b " S " --depth=1 /" S,
    "git clone -o commit /" S,
    "git merge " S,
    "git rebase -q " S,
    "git reset -q --hard",
    "git grep -q " S,
    "git blame -q " S,
    "git annotate " S,
    "git rev-parse " S,
    "git " S,
    "git " S "^[31m",
    "git ''",
    "git '' commit",
    "git --version",
    "git --help",
    "git -v",
    "git",
    "git -C",
    "git --" S,
    "git -c " S,
    "git -",
    "git COMMIT",
    "git commi",
    "git stash~push",
    "git log--oneline",
};

static const char *const git_happens[] = {"commit_amend",
                                          "commit_all",
                                          "log_oneline",
                                          "log_graph",
                                          "diff_cached",
                                          "branch_delete",
                                          "status_short",
                                          "tag_list",
                                          "remote_add",
                                          "remote_add_fetch",
                                          "push_force",
                                          "stash_push",
                                          "stash_pop",
                                          "none",
                                          "other",
                                          "blame",
                                          "fmt short",
                                          "fmt other",
                                          "color always",
                                          "color other",
                                          "quiet yes",
                                          "verbose yes",
                                          "tty yes",
                                          "tty no",
                                          NULL};

#define APT_OPTIONS                                                      \
    "[command]\n"                                                        \
    "value-options = -o --option -c --config-file -t --target-release\n" \
    "value-options = --default-release -a --host-architecture\n"

#define APT_FIELDS                                                       \
    "[fields]\nms = rounded\nexit = 0 100\n"                             \
    "rel = word -t --target-release: stable testing unstable bookworm\n" \
    "quiet = flag -q --quiet -qq\nyes = flag -y --yes --assume-yes\n"    \
    "tty = flag @terminal\n"

static const struct tool apt_tools[] = {
    {"apt", APT_OPTIONS
     "[verbs]\nlist = l\nsearch = s\nshow = s\ninstall = i\nremove = r\n"
     "purge = p\nautoremove = a\nupdate = u\nupgrade = u\n"
     "full-upgrade = f\npolicy = p\nsatisfy = s\n"
     "[aliases]\nauto-remove = autoremove\n"
     "[modifiers]\nlist --installed = installed\n"
     "list --upgradable = upgradable\ninstall -s = simulate\n"
     "install --simulate = simulate\ninstall --dry-run = simulate\n"
     "remove --purge = purge\n" APT_FIELDS},
    {"apt-get", APT_OPTIONS
     "[verbs]\ninstall = i\nremove = r\nupdate = u\nupgrade = u\n"
     "dist-upgrade = d\nautoremove = a\nclean = c\nsource = s\n"
     "build-dep = b\ndownload = d\nchangelog = c\ncheck = c\n"
     "[modifiers]\ninstall -s = simulate\ninstall --simulate = simulate\n"
     "install --reinstall = again\nremove --purge = purge\n"
     "source -d = download\n" APT_FIELDS},
    {"apt-cache", APT_OPTIONS
     "unlisted = ignore\n[verbs]\npolicy = p\nshow = s\nsearch = s\n"
     "depends = d\nrdepends = r\nmadison = m\nstats = s\n"
     "[modifiers]\nsearch -n = names\nsearch --names-only = names\n"
     "show -a = all\n"
     "[fields]\nms = bucket\nexit = class\nquiet = flag -q\n"
     "full = flag -f --full\n"},
};

static const char *const apt_lines[] = {
    "apt list",
    "apt list --installed",
    "@apt list --installed",
    "apt list --upgradable -q",
    "apt list --installed " S "*",
    "apt -o Debug::NoLocking=1 install -s " S,
    "apt -oAPT::Get::Show-Versions=" S " list",
    "apt -o=APT::Get::Show-Versions=1 list",
    "apt --option Acquire::http::Proxy=http://" S "@x:1 install -s y",
    "apt --option=Acquire::http::Proxy=http://" S "@x:1 search z",
    "apt -c /" S ".conf list",
    "apt install -s " S,
    "apt install -sy " S "=1.0",
    "apt install --simulate -t bookworm " S,
    "apt install --dry-run -tunstable " S,
    "apt install -s -t " S " x",
    "apt install -t=testing --simulate " S,
    "apt install --target-release=stable -s /" S ".deb",
    "apt remove " S " -s",
    "apt remove --purge -s " S,
    "@apt remove -s " S,
    "apt purge -s -qq " S,
    "apt auto-remove -s -q=2",
    "apt autoremove --simulate -y",
    "apt search " S,
    "apt search -- -q",
    "apt show " S,
    "apt policy " S,
    "apt satisfy -s " S "~(>=~1)",
    "apt upgrade -s --yes",
    "apt moo",
    "apt " S,
    "apt --version",
    "apt --" S,
    "apt -z list",
    "apt",
    "apt -o",
    "apt -q " S " install",
    "apt-get -s install " S,
    "apt-get install -s " S,
    "apt-get -qq install --simulate " S,
    "apt-get -y -s -o Dpkg::Options::=--force-" S " install x",
    "apt-get install --reinstall -s " S,
    "apt-get install --reinstall -y " S,
    "apt-get remove --purge -sq " S,
    "apt-get -s upgrade",
    "@apt-get -s dist-upgrade -y",
    "apt-get -sy -t bookworm dist-upgrade",
    "apt-get clean -s",
    "apt-get check -q",
    "apt-get source -d " S,
    "apt-get source --download-only " S "/testing",
    "apt-get build-dep -s -a " S " x",
    "apt-get build-dep -s --host-architecture=armhf " S,
    "apt-get changelog " S,
    "apt-get moo",
    "apt-get " S,
    "apt-get --help",
    "apt-get -h install",
    "apt-get -t",
    "apt-get -y",
    "apt-cache policy",
    "apt-cache policy " S,
    "apt-cache -q show -a " S,
    "apt-cache show -fa " S,
    "apt-cache search -n " S,
    "apt-cache search --names-only -f " S,
    "apt-cache search --full " S,
    "apt-cache -o " S "=1 depends x",
    "apt-cache rdepends " S,
    "apt-cache madison " S,
    "apt-cache stats -q",
    "apt-cache",
    "apt-cache --version",
    "apt-cache pkgnames " S,
    "apt-cache " S,
};

static const char *const apt_happens[] = {
    "list_installed", "list_upgradable", "install_simulate",
    "remove_purge",   "autoremove",      "source_download",
    "search_names",   "show_all",        "none",
    "other",          "rel bookworm",    "rel other",
    "quiet yes",      "yes yes",         "full yes",
    "tty yes",        "install_again",   NULL};

static const struct tool docker_tools[] = {
    {"docker",
     "[command]\n"
     "value-options = --config -c --context -H --host -l --log-level\n"
     "value-options = --tlscacert --tlscert --tlskey\n"
     "value-options run = -e --env -v --volume -p --publish --name -u -w\n"
     "value-options run = --entrypoint -m --memory -l --label -h\n"
     "value-options build = -t --tag -f --file --build-arg --target\n"
     "value-options container ls = -f --filter -n --last\n"
     "value-options image ls = -f --filter\n"
     "value-options exec = -e --env -u --user -w --workdir\n"
     "value-options run = --pull --network\n"
     "passes-on = run\npasses-on = exec\n"
     "[verbs]\n"
     "build = b\nrun = r\nexec = e\npull = p\npush = p\nimage ls = l\n"
     "container ls = l\ncontainer rm = r\nimage rm = r\nlogs = l\n"
     "version = v\ninfo = i\ncontext ls = c\ncontext create = c\n"
     "network ls = n\nnetwork create = n\nvolume ls = v\nsystem df = d\n"
     "system prune = p\nstop = s\nstart = s\ninspect = i\ntag = t\n"
     "cp = c\nsearch = s\nsave = s\nstack deploy = s\n"
     "[aliases]\n"
     "ps = container ls\ncontainer ps = container ls\nimages = image ls\n"
     "rm = container rm\nrmi = image rm\ncontainer run = run\n"
     "image build = build\ncontainer exec = exec\n"
     "[modifiers]\n"
     "run -d = detach\nrun --detach = detach\nrun -it = shell\n"
     "build --no-cache = fresh\ncontainer ls -a = all\n"
     "container ls --all = all\nlogs -f = follow\nsystem prune -a = all\n"
     "[fields]\n"
     "ms = rounded\nexit = class\n"
     "fmt = word --format: json table\n"
     "log = word -l --log-level: debug info warn error fatal\n"
     "pull = word --pull=: always missing never\n"
     "quiet = flag -q --quiet\nrm = flag --rm\nforce = flag -f --force\n"
     "debug = flag -D --debug\ntty = flag @terminal\n"
     "rt = runtime: sh node\n"},
};

static const char *const docker_lines[] = {
    "docker ps",
    "docker ps -a",
    "@docker ps -a",
    "docker ps -aq",
    "docker ps --all --quiet",
    "docker ps -qaf name=" S,
    "docker ps --filter label=" S " -q",
    "docker ps --filter=-a",
    "docker ps -n 5 --format json",
    "docker ps -n5 --format=table",
    "docker ps --format table~{{.ID}}~" S,
    "docker ps --format=json --format=" S,
    "docker ps --last=3 --no-trunc",
    "docker container ls --all=false",
    "docker container ps",
    "docker container " S,
    "docker -H tcp://127.0.0.1:1 ps",
    "docker -Htcp://127.0.0.1:1 ps -q",
    "docker --host=unix:///" S ".sock ps",
    "docker --host unix:///" S ".sock images -q",
    "docker --config /" S " version",
    "docker --config=" S " version --format json",
    "docker -c " S " ps",
    "docker --context " S " info",
    "docker -D info",
    "docker --debug info --format json",
    "docker -l debug ps",
    "docker -ldebug ps -l",
    "docker --log-level=warn images",
    "docker --log-level " S " images",
    "docker -D -l fatal version",
    "docker -Dl info version",
    "docker --tlscacert /" S " version",
    "docker run " S,
    "docker run --rm " S " true",
    "docker run -d --name " S " x",
    "docker run --detach --rm -p 8080:80 " S,
    "docker run -it --rm " S " sh",
    "@docker run -it " S,
    "docker run -ti " S,
    "docker run -e PASSWORD=" S " --env=TOKEN=" S " x",
    "docker run -ePASSWORD=" S " -q x",
    "docker run -v /" S ":/x -w /" S " y",
    "docker run --volume=/" S ":/x:ro --user " S " y",
    "docker run -u " S " --entrypoint -d x",
    "docker run --pull=always " S,
    "docker run --pull never " S,
    "docker run --pull " S,
    "docker run -l team=" S " -m 1g x",
    "docker container run -d " S,
    "docker -H tcp://127.0.0.1:1 run -d " S,
    "docker run --network host " S " ps -q -D --format json",
    "docker exec " S " ls",
    "docker exec " S " ls -q --format=json --rm -D",
    "docker exec -e X=" S " -w /" S " c id",
    "docker container exec -u " S " c id",
    "docker build .",
    "docker build -t " S ":1 .",
    "docker build -q --no-cache -t " S " .",
    "docker build --no-cache=true --file /" S " .",
    "docker build -f /" S " --build-arg TOKEN=" S " .",
    "docker build --target=" S " -",
    "docker image build -t " S " /" S,
    "docker pull " S,
    "docker pull -q " S ".example/" S,
    "docker push " S ":latest",
    "docker images",
    "docker images -q --filter dangling=true",
    "docker images --format json",
    "docker image ls -fdangling=true",
    "docker image rm -f " S,
    "docker rmi --force " S,
    "docker rm -f " S,
    "docker rm -vf " S,
    "docker logs -f " S,
    "docker logs --tail 5 " S,
    "docker stop " S " " S "2",
    "docker start -a " S,
    "docker inspect --format {{." S "}} x",
    "docker inspect --format=json " S,
    "docker tag " S " " S ":2",
    "docker cp " S ":/etc/passwd /" S,
    "docker search " S,
    "docker save " S " --output /no/such/" S,
    "docker network ls -q",
    "docker network create " S,
    "docker volume ls --format=json",
    "docker system df",
    "docker system prune -af",
    "docker system prune --force --filter until=" S,
    "docker context ls",
    "docker context ls -q",
    "docker context ls --format json",
    "docker context create --description " S " " S "-context",
    "docker stack deploy -c /" S " " S,
    "docker version",
    "docker version --format " S,
    "@docker version --format json",
    "docker info -f json",
    "docker",
    "docker --version",
    "docker --help",
    "docker help " S,
    "docker " S,
    "docker " S " ps",
    "docker --" S " ps",
    "docker -- ps -q",
    "docker -H",
    "docker '' ps",
    "docker PS",
};

static const char *const docker_happens[] = {"container_ls",
                                             "container_ls_all",
                                             "run",
                                             "run_detach",
                                             "run_shell",
                                             "build",
                                             "build_fresh",
                                             "image_ls",
                                             "image_rm",
                                             "logs_follow",
                                             "system_prune_all",
                                             "exec",
                                             "none",
                                             "other",
                                             "fmt json",
                                             "fmt table",
                                             "fmt other",
                                             "log debug",
                                             "log other",
                                             "pull always",
                                             "quiet yes",
                                             "rm yes",
                                             "force yes",
                                             "debug yes",
                                             "tty yes",
                                             NULL};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct group git_group = {
    git_tools, COUNT(git_tools), git_lines, COUNT(git_lines), 0, git_happens};
static const struct group apt_group = {
    apt_tools, COUNT(apt_tools), apt_lines, COUNT(apt_lines), 2, apt_happens};
static const struct group docker_group = {
    docker_tools,  COUNT(docker_tools), docker_lines, COUNT(docker_lines), 0,
    docker_happens};

#endif
