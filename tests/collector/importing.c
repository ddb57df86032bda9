/* SPDX-License-Identifier: MIT */
/* importing: tel-collect import as a real process, and what it says. */
#include "importing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 48

void use_database(struct collect *c, const char *name)
{
    (void)snprintf(c->db, sizeof(c->db), "%s",
                   scratch_path(c->scratch, "%s", name));
}

char **import_argv(const struct collect *c, const char *const *arguments)
{
    char **argv = calloc(ARGUMENTS_MAX + 8, sizeof(char *));
    size_t count = 0;

    assert_non_null(argv);
    argv[count++] = strdup(TEL_COLLECT);
    argv[count++] = strdup("import");
    argv[count++] = strdup("--db");
    argv[count++] = strdup(c->db);
    argv[count++] = strdup("--tools");
    argv[count++] = strdup(scratch_path(c->scratch, "tools"));
    for (; *arguments != NULL && count < ARGUMENTS_MAX; arguments++)
        argv[count++] =
            strdup((*arguments)[0] == '/'
                       ? scratch_path(c->scratch, "%s", *arguments + 1)
                       : *arguments);
    return argv;
}

void import_forget(char **argv)
{
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
    free(argv);
}

struct result import_run(struct collect *c, const char *const *arguments)
{
    char **argv = import_argv(c, arguments);
    struct result result = scratch_runv(c->scratch, argv);

    import_forget(argv);
    return result;
}

void assert_says(struct result result, int status, const char *out,
                 const char *complaint)
{
    assert_string_equal(result.out, out);
    if (complaint[0] == '\0')
        assert_string_equal(result.err, "");
    else if (strstr(result.err, complaint) == NULL ||
             count_of(result.err, "\n") != 1)
        fail_msg("complains: %s", result.err);
    assert_int_equal(result.status, status);
    result_clear(&result);
}

void assert_imported(struct result result)
{
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, 0);
    result_clear(&result);
}

uint64_t runs_in(const struct collect *c)
{
    return store_runs(c->db, "git");
}

void append_lines(const struct collect *c, const char *path, const char *line,
                  size_t times)
{
    FILE *out = fopen(scratch_path(c->scratch, "%s", path), "ae");

    assert_non_null(out);
    for (; times > 0; times--)
        assert_true(fputs(line, out) >= 0);
    assert_int_equal(fclose(out), 0);
}
