/* SPDX-License-Identifier: MIT */
/*
 * clock_gettime from the kernel's own object, without libc between.
 *
 * A host may have a clock_gettime of its own, and another preload often has
 * (libfaketime): calling it before main is no business of ours, and a run's
 * times are the kernel's. The vDSO is an ELF object that the kernel maps into
 * every process (vdso(7)); nothing here makes a system call where there is
 * one. Context: child.
 */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NAME "__vdso_clock_gettime"
#else
#define NAME "__kernel_clock_gettime"
#endif

typedef int clock_reader(clockid_t clock, struct timespec *now);

/* What of its dynamic section is needed. */
struct vdso {
    uintptr_t bias; /* what is added to its addresses */
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *hash;
    const uint32_t *gnu_hash;
};

/* Resolved once; any value but these is the address of the reader. */
#define NOT_LOOKED_FOR ((uintptr_t)0)
#define NOT_THERE ((uintptr_t)1)
static uintptr_t reader;

static const void *at(const struct vdso *vdso, uintptr_t address)
{
    return (const void *)(vdso->bias + address);
}

static void read_dynamic(struct vdso *vdso, const ElfW(Dyn) * entry)
{
    for (; entry->d_tag != DT_NULL; entry++) {
        const void *where = at(vdso, entry->d_un.d_ptr);

        switch (entry->d_tag) {
        case DT_SYMTAB:
            vdso->symbols = where;
            break;
        case DT_STRTAB:
            vdso->strings = where;
            break;
        case DT_HASH:
            vdso->hash = where;
            break;
        case DT_GNU_HASH:
            vdso->gnu_hash = where;
            break;
        default:
            break;
        }
    }
}

static void read_headers(struct vdso *vdso, uintptr_t base)
{
    const ElfW(Ehdr) *head = (const void *)base;
    const ElfW(Phdr) *part = (const void *)(base + head->e_phoff);
    const ElfW(Phdr) *dynamic = NULL;

    for (unsigned i = 0; i < head->e_phnum; i++) {
        if (part[i].p_type == PT_LOAD) {
            vdso->bias = base + part[i].p_offset - part[i].p_vaddr;
        } else if (part[i].p_type == PT_DYNAMIC) {
            dynamic = &part[i];
        }
    }
    if (dynamic != NULL) {
        read_dynamic(vdso, (const void *)(base + dynamic->p_offset));
    }
}

/*
 * How many symbols there are. A table of GNU's form doesn't say: its last
 * chain, which begins at the highest bucket, ends by an odd number.
 */
static uint32_t count_symbols(const struct vdso *vdso)
{
    const uint32_t *table = vdso->gnu_hash;
    const uint32_t *buckets;
    uint32_t last = 0;

    if (vdso->hash != NULL) {
        return vdso->hash[1];
    }
    if (table == NULL) {
        return 0;
    }
    buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / sizeof(*table));
    for (uint32_t i = 0; i < table[0]; i++) {
        last = buckets[i] > last ? buckets[i] : last;
    }
    if (last < table[1]) {
        return 0;
    }
    while ((buckets[table[0] + last - table[1]] & 1) == 0) {
        last++;
    }
    return last + 1;
}

static uintptr_t find_reader(void)
{
    struct vdso vdso = {0};
    uintptr_t base = getauxval(AT_SYSINFO_EHDR);
    uint32_t count;

    if (base == 0) {
        return NOT_THERE;
    }
    read_headers(&vdso, base);
    if (vdso.symbols == NULL || vdso.strings == NULL) {
        return NOT_THERE;
    }
    count = count_symbols(&vdso);
    for (uint32_t i = 0; i < count; i++) {
        const ElfW(Sym) *symbol = &vdso.symbols[i];

        if (symbol->st_shndx != SHN_UNDEF &&
            strcmp(vdso.strings + symbol->st_name, NAME) == 0) {
            return (uintptr_t)at(&vdso, symbol->st_value);
        }
    }
    return NOT_THERE;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    uintptr_t found = __atomic_load_n(&reader, __ATOMIC_RELAXED);
    clock_reader *read_clock;

    if (found == NOT_LOOKED_FOR) {
        found = find_reader();
        __atomic_store_n(&reader, found, __ATOMIC_RELAXED);
    }
    memcpy(&read_clock, &found, sizeof(read_clock));
    if (found != NOT_THERE && read_clock(clock, now) == 0) {
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}
