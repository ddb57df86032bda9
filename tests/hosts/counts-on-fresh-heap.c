/* SPDX-License-Identifier: MIT */
/* Its first memory lies where the kernel put the heap. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Field 47 of /proc/self/stat. */
static uintptr_t start_of_heap(void)
{
    char line[1024] = "";
    char *at;
    FILE *file = fopen("/proc/self/stat", "r");

    (void)setvbuf(file, NULL, _IONBF, 0);
    (void)!fread(line, 1, sizeof(line) - 1, file);
    at = strrchr(line, ')');
    for (int field = 2; field < 47; field++) {
        at = strchr(at + 1, ' ');
    }
    return (uintptr_t)strtoul(at + 1, NULL, 10);
}

int main(void)
{
    uintptr_t before = (uintptr_t)sbrk(0);
    char *first = malloc(24);
    char *second = malloc(100);
    uintptr_t start = start_of_heap();

    (void)printf("%zu used, first at %zu, second at %zu\n",
                 (size_t)(before - start), (size_t)((uintptr_t)first - start),
                 (size_t)((uintptr_t)second - start));
    free(first);
    free(second);
    return 7;
}
