/* SPDX-License-Identifier: MIT */
/* Sending at a person's word (tel flush), and for a timer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <tel/outbox.h>

#include "sender.h"

#define HARVEST_MS 2000
#define STEP_MS 20
#define SENDING_MS 30000 /* how long another process may still be sending */

/*
 * Moves what has ended. Where a sender is alive it is given the time to do
 * so: it alone may know how a killed run ended. The same for a watcher.
 */
static void harvest(const struct sender *sender, struct tables *tables)
{
    const struct timespec step = {0, STEP_MS * 1000000L};
    struct moved moved = {0};
    for (unsigned waited_ms = 0;; waited_ms += STEP_MS) {
        bool last = waited_ms >= HARVEST_MS;
        tables_look(tables);
        struct tel_table_counts counts = tables_count(tables);
        bool tended = !last && tables_tended(tables);
        if (counts.finished > 0 && !tended &&
            move_pass(sender, tables, &moved) < 0)
            return;
        if (last || (counts.pending == 0 && !(tended && counts.finished > 0)))
            return;
        (void)nanosleep(&step, NULL);
    }
}

/* Events that have not left: in the outbox, and in the tables. */
static uint64_t count_waiting(const struct sender *sender,
                              struct tables *tables)
{
    struct tel_outbox_counts box = {0};
    tables_look(tables);
    struct tel_table_counts counts = tables_count(tables);
    (void)tel_outbox_count(sender->state, NULL, &box);
    return box.waiting + counts.finished + counts.pending;
}

/* Not of stdout's concern, and not of one who wants it quiet. */
static int fail(const struct sender *sender, const char *why,
                const char *detail)
{
    if (!sender->quiet)
        fprintf(stderr, "tel-send: %s%s\n", why, detail);
    return 1;
}

/* All that was ever dropped, refused ones too. */
static uint64_t count_dropped(const struct sender *sender)
{
    uint64_t dropped = 0;
    (void)tel_outbox_dropped(sender->state, NULL, &dropped);
    return dropped;
}

static void say(const struct sender *sender, const struct delivery *delivery,
                uint64_t waiting, uint64_t dropped)
{
    if (sender->quiet)
        return;
    printf("%llu sent, %llu waiting", (unsigned long long)delivery->sent,
           (unsigned long long)waiting);
    if (delivery->refused > 0)
        printf(", %llu refused", (unsigned long long)delivery->refused);
    if (dropped > delivery->refused)
        printf(", %llu dropped",
               (unsigned long long)(dropped - delivery->refused));
    printf("\n");
}

int flush_run(const struct sender *sender)
{
    _cleanup_tables_ struct tables tables = TABLES_CLOSED;
    struct delivery delivery = {0};
    uint64_t before = count_dropped(sender);
    tables_open(&sender->env, false, &tables);
    harvest(sender, &tables);
    int r = deliver(sender, &tables, true, SENDING_MS, &delivery);
    if (r == -EBUSY)
        return fail(sender, "another sender is still sending", "");
    if (r < 0)
        return fail(sender, sender->state,
                    r == -EPERM ? ": belongs to somebody else"
                                : ": cannot be used");
    if (delivery.why[0] != '\0')
        (void)fail(sender, delivery.why, "");
    uint64_t waiting = count_waiting(sender, &tables);
    uint64_t after = count_dropped(sender);
    say(sender, &delivery, waiting, after > before ? after - before : 0);
    return waiting > 0 ? 1 : 0;
}

int once_run(const struct sender *sender)
{
    _cleanup_tables_ struct tables tables = TABLES_CLOSED;
    struct delivery delivery;
    tables_open(&sender->env, false, &tables);
    harvest(sender, &tables);
    (void)deliver(sender, &tables, false, 0, &delivery);
    return 0;
}
