/* SPDX-License-Identifier: MIT */
/* The scratch places: made empty before a run, listed after it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep.h"

static const char *const places[] = {BOX_HOME, "/tmp", "/var/tmp", "/run",
                                     "/dev/shm"};

/* What tel itself keeps: the table of runs, the outbox, and the folders above
 * the sender, where the build is below a scratch place. */
static bool is_tels(const char *path)
{
    size_t len = strlen(path);

    return strcmp(path, BOX_RUNTIME "/tel") == 0 ||
           strcmp(path, BOX_STATE "/tel") == 0 ||
           (strncmp(path, BOX_SENDER, len) == 0 && BOX_SENDER[len] == '/');
}

static bool is_kept(const char *path)
{
    return strcmp(path, "/run/user") == 0 || strcmp(path, BOX_RUNTIME) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; the caller frees each and the list. */
static size_t names_in(const char *path, char ***ret_names)
{
    DIR *folder = opendir(path);
    char **names = NULL;
    size_t count = 0;
    struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        names = grow(names, (count + 1) * sizeof(names[0]));
        names[count++] = copy_of(entry->d_name);
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    if (count > 0) {
        qsort(names, count, sizeof(names[0]), by_name);
    }
    *ret_names = names;
    return count;
}

/* Calls visit for everything below path, which may go down itself. */
static void each_below(const char *path,
                       void (*visit)(const char *path, void *context),
                       void *context)
{
    char **names = NULL;
    size_t count = names_in(path, &names);
    char below[4096];

    for (size_t i = 0; i < count; i++) {
        int len = snprintf(below, sizeof(below), "%s/%s", path, names[i]);

        if (len > 0 && (size_t)len < sizeof(below) && !is_tels(below)) {
            visit(below, context);
        }
        free(names[i]);
    }
    free(names);
}

static void empty(const char *path, void *nothing)
{
    struct stat st;

    if (lstat(path, &st) < 0) {
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        (void)unlink(path);
        return;
    }
    (void)chmod(path, 0700); /* a command may have closed it to itself */
    each_below(path, empty, nothing);
    if (!is_kept(path)) {
        (void)rmdir(path);
    }
}

static void make(const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST) {
        fprintf(stderr, "sweep: %s: %s\n", path, strerror(errno));
        _exit(2);
    }
}

void files_reset(const struct text *consent)
{
    int fd;

    for (size_t i = 0; i < COUNT(places); i++) {
        each_below(places[i], empty, NULL);
    }
    make("/run/user", 0755);
    make(BOX_RUNTIME, 0700);
    (void)chmod(BOX_RUNTIME, 0700);
    make(BOX_STATE, 0700);
    make(BOX_WORK, 0755);
    make(BOX_HOME "/.config", 0755);
    make(BOX_HOME "/.config/tel", 0700);
    fd = open(BOX_HOME "/.config/tel/consent", O_WRONLY | O_CREAT | O_CLOEXEC,
              0600);
    if (fd < 0 ||
        write(fd, consent->bytes, consent->len) != (ssize_t)consent->len) {
        fprintf(stderr, "sweep: consent: %s\n", strerror(errno));
        _exit(2);
    }
    (void)close(fd);
}

static uint64_t hash_file(const char *path)
{
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
    unsigned char buf[16384];
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            hash = (hash ^ buf[i]) * 0x100000001b3U;
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return hash;
}

static void list_one(const char *path, void *context)
{
    struct text *list = context;
    char target[1024];
    struct stat st;
    ssize_t n;

    if (lstat(path, &st) < 0) {
        return;
    }
    text_add(list, "%s %o", path, st.st_mode);
    if (S_ISREG(st.st_mode)) {
        text_add(list, " %lld %016llx", (long long)st.st_size,
                 (unsigned long long)hash_file(path));
    } else if (S_ISLNK(st.st_mode)) {
        n = readlink(path, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        text_add(list, " -> %s", target);
    }
    text_add_bytes(list, "\n", 1);
    if (S_ISDIR(st.st_mode)) {
        each_below(path, list_one, list);
    }
}

void files_list(struct text *list)
{
    for (size_t i = 0; i < COUNT(places); i++) {
        each_below(places[i], list_one, list);
    }
}
