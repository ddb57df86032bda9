/* SPDX-License-Identifier: MIT */
/* postgres: a PostgreSQL server of one's own, in a scratch. */
#include "postgres.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libpq-fe.h>

#define FETCHED TEL_SERVERS "/unpacked/usr/lib/"
#define BIN FETCHED "postgresql/15/bin/"

static const char initdb[] = BIN "initdb";
static const char server[] = BIN "postgres";

#define NOBODY 65534

/* The longest path that fits into the name of a unix socket. */
#define ROOT_MAX 80

static const char config[] =
    "listen_addresses = ''\nunix_socket_directories = '%s'\n"
    "max_connections = 30\nshared_buffers = 16MB\n"
    "dynamic_shared_memory_type = mmap\nlog_line_prefix = ''\n"
    "checkpoint_timeout = 1h\n";

/* argv as root runs it for nobody. */
static void as_nobody(const char **argv, size_t size, const char *const *words)
{
    static const char *const drop[] = {"setpriv", "--reuid=65534",
                                       "--regid=65534", "--clear-groups"};
    size_t n = 0;

    for (size_t i = 0; geteuid() == 0 && i < 4; i++)
        argv[n++] = drop[i];
    for (size_t i = 0; words[i] != NULL && n + 1 < size; i++)
        argv[n++] = words[i];
    argv[n] = NULL;
}

static struct result run(struct postgres *pg, const char *const *words)
{
    const char *argv[32];

    as_nobody(argv, 32, words);
    return scratch_runv(pg->scratch, (char *const *)(uintptr_t)argv);
}

/* Whether who is to run it can. */
static bool is_there(struct postgres *pg)
{
    const char *const words[] = {"test", "-x", server, NULL};
    struct result result = run(pg, words);
    bool is = result.status == 0;

    result_clear(&result);
    return is;
}

static void make(struct postgres *pg)
{
    const char *data = scratch_path(pg->scratch, "data");
    const char *const words[] = {initdb,       "-D", data,    "-U",
                                 "person",     "-A", "trust", "--no-sync",
                                 "--locale=C", "-E", "UTF8",  NULL};
    char text[1024];
    struct result result;

    assert_int_equal(mkdir(data, 0700), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(data, NOBODY, NOBODY), 0);
    result = run(pg, words);
    if (result.status != 0)
        fail_msg("initdb: %s", result.err);
    result_clear(&result);
    snprintf(text, sizeof(text), config, data);
    scratch_write(pg->scratch, "data/postgresql.conf", text);
}

struct postgres *postgres_new(void)
{
    struct postgres *pg = calloc(1, sizeof(*pg));
    const char *why = NULL;

    assert_non_null(pg);
    pg->scratch = scratch_new();
    assert_int_equal(chmod(pg->scratch->root, 0755), 0);
    assert_int_equal(chmod(scratch_path(pg->scratch, "home"), 0755), 0);
    scratch_set(pg->scratch, "LD_LIBRARY_PATH", TEL_SERVERS_LIB);
    if (strlen(pg->scratch->root) > ROOT_MAX)
        why = "the folder for temporary files has too long a name";
    else if (!is_there(pg))
        why = "no " BIN "postgres that may be run here: run "
              "tests/foreign/used/fetch-servers.sh";
    if (why != NULL) {
        print_message("no PostgreSQL: %s\n", why);
        scratch_free(pg->scratch);
        free(pg);
        return NULL;
    }
    make(pg);
    postgres_start(pg);
    return pg;
}

/* The URL of the server, with more options of it. */
static void url_of(const struct postgres *pg, const char *more, char *buf,
                   size_t size)
{
    snprintf(buf, size, "postgresql://person@/postgres?host=%s%s",
             scratch_path(pg->scratch, "data"), more);
}

static bool answers(void *context)
{
    char url[512];

    url_of(context, "", url, sizeof(url));
    return PQping(url) == PQPING_OK;
}

void postgres_start(struct postgres *pg)
{
    const char *const words[] = {server, "-D",
                                 scratch_path(pg->scratch, "data"), NULL};
    const char *argv[32];

    as_nobody(argv, 32, words);
    pg->pid = scratch_start(pg->scratch, "log", (char *const *)(uintptr_t)argv);
    until(answers, pg);
}

/* The server's own children, which end by themselves when it was killed; NUL
 * at the end of the list. */
static bool all_have_ended(void *context)
{
    char *at = context;

    for (long pid = strtol(at, &at, 10); pid > 1; pid = strtol(at, &at, 10)) {
        char *stat = proc_read((pid_t)pid, "stat", NULL);
        bool lives = stat != NULL && strstr(stat, ") Z ") == NULL &&
                     strstr(stat, "(postgres") != NULL;

        free(stat);
        if (lives)
            return false;
    }
    return true;
}

static char *children_of(const struct postgres *pg)
{
    char file[64];
    char *list = NULL;

    snprintf(file, sizeof(file), "task/%d/children", (int)pg->pid);
    list = proc_read(pg->pid, file, NULL);
    assert_non_null(list);
    return list;
}

void postgres_end(struct postgres *pg, int sig)
{
    char *children = children_of(pg);
    int status = scratch_stop(pg->scratch, pg->pid, sig);

    /* Their memory is the next one's reason not to start. */
    until(all_have_ended, children);
    free(children);
    pg->pid = 0;
    if (sig == SIGINT)
        assert_int_equal(status, 0);
}

void postgres_free(struct postgres *pg)
{
    if (pg == NULL)
        return;
    if (pg->pid > 0) {
        /* A test may have failed while it stood still. */
        postgres_signal(pg, SIGCONT);
        postgres_end(pg, SIGQUIT);
    }
    scratch_free(pg->scratch);
    free(pg);
}

void postgres_signal(const struct postgres *pg, int sig)
{
    char *list = children_of(pg);
    char *at = NULL;

    /* The one that would start others first. */
    assert_int_equal(kill(pg->pid, sig), 0);
    for (long pid = strtol(list, &at, 10); pid > 1; pid = strtol(at, &at, 10))
        (void)kill((pid_t)pid, sig);
    free(list);
}

const char *postgres_schema(struct postgres *pg)
{
    char url[512];
    char text[64];

    url_of(pg, "", url, sizeof(url));
    snprintf(text, sizeof(text), "CREATE SCHEMA test%u", ++pg->schemas);
    free(postgres_ask(url, text));
    snprintf(text, sizeof(text), "&options=-csearch_path%%3Dtest%u",
             pg->schemas);
    url_of(pg, text, pg->url, sizeof(pg->url));
    return pg->url;
}

char *postgres_ask(const char *url, const char *sql)
{
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    char *value = NULL;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    value = strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(conn);
    return value;
}

long postgres_number(const char *url, const char *sql)
{
    char *value = postgres_ask(url, sql);
    long number = strtol(value, NULL, 10);

    free(value);
    return number;
}
