/* SPDX-License-Identifier: MIT */
/*
 * A draft that the policy's own parser accepts: what it refuses, line by line,
 * becomes a comment with its reason.
 */
#include "init.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 4096

/* The start of line number, from 1; NULL where there is none. */
static char *line_at(char *text, unsigned long number)
{
    while (text != NULL && --number > 0) {
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return text;
}

/*
 * Parses the draft as it will be once the endpoint's line is no comment; it
 * has as many bytes and lines then. *ret_line and *ret_why say what is wrong.
 */
static bool accepts(const char *draft, unsigned long *ret_line, char *ret_why,
                    size_t size)
{
    static struct tel_policy policy;
    static char copy[TEL_POLICY_MAX + 1];
    static const char filled[] = "  endpoint";
    struct tel_err err = {""};
    size_t len = strlen(draft);
    char *endpoint;
    const char *why;

    *ret_line = 0;
    if (len > TEL_POLICY_MAX)
        return false;
    memcpy(copy, draft, len + 1);
    endpoint = strstr(copy, "\n" INIT_ENDPOINT);
    if (endpoint != NULL)
        memcpy(endpoint + 1, filled, sizeof(filled) - 1);
    if (tel_policy_parse(&policy, NULL, "", copy, len, &err) == 0)
        return true;
    *ret_line = strtoul(err.text[0] == ':' ? err.text + 1 : err.text, NULL, 10);
    why = strchr(err.text + 1, ' ');
    snprintf(ret_why, size, "%s", why != NULL ? why + 1 : "refused");
    return false;
}

/* Makes a comment of the line, with its reason above it. */
static char *comment_out(char *draft, char *line, const char *why)
{
    static const char left[] = "# left out: ";
    size_t before = (size_t)(line - draft);
    size_t size = strlen(draft) + strlen(why) + sizeof(left) + 4;
    char *mended = malloc(size);

    if (mended != NULL)
        snprintf(mended, size, "%.*s%s%s\n# %s", (int)before, draft, left, why,
                 line);
    free(draft);
    return mended;
}

char *init_mend(char *draft)
{
    char why[sizeof(((struct tel_err *)NULL)->text)];
    unsigned long number;

    for (unsigned i = 0;
         draft != NULL && !accepts(draft, &number, why, sizeof(why)); i++) {
        char *line = number > 0 ? line_at(draft, number) : NULL;

        if (line == NULL || line[0] == '#' || line[0] == '[' ||
            i == ROUNDS_MAX) {
            free(draft);
            return NULL;
        }
        draft = comment_out(draft, line, why);
    }
    return draft;
}
