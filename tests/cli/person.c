/* SPDX-License-Identifier: MIT */
/* What the tests of tel share. */
#include "person.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *picture;

struct scratch *person_new(const char *policy)
{
    struct scratch *scratch = scratch_new();

    scratch_write(scratch, "config/tel/tools.d/demo.conf", policy);
    return scratch;
}

struct scratch *person_consenting(const char *policy)
{
    struct scratch *scratch = person_new(policy);

    free(scratch_ok(scratch, 0, TEL, "on", "demo", NULL));
    return scratch;
}

static int draw(const char *path, const struct stat *info, int type,
                struct FTW *walk)
{
    (void)type;
    (void)walk;
    fprintf(picture, "%s %lld %o %lld.%ld\n", path, (long long)info->st_size,
            info->st_mode, (long long)info->st_ctim.tv_sec,
            info->st_ctim.tv_nsec);
    return 0;
}

char *person_files(const struct scratch *scratch)
{
    char *text = NULL;
    size_t len = 0;

    picture = open_memstream(&text, &len);
    assert_non_null(picture);
    assert_int_equal(nftw(scratch->root, draw, 16, FTW_PHYS), 0);
    assert_int_equal(nftw(scratch->runtime, draw, 16, FTW_PHYS), 0);
    fclose(picture);
    return text;
}

json_t *person_status(struct scratch *scratch)
{
    char *out = scratch_ok(scratch, 0, TEL, "status", "--json", NULL);
    json_error_t error;
    json_t *status = json_loads(out, JSON_REJECT_DUPLICATES, &error);

    if (status == NULL)
        fail_msg("status --json: %s in %s", error.text, out);
    free(out);
    return status;
}

json_t *person_tool(json_t *status, const char *name)
{
    json_t *tool;
    size_t i;

    json_array_foreach(json_object_get(status, "tools"), i, tool)
    {
        if (strcmp(json_string_value(json_object_get(tool, "name")), name) == 0)
            return tool;
    }
    fail_msg("status --json: no tool %s", name);
    return NULL;
}

void person_refused(struct scratch *scratch, const char *what, ...)
{
    char *argv[16] = {(char *)(uintptr_t)TEL};
    struct result result;
    size_t count = 1;
    va_list args;

    va_start(args, what);
    while (count < COUNT(argv) - 1 &&
           (argv[count] = va_arg(args, char *)) != NULL)
        count++;
    va_end(args);
    result = scratch_runv(scratch, argv);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_int_equal(count_of(result.err, "\n"), 1);
    if (strstr(result.err, what) == NULL)
        fail_msg("no '%s' in: %s", what, result.err);
    result_clear(&result);
}

void person_run(struct scratch *scratch, const char *name, char *const *args,
                int nargs)
{
    const char *path = scratch_path(scratch, "%s", name);
    struct tel_program program = {.envp = scratch->vars,
                                  .path = path,
                                  .args = args,
                                  .nargs = nargs,
                                  .euid = geteuid()};
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct tel_run run;

        /* Nobody's child on a terminal, so that it is a run of its own; and
         * none that may start a sender. */
        if (setsid() < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
            _exit(2);
        if (tel_run_begin(&program, &run) != TEL_BEGIN_RECORDED)
            _exit(1);
        tel_run_end(&run, TEL_RAW_EXIT, 0);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}
