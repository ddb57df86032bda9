/* SPDX-License-Identifier: MIT */
/* Whether a file holds the policy's disclosure as it is today. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../disclose/doc.h"

#define FILE_MAX (16U << 20)

/* Bytes of a file. */
struct bytes {
    const char *at;
    size_t len;
};

static const char *find(struct bytes in, const char *what)
{
    return memmem(in.at, in.len, what, strlen(what));
}

/* The part between the two marks, with them; false where it is not whole. */
static bool find_marked(const char *name, struct bytes file,
                        struct bytes *ret_part)
{
    char mark[128];
    struct bytes rest;
    const char *begin;
    const char *end;

    disclose_mark(name, "begin", mark, sizeof(mark));
    begin = find(file, mark);
    if (begin == NULL)
        return false;
    rest = (struct bytes){begin, file.len - (size_t)(begin - file.at)};
    disclose_mark(name, "end", mark, sizeof(mark));
    end = find(rest, mark);
    *ret_part = (struct bytes){
        begin, end != NULL ? (size_t)(end - begin) + strlen(mark) : rest.len};
    return true;
}

/* The line of the file in which part first differs from what it should be. */
static unsigned first_difference(struct bytes file, struct bytes part,
                                 struct bytes wanted)
{
    unsigned line = 1;
    size_t same = 0;

    while (same < part.len && same < wanted.len &&
           part.at[same] == wanted.at[same])
        same++;
    for (const char *s = file.at; s < part.at + same; s++)
        line += *s == '\n';
    return line;
}

/* 1 where the file holds the whole disclosure in this form; 0; or -ENOMEM. */
static int holds(const struct tel_policy *policy, enum doc_form form,
                 struct bytes file)
{
    char *text;
    size_t len;
    int rc = disclose_write(policy, form, &text, &len);

    if (rc < 0)
        return rc;
    rc = memmem(file.at, file.len, text, len) != NULL;
    free(text);
    return rc;
}

static int say_difference(struct check *check, struct bytes file)
{
    static const char mend[] =
        "put in what tel disclose prints, with its two comments";
    const char *name = disclose_name(check->policy);
    struct bytes part;
    char *text;
    size_t len;
    int rc;

    if (!find_marked(name, file, &part)) {
        check_found_at(check, CHECK_DISCLOSURE, check->disclosure, 0, mend,
                       "the disclosure of %s is missing", name);
        return 0;
    }
    rc = disclose_write(check->policy, DOC_MARKDOWN, &text, &len);
    if (rc < 0)
        return rc;
    check_found_at(
        check, CHECK_DISCLOSURE, check->disclosure,
        first_difference(file, part, (struct bytes){text, len}), mend,
        "the disclosure of %s is out of date from this line on", name);
    free(text);
    return 0;
}

int check_disclosure(struct check *check)
{
    char *text;
    size_t len;
    struct bytes file;
    int rc = tel_cli_read_file(check->disclosure, FILE_MAX, &text, &len);

    if (rc < 0)
        return rc;
    file = (struct bytes){text, len};
    for (enum doc_form form = DOC_MARKDOWN; rc == 0 && form <= DOC_PLAIN;
         form++)
        rc = holds(check->policy, form, file);
    if (rc == 0)
        rc = say_difference(check, file);
    free(text);
    return rc < 0 ? rc : 0;
}
