/* SPDX-License-Identifier: MIT */
/* It counts what is mapped, but for the preloaded object and a table. */
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096UL

static const char *object;
static unsigned long own; /* bytes of the object's that no file backs */

static int add_object(struct dl_phdr_info *info, size_t size, void *nothing)
{
    (void)size;
    (void)nothing;
    if (object == NULL || strcmp(info->dlpi_name, object) != 0) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        unsigned long in_file = part->p_vaddr + part->p_filesz + PAGE - 1;
        unsigned long in_memory = part->p_vaddr + part->p_memsz + PAGE - 1;

        if (part->p_type == PT_LOAD) {
            own += in_memory / PAGE * PAGE - in_file / PAGE * PAGE;
        }
    }
    return 0;
}

int main(void)
{
    char line[512];
    FILE *file = fopen("/proc/self/maps", "r");
    unsigned files = 0;
    unsigned long tables = 0;
    unsigned long memory = 0;

    object = getenv("LD_PRELOAD");
    while (fgets(line, sizeof(line), file) != NULL) {
        unsigned long from = strtoul(line, NULL, 16);
        unsigned long to = strtoul(strchr(line, '-') + 1, NULL, 16);

        if (strstr(line, "/runs-1") != NULL) {
            tables += to - from;
        } else if (strchr(line, '/') == NULL && strchr(line, '[') == NULL) {
            memory += to - from;
        } else if (object == NULL || strstr(line, object) == NULL) {
            files++;
        }
    }
    (void)fclose(file);
    (void)dl_iterate_phdr(add_object, NULL);
    (void)printf("%u files and parts, %lu bytes, too much of a table: %d\n",
                 files, memory - own, tables > PAGE);
    return 7;
}
