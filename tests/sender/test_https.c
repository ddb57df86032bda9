/* SPDX-License-Identifier: MIT */
/* TLS: who is trusted, and that nothing leaves for those who are not. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "box.h"

struct https {
    struct box *box;
    pid_t pid;
    unsigned port;
    bool mounted;
};

/* Where this libcurl's authorities are, and its bundle of them. */
#define CA_DIR "/etc/ssl/certs"
#define CA_BUNDLE CA_DIR "/ca-certificates.crt"

static bool listens(void *context)
{
    struct https *https = context;
    char *log =
        file_read(scratch_path(https->box->scratch, "openssl.log"), NULL);
    char *at = log == NULL ? NULL : strstr(log, "ACCEPT ");

    if (at != NULL && strchr(at, '\n') != NULL && strrchr(at, ':') != NULL)
        https->port = (unsigned)strtoul(strrchr(at, ':') + 1, NULL, 10);
    free(log);
    return https->port != 0;
}

/* openssl's own server: it answers each GET with 200. */
static int setup(void **state)
{
    struct https *https = calloc(1, sizeof(*https));
    char command[] =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
        " 2>/dev/null && exec openssl s_server -accept 127.0.0.1:0"
        " -cert cert.pem -key key.pem -www";
    char shell[] = "sh";
    char option[] = "-c";
    char *argv[] = {shell, option, command, NULL};
    char endpoint[64];

    assert_non_null(https);
    https->box = box_new();
    https->pid = scratch_start(https->box->scratch, "openssl.log", argv);
    until(listens, https);
    snprintf(endpoint, sizeof(endpoint), "https://localhost:%u/t", https->port);
    box_tool_at(https->box, "probe", "GET", endpoint);
    box_new_file(https->box, "probe", 0, 1);
    *state = https;
    return 0;
}

static int teardown(void **state)
{
    struct https *https = *state;

    if (https->mounted)
        assert_int_equal(umount(CA_DIR), 0);
    scratch_stop(https->box->scratch, https->pid, SIGKILL);
    box_free(https->box);
    free(https);
    return 0;
}

static void test_https_unknown_authority_gets_nothing(void **state)
{
    struct https *https = *state;
    char *log;

    box_flush(https->box, 1, "0 sent, 1 waiting\n");
    log = box_text(https->box, TEL_LOG_FILE);
    assert_string_equal(log, "");
    free(log);
}

static void test_https_authority_from_file_is_trusted(void **state)
{
    struct https *https = *state;

    scratch_set(https->box->scratch, "SSL_CERT_FILE",
                scratch_path(https->box->scratch, "home/cert.pem"));
    box_flush(https->box, 0, "1 sent, 0 waiting\n");
}

static void test_https_authority_from_directory_is_trusted(void **state)
{
    struct https *https = *state;

    free(scratch_ok(https->box->scratch, 0, "sh", "-c",
                    "mkdir ca && cp cert.pem ca && openssl rehash ca", NULL));
    scratch_set(https->box->scratch, "SSL_CERT_DIR",
                scratch_path(https->box->scratch, "home/ca"));
    box_flush(https->box, 0, "1 sent, 0 waiting\n");
}

/* ---- the machine's own authorities --------------------------------------- */

/* Others than ours in CA_DIR, of this process and those that it starts. */
static void replace_authorities(struct https *https)
{
    https->mounted = mount("tmpfs", CA_DIR, "tmpfs", 0, "mode=755") == 0;
    skip_unless(https->mounted, "no authorities of the test's own: %s\n",
                strerror(errno));
    free(scratch_ok(https->box->scratch, 0, "sh", "-c",
                    "for i in 1 2 3 4 5; do openssl req -x509 -newkey ec"
                    " -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                    " -subj /CN=other$i -keyout other.key"
                    " -out " CA_DIR "/other$i.pem 2>other.log || exit; done",
                    NULL));
}

static void prepare(struct https *https, const char *command)
{
    replace_authorities(https);
    free(scratch_ok(https->box->scratch, 0, "sh", "-c", command, NULL));
}

/* Of the files there the one that is needed is read. */
static void test_https_authority_in_hashed_directory_is_read_alone(void **state)
{
    struct https *https = *state;
    char *calls;

    skip_unless(access("/usr/bin/strace", X_OK) == 0, "strace is not here\n");
    prepare(https, "cp cert.pem " CA_DIR " && cat " CA_DIR "/*.pem >" CA_BUNDLE
                   " && openssl rehash " CA_DIR);
    /* Who looks for leaks can't do so while it is traced. */
    scratch_set(https->box->scratch, "ASAN_OPTIONS", "detect_leaks=0");
    free(scratch_ok(https->box->scratch, 0, "strace", "-f", "-o", "calls", "-e",
                    "trace=open,openat", TEL_SEND, "--flush", NULL));
    calls = file_read(scratch_path(https->box->scratch, "home/calls"), NULL);
    assert_non_null(calls);
    assert_int_equal(count_of(calls, "\"" CA_DIR "/"), 1);
    assert_int_equal(count_of(calls, ".0\", O_RDONLY)"), 1);
    assert_null(strstr(calls, CA_BUNDLE));
    free(calls);
}

static void test_https_authority_in_bundle_only_is_trusted(void **state)
{
    struct https *https = *state;

    prepare(https, "openssl rehash " CA_DIR " && cp cert.pem " CA_BUNDLE);
    box_flush(https->box, 0, "1 sent, 0 waiting\n");
}

static void test_https_authority_without_hashes_is_trusted(void **state)
{
    struct https *https = *state;

    prepare(https, "cp cert.pem " CA_BUNDLE);
    box_flush(https->box, 0, "1 sent, 0 waiting\n");
}

static void test_https_authority_in_neither_gets_nothing(void **state)
{
    struct https *https = *state;
    char *log;

    prepare(https,
            "openssl rehash " CA_DIR " && cat " CA_DIR "/*.pem >" CA_BUNDLE);
    box_flush(https->box, 1, "0 sent, 1 waiting\n");
    log = box_text(https->box, TEL_LOG_FILE);
    assert_string_equal(log, "");
    free(log);
}

/* Who says whom to trust is not second-guessed. */
static void test_https_chosen_directory_has_no_substitute(void **state)
{
    struct https *https = *state;

    prepare(https, "mkdir none && cp cert.pem " CA_BUNDLE);
    scratch_set(https->box->scratch, "SSL_CERT_DIR",
                scratch_path(https->box->scratch, "home/none"));
    box_flush(https->box, 1, "0 sent, 1 waiting\n");
    scratch_set(https->box->scratch, "SSL_CERT_DIR", "");
    box_flush(https->box, 0, "1 sent, 0 waiting\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_https_unknown_authority_gets_nothing),
        CASE(test_https_authority_from_file_is_trusted),
        CASE(test_https_authority_from_directory_is_trusted),
        CASE(test_https_authority_in_hashed_directory_is_read_alone),
        CASE(test_https_authority_in_bundle_only_is_trusted),
        CASE(test_https_authority_without_hashes_is_trusted),
        CASE(test_https_authority_in_neither_gets_nothing),
        CASE(test_https_chosen_directory_has_no_substitute),
    };

    return cmocka_run_group_tests_name("https", tests, NULL, NULL);
}
