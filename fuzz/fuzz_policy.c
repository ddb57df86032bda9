/* SPDX-License-Identifier: MIT */
/*
 * A policy and a command line: whatever a policy lets be recorded fits a
 * run's slot, reads back as the same, and is accepted by the same policy.
 *
 * The input is the policy's text; after a NUL, arguments with a NUL between.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

#define ARGS_MAX 32

static struct tel_policy policy;

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Copies of the arguments, each of just its size: the caller frees them. */
static int split(const char *text, size_t size, char **args)
{
    int nargs = 0;

    while (size > 0 && nargs < ARGS_MAX) {
        size_t len = strnlen(text, size);

        args[nargs] = strndup(text, len);
        must(args[nargs++] != NULL);
        if (len == size)
            break;
        text += len + 1;
        size -= len + 1;
    }
    return nargs;
}

/* The longest that the last listed program can give. */
static void add_crash(struct tel_event *event)
{
    static const char longest[] = "-ffffffffffff-01234567";
    struct tel_str build = policy.build_ids[policy.nbuild_ids - 1];

    memcpy(event->crash, tel_str_at(&policy, build), TEL_BUILD_LEN);
    memcpy(event->crash + TEL_BUILD_LEN, longest, sizeof(longest));
}

static void check_event(struct tel_event *event)
{
    static const enum tel_raw_end ends[] = {TEL_RAW_EXIT, TEL_RAW_SIGNAL,
                                            TEL_RAW_LOST};
    struct tel_event again;
    char text[TEL_QUERY_MAX + 1];

    for (int i = 0; i < 3; i++) {
        int len;

        tel_event_finish(event, &policy.coarse, 3599999, ends[i], 11);
        if (event->end == TEL_END_SIGNAL && policy.nbuild_ids > 0)
            add_crash(event);
        must(tel_event_allowed(event, &policy) == TEL_ACCEPTED);
        len = tel_event_to_query(event, text, sizeof(text));
        must(len > 0);
        must(tel_event_from_query(text, (size_t)len, &again, NULL) == 0);
        must(tel_event_allowed(&again, &policy) == TEL_ACCEPTED);
    }
}

/* With a trace the same comes out, and the trace stays within its arrays. */
static void check_trace(char *const *args, int nargs, int result,
                        const struct tel_match *match)
{
    struct tel_trace_arg traced[ARGS_MAX] = {{0}};
    struct tel_trace trace = {.args = traced};
    struct tel_match same;

    must(tel_match_traced(&policy, args, nargs, &same, &trace) == result);
    must(trace.verb < policy.nverbs && trace.alias < policy.naliases);
    must(trace.modifier < policy.nmodifiers && trace.modifier_arg < nargs);
    must(trace.nwords <= TEL_WORDS_MAX && trace.verb_words <= trace.nwords);
    for (int i = 0; i < nargs; i++)
        must(traced[i].kind != TEL_ARG_VALUE || traced[i].option.len > 0);
    for (unsigned i = 0; i < policy.nfields; i++) {
        must(trace.fields[i].arg < nargs && trace.fields[i].value_arg < nargs);
        must(result < 0 || match->values[i].at == same.values[i].at);
    }
    must(result < 0 || strcmp(match->event, same.event) == 0);
}

static void check_match(char *const *args, int nargs)
{
    struct tel_match match;
    struct tel_event event;
    int result = tel_match(&policy, args, nargs, &match);

    check_trace(args, nargs, result, &match);
    if (result < 0)
        return;
    for (unsigned i = 0; i < policy.nfields; i++) {
        if (policy.fields[i].kind == TEL_FIELD_RUNTIME)
            match.values[i] =
                tel_match_runtime(&policy, &policy.fields[i], "node");
    }
    must(tel_event_begin(&policy, &match, "glibc-2.36", &event) == 0);
    check_event(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t len = strnlen(text, size);
    struct tel_err err = {""};
    char *args[ARGS_MAX];
    int nargs;

    if (tel_policy_parse(&policy, "x", "x.conf", text, len, &err) < 0) {
        must(strncmp(err.text, "x.conf:", 7) == 0);
        must(err.text[7] >= '1' && err.text[7] <= '9');
        return 0;
    }
    nargs = len < size ? split(text + len + 1, size - len - 1, args) : 0;
    check_match(args, nargs);
    while (nargs > 0)
        free(args[--nargs]);
    return 0;
}
