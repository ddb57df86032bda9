/* SPDX-License-Identifier: MIT */
/* Seccomp filters like those of containers, as bwrap reads them. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0
#endif

/* What a container without capabilities is refused (Docker's default profile
 * lists what it may; this is the rest), and what a service has no use for. */
static const int refused[] = {
    SYS_acct,           SYS_bpf,
    SYS_clock_adjtime,  SYS_clock_settime,
    SYS_delete_module,  SYS_finit_module,
    SYS_fsconfig,       SYS_fsmount,
    SYS_fsopen,         SYS_fspick,
    SYS_init_module,    SYS_kexec_load,
    SYS_lookup_dcookie, SYS_mount,
    SYS_move_mount,     SYS_open_by_handle_at,
    SYS_open_tree,      SYS_perf_event_open,
    SYS_pivot_root,     SYS_quotactl,
    SYS_reboot,         SYS_settimeofday,
    SYS_sethostname,    SYS_setdomainname,
    SYS_swapon,         SYS_swapoff,
    SYS_umount2,        SYS_vhangup,
};

/* Docker's: also these, with an error; and clone3, whose flags no filter can
 * read, is said not to exist. */
static const int refused_by_docker[] = {
    SYS_add_key,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kcmp,
    SYS_keyctl,
    SYS_mbind,
    SYS_migrate_pages,
    SYS_move_pages,
    SYS_name_to_handle_at,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_request_key,
    SYS_set_mempolicy,
    SYS_setns,
    SYS_unshare,
    SYS_userfaultfd,
};

/* @system-service's: these, with death. */
static const int refused_by_service[] = {
    SYS_chroot, SYS_fanotify_init, SYS_fanotify_mark, SYS_pidfd_getfd,
    SYS_ptrace, SYS_seccomp,       SYS_syslog,
};

struct program {
    struct sock_filter steps[256];
    size_t n;
};

static void add(struct program *program, struct sock_filter step)
{
    assert_true(program->n < COUNT(program->steps));
    program->steps[program->n++] = step;
}

static void refuse(struct program *program, const int *calls, size_t n,
                   unsigned action)
{
    for (size_t i = 0; i < n; i++) {
        add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                  (unsigned)calls[i], 0, 1));
        add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
    }
}

bool filter_write(enum filter filter, const char *path)
{
    const unsigned eperm = SECCOMP_RET_ERRNO | EPERM;
    const unsigned enosys = SECCOMP_RET_ERRNO | ENOSYS;
    const unsigned death = SECCOMP_RET_KILL_PROCESS;
    static const int clone3[] = {SYS_clone3};
    struct program program = {.n = 0};
    size_t bytes;
    int fd;

    if (ARCH == 0) {
        return false;
    }
    /* struct seccomp_data: the call's number, then the architecture. */
    add(&program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4));
    add(&program,
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
    add(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, death));
    add(&program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0));
    refuse(&program, refused, COUNT(refused),
           filter == FILTER_DOCKER ? eperm : death);
    if (filter == FILTER_DOCKER) {
        refuse(&program, refused_by_docker, COUNT(refused_by_docker), eperm);
        refuse(&program, clone3, COUNT(clone3), enosys);
    } else {
        refuse(&program, refused_by_service, COUNT(refused_by_service), death);
    }
    add(&program,
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    bytes = program.n * sizeof(program.steps[0]);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, program.steps, bytes), bytes);
    close(fd);
    return true;
}
