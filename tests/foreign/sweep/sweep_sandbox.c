/* SPDX-License-Identifier: MIT */
/*
 * The sandbox that commands are run in, made for each worker once.
 *
 * Three processes, and why each of them is there. The keeper makes the
 * namespaces, has its user mapped by the main program, and dies with it. Its
 * child is the first process of the pid namespace: it mounts, gives up every
 * privilege, and reaps. The worker is a child of that one, as process 1 would
 * be an odd parent for a command: some look at who theirs is.
 *
 * Nothing can be harmed twice over: whatever is not scratch is mounted
 * read-only, and the user is nobody (started by root) or who started the
 * sweep, with no right to change the machine's programs. Setuid is void, as
 * root is not mapped here. A reboot() would end the pid namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sweep.h"

#define NOBODY 65534

/* What of the machine can be seen. /var and /home are not: sockets of
 * services and the person's own files are there. */
static const char *const shown[] = {"usr", "etc",   "opt",   "bin",   "sbin",
                                    "lib", "lib32", "lib64", "libx32"};
static const char *const devices[] = {"null", "zero", "full", "random",
                                      "urandom"};
static const char *const memory[] = {"tmp", "var/tmp", "run", "dev/shm",
                                     "home/sweep"};

static _Noreturn void fail(const char *step)
{
    fprintf(stderr, "sweep: no sandbox: %s: %s\n", step, strerror(errno));
    fflush(stderr);
    _exit(BOX_NONE);
}

/* ---- who one is --------------------------------------------------------- */

static void write_map(pid_t pid, const char *file, const char *text)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        fail(path);
    }
    (void)close(fd);
}

/* Done by a process outside: root's own map needs a privilege there. */
static void map_user(pid_t pid)
{
    bool root = geteuid() == 0;
    char line[64];

    write_map(pid, "setgroups", "deny");
    (void)snprintf(line, sizeof(line), "%d %d 1", BOX_UID,
                   root ? NOBODY : (int)geteuid());
    write_map(pid, "uid_map", line);
    (void)snprintf(line, sizeof(line), "%d %d 1", BOX_UID,
                   root ? NOBODY : (int)getegid());
    write_map(pid, "gid_map", line);
}

static void set_capabilities(unsigned effective, unsigned effective_high)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {.effective = effective, .permitted = effective},
        {.effective = effective_high, .permitted = effective_high}};

    if (syscall(SYS_capset, &header, data) < 0) {
        fail("capset");
    }
}

static void become_user(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    if (prctl(PR_SET_KEEPCAPS, 1) < 0 ||
        setresgid(BOX_UID, BOX_UID, BOX_UID) < 0 ||
        setresuid(BOX_UID, BOX_UID, BOX_UID) < 0 ||
        syscall(SYS_capget, &header, data) < 0) {
        fail("another user");
    }
    set_capabilities(data[0].permitted, data[1].permitted);
    /* Changing the user has undone both. */
    (void)prctl(PR_SET_DUMPABLE, 1);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void give_up_privileges(void)
{
    for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++) {
        (void)prctl(PR_CAPBSET_DROP, i);
    }
    set_capabilities(0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        fail("no_new_privs");
    }
}

/* ---- what one sees ------------------------------------------------------ */

static void make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST) {
        fail(path);
    }
}

static void show(const char *name)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    char outside[64];
    char target[64];
    struct stat st;
    ssize_t n;

    (void)snprintf(outside, sizeof(outside), "/%s", name);
    if (lstat(outside, &st) < 0) {
        return;
    }
    if (S_ISLNK(st.st_mode)) {
        n = readlink(outside, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        if (symlink(target, name) < 0) {
            fail(outside);
        }
        return;
    }
    make_folder(name, 0755);
    if (mount(outside, name, NULL, MS_BIND | MS_REC, NULL) < 0 ||
        mount_setattr(AT_FDCWD, name, AT_RECURSIVE, &read_only,
                      sizeof(read_only)) < 0) {
        fail(outside);
    }
}

static void show_device(const char *name)
{
    char outside[64];
    int fd;

    (void)snprintf(outside, sizeof(outside), "/dev/%s", name);
    fd = open(outside + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || close(fd) < 0 ||
        mount(outside, outside + 1, NULL, MS_BIND, NULL) < 0) {
        fail(outside);
    }
}

static void make_dev(void)
{
    static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"},
                                           {"/proc/self/fd/0", "dev/stdin"},
                                           {"/proc/self/fd/1", "dev/stdout"},
                                           {"/proc/self/fd/2", "dev/stderr"}};

    make_folder("dev", 0755);
    for (size_t i = 0; i < COUNT(devices); i++) {
        show_device(devices[i]);
    }
    for (size_t i = 0; i < COUNT(links); i++) {
        if (symlink(links[i][0], links[i][1]) < 0) {
            fail(links[i][1]);
        }
    }
}

static void make_scratch(void)
{
    make_folder("var", 0755);
    make_folder("home", 0755);
    for (size_t i = 0; i < COUNT(memory); i++) {
        make_folder(memory[i], 0755);
        if (mount("scratch", memory[i], "tmpfs", MS_NOSUID | MS_NODEV,
                  i < 2 ? "mode=1777,size=256m" : "mode=755,size=256m") < 0) {
            fail(memory[i]);
        }
    }
    make_folder("run/user", 0755);
    make_folder(&BOX_RUNTIME[1], 0700);
}

static void copy_in(int fd, const char *path, mode_t mode)
{
    char buf[65536];
    off_t at = 0;
    ssize_t n;
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

    while (out >= 0 && (n = pread(fd, buf, sizeof(buf), at)) > 0) {
        if (write(out, buf, (size_t)n) != n) {
            fail(path);
        }
        at += n;
    }
    if (out < 0 || close(out) < 0) {
        fail(path);
    }
}

/* The folders above it are made, if what is shown does not have it. */
static void place_sender(int fd)
{
    static const char sender[] = BOX_SENDER;
    char path[sizeof(sender)];

    if (access(sender + 1, X_OK) == 0) {
        return;
    }
    for (size_t i = 2; i < sizeof(sender); i++) {
        if (sender[i] == '/') {
            (void)snprintf(path, i, "%s", sender + 1);
            make_folder(path, 0755);
        }
    }
    copy_in(fd, sender + 1, 0755);
}

static void write_policy(const char *name)
{
    char path[256];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s.conf", &BOX_POLICIES[1], name);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 ||
        dprintf(fd,
                "[tool]\nid = %s\nversion = 1.2\n"
                "endpoint = http://127.0.0.1:9/t\n"
                "[command]\nverbs = none\n"
                "[fields]\nms = rounded\nexit = code\n",
                name) < 0 ||
        close(fd) < 0) {
        fail(path);
    }
}

static void make_tel(const struct sandbox *sandbox)
{
    const struct commands *commands = sandbox->commands;

    make_folder(&BOX_TEL[1], 0755);
    make_folder(&BOX_POLICIES[1], 0755);
    copy_in(sandbox->shim, &BOX_SHIM[1], 0644);
    copy_in(sandbox->wrap, &BOX_WRAP[1], 0755);
    place_sender(sandbox->sender);
    for (size_t i = 0; i < commands->count; i++) {
        if (commands->list[i].can_have_policy) {
            write_policy(commands->list[i].name);
        }
    }
}

static void make_root(const struct sandbox *sandbox)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("root", "/tmp", "tmpfs", 0, "mode=755,size=64m") < 0 ||
        chdir("/tmp") < 0) {
        fail("a root of its own");
    }
    for (size_t i = 0; i < COUNT(shown); i++) {
        show(shown[i]);
    }
    make_dev();
    make_scratch();
    make_tel(sandbox);
    make_folder("sys", 0755);
    make_folder("proc", 0755);
    if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) <
        0) {
        fail("/proc");
    }
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
        chdir("/") < 0 ||
        mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0) {
        fail("the new root");
    }
}

/* ---- the three processes ------------------------------------------------ */

static void limit(int what, rlim_t value)
{
    struct rlimit now;

    if (getrlimit(what, &now) == 0 && now.rlim_max > value) {
        (void)setrlimit(what, &(struct rlimit){value, value});
    }
}

/* Generous: what reserves address space, as node and java do, is no fault. */
static void set_limits(void)
{
    limit(RLIMIT_AS, (rlim_t)64 << 30);
    limit(RLIMIT_DATA, (rlim_t)8 << 30);
    limit(RLIMIT_FSIZE, (rlim_t)64 << 20);
    limit(RLIMIT_CPU, 60);
    limit(RLIMIT_NPROC, 1024);
    limit(RLIMIT_NOFILE, 1024);
    limit(RLIMIT_CORE, 0);
}

/* The first process: mounts, gives up, and reaps until the worker is done. */
static void be_first(const struct sandbox *sandbox)
{
    int status = 0;
    pid_t worker;
    pid_t pid;

    /* As an init, which waits for one process only: a sender may start. */
    (void)prctl(PR_SET_NAME, "init");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)umask(022);
    make_root(sandbox);
    if (sethostname("sweep", 5) < 0) {
        fail("host name");
    }
    give_up_privileges();
    worker = fork();
    if (worker == 0) {
        /* Hosts are its children, and one of them is init. */
        (void)prctl(PR_SET_NAME, "sweep");
        set_limits();
        _exit(sandbox->work(sandbox->context));
    }
    do {
        pid = waitpid(-1, &status, __WALL);
    } while (pid != worker && (pid >= 0 || errno == EINTR));
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void be_keeper(const struct sandbox *sandbox, int to_main, int from_main)
{
    int status = 0;
    char byte = 'x';
    pid_t first;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (geteuid() == 0 && setgroups(0, NULL) < 0) {
        fail("setgroups");
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                CLONE_NEWIPC | CLONE_NEWUTS) < 0) {
        fail("unshare");
    }
    if (write(to_main, &byte, 1) != 1 || read(from_main, &byte, 1) != 1) {
        _exit(BOX_NONE);
    }
    become_user();
    first = fork();
    if (first == 0) {
        be_first(sandbox);
    }
    while (waitpid(first, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

pid_t sandbox_start(const struct sandbox *sandbox)
{
    int to_main[2];
    int from_main[2];
    char byte;
    pid_t pid;

    if (pipe2(to_main, O_CLOEXEC) < 0 || pipe2(from_main, O_CLOEXEC) < 0) {
        return -errno;
    }
    pid = fork();
    if (pid == 0) {
        be_keeper(sandbox, to_main[1], from_main[0]);
    }
    (void)close(to_main[1]);
    (void)close(from_main[0]);
    /* Where it has failed, it has said so, and its status tells. */
    if (pid > 0 && read(to_main[0], &byte, 1) == 1) {
        map_user(pid);
        (void)!write(from_main[1], &byte, 1);
    }
    (void)close(to_main[0]);
    (void)close(from_main[1]);
    return pid;
}
