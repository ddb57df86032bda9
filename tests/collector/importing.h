/* SPDX-License-Identifier: MIT */
/*
 * importing: tel-collect import as a real process, and what it says.
 *
 *     assert_says(IMPORT(c, "--again", "/events"), 0,
 *                 "2 counted, 0 refused, 0 unreadable\n", "");
 */
#ifndef TEL_TEST_IMPORTING_H
#define TEL_TEST_IMPORTING_H

#include "collect.h"
#include "dump.h"

/* From here on c's database is the one of that name below the scratch. */
void use_database(struct collect *c, const char *name);

/* The command line of an import into c's database, by its policies; freed by
 * import_forget. Arguments that begin with / are names below the scratch. */
char **import_argv(const struct collect *c, const char *const *arguments);
void import_forget(char **argv);

/* The same, run to its end. */
struct result import_run(struct collect *c, const char *const *arguments);
#define IMPORT(c, ...) import_run(c, (const char *const[]){__VA_ARGS__, NULL})

/* It ended so, said this, and complained in one line that holds complaint, or
 * (where that is empty) not at all. Clears the result. */
void assert_says(struct result result, int status, const char *out,
                 const char *complaint);

/* It ended with 0 and did not complain. Clears the result. */
void assert_imported(struct result result);

/* The runs of git in c's database. */
uint64_t runs_in(const struct collect *c);

/* Appends the line to the file below the scratch, as often as it is said. */
void append_lines(const struct collect *c, const char *path, const char *line,
                  size_t times);

#endif
