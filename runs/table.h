/* SPDX-License-Identifier: MIT */
/*
 * table: the file runs-1, by byte offset. Private to runs/.
 *
 *        0  magic "telrun1\0", then the count and size of slots
 *       16  which clock the recorders use (a clockid_t)
 *       20  which /proc its maker saw (st_dev), 0 where that is not known
 *       24  leases: which sender is alive, one for each /proc
 *      152  drops: runs that found no slot, by a hash of the tool's name
 *      512  one 64-bit word for each slot
 *     4096  the slots: what is known of each run when it begins
 *
 * The first 4096 bytes are all that a recorder maps, and all that it ever
 * changes by a memory store. A slot's body is written once, by pwrite, while
 * its word says CLAIMING; but where its policy says crash = on, the crash
 * object maps the page too, and stores into the body's crash alone.
 *
 * A word, from bit 0:
 *
 *     22  pid         the owner; also while the slot is being claimed
 *      2  state       FREE, CLAIMING, RUNNING, ENDED
 *      8  generation  one more with each claim
 *      2  end         nothing stored yet, exit, signal, lost
 *      8  code        exit code or signal number
 *     22  duration    milliseconds, at most TEL_MS_TOP
 *
 * It changes by compare-and-swap only. pid and generation together are the
 * claim: who holds one can change the word only while it is still theirs, so
 * a late writer never touches another run.
 *
 *     FREE -> CLAIMING   a recorder, with its pid
 *     CLAIMING -> RUNNING   the same one, once the body is written
 *     CLAIMING -> FREE   the same one, where the body can't be written
 *     RUNNING -> RUNNING, ENDED   the owner (or its watcher) stores an end
 *     ENDED -> RUNNING, ENDED   the same; the last store wins
 *     RUNNING -> FREE   the owner, whose run did not begin after all
 *     RUNNING, ENDED -> CLAIMING   a sender, with its own pid, after the
 *                       outbox file is durable
 *     FREE -> CLAIMING  a sender, where a body is left in the slot
 *     CLAIMING -> CLAIMING   a sender, once the pid is gone
 *     CLAIMING -> FREE  the same one, once it has wiped the body
 *
 * So the time at which a run began, and what it was, stand here no longer than
 * it waits to be moved.
 *
 * After a crash at any point: a slot CLAIMING whose pid is gone is wiped; a
 * RUNNING or ENDED one whose pid is gone is a run that is over. A body counts
 * only if its claim is the word's. What a body says is checked like input
 * from anywhere: nothing in it is followed.
 *
 * A crash is stored after the word says END_SIGNAL, and several times, as the
 * frames are walked. It counts only with the claim and the signal that the
 * word has, and with the check that belongs to its numbers: what was torn by
 * a second fault, or was stored late into another run's slot, does not count.
 *
 * The slots of one bucket (8 words, one cache line) follow from the pid, so
 * that a single small pread tells whether a pid has a run.
 */
#ifndef TEL_TABLE_H
#define TEL_TABLE_H

#include <tel/runs.h>

#define TABLE_MAGIC "telrun1"
#define TABLE_SLOTS 448
#define TABLE_BUCKET 8
#define TABLE_BUCKETS (TABLE_SLOTS / TABLE_BUCKET)
#define TABLE_HEAD 4096
#define TABLE_WORDS_AT 512
#define TABLE_LEASES 4
#define TABLE_DROPS 32

struct table_lease {
    uint64_t holder;   /* pid, and from bit 32 the device of its /proc */
    uint64_t until_ns; /* CLOCK_BOOTTIME; 0: just taken */
};

struct table_drop {
    uint32_t name; /* hash of the tool's NAME; 0: free */
    uint32_t count;
};

struct table_head {
    char magic[8];
    uint32_t slots;
    uint32_t slot_bytes;
    uint32_t clock;
    uint32_t proc_dev;
    struct table_lease leases[TABLE_LEASES];
    uint64_t unused_too[8];
    struct table_drop drops[TABLE_DROPS]; /* the last one: all others */
    unsigned char to_words[104];
    uint64_t words[TABLE_SLOTS];
};

struct table_crash {
    uint64_t claim;
    uint64_t offset;
    uint32_t build;
    uint32_t frames;
    uint32_t signal;
    uint32_t check; /* of all the others, by crash_check */
};

/* The body of a slot. Strings are NUL-terminated. */
struct table_slot {
    uint64_t claim;    /* the word's pid and generation bits */
    uint64_t proc_dev; /* st_dev of the /proc that its owner saw */
    int64_t claim_ns;  /* CLOCK_BOOTTIME at the claim */
    int64_t start_ns;  /* on the head's clock */
    uint64_t crashes;  /* 1: its policy says crash = on */
    uint64_t key;      /* written by the sender: the group it is moved in */
    struct table_crash crash; /* written by the crash object */
    struct tel_coarse coarse;
    uint8_t watched; /* a watcher will tell how it ended */
    char name[TEL_NAME_MAX + 1];
    char query[TEL_QUERY_MAX + 1]; /* the event, without ms and end */
    unsigned char to_size[87];
};

#define TABLE_BYTES (TABLE_HEAD + TABLE_SLOTS * sizeof(struct table_slot))

_Static_assert(sizeof(struct table_head) == TABLE_HEAD, "head");
_Static_assert(offsetof(struct table_head, words) == TABLE_WORDS_AT, "words");
_Static_assert(sizeof(struct table_slot) == 768, "slot");
/* Programs of 32 and of 64 bits share a table. */
_Static_assert(offsetof(struct table_head, leases) == 24, "leases");
_Static_assert(offsetof(struct table_head, drops) == 152, "drops");
_Static_assert(offsetof(struct table_slot, key) == 40, "key");
_Static_assert(offsetof(struct table_slot, crash) == 48, "crash");
_Static_assert(offsetof(struct table_slot, coarse) == 80, "coarse");
_Static_assert(offsetof(struct table_slot, name) == 115, "name");
_Static_assert(offsetof(struct table_slot, query) == 180, "query");
_Static_assert(__atomic_always_lock_free(sizeof(uint64_t), 0), "swap");

enum slot_state { SLOT_FREE, SLOT_CLAIMING, SLOT_RUNNING, SLOT_ENDED };
enum slot_end { END_NONE, END_EXIT, END_SIGNAL, END_LOST };

#define WORD_PID_BITS 22
#define WORD_STATE_AT 22
#define WORD_GENERATION_AT 24
#define WORD_END_AT 32
#define WORD_CODE_AT 34
#define WORD_MS_AT 42
#define WORD_PID_MASK ((1ULL << WORD_PID_BITS) - 1)
#define WORD_GENERATION_MASK (0xffULL << WORD_GENERATION_AT)
#define WORD_CLAIM_MASK (WORD_PID_MASK | WORD_GENERATION_MASK)

static inline pid_t word_pid(uint64_t word)
{
    return (pid_t)(word & WORD_PID_MASK);
}

static inline enum slot_state word_state(uint64_t word)
{
    return (enum slot_state)(word >> WORD_STATE_AT & 3);
}

static inline enum slot_end word_end(uint64_t word)
{
    return (enum slot_end)(word >> WORD_END_AT & 3);
}

static inline int word_code(uint64_t word)
{
    return (int)(word >> WORD_CODE_AT & 0xff);
}

static inline uint64_t word_ms(uint64_t word)
{
    return word >> WORD_MS_AT;
}

static inline uint64_t word_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline bool word_swap(uint64_t *word, uint64_t from, uint64_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* The first slot of the bucket in which a pid's run must be. */
static inline unsigned table_bucket(pid_t pid)
{
    return (unsigned)pid % TABLE_BUCKETS * TABLE_BUCKET;
}

/* The first namespace of pids always has this name (PROC_PID_INIT_INO,
 * linux/proc_ns.h). */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

/* What of a pid the kernel tells in /proc/PID/stat. */
struct process {
    char state;
    pid_t ppid;
    pid_t session;
    unsigned threads;
    uint64_t start_ns; /* CLOCK_BOOTTIME, whole ticks, rounded down */
    int wait_status;   /* as wait(2) would give it; of zombies only */
};

/*
 * 0, -ENOENT where there is no such process or no /proc, -EACCES and the like
 * where it may not be read. Three system calls. process.c
 */
int process_read(pid_t pid, struct process *ret_process);

/*
 * The name of a process, which the kernel cuts to 15 bytes, into comm: 0, or
 * as process_read. Costs a third of that: /proc/PID/stat adds up much that
 * nobody asked for. process.c
 */
#define COMM_SIZE 18
#define COMM_LEN 15
int process_comm(pid_t pid, char comm[COMM_SIZE]);

/*
 * Whether wait_status is told truly: proc(5) shows 0 for a process of somebody
 * else, as a setuid tool is. process.c
 */
bool process_may_be_read(pid_t pid);

/*
 * st_dev of /proc, or 0 where it cannot be told, or where /proc knows this
 * process by another number than pid, its own. Two system calls. process.c
 */
uint64_t process_device(pid_t pid);

int64_t clock_ns(int clock);

/* Whether this is the head of a table of this version. place.c */
bool head_valid(const struct table_head *head);

/* The table's path in dir: 0 or -ENAMETOOLONG. place.c */
int table_path(const char *dir, char *buf, size_t size);

/*
 * Opens what lies at the table's path, whoever it belongs to, without ever
 * waiting for it: a descriptor, or as open(2). place.c
 */
int table_open_any(const char *dir, int flags);

/*
 * Opens the table in dir: a descriptor, or -ENOENT, -EPERM (not euid's own,
 * not private, not of the right size). place.c
 */
int table_open(const char *dir, uid_t euid, int flags);

/* Before the maker's pid: the name of a table that is not yet in its place. */
#define TABLE_BESIDE "new-"

/* Makes dir and a table in it: 0, also where one has come meanwhile.
 * make.c */
int table_make(const char *dir, uid_t euid);

/* The word of a live slot of this pid in a bucket, or -1. claim.c */
int bucket_find(const uint64_t *bucket, pid_t pid);

/*
 * The slot of the run that this process owns, or -1: another process of the
 * same pid, gone or of another /proc, may have one in the same bucket. fd is
 * the table's; *ret_body is the slot's, up to its key. claim.c
 */
int slot_of(int fd, const uint64_t *words, pid_t pid, uint64_t proc_dev,
            uint64_t process_start_ns, struct table_slot *ret_body);

/* Whether the program named name is part of a run already. inside.c */
bool is_inside(int fd, const struct table_head *head, const char *name,
               pid_t pid, uint64_t proc_dev);

/* Counts a run that found no slot. claim.c */
void count_drop(struct table_head *head, const char *name);
uint32_t hash_name(const char *name);

/* What stands in a crash's check. crash.c */
uint32_t crash_check(const struct table_crash *crash);

static inline off_t slot_offset(unsigned slot)
{
    return (off_t)(TABLE_HEAD + slot * sizeof(struct table_slot));
}

/*
 * Claims a slot and fills it. The slot's number, or -EBUSY where the bucket
 * is full (counted), or as pwrite(2). claim.c
 */
int slot_claim(int fd, struct table_head *head, struct table_slot *slot,
               pid_t pid);

/* The live holder of the lease for this /proc, or 0. lease.c */
pid_t lease_holder(const struct table_head *head, uint64_t proc_dev);

/* The last part of a path. script.c */
const char *name_of(const char *path);

/*
 * Starts tel-send in the background: 0, -EBUSY where one of that /proc is
 * alive, -EPERM where the host would notice (pid 1, a subreaper, traced,
 * under seccomp, in a sandbox). start.c
 */
int sender_start(const struct tel_env *env, const struct table_head *head,
                 uint64_t proc_dev, pid_t pid);

#endif
