/* SPDX-License-Identifier: MIT */
/*
 * Lines of telemetry from anywhere: whatever they are, every name and every
 * example that would be printed is short UTF-8 without control bytes, each
 * example leaves something out, and the same lines give the same findings.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

#include "audit.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_printable(const char *text, size_t size)
{
    struct tel_piece rest = {text, strnlen(text, size)};

    must(rest.len < size);
    while (rest.len > 0) {
        uint32_t point = 0;
        size_t len = tel_text_character(rest.at, rest.len, &point);

        must(len > 0 && !tel_text_control(point));
        rest.at += len;
        rest.len -= len;
    }
}

static void check_field(const struct tel_audit *audit,
                        const struct tel_audit_field *field)
{
    check_printable(field->name, sizeof(field->name));
    must(field->distinct <= TEL_AUDIT_DISTINCT_MAX);
    for (int kind = 1; kind < TEL_AUDIT_KINDS; kind++) {
        const struct tel_audit_finding *finding = &field->findings[kind];

        if (finding->lines == 0)
            continue;
        must(finding->first >= 1 && finding->first <= audit->counts.lines);
        check_printable(finding->example, sizeof(finding->example));
        must(kind == TEL_AUDIT_CARDINALITY ||
             strstr(finding->example, "\xe2\x80\xa6") != NULL);
    }
}

/* Each line in a copy of just its size, so that a read past it is seen. */
static struct tel_audit *audit_lines(const uint8_t *data, size_t size)
{
    struct tel_audit *audit = tel_audit_new();
    size_t at = 0;

    must(audit != NULL);
    while (at < size) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end != NULL ? (size_t)(end - data) - at : size - at;
        char *line = malloc(len > 0 ? len : 1);

        must(line != NULL);
        memcpy(line, data + at, len);
        must(tel_audit_line(audit, line, len, true) == 0);
        free(line);
        at += len + 1;
    }
    tel_audit_finish(audit);
    return audit;
}

static void check_same(const struct tel_audit_field *a,
                       const struct tel_audit_field *b)
{
    must(strcmp(a->name, b->name) == 0);
    for (int kind = 1; kind < TEL_AUDIT_KINDS; kind++) {
        must(a->findings[kind].lines == b->findings[kind].lines);
        must(strcmp(a->findings[kind].example, b->findings[kind].example) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tel_audit *audit = audit_lines(data, size);
    struct tel_audit *again = audit_lines(data, size);

    must(audit->nfields == again->nfields);
    for (unsigned i = 0; i < audit->nfields; i++) {
        check_field(audit, audit->fields[i]);
        check_same(audit->fields[i], again->fields[i]);
    }
    tel_audit_free(audit);
    tel_audit_free(again);
    return 0;
}
