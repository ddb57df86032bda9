/* SPDX-License-Identifier: MIT */
/*
 * The time as the kernel tells it, without a system call (vdso(7)).
 *
 * libc's clock_gettime may be another object's: libfaketime's tells another
 * time, and crashes when it is called after its own end, which is when a run
 * ends. So the kernel's own code is looked up in the image that it maps into
 * each process. Context: child.
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define KERNEL_CLOCK "__vdso_clock_gettime"
#elif defined(__i386__)
#define KERNEL_CLOCK "__vdso_clock_gettime64"
#else
#define KERNEL_CLOCK "__kernel_clock_gettime"
#endif

typedef int clock_function(clockid_t, struct timespec *);

/* Of this machine's word size. */
typedef ElfW(Ehdr) elf_header;
typedef ElfW(Phdr) elf_part;
typedef ElfW(Dyn) elf_entry;
typedef ElfW(Sym) elf_symbol;

/* What is needed of the image's dynamic section. */
struct image {
    uintptr_t base; /* what an address in it is relative to */
    const elf_symbol *symbols;
    const char *strings;
    const uint32_t *hash;
    const uint32_t *gnu_hash;
};

static const elf_entry *find_dynamic(const elf_header *head,
                                     uintptr_t *ret_base)
{
    uintptr_t start = (uintptr_t)head;
    const elf_part *part = (const void *)(start + head->e_phoff);
    const elf_entry *dynamic = NULL;
    bool loaded = false;

    for (unsigned i = 0; i < head->e_phnum; i++) {
        if (part[i].p_type == PT_LOAD && !loaded) {
            *ret_base = start + part[i].p_offset - part[i].p_vaddr;
            loaded = true;
        } else if (part[i].p_type == PT_DYNAMIC) {
            dynamic = (const void *)(start + part[i].p_offset);
        }
    }
    return loaded ? dynamic : NULL;
}

static bool read_image(const elf_header *head, struct image *image)
{
    const elf_entry *entry;

    if (head == NULL || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) {
        return false;
    }
    entry = find_dynamic(head, &image->base);
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        const void *at = (const void *)(image->base + entry->d_un.d_ptr);

        switch (entry->d_tag) {
        case DT_SYMTAB:
            image->symbols = at;
            break;
        case DT_STRTAB:
            image->strings = at;
            break;
        case DT_HASH:
            image->hash = at;
            break;
        case DT_GNU_HASH:
            image->gnu_hash = at;
            break;
        default:
            break;
        }
    }
    return image->symbols != NULL && image->strings != NULL;
}

/*
 * No table tells how many symbols there are, but each hash table does: the
 * old one by its second word, the GNU one by where its last chain ends.
 */
static uint32_t count_symbols(const struct image *image)
{
    const uint32_t *gnu = image->gnu_hash;
    const uint32_t *buckets;
    const uint32_t *chains;
    uint32_t last = 0;

    if (image->hash != NULL) {
        return image->hash[1];
    }
    if (gnu == NULL) {
        return 0;
    }
    /* Behind words of the machine's own size. */
    buckets = gnu + 4 + gnu[2] * (sizeof(ElfW(Addr)) / sizeof(*gnu));
    chains = buckets + gnu[0];
    for (uint32_t i = 0; i < gnu[0]; i++) {
        last = buckets[i] > last ? buckets[i] : last;
    }
    if (last < gnu[1]) {
        return gnu[1];
    }
    while ((chains[last - gnu[1]] & 1) == 0) {
        last++;
    }
    return last + 1;
}

static clock_function *find_clock(void)
{
    const elf_header *head = (const void *)getauxval(AT_SYSINFO_EHDR);
    struct image image = {0};
    uint32_t n;

    if (!read_image(head, &image)) {
        return NULL;
    }
    n = count_symbols(&image);
    for (uint32_t i = 0; i < n; i++) {
        const elf_symbol *symbol = &image.symbols[i];

        if (symbol->st_shndx != SHN_UNDEF &&
            strcmp(image.strings + symbol->st_name, KERNEL_CLOCK) == 0) {
            return (clock_function *)(image.base + symbol->st_value);
        }
    }
    return NULL;
}

static int ask_kernel(clockid_t clock, struct timespec *now)
{
#ifdef __i386__
    long old[2];

    if (syscall(SYS_clock_gettime64, clock, now) == 0) {
        return 0;
    }
    /* Before Linux 5.1. */
    if (syscall(SYS_clock_gettime, clock, old) < 0) {
        return -1;
    }
    now->tv_sec = old[0];
    now->tv_nsec = old[1];
    return 0;
#else
    return (int)syscall(SYS_clock_gettime, clock, now);
#endif
}

/* Nothing is kept: two look-ups a run are cheaper than a page written to. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    clock_function *kernel_clock = find_clock();

    if (kernel_clock != NULL && kernel_clock(clock, now) == 0) {
        return 0;
    }
    return ask_kernel(clock, now);
}
