/* SPDX-License-Identifier: MIT */
/* hosted: the variants as real processes. */
#include "hosted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

#ifdef __aarch64__
#define WORKERD EDGE_PACKAGE("@cloudflare/workerd-linux-arm64/bin/workerd")
#else
#define WORKERD EDGE_PACKAGE("@cloudflare/workerd-linux-64/bin/workerd")
#endif

/* As wrangler.toml has it, where workerd is asked by itself. */
static const char config[] =
    "using Workerd = import \"/workerd/workerd.capnp\";\n"
    "const config :Workerd.Config = (\n"
    "  services = [(name = \"main\", worker = .worker),\n"
    "    (name = \"disk\", disk = (path = \"disk\", writable = true))],\n"
    "  sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (),\n"
    "    service = \"main\")]);\n"
    "const worker :Workerd.Worker = (\n"
    "  modules = [\n"
    "    (name = \"worker.js\", esModule = embed \"worker.js\"),\n"
    "    (name = \"totals.js\", esModule = embed \"totals.js\"),\n"
    "    (name = \"cells.js\", esModule = embed \"cells.js\"),\n"
    "    (name = \"request.js\", esModule = embed \"request.js\"),\n"
    "    (name = \"event.js\", esModule = embed \"event.js\"),\n"
    "    (name = \"policies.js\", esModule = embed \"policies.js\")],\n"
    "  compatibilityDate = \"2026-11-01\",\n"
    "  durableObjectNamespaces = [(className = \"Totals\",\n"
    "    uniqueKey = \"tel-totals\", enableSql = true)],\n"
    "  durableObjectStorage = (localDisk = \"disk\"),\n"
    "  bindings = [\n"
    "    (name = \"TOTALS\", durableObjectNamespace = \"Totals\"),\n"
    "    (name = \"TEL_RETENTION_DAYS\", text = \"365\")%s]);\n";

static const char token_binding[] =
    ",\n    (name = \"TEL_TOKEN\", text = \"" HOSTED_TOKEN "\")";

struct waiting {
    const struct edge *e;
    const char *mark; /* what stands before the port */
    int port;
};

static bool is_up(void *context)
{
    struct waiting *waiting = context;
    char *log = hosted_log(waiting->e);
    const char *at = log != NULL ? strstr(log, waiting->mark) : NULL;

    if (at != NULL && strchr(at, '\n') != NULL)
        waiting->port = atoi(at + strlen(waiting->mark));
    free(log);
    return waiting->port > 0;
}

static pid_t start(struct edge *e, const char *mark, char *const *argv,
                   int *ret_port)
{
    struct waiting waiting = {e, mark, 0};
    char log[32];
    pid_t pid;

    snprintf(log, sizeof(log), "hosted-%u.log", ++e->starts);
    pid = scratch_start(e->collect.scratch, log, argv);
    until(is_up, &waiting);
    *ret_port = waiting.port;
    return pid;
}

char *hosted_log(const struct edge *e)
{
    return file_read(
        scratch_path(e->collect.scratch, "hosted-%u.log", e->starts), NULL);
}

pid_t hosted_worker(struct edge *e, int *ret_port)
{
    struct scratch *scratch = e->collect.scratch;
    char text[sizeof(config) + sizeof(token_binding)];
    char file[256];
    char disk[320];
    char *argv[] = {strdup(WORKERD),
                    strdup("serve"),
                    strdup("--control-fd=1"),
                    strdup("--directory-path"),
                    disk,
                    file,
                    NULL};
    pid_t pid;

    snprintf(text, sizeof(text), config, e->no_token ? "" : token_binding);
    scratch_write(scratch, "edge/worker.capnp", text);
    scratch_write(scratch, "edge/disk/keep", "");
    scratch_write(scratch, "token", HOSTED_TOKEN "\n");
    snprintf(file, sizeof(file), "%s",
             scratch_path(scratch, "edge/worker.capnp"));
    snprintf(disk, sizeof(disk), "disk=%s", scratch_path(scratch, "edge/disk"));
    pid = start(e, "\"port\":", argv, ret_port);
    for (size_t i = 0; i < 4; i++)
        free(argv[i]);
    return pid;
}

pid_t hosted_relay(struct edge *e, const char *kind, const char *collector,
                   int *ret_port)
{
    char *argv[] = {strdup("/usr/bin/node"),
                    strdup("--no-warnings"),
                    strdup("--experimental-vm-modules"),
                    strdup(EDGE_SOURCE "host.mjs"),
                    strdup(kind),
                    e->folder,
                    strdup(TEL_EDGE_PACKAGES),
                    NULL};
    pid_t pid;

    scratch_set(e->collect.scratch, "TEL_COLLECTOR_URL", collector);
    pid = start(e, "listening on 127.0.0.1:", argv, ret_port);
    for (size_t i = 0; argv[i] != NULL; i++) {
        if (argv[i] != e->folder)
            free(argv[i]);
    }
    return pid;
}

static int by_number(const void *a, const void *b)
{
    return atoi(*(char *const *)a) - atoi(*(char *const *)b);
}

void hosted_send(struct edge *e, const char *plan, int port,
                 struct text *ret_answers)
{
    char text[16];
    char *said = NULL;
    char **lines = NULL;
    size_t count = 0;

    snprintf(text, sizeof(text), "%d", port);
    said = scratch_ok(e->collect.scratch, 0, "/usr/bin/node",
                      EDGE_SOURCE "send.mjs", text, plan, NULL);
    lines = calloc(count_of(said, "\n") + 1, sizeof(char *));
    assert_non_null(lines);
    for (char *line = strtok(said, "\n"); line != NULL;
         line = strtok(NULL, "\n"))
        lines[count++] = line;
    qsort(lines, count, sizeof(char *), by_number);
    for (size_t i = 0; i < count; i++)
        text_add(ret_answers, "%s\n", lines[i]);
    free(lines);
    free(said);
}

pid_t hosted_sending(struct edge *e, const char *plan, int port,
                     const char *log)
{
    char file[256];
    char text[16];
    char *argv[] = {strdup("/usr/bin/node"), strdup(EDGE_SOURCE "send.mjs"),
                    text, file, NULL};
    pid_t pid;

    snprintf(text, sizeof(text), "%d", port);
    snprintf(file, sizeof(file), "%s", plan);
    pid = scratch_start(e->collect.scratch, log, argv);
    free(argv[0]);
    free(argv[1]);
    return pid;
}

static int add_total(void *context, int64_t day, const struct tel_cell *cell,
                     uint64_t n)
{
    struct text *lines = context;

    assert_int_equal(day, -1);
    text_add(lines, "%s|%s|%s|%s|%s|%llu\n", cell->tool, cell->event,
             cell->version, cell->item, cell->value, (unsigned long long)n);
    return 0;
}

static int add_refusal(void *context, int64_t day, const char *reason,
                       uint64_t n)
{
    struct text *lines = context;

    assert_int_equal(day, -1);
    text_add(lines, "refused|%s|%llu\n", reason, (unsigned long long)n);
    return 0;
}

void hosted_dump(struct edge *e, const char *where, struct text *ret_lines)
{
    const struct tel_store_range all = {.by_version = true};
    struct tel_store *store = NULL;
    struct tel_err err = {""};
    int r = strncmp(where, "http", 4) == 0
                ? tel_store_open_url(where,
                                     scratch_path(e->collect.scratch, "token"),
                                     &store, &err)
                : tel_store_open_reader(where, &store, &err);

    if (r < 0)
        fail_msg("%s", err.text);
    if (tel_store_each_total(store, &all, add_total, ret_lines) < 0 ||
        tel_store_each_refusal(store, &all, add_refusal, ret_lines) < 0)
        fail_msg("%s: %s", where, tel_store_fault(store));
    tel_store_close(store);
}
