/* SPDX-License-Identifier: MIT */
/* The lease: which sender is alive, for each /proc that shares the table. */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "harvest.h"

/* A lease that was taken an instant ago has no end yet. */
static bool is_live(const struct table_lease *lease, uint64_t holder)
{
    uint64_t until = __atomic_load_n(&lease->until_ns, __ATOMIC_ACQUIRE);
    pid_t pid = (pid_t)(holder & 0xffffffff);

    if (pid <= 0 ||
        (until != 0 && until < (uint64_t)clock_ns(CLOCK_BOOTTIME))) {
        return false;
    }
    return kill(pid, 0) == 0 || errno == EPERM;
}

static bool same_proc(uint64_t holder, uint64_t proc_dev)
{
    return holder != 0 && holder >> 32 == (proc_dev & 0xffffffff);
}

static uint64_t myself(const struct tel_table *table)
{
    return table->proc_dev << 32 | (uint64_t)getpid();
}

pid_t lease_holder(const struct table_head *head, uint64_t proc_dev)
{
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        uint64_t holder = word_load(&head->leases[i].holder);

        if (same_proc(holder, proc_dev) && is_live(&head->leases[i], holder)) {
            return (pid_t)(holder & 0xffffffff);
        }
    }
    return 0;
}

static void extend(struct table_lease *lease)
{
    uint64_t until =
        (uint64_t)clock_ns(CLOCK_BOOTTIME) + TEL_LEASE_S * 1000000000ULL;

    __atomic_store_n(&lease->until_ns, until, __ATOMIC_RELEASE);
}

int tel_lease_take(struct tel_table *table)
{
    pid_t holder = lease_holder(table->head, table->proc_dev);

    if (holder != 0) {
        return holder == getpid() ? 0 : -EBUSY;
    }
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        struct table_lease *lease = &table->head->leases[i];
        uint64_t old = word_load(&lease->holder);

        if (old != 0 && is_live(lease, old)) {
            continue;
        }
        if (!word_swap(&lease->holder, old, myself(table))) {
            continue;
        }
        extend(lease);
        /* Two may have taken two places at once: the first place keeps it. */
        if (lease_holder(table->head, table->proc_dev) != getpid()) {
            tel_lease_drop(table);
            return -EBUSY;
        }
        return 0;
    }
    return -EBUSY;
}

void tel_lease_renew(struct tel_table *table)
{
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        if (word_load(&table->head->leases[i].holder) == myself(table)) {
            extend(&table->head->leases[i]);
        }
    }
}

void tel_lease_drop(struct tel_table *table)
{
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        struct table_lease *lease = &table->head->leases[i];

        (void)word_swap(&lease->holder, myself(table), 0);
    }
}

pid_t tel_lease_holder(const struct tel_table *table)
{
    return lease_holder(table->head, table->proc_dev);
}
