/* SPDX-License-Identifier: MIT */
/* From a fault to its signature: the frames above it, by libunwind. */
#include "crash.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

/* Frames that are looked at, and that the hash is made of. */
#define FRAMES_MAX 64
#define TOKENS_MAX 8

/* Too large for a thread's stack that is nearly full; one thread at a time
 * walks. */
static unw_cursor_t cursor;
static unw_context_t start;

static void mix(struct walk *walk, uint64_t token)
{
    for (unsigned bit = 0; bit < 64; bit += 8) {
        walk->hash = (walk->hash ^ (token >> bit & 0xff)) * 0x100000001b3ULL;
    }
    walk->crash.frames = (uint32_t)(walk->hash ^ walk->hash >> 32);
    walk->last = token;
    walk->tokens++;
}

static bool is_own(const struct walk *walk, uintptr_t address)
{
    return address >= walk->image->start && address < walk->image->end;
}

/* The address, or that of its function's first byte. */
static uintptr_t place_of(const struct walk *walk, uintptr_t address)
{
    unw_proc_info_t function;

    if (walk->by_function && unw_get_proc_info(&cursor, &function) == 0 &&
        is_own(walk, function.start_ip)) {
        return function.start_ip;
    }
    return address;
}

/*
 * Adds a frame: of the program itself its offset; of another object only
 * which one it is, since its offsets change with each distribution. Whether
 * it lies in any object at all.
 */
static bool add(struct walk *walk, uintptr_t address)
{
    uint64_t token;

    if (is_own(walk, address)) {
        uintptr_t offset = place_of(walk, address) - walk->image->bias;

        token = (uint64_t)offset << 1;
        if (!walk->found) {
            walk->crash.offset = offset;
            walk->found = true;
        }
    } else {
        uint32_t other = image_other(address);

        if (other == 0) {
            return false;
        }
        token = (uint64_t)other << 1 | 1;
    }
    if (walk->tokens < TOKENS_MAX && token != walk->last) {
        mix(walk, token);
    }
    return true;
}

/*
 * A call to an address that holds no code has left its return address on top
 * of the stack, and nothing else. True where start is now at that call.
 */
static bool undo_call(struct walk *walk)
{
    greg_t *registers = start.uc_mcontext.gregs;
    const uintptr_t *top = (const uintptr_t *)registers[REG_RSP];
    uintptr_t address = *top;

    if (!is_own(walk, address) && image_other(address) == 0) {
        return false;
    }
    registers[REG_RIP] = (greg_t)address;
    registers[REG_RSP] += (greg_t)sizeof(*top);
    mix(walk, 1);
    return true;
}

/* The address to look at in this frame: that of a caller's call, not of the
 * instruction behind it. */
static uintptr_t address_of(bool called)
{
    unw_word_t ip = 0;

    if (unw_get_reg(&cursor, UNW_REG_IP, &ip) < 0 || ip == 0) {
        return 0;
    }
    return (uintptr_t)ip - (called ? 1 : 0);
}

void frames_walk(struct walk *walk, const ucontext_t *context,
                 void (*tell)(const struct tel_crash *crash))
{
    uintptr_t address = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    bool called = false;

    walk->hash = 0xcbf29ce484222325ULL; /* FNV-1a */
    start = *context;
    if (!is_own(walk, address) && image_other(address) == 0) {
        if (!undo_call(walk)) {
            return;
        }
        called = true;
    }
    if (unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_NONE) < 0 ||
        unw_init_local2(&cursor, &start, called ? 0 : UNW_INIT_SIGNAL_FRAME) <
            0) {
        return;
    }
    for (unsigned i = 0; i < FRAMES_MAX; i++) {
        address = address_of(called);
        if (address == 0 || !add(walk, address)) {
            return;
        }
        if (walk->found) {
            tell(&walk->crash);
            if (walk->tokens == TOKENS_MAX) {
                return;
            }
        }
        /* What a signal interrupted was not about to return from a call. */
        called = unw_is_signal_frame(&cursor) <= 0;
        if (unw_step(&cursor) <= 0) {
            return;
        }
    }
}
