/* SPDX-License-Identifier: MIT */
/*
 * preview: an event and its request for a command line, made by the
 * recorder's own functions, and where each part of it comes from. Private to
 * tel preview.
 *
 *     struct preview preview;
 *     if (preview_make(policy, path, command, &preview) == 0)
 *         preview_print(&preview, local);
 *     preview_clear(&preview);
 *
 * Nothing of the arguments is ever printed: they are called by their number.
 * So what is shown can be passed on.
 */
#ifndef TEL_PREVIEW_H
#define TEL_PREVIEW_H

#include <tel/event.h>

#include "../cli.h"

/* The command line, without the tool itself. */
struct preview_command {
    char *const *args;
    int nargs;
    char interpreter[TEL_NAME_MAX + 1]; /* empty where there is none */
};

/* Everything that can stand in an event, and fields that do not. */
#define PREVIEW_ENTRIES_MAX (TEL_FIELDS_MAX + 8)

struct preview_entry {
    char key[TEL_KEY_MAX + 1];
    char value[TEL_EVENT_MAX + 1];
    bool sent;
    unsigned line; /* of the policy, 0 where none led to it */
    char from[1024];
};

struct preview {
    const struct tel_policy *policy;
    const char *path; /* of the policy's file */
    const struct preview_command *command;
    struct tel_match match;
    struct tel_trace trace;
    struct preview_entry entries[PREVIEW_ENTRIES_MAX];
    size_t nentries;
    char payload[TEL_EVENT_TEXT_MAX + 1];
    char request[TEL_REQUEST_HEAD_MAX + TEL_EVENT_TEXT_MAX + 1];
    size_t request_len;
};

/*
 * path is that of the policy's file, and only shown.
 * 0, -ENOENT where the policy does not record this verb (the arguments are
 * explained all the same), or another negative errno.
 */
int preview_make(const struct tel_policy *policy, const char *path,
                 const struct preview_command *command,
                 struct preview *ret_preview);
void preview_clear(struct preview *preview);

/* ---- origin.c: where it comes from, as sentences ----------------------- */

/* Fills line and from of an entry whose key and value are there. */
void preview_origin(const struct preview *preview, struct preview_entry *entry);

/* What the argument at index is to the policy, into buf. */
void preview_argument(const struct preview *preview, int index, char *buf,
                      size_t size);

/* ---- print.c ------------------------------------------------------------ */

/* For a person; local: it is counted on this account only. */
void preview_print(const struct preview *preview, bool local);
/* That nothing is recorded, and why, as far as the arguments say. */
void preview_print_ignored(const struct preview *preview);
/* One object; with preview NULL the verdict only. recorded: by the policy. */
void preview_print_json(const struct tel_policy *policy,
                        const struct tel_verdict *verdict,
                        const struct preview *preview, bool recorded);

#endif
