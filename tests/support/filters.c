/* SPDX-License-Identifier: MIT */
/*
 * Filters like those that programs run under today. Lists of calls that are
 * forbidden, by their names in the kernel's headers (x86_64).
 */
#include "filters.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NUMBER offsetof(struct seccomp_data, nr)
#define ARCH offsetof(struct seccomp_data, arch)

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#define OWN_ARCH 0
#endif

struct filter {
    const char *name;
    const short *calls;
    size_t count;
    uint32_t listed; /* what happens to these */
    uint32_t others;
    bool without_clone3; /* its flags can't be read: it is said not to exist */
};

/* "Significant syscalls blocked by the default profile", Docker's manual,
 * and what else the profile doesn't list: each fails with EPERM. */
static const short docker[] = {
    SYS_acct,
    SYS_add_key,
    SYS_bpf,
    SYS_clock_adjtime,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_fspick,
    SYS_get_mempolicy,
    SYS_init_module,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kcmp,
    SYS_kexec_file_load,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_lookup_dcookie,
    SYS_mbind,
    SYS_migrate_pages,
    SYS_mount,
    SYS_move_mount,
    SYS_move_pages,
    SYS_name_to_handle_at,
    SYS_nfsservctl,
    SYS_open_by_handle_at,
    SYS_open_tree,
    SYS_perf_event_open,
    SYS_personality,
    SYS_pivot_root,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_set_mempolicy,
    SYS_setdomainname,
    SYS_sethostname,
    SYS_setns,
    SYS_settimeofday,
    SYS_swapoff,
    SYS_swapon,
    SYS_umount2,
    SYS_unshare,
    SYS_userfaultfd,
    SYS_vhangup,
};

/* What is not in systemd's @system-service (systemd-analyze syscall-filter,
 * version 252): the service is killed. */
static const short service[] = {
    SYS_acct,
    SYS_adjtimex,
    SYS_bpf,
    SYS_chroot,
    SYS_clock_adjtime,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_fanotify_init,
    SYS_fanotify_mark,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_fspick,
    SYS_init_module,
    SYS_kexec_file_load,
    SYS_kexec_load,
    SYS_landlock_add_rule,
    SYS_landlock_create_ruleset,
    SYS_landlock_restrict_self,
    SYS_lookup_dcookie,
    SYS_mincore,
    SYS_mount,
    SYS_mount_setattr,
    SYS_move_mount,
    SYS_nfsservctl,
    SYS_open_by_handle_at,
    SYS_open_tree,
    SYS_perf_event_open,
    SYS_pidfd_getfd,
    SYS_pivot_root,
    SYS_pkey_alloc,
    SYS_pkey_free,
    SYS_pkey_mprotect,
    SYS_ptrace,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_reboot,
    SYS_seccomp,
    SYS_setdomainname,
    SYS_sethostname,
    SYS_settimeofday,
    SYS_swapoff,
    SYS_swapon,
    SYS_syslog,
    SYS_umount2,
    SYS_vhangup,
};

/* What flatpak asks bubblewrap to forbid (flatpak-run.c): EPERM. */
static const short bubblewrap[] = {
    SYS_syslog,   SYS_acct,          SYS_quotactl,        SYS_add_key,
    SYS_keyctl,   SYS_request_key,   SYS_move_pages,      SYS_mbind,
    SYS_unshare,  SYS_get_mempolicy, SYS_set_mempolicy,   SYS_migrate_pages,
    SYS_setns,    SYS_mount,         SYS_umount2,         SYS_pivot_root,
    SYS_chroot,   SYS_open_tree,     SYS_move_mount,      SYS_fsopen,
    SYS_fsconfig, SYS_fsmount,       SYS_fspick,          SYS_mount_setattr,
    SYS_ptrace,   SYS_personality,   SYS_perf_event_open, SYS_clone3,
    SYS_swapoff,
};

/* All that a small program and ld.so need to start and to end: the rest fails
 * with ENOSYS, as under a kernel that knows little. */
static const short little[] = {
    SYS_execve,
    SYS_brk,
    SYS_set_tid_address,
    SYS_set_robust_list,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
    SYS_prlimit64,
    SYS_getrandom,
    SYS_mmap,
    SYS_mprotect,
    SYS_munmap,
    SYS_faccessat,
#ifdef SYS_access
    SYS_access,
#endif
    SYS_openat,
    SYS_read,
    SYS_pread64,
    SYS_newfstatat,
    SYS_fstat,
    SYS_close,
    SYS_write,
    SYS_exit_group,
};

static const short last_calls[] = {SYS_write, SYS_exit, SYS_exit_group};
static const short pid_call[] = {SYS_getpid};

#define EPERM_INSTEAD (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_INSTEAD (SECCOMP_RET_ERRNO | ENOSYS)

static const struct filter filters[] = {
    {"docker", docker, COUNT(docker), EPERM_INSTEAD, SECCOMP_RET_ALLOW, true},
    {"service", service, COUNT(service), SECCOMP_RET_KILL_PROCESS,
     SECCOMP_RET_ALLOW},
    {"bubblewrap", bubblewrap, COUNT(bubblewrap), EPERM_INSTEAD,
     SECCOMP_RET_ALLOW},
    {"little", little, COUNT(little), SECCOMP_RET_ALLOW, ENOSYS_INSTEAD},
    {"last", last_calls, COUNT(last_calls), SECCOMP_RET_ALLOW,
     SECCOMP_RET_KILL_PROCESS},
    {"no-pid", pid_call, COUNT(pid_call), SECCOMP_RET_KILL_PROCESS,
     SECCOMP_RET_ALLOW},
    {"pid-denied", pid_call, COUNT(pid_call), EPERM_INSTEAD, SECCOMP_RET_ALLOW},
};

/* Four steps before the lists, one behind, and two for each call. */
struct code {
    struct sock_filter steps[4 + 2 * 64 + 1];
    unsigned short n;
};

static void add(struct code *code, struct sock_filter step)
{
    code->steps[code->n++] = step;
}

static void add_call(struct code *code, int call, uint32_t action)
{
    add(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                           (uint32_t)call, 0, 1));
    add(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static const struct filter *find(const char *name)
{
    for (size_t i = 0; i < COUNT(filters); i++) {
        if (strcmp(filters[i].name, name) == 0) {
            return &filters[i];
        }
    }
    return NULL;
}

static int compile(const char *name, struct code *ret_code)
{
    const struct filter *filter = find(name);
    struct code *code = ret_code;

    if (OWN_ARCH == 0 || filter == NULL) {
        return -1;
    }
    code->n = 0;
    add(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARCH));
    add(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH,
                                           1, 0));
    add(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                           SECCOMP_RET_KILL_PROCESS));
    add(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER));
    for (size_t i = 0; i < filter->count; i++) {
        add_call(code, filter->calls[i], filter->listed);
    }
    if (filter->without_clone3) {
        add_call(code, SYS_clone3, ENOSYS_INSTEAD);
    }
    add(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, filter->others));
    return 0;
}

int filter_install(const char *name)
{
    struct code code;
    struct sock_fprog program = {.filter = code.steps};

    if (compile(name, &code) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return -1;
    }
    program.len = code.n;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int filter_write(const char *name, const char *path)
{
    struct code code;
    size_t bytes;
    ssize_t done;
    int fd;

    if (compile(name, &code) < 0) {
        return -1;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -1;
    }
    bytes = code.n * sizeof(code.steps[0]);
    done = write(fd, code.steps, bytes);
    close(fd);
    return done == (ssize_t)bytes ? 0 : -1;
}
