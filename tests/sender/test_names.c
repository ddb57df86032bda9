/* SPDX-License-Identifier: MIT */
/* A name server that never answers does not hold up a sender. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "alone.h"
#include "box.h"

/*
 * So long does libc's resolver wait for each answer before it asks again,
 * and it asks five times: nobody waits for it, and only the first questions
 * come.
 */
#define RESOLVER "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n"
#define NAME "\7example\3org" /* as it stands in a question */

/* A network in which there is nothing but this machine: then port 53 is
 * nobody else's. */
static bool is_alone(void)
{
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd;
    bool up;

    if (!alone_from(CLONE_NEWNET | CLONE_NEWNS))
        return false;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &loopback) == 0;
    if (fd >= 0)
        close(fd);
    return up && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int silent_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(53),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static bool mount_file(struct box *box, const char *path, const char *text)
{
    const char *file = strrchr(path, '/') + 1;

    scratch_write(box->scratch, file, text);
    return mount(scratch_path(box->scratch, "%s", file), path, NULL, MS_BIND,
                 NULL) == 0;
}

/* The questions that were asked, each of them for this name. */
static unsigned questions(int fd)
{
    char question[512];
    unsigned count = 0;
    ssize_t len;

    while ((len = recv(fd, question, sizeof(question), 0)) > 0) {
        assert_non_null(memmem(question, (size_t)len, NAME, strlen(NAME)));
        count++;
    }
    return count;
}

static void test_names_silent_server_holds_nobody_up(void **state)
{
    struct box *box;
    unsigned asked;
    char *log;
    int fd;

    (void)state;
    skip_unless(is_alone(), "no network of its own: %s\n", strerror(errno));
    box = box_new();
    fd = silent_server();
    skip_unless(mount_file(box, "/etc/resolv.conf", RESOLVER) &&
                    mount_file(box, "/etc/nsswitch.conf", "hosts: dns\n"),
                "no name server of its own: %s\n", strerror(errno));
    box_tool_at(box, "probe", "POST", "https://example.org/t");
    box_tool_at(box, "other", "GET", "https://example.org/t");
    box_new_file(box, "probe", 0, 1);
    box_new_file(box, "other", 0, 6);
    box_flush(box, 1, "0 sent, 7 waiting\n");
    /* For both families, by each tool, and never a second time. */
    asked = questions(fd);
    assert_true(asked >= 2 && asked <= 4);
    log = box_text(box, TEL_LOG_FILE);
    assert_string_equal(log, "");
    free(log);
    close(fd);
    box_free(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_silent_server_holds_nobody_up),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
