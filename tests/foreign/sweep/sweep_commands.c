/* SPDX-License-Identifier: MIT */
/* Which commands there are, and whether a preload can reach them. */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep.h"
#include "sweep_exclusions.h"

static const char *const folders[] = {"/usr/bin", "/usr/sbin"};

/* Scripts may have scripts as interpreters, to this depth (binfmt_script.c).
 */
#define SCRIPT_DEPTH 5

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The program headers are read in both classes by the fields they share. */
static bool find_interpreter(int fd, const unsigned char *head, char *buf,
                             size_t size)
{
    bool wide = head[EI_CLASS] == ELFCLASS64;
    Elf64_Ehdr e64;
    Elf32_Ehdr e32;
    size_t count;

    memcpy(&e64, head, sizeof(e64));
    memcpy(&e32, head, sizeof(e32));
    count = wide ? e64.e_phnum : e32.e_phnum;
    for (size_t i = 0; i < count; i++) {
        Elf64_Phdr p64 = {0};
        Elf32_Phdr p32 = {0};
        off_t at = wide ? (off_t)(e64.e_phoff + i * e64.e_phentsize)
                        : (off_t)(e32.e_phoff + i * e32.e_phentsize);
        ssize_t n;

        n = wide ? pread(fd, &p64, sizeof(p64), at)
                 : pread(fd, &p32, sizeof(p32), at);
        if (n <= 0 || (wide ? p64.p_type : p32.p_type) != PT_INTERP) {
            continue;
        }
        n = pread(fd, buf, size - 1,
                  wide ? (off_t)p64.p_offset : (off_t)p32.p_offset);
        buf[n > 0 ? n : 0] = '\0';
        return n > 0;
    }
    return false;
}

static enum loads loads_elf(int fd, const unsigned char *head,
                            const unsigned char *shim)
{
    char interpreter[256];
    Elf64_Half machine;
    Elf64_Half wanted;

    memcpy(&machine, head + offsetof(Elf64_Ehdr, e_machine), sizeof(machine));
    memcpy(&wanted, shim + offsetof(Elf64_Ehdr, e_machine), sizeof(wanted));
    if (head[EI_CLASS] != shim[EI_CLASS] || machine != wanted) {
        return LOADS_OTHER;
    }
    if (!find_interpreter(fd, head, interpreter, sizeof(interpreter))) {
        return LOADS_STATIC;
    }
    return strstr(interpreter, "ld-musl") != NULL ? LOADS_OTHER : LOADS_YES;
}

static enum loads loads_of(const char *path, const unsigned char *shim,
                           unsigned depth)
{
    unsigned char head[256] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum loads loads = LOADS_STATIC;
    char *save = NULL;
    char *word;
    ssize_t n;

    if (fd < 0) {
        return LOADS_STATIC;
    }
    n = read(fd, head, sizeof(head) - 1);
    if (n > (ssize_t)sizeof(Elf64_Ehdr) && memcmp(head, ELFMAG, SELFMAG) == 0) {
        loads = loads_elf(fd, head, shim);
    } else if (n > 2 && memcmp(head, "#!", 2) == 0 && depth < SCRIPT_DEPTH) {
        word = strtok_r((char *)head + 2, " \t\n", &save);
        loads = word != NULL ? loads_of(word, shim, depth + 1) : LOADS_STATIC;
    }
    (void)close(fd);
    return loads;
}

static const char *reason_of(const char *name)
{
    for (const struct exclusion *e = exclusions; e->name != NULL; e++) {
        if (strcmp(e->name, name) == 0) {
            return e->reason;
        }
    }
    return NULL;
}

static void add_command(struct commands *commands, const char *path,
                        const unsigned char *shim)
{
    struct command command = {0};
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & 0111) == 0) {
        return;
    }
    command.path = copy_of(path);
    command.name = last_part(command.path);
    command.loads = loads_of(path, shim, 0);
    command.can_have_policy =
        tel_name_valid(command.name, strlen(command.name));
    command.set_id = (st.st_mode & (S_ISUID | S_ISGID)) != 0;
    command.device = st.st_dev;
    command.inode = st.st_ino;
    command.excluded = reason_of(command.name);
    commands->list =
        grow(commands->list, (commands->count + 1) * sizeof(commands->list[0]));
    commands->list[commands->count++] = command;
}

static int by_path(const void *a, const void *b)
{
    const struct command *first = a;
    const struct command *second = b;

    return strcmp(first->path, second->path);
}

void commands_find(struct commands *ret_commands, const char *shim)
{
    unsigned char shim_head[sizeof(Elf64_Ehdr)] = {0};
    struct dirent *entry;
    char path[512];
    int fd = open(shim, O_RDONLY | O_CLOEXEC);

    memset(ret_commands, 0, sizeof(*ret_commands));
    if (fd >= 0) {
        if (read(fd, shim_head, sizeof(shim_head)) < 0) {
            memset(shim_head, 0, sizeof(shim_head));
        }
        (void)close(fd);
    }
    for (size_t i = 0; i < COUNT(folders); i++) {
        DIR *folder = opendir(folders[i]);

        while (folder != NULL && (entry = readdir(folder)) != NULL) {
            (void)snprintf(path, sizeof(path), "%s/%s", folders[i],
                           entry->d_name);
            add_command(ret_commands, path, shim_head);
        }
        if (folder != NULL) {
            (void)closedir(folder);
        }
    }
    qsort(ret_commands->list, ret_commands->count,
          sizeof(ret_commands->list[0]), by_path);
}

void commands_free(struct commands *commands)
{
    for (size_t i = 0; i < commands->count; i++) {
        free(commands->list[i].path);
    }
    free(commands->list);
    memset(commands, 0, sizeof(*commands));
}

size_t commands_distinct_files(const struct commands *commands)
{
    size_t distinct = 0;

    for (size_t i = 0; i < commands->count; i++) {
        const struct command *one = &commands->list[i];
        size_t k = 0;

        while (k < i && (commands->list[k].device != one->device ||
                         commands->list[k].inode != one->inode)) {
            k++;
        }
        distinct += k == i;
    }
    return distinct;
}
