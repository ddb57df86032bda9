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
    unsigned first = table_bucket(pid);
    int i = bucket_find(&head->words[first], pid);

    return i >= 0 && slot_owned_by(fd, head->words, first + (unsigned)i,
                                   proc_dev, process->start_ns);
}

bool is_inside(int fd, const struct table_head *head, const char *name,
               pid_t pid, uint64_t proc_dev)
{
    struct process process;
    pid_t session = 0;
    pid_t ancestor;

    /* The leader of a job was typed, whoever runs the shell. */
    if (getpgrp() == pid) {
        return false;
    }
    ancestor = getppid();
    for (unsigned depth = 0; depth < ANCESTORS_MAX && ancestor > 1; depth++) {
        if (process_read(ancestor, &process) < 0) {
            return false;
        }
        if (depth == 0) {
            session = process.session;
            if (strncmp(process.comm, name, sizeof(process.comm) - 1) == 0) {
                return true;
            }
            if (!other_is_running(head, pid)) {
                return false;
            }
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
