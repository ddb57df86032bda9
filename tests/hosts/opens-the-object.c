/* SPDX-License-Identifier: MIT */
/* It opens the object itself, when and how the argument says. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *object;
static int flags = RTLD_NOW;

static void *open_and_close(void *nothing)
{
    void *handle = object != NULL ? dlopen(object, flags) : NULL;

    if (object != NULL && handle == NULL) {
        (void)puts("not opened");
    } else if (handle != NULL && dlclose(handle) != 0) {
        (void)puts("not closed");
    }
    return nothing;
}

static void open_in_thread(size_t stack_bytes)
{
    pthread_attr_t attributes;
    pthread_t thread;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, stack_bytes);
    (void)pthread_create(&thread, &attributes, open_and_close, NULL);
    (void)pthread_join(thread, NULL);
}

static void open_as(const char *how)
{
    if (strncmp(how, "thread", 6) == 0) {
        open_in_thread(how[6] != '\0' ? strtoul(how + 6, NULL, 10) * 1024
                                      : (size_t)1 << 20);
        return;
    }
    if (strcmp(how, "global") == 0) {
        flags = RTLD_LAZY | RTLD_GLOBAL;
    }
    if (strcmp(how, "closed") == 0) {
        (void)close(0);
        (void)close(2);
    }
    if (strcmp(how, "cleared") == 0) {
        (void)clearenv();
    }
    (void)open_and_close(NULL);
    if (strcmp(how, "twice") == 0) {
        (void)open_and_close(NULL);
    }
}

int main(int argc, char **argv)
{
    int fd;

    object = getenv("OBJECT") != NULL ? strdup(getenv("OBJECT")) : NULL;
    open_as(argc > 1 ? argv[1] : "");
    fd = open("data", O_WRONLY | O_CREAT, 0644);
    (void)printf("%d\n", fd);
    (void)fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "raw-exit") == 0) {
        _exit(7);
    }
    return 7;
}
