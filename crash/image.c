/* SPDX-License-Identifier: MIT */
/* The program that runs, and the other objects in its address space. */
#include "crash.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#ifndef NT_GNU_BUILD_ID
#define NT_GNU_BUILD_ID 3
#endif

static void add_hex(char *to, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len && 2 * i + 2 <= TEL_BUILD_ID_MAX; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
}

static size_t aligned(size_t len, size_t to)
{
    return (len + to - 1) & ~(to - 1);
}

/* The notes of one segment: a build-id, and Go's own note. */
static void read_notes(struct image *image, const char *at, size_t len,
                       size_t align)
{
    while (len >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note);
        size_t name_len = aligned(note->n_namesz, align);
        size_t size = sizeof(*note) + name_len + aligned(note->n_descsz, align);

        if (size > len || size < sizeof(*note)) {
            return;
        }
        if (note->n_namesz == sizeof("GNU") && memcmp(name, "GNU", 4) == 0 &&
            note->n_type == NT_GNU_BUILD_ID) {
            add_hex(image->build, (const unsigned char *)name + name_len,
                    note->n_descsz);
        }
        if (note->n_namesz >= 3 && memcmp(name, "Go", 3) == 0) {
            image->go = true;
        }
        at += size;
        len -= size;
    }
}

bool image_read(struct image *ret_image)
{
    const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR);
    size_t count = getauxval(AT_PHNUM);
    struct image image = {.start = UINTPTR_MAX};
    bool placed = false;

    if (headers == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (headers[i].p_type == PT_PHDR) {
            image.bias = (uintptr_t)headers - headers[i].p_vaddr;
            placed = true;
        }
    }
    for (size_t i = 0; placed && i < count; i++) {
        uintptr_t at = image.bias + headers[i].p_vaddr;

        if (headers[i].p_type == PT_LOAD) {
            image.start = at < image.start ? at : image.start;
            image.end = at + headers[i].p_memsz > image.end
                            ? at + headers[i].p_memsz
                            : image.end;
        } else if (headers[i].p_type == PT_NOTE) {
            read_notes(&image, (const char *)at, headers[i].p_memsz,
                       headers[i].p_align == 8 ? 8 : 4);
        }
    }
    *ret_image = image;
    return placed;
}

static uint32_t hash(const char *string)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (; *string != '\0'; string++) {
        hash = (hash ^ (unsigned char)*string) * 16777619U;
    }
    return hash | 1; /* 0 means none */
}

/* _dl_find_object is what takes no lock: it was made for unwinders. */
uint32_t image_other(uintptr_t address)
{
    struct dl_find_object found;
    const ElfW(Dyn) * entry;
    uintptr_t strings = 0;
    size_t name = 0;

    if (_dl_find_object((void *)address, &found) != 0 ||
        found.dlfo_link_map == NULL || found.dlfo_link_map->l_ld == NULL) {
        return 0;
    }
    for (entry = found.dlfo_link_map->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_STRTAB) {
            strings = entry->d_un.d_ptr;
        } else if (entry->d_tag == DT_SONAME) {
            name = entry->d_un.d_val;
        }
    }
    /* Relocated in place, but for the vDSO, which can't be written to. */
    if (strings < (uintptr_t)found.dlfo_map_start) {
        strings += found.dlfo_link_map->l_addr;
    }
    return strings != 0 && name != 0 ? hash((const char *)strings + name) : 1;
}
