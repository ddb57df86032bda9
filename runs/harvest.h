/* SPDX-License-Identifier: MIT */
/* harvest: a table as the sender holds it. Private to runs/. */
#ifndef TEL_HARVEST_H
#define TEL_HARVEST_H

#include "table.h"

/* What the sender knows of the run in a slot. */
struct watch {
    uint64_t claim; /* of the run that this is about; 0: none */
    int pidfd;      /* -1: none */
    bool gone;
    bool told;            /* the kernel told how it ended */
    int wait_status;      /* ... namely so */
    int64_t noticed_ns;   /* when it was seen to be gone: the head's clock */
    int64_t gone_boot_ns; /* the same, CLOCK_BOOTTIME */
    int64_t claiming_ns;  /* since when the word says CLAIMING */
};

struct tel_table {
    int fd;
    int epoll;
    int inotify; /* -1 where there is none: the caller polls by time */
    uint64_t proc_dev;
    struct table_head *head;
    struct table_slot *slots;
    struct tel_table_counts counts;
    struct watch watches[TABLE_SLOTS];
};

#endif
