/* SPDX-License-Identifier: MIT */
/*
 * The sender in the background: asleep in poll() while runs go on, it moves
 * what has ended, and lets a child send when that is due.
 *
 * The child is what loads libcurl and may hang on a collector; this process
 * stays small, holds no descriptor in a home, and ends at once on SIGTERM:
 * whatever it was doing, the files and marks say how to go on.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sender.h"

#define PASS_PAUSE_MS 50     /* a burst of runs costs few wake-ups */
#define PENDING_PAUSE_MS 20  /* a watcher is about to tell how a run ended */
#define PENDING_LONG_MS 3000 /* ... or is not: then less often */
#define PENDING_LONG_PAUSE_MS 1000
#define RETRY_MS 5000        /* after a pass that could not write */
#define CHILD_PAUSE_MS 30000 /* after a sending that failed */
#define LATE_S 60            /* past this a moment has been slept through */

struct keeper {
    const struct sender *sender;
    struct tables tables;
    int64_t due;        /* seconds, wall clock */
    int64_t busy_ms;    /* when a run was last seen, and the like */
    int64_t pending_ms; /* since when some are pending; 0: none is */
    int64_t retry_ms;   /* no pass before */
    int64_t child_ms;   /* no child before */
    pid_t child;        /* 0: none */
    struct moved held;  /* in the outbox, at most */
    int child_fd;       /* polls readable when it has ended; or -1 */
};

/* Also runs on while the machine sleeps. */
static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {0, ms * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Every tool that waits gets a moment; those that passed are drawn again. */
static void plan(struct keeper *keeper, unsigned late_s)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    _cleanup_files_ struct files tools = FILES_EMPTY;
    struct due due;
    keeper->due = DUE_NEVER;
    if (state_open(keeper->sender->state, false, &state) < 0 ||
        state_lock(&state) < 0 || files_tools(&state, &tools) < 0)
        return;
    due_load(&state, &due);
    for (size_t i = 0; i < tools.count; i++) {
        struct judged judged;
        judge(&keeper->sender->env, tools.at[i].name, &judged);
        if (judged.what == JUDGE_SEND)
            due_want(&due, judged.id, keeper->sender->interval_s);
    }
    due_redraw(&due, keeper->sender->interval_s, late_s);
    due_save(&state, &due);
    keeper->due = due_next(&due);
}

/* Reads what a pass, or another process, has planned. */
static void read_plan(struct keeper *keeper)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    struct due due;
    if (state_open(keeper->sender->state, false, &state) < 0)
        return;
    due_load(&state, &due);
    keeper->due = due_next(&due);
}

/* Keeps the outbox within its bounds. */
static void trim(struct keeper *keeper)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    if (state_open(keeper->sender->state, false, &state) < 0)
        return;
    bool sending = state_lock_sending(&state, 0) < 0;
    if (state_lock(&state) == 0)
        files_trim(&state, sending, &keeper->held.events, &keeper->held.bytes);
}

static void pass(struct keeper *keeper)
{
    int r = move_pass(keeper->sender, &keeper->tables, &keeper->held);
    keeper->retry_ms = r < 0 ? now_ms() + RETRY_MS : 0;
    if (keeper->held.events > OUTBOX_MAX_EVENTS ||
        keeper->held.bytes > OUTBOX_MAX_BYTES)
        trim(keeper);
    read_plan(keeper);
}

/* Context: the child, which leaves by _exit. */
static void send_as_child(struct keeper *keeper, pid_t parent)
{
    struct tables tables = TABLES_CLOSED;
    struct delivery delivery;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    /* Its own view of the tables: a shared epoll would wake the parent. */
    tables_close(&keeper->tables);
    tables_open(&keeper->sender->env, false, &tables);
    int r = deliver(keeper->sender, &tables, false, 0, &delivery);
    _exit(r < 0 || delivery.failed ? 1 : 0);
}

static void start_child(struct keeper *keeper)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
        send_as_child(keeper, parent);
    if (child < 0) {
        keeper->child_ms = now_ms() + CHILD_PAUSE_MS;
        return;
    }
    keeper->child = child;
    keeper->child_fd = (int)syscall(SYS_pidfd_open, child, 0);
}

static void reap_child(struct keeper *keeper)
{
    int status = 1;
    if (keeper->child == 0 || waitpid(keeper->child, &status, WNOHANG) == 0)
        return;
    if (keeper->child_fd >= 0)
        (void)close(keeper->child_fd);
    keeper->child_fd = -1;
    keeper->child = 0;
    if (status != 0)
        keeper->child_ms = now_ms() + CHILD_PAUSE_MS;
    plan(keeper, LATE_S);
}

static void send_if_due(struct keeper *keeper)
{
    int64_t now_s = (int64_t)time(NULL);
    if (keeper->due != DUE_NEVER && keeper->due + LATE_S < now_s)
        plan(keeper, LATE_S);
    if (keeper->child == 0 && keeper->due <= now_s &&
        keeper->child_ms <= now_ms())
        start_child(keeper);
}

/* Looks, moves, sends: everything there is to do at this moment. */
static struct tel_table_counts work(struct keeper *keeper)
{
    struct tables *tables = &keeper->tables;
    bool stuck = keeper->retry_ms > now_ms();
    for (size_t i = 0; i < tables->count; i++)
        tel_lease_renew(tables->at[i]);
    tables_look(tables);
    struct tel_table_counts counts = tables_count(tables);
    bool move = counts.finished > 0 && !stuck;
    if (move)
        pass(keeper);
    reap_child(keeper);
    send_if_due(keeper);
    if (counts.running > 0 || counts.pending > 0 || move || keeper->child > 0)
        keeper->busy_ms = now_ms();
    if (counts.pending == 0)
        keeper->pending_ms = 0;
    else if (keeper->pending_ms == 0)
        keeper->pending_ms = now_ms();
    return counts;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t linger_left_ms(const struct keeper *keeper)
{
    return keeper->busy_ms + 1000 * (int64_t)keeper->sender->linger_s -
           now_ms();
}

/* How long nothing is to be done, unless a descriptor says otherwise. */
static int64_t idle_ms(const struct keeper *keeper,
                       const struct tel_table_counts *counts)
{
    int64_t now = now_ms();
    int64_t idle = TEL_LEASE_S * INT64_C(1000) / 2;
    if (keeper->child > 0) {
        if (keeper->child_fd < 0)
            idle = PASS_PAUSE_MS;
    } else if (keeper->due != DUE_NEVER) {
        int64_t due = (keeper->due - (int64_t)time(NULL)) * 1000;
        idle = least(idle, due < keeper->child_ms - now ? keeper->child_ms - now
                                                        : due);
    }
    if (counts->finished > 0 && keeper->retry_ms > now)
        idle = least(idle, keeper->retry_ms - now);
    if (counts->pending > 0)
        idle = least(idle, now - keeper->pending_ms > PENDING_LONG_MS
                               ? PENDING_LONG_PAUSE_MS
                               : PENDING_PAUSE_MS);
    if (counts->running == 0 && keeper->child == 0)
        idle = least(idle, linger_left_ms(keeper));
    return idle > 0 ? idle : 0;
}

static void await(struct keeper *keeper, const struct tel_table_counts *counts)
{
    struct pollfd fds[TABLES_MAX + 1];
    nfds_t count = 0;
    for (; count < keeper->tables.count; count++) {
        fds[count] = (struct pollfd){
            .fd = tel_table_fd(keeper->tables.at[count]), .events = POLLIN};
    }
    if (keeper->child_fd >= 0)
        fds[count++] =
            (struct pollfd){.fd = keeper->child_fd, .events = POLLIN};
    /* First a rest, in which what happens gathers. */
    if (counts->pending == 0)
        pause_ms(PASS_PAUSE_MS);
    (void)poll(fds, count, (int)idle_ms(keeper, counts));
}

/*
 * Gives the leases back, unless a run has begun meanwhile: it saw a sender
 * alive, and started none.
 */
static bool leave(struct keeper *keeper)
{
    struct tables *tables = &keeper->tables;
    size_t kept = 0;
    for (size_t i = 0; i < tables->count; i++)
        tel_lease_drop(tables->at[i]);
    tables_look(tables);
    struct tel_table_counts counts = tables_count(tables);
    if (counts.running == 0 && counts.pending == 0 &&
        (counts.finished == 0 || keeper->retry_ms > now_ms()))
        return true;
    for (size_t i = 0; i < tables->count; i++) {
        if (tel_lease_take(tables->at[i]) < 0) {
            tel_table_close(tables->at[i]);
            continue;
        }
        tables->at[kept] = tables->at[i];
        memmove(tables->dir[kept], tables->dir[i], sizeof(tables->dir[i]));
        kept++;
    }
    tables->count = kept;
    return kept == 0;
}

int background_run(const struct sender *sender)
{
    struct keeper keeper = {.sender = sender, .child_fd = -1};
    tables_open(&sender->env, true, &keeper.tables);
    if (keeper.tables.count == 0)
        return 0;
    keeper.busy_ms = now_ms();
    trim(&keeper);
    plan(&keeper, 0);
    for (;;) {
        struct tel_table_counts counts = work(&keeper);
        if (linger_left_ms(&keeper) <= 0 && keeper.child == 0 && leave(&keeper))
            break;
        await(&keeper, &counts);
    }
    tables_close(&keeper.tables);
    return 0;
}
