/* SPDX-License-Identifier: MIT */
/*
 * crash: what the parts of libtel_crash.so share. Private to crash/.
 *
 * All of it runs in a host, and most of it in a signal handler: no malloc, no
 * stdio, no lock of its own, and what is read may be damaged.
 */
#ifndef TEL_CRASH_H
#define TEL_CRASH_H

#include <signal.h>
#include <ucontext.h>

#include <tel/runs.h>

/* The program that this process runs. */
struct image {
    uintptr_t bias; /* where it was loaded, less where its linker put it */
    uintptr_t start;
    uintptr_t end;
    char build[TEL_BUILD_ID_MAX + 1]; /* in hexadecimal; empty: it has none */
    bool go;                          /* made by the Go toolchain */
};

/* Reads the headers that the kernel told of: false where there are none. */
bool image_read(struct image *ret_image);

/*
 * A number for the object that holds the address, from its soname and so the
 * same wherever it lies: 0 where no object does. Takes no lock.
 */
uint32_t image_other(uintptr_t address);

/* One walk over the frames of a fault. */
struct walk {
    const struct image *image;
    struct tel_crash crash; /* what is known so far */
    uint64_t hash;
    uint64_t last;    /* token that was added last */
    unsigned tokens;  /* added */
    bool found;       /* a frame of the program itself */
    bool by_function; /* offsets are those of the functions' first bytes */
};

/*
 * Walks the frames from context up, and calls tell whenever more is known. It
 * ends after a bounded number of frames, or by a fault of its own.
 */
void frames_walk(struct walk *walk, const ucontext_t *context,
                 void (*tell)(const struct tel_crash *crash));

/* What the handler goes by: set once, before it is installed. */
struct armed {
    const struct tel_run *run; /* the shim's own, which fork empties */
    struct tel_crash_place place;
    struct image image;
    uint32_t build; /* first digits of the build-id, if it is listed */
    bool listed;
    bool filtered; /* a seccomp filter was there from the start */
};

/* The signals, and which of them are still the handler's own. */
#define CRASH_SIGNALS 5
extern const int crash_signals[CRASH_SIGNALS];
extern bool crash_ours[CRASH_SIGNALS];

/* The next object's functions, looked up at start. */
struct next {
    int (*sigaction)(int, const struct sigaction *, struct sigaction *);
    int (*sigaltstack)(const stack_t *, stack_t *);
    void (*(*signal)(int, void (*)(int)))(int);
    void (*(*sysv_signal)(int, void (*)(int)))(int);
    void (*(*sigset)(int, void (*)(int)))(int);
};
extern struct next crash_next;

/*
 * Installs the handler for each signal that has the default action, and an
 * alternate stack for this thread.
 */
void handler_install(const struct armed *armed);

/* Whether what the kernel has is the handler, or its stack. */
bool handler_is(const struct sigaction *action);
bool handler_stack_is(const stack_t *stack);

/*
 * The host has set an action of its own that wants an alternate stack: one
 * that it has not set must not be there.
 */
void handler_drop_stack(void);

#endif
