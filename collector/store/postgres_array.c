/* SPDX-License-Identifier: MIT */
/*
 * postgres_array: values, and lists as PostgreSQL takes them in binary.
 *
 * All numbers are big-endian: 1 (dimension), 0 (no NULLs), the type of the
 * elements, their count, 1 (the first index), four bytes each; then of each
 * element its length in four bytes, and its bytes.
 */
#include "postgres.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct pg_array *array, const void *bytes, size_t len)
{
    size_t size = array->size != 0 ? array->size : 1024;
    char *more = NULL;

    while (size - array->len < len)
        size *= 2;
    if (!array->failed && size != array->size) {
        more = realloc(array->bytes, size);
        array->failed = more == NULL;
        if (more != NULL) {
            array->bytes = more;
            array->size = size;
        }
    }
    if (array->failed)
        return;
    memcpy(array->bytes + array->len, bytes, len);
    array->len += len;
}

static void append_number(struct pg_array *array, uint32_t number)
{
    uint32_t big = htobe32(number);

    append(array, &big, sizeof(big));
}

struct pg_value tel_pg_number(char buf[TEL_PG_DIGITS], int64_t n)
{
    (void)snprintf(buf, TEL_PG_DIGITS, "%lld", (long long)n);
    return (struct pg_value){buf, 0};
}

void tel_pg_array_begin(struct pg_array *array, enum pg_type type, size_t count)
{
    array->len = 0;
    append_number(array, 1);
    append_number(array, 0);
    append_number(array, type);
    append_number(array, (uint32_t)count);
    append_number(array, 1);
}

void tel_pg_array_put(struct pg_array *array, const void *bytes, size_t len)
{
    append_number(array, (uint32_t)len);
    append(array, bytes, len);
}

void tel_pg_array_put_number(struct pg_array *array, uint64_t number)
{
    uint64_t big = htobe64(number);

    tel_pg_array_put(array, &big, sizeof(big));
}

struct pg_value tel_pg_array_value(const struct pg_array *array)
{
    return (struct pg_value){array->bytes, array->len};
}

void tel_pg_array_free(struct pg_array *array)
{
    free(array->bytes);
    *array = (struct pg_array){0};
}
