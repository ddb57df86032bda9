/* SPDX-License-Identifier: MIT */
/* Whether a program was started by a run, and so is part of it. */
#include <string.h>
#include <unistd.h>

#include "table.h"

/* Runs have been seen nested this deep; beyond it, it is a run. */
#define ANCESTORS_MAX 8

static bool other_is_running(const struct table_head *head, pid_t pid)
{
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        uint64_t word = word_load(&head->words[i]);

        if ((word_state(word) == SLOT_CLAIMING ||
             word_state(word) == SLOT_RUNNING) &&
            word_pid(word) != pid) {
            return true;
        }
    }
    return false;
}

static bool owns_run(int fd, const struct table_head *head, pid_t pid,
                     uint64_t proc_dev, const struct process *process)
{
    struct table_slot body;

    return slot_of(fd, head->words, pid, proc_dev, process->start_ns, &body) >=
           0;
}

/* git's gc in the background: started by the tool itself, in a session of
 * its own, and perhaps after the run was over. */
static bool is_own_child(const char *name, pid_t parent)
{
    char comm[COMM_SIZE];

    return process_comm(parent, comm) == 0 &&
           strncmp(comm, name, COMM_LEN) == 0;
}

/* Whether an ancestor, within the session, owns a run. */
static bool has_running_ancestor(int fd, const struct table_head *head,
                                 pid_t parent, uint64_t proc_dev)
{
    struct process process;
    pid_t ancestor = parent;
    pid_t session = 0;

    for (unsigned depth = 0; depth < ANCESTORS_MAX && ancestor > 1; depth++) {
        if (process_read(ancestor, &process) < 0) {
            return false;
        }
        if (depth == 0) {
            session = process.session;
        }
        if (process.session != session) {
            return false;
        }
        if (owns_run(fd, head, ancestor, proc_dev, &process)) {
            return true;
        }
        ancestor = process.ppid;
    }
    return false;
}

/*
 * Whether the leader of a session goes on with its parent's work. No shell
 * makes a session of what was typed: it is a tool's way to the background
 * (setsid and exec), and sshd's, which starts itself for each connection.
 */
static bool is_detached(int fd, const struct table_head *head, const char *name,
                        pid_t pid, uint64_t proc_dev)
{
    pid_t parent = getppid();
    struct process process;

    return is_own_child(name, parent) ||
           (other_is_running(head, pid) &&
            process_read(parent, &process) == 0 &&
            owns_run(fd, head, parent, proc_dev, &process));
}

bool is_inside(int fd, const struct table_head *head, const char *name,
               pid_t pid, uint64_t proc_dev)
{
    pid_t parent;

    /* The leader of a job was typed, whoever runs the shell. */
    if (getpgrp() == pid) {
        return getsid(0) == pid && is_detached(fd, head, name, pid, proc_dev);
    }
    parent = getppid();
    return is_own_child(name, parent) ||
           (other_is_running(head, pid) &&
            has_running_ancestor(fd, head, parent, proc_dev));
}
