/* SPDX-License-Identifier: MIT */
/* It shows a title where its arguments and environment lay. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The strings lie one behind the other, as the kernel left them. */
static char *end_of_strings(char **argv)
{
    char *end = argv[0] + strlen(argv[0]) + 1;

    for (int i = 1; argv[i] != NULL; i++) {
        end = argv[i] == end ? end + strlen(end) + 1 : end;
    }
    for (char **var = environ; *var != NULL; var++) {
        end = *var == end ? end + strlen(end) + 1 : end;
    }
    return end;
}

int main(int argc, char **argv)
{
    char *end = end_of_strings(argv);
    size_t ours = 0;
    size_t all = 0;
    char shown[64] = "";
    FILE *file;

    for (char **var = environ; *var != NULL; var++) {
        all++;
        ours += *var > argv[0] && *var < end;
    }
    memset(argv[0], 0, (size_t)(end - argv[0]));
    (void)strcpy(argv[0], "title");
    file = fopen("/proc/self/cmdline", "r");
    (void)!fread(shown, 1, sizeof(shown) - 1, file);
    (void)fclose(file);
    (void)printf("%s, %zu elsewhere, array at its place: %d\n", shown,
                 all - ours, environ == argv + argc + 1);
    return 7;
}
