/* SPDX-License-Identifier: MIT */
/*
 * What was found, field by field, and how many different values each had.
 *
 * A field remembers up to TEL_AUDIT_DISTINCT_MAX values, as words of 64 bits:
 *
 *     0 to 4    the kind that the value was judged to be
 *     5 to 63   its hash; the highest bit is always set
 *
 * So a value that comes again is not judged again, which is most of the speed,
 * and the different ones are counted; more than can be remembered are too many
 * anyway. The hash has a random seed: who writes the lines can't choose a
 * value that is taken for another.
 */
#include "pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>

/* So many different values, in so many of 100 lines, single people out. */
#define DISTINCT_LEAST 20
#define DISTINCT_PERCENT 80

#define KIND_BITS 5
#define KIND_MASK (((uint64_t)1 << KIND_BITS) - 1)

static const char overflow_name[] = "(other fields)";

static uint64_t hash(struct tel_piece text, uint64_t seed)
{
    uint64_t h = 0xcbf29ce484222325 ^ seed; /* FNV-1a */

    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.at[i]) * 0x100000001b3;
    return h ^ (h >> 32);
}

struct tel_audit *tel_audit_new(void)
{
    struct tel_audit *audit = calloc(1, sizeof(*audit));
    unsigned long random = getauxval(AT_RANDOM);

    if (audit != NULL && random != 0)
        memcpy(&audit->seed, (const void *)random, sizeof(audit->seed));
    return audit;
}

void tel_audit_free(struct tel_audit *audit)
{
    if (audit == NULL)
        return;
    for (unsigned i = 0; i < audit->nfields; i++) {
        free(audit->fields[i]->values);
        free(audit->fields[i]);
    }
    free(audit);
}

static struct tel_audit_field *new_field(struct tel_audit *audit,
                                         const char *name)
{
    struct tel_audit_field *field = calloc(1, sizeof(*field));

    if (field == NULL) {
        audit->failed = true;
        return NULL;
    }
    memcpy(field->name, name, strlen(name) + 1);
    tel_audit_name(name, &field->says);
    audit->fields[audit->nfields++] = field;
    return field;
}

static struct tel_audit_field *find_field(struct tel_audit *audit,
                                          const char *name)
{
    size_t nbuckets = sizeof(audit->buckets) / sizeof(audit->buckets[0]);
    size_t at = hash(piece_of(name), 0) % nbuckets;

    for (; audit->buckets[at] != 0; at = (at + 1) % nbuckets) {
        struct tel_audit_field *field = audit->fields[audit->buckets[at] - 1];

        if (strcmp(field->name, name) == 0)
            return field;
    }
    if (audit->nfields >= TEL_AUDIT_FIELDS_MAX && name != overflow_name) {
        audit->counts.many_fields = true;
        return find_field(audit, overflow_name);
    }
    if (new_field(audit, name) == NULL)
        return NULL;
    audit->buckets[at] = audit->nfields;
    return audit->fields[audit->nfields - 1];
}

/* A line of which something more specific is said does not count. */
static void forget_line(struct tel_audit_finding *finding, uint64_t line)
{
    if (finding->last != line || finding->lines == 0)
        return;
    finding->last = 0;
    finding->lines--;
}

static void remember(struct tel_audit_field *field, struct tel_trait trait,
                     uint64_t line)
{
    struct tel_audit_finding *finding = &field->findings[trait.kind];
    struct tel_audit_finding *text = &field->findings[TEL_AUDIT_TEXT];

    if (finding->last == line)
        return;
    if (trait.kind == TEL_AUDIT_TEXT && field->specific == line)
        return;
    if (trait.kind != TEL_AUDIT_TEXT) {
        field->specific = line;
        forget_line(text, line);
    }
    finding->last = line;
    if (finding->lines++ > 0)
        return;
    finding->first = line;
    finding->by_name = trait.by_name;
    tel_audit_mask(trait, finding->example);
}

void tel_audit_found(struct tel_audit *audit, const char *name,
                     struct tel_trait trait)
{
    struct tel_audit_field *field = find_field(audit, name);

    if (field != NULL && trait.kind != TEL_AUDIT_NONE)
        remember(field, trait, audit->counts.lines);
}

/* The place of a value, or the free one where it belongs. */
static unsigned place_of(const uint64_t *values, unsigned size, uint64_t h)
{
    unsigned at = (unsigned)((h >> KIND_BITS) % size);

    while (values[at] != 0 && values[at] >> KIND_BITS != h >> KIND_BITS)
        at = (at + 1) % size;
    return at;
}

static bool grow(struct tel_audit_field *field)
{
    unsigned size = field->values_size > 0 ? field->values_size * 4 : 16;
    uint64_t *values = calloc(size, sizeof(*values));

    if (values == NULL)
        return false;
    for (unsigned i = 0; i < field->values_size; i++) {
        uint64_t value = field->values[i];

        if (value != 0)
            values[place_of(values, size, value)] = value;
    }
    free(field->values);
    field->values = values;
    field->values_size = size;
    return true;
}

static bool is_count(struct tel_piece value)
{
    size_t digits = piece_run(value, 0, is_digit);

    if (byte_at(value, digits) == '.')
        digits += 1 + piece_run(value, digits + 1, is_digit);
    return digits == value.len;
}

/* What is known of a value that was seen before; else it is judged. */
static struct tel_trait judge(struct tel_audit *audit,
                              struct tel_audit_field *field,
                              struct tel_piece value)
{
    uint64_t h = hash(value, audit->seed) | (uint64_t)1 << 63;
    struct tel_trait trait;
    unsigned at;

    if (field->distinct == TEL_AUDIT_DISTINCT_MAX) {
        at = place_of(field->values, field->values_size, h);
    } else {
        if (field->distinct * 2 >= field->values_size && !grow(field)) {
            audit->failed = true;
            return (struct tel_trait){.kind = TEL_AUDIT_NONE};
        }
        at = place_of(field->values, field->values_size, h);
    }
    if (field->values[at] != 0)
        return (struct tel_trait){
            .kind = (enum tel_audit_kind)(field->values[at] & KIND_MASK)};
    trait = tel_audit_value(value, &field->says);
    if (field->distinct < TEL_AUDIT_DISTINCT_MAX) {
        field->values[at] = (h & ~KIND_MASK) | (uint64_t)trait.kind;
        field->distinct++;
    }
    return trait;
}

void tel_audit_add(struct tel_audit *audit, const char *name,
                   struct tel_piece value)
{
    struct tel_audit_field *field = find_field(audit, name);
    struct tel_trait trait;

    /* Quantities differ by nature. */
    if (field == NULL || value.len == 0 ||
        (field->says.quantity && field->says.says == TEL_AUDIT_NONE &&
         is_count(value)))
        return;
    if (field->seen++ == 0)
        field->first = audit->counts.lines;
    trait = judge(audit, field, value);
    if (trait.kind != TEL_AUDIT_NONE)
        remember(field, trait, audit->counts.lines);
}

static bool has_finding(const struct tel_audit_field *field)
{
    for (int kind = 0; kind < TEL_AUDIT_KINDS; kind++) {
        if (field->findings[kind].lines > 0)
            return true;
    }
    return false;
}

static bool is_cardinal(const struct tel_audit_field *field)
{
    /* What was requested differs, too. */
    if (field->name[0] == '(')
        return false;
    if (field->distinct == TEL_AUDIT_DISTINCT_MAX)
        return true;
    return field->distinct >= DISTINCT_LEAST &&
           (uint64_t)field->distinct * 100 >= field->seen * DISTINCT_PERCENT;
}

void tel_audit_finish(struct tel_audit *audit)
{
    for (unsigned i = 0; i < audit->nfields; i++) {
        struct tel_audit_field *field = audit->fields[i];
        struct tel_audit_finding *finding =
            &field->findings[TEL_AUDIT_CARDINALITY];

        /* A more specific finding says it all. */
        if (has_finding(field) || !is_cardinal(field))
            continue;
        finding->lines = field->seen;
        finding->first = field->first;
        finding->by_name = false;
    }
}
