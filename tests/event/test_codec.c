/* SPDX-License-Identifier: MIT */
/* Events written and read back, in both forms; and all that is refused. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel/event.h>

typedef int encode(const struct tel_event *event, char *buf, size_t size);
typedef int decode(const char *text, size_t len, struct tel_event *ret_event,
                   struct tel_err *err);

static const struct {
    encode *to;
    decode *from;
} forms[] = {
    {tel_event_to_query, tel_event_from_query},
    {tel_event_to_json, tel_event_from_json},
};

static const struct tel_event example = {
    .tool = "git",
    .event = "remote_add",
    .version = "2.39.5",
    .libc = "glibc-2.36",
    .ms = 12,
    .end = TEL_END_CODE,
    .code = 128,
    .nfields = 3,
    .fields = {{"fmt", "c++"}, {"quiet", "yes"}, {"n", "20"}},
};

static void fill(char *buf, size_t max, const char *alphabet)
{
    size_t len = 1 + (size_t)random() % max;

    for (size_t i = 0; i < len; i++)
        buf[i] = alphabet[(size_t)random() % strlen(alphabet)];
    buf[len] = '\0';
}

static void random_event(struct tel_event *event)
{
    static const char token[] = "abcxyzABCXYZ0123456789._+:-";
    static const char *const versions[] = {"1", "1.22", "10.0.333", "devel"};

    memset(event, 0, sizeof(*event));
    fill(event->tool + 1, TEL_NAME_MAX - 1, "azAZ09._+-");
    event->tool[0] = 'a';
    fill(event->event, TEL_EVENT_MAX, token);
    fill(event->libc, TEL_LIBC_MAX, token);
    strcpy(event->version, versions[random() % 4]);
    event->ms = (int32_t)(random() % (TEL_MS_TOP + 2)) - 1;
    event->end = (uint8_t)(random() % (TEL_END_LOST + 1));
    if (event->end == TEL_END_CODE)
        event->code = (uint8_t)random();
    if (event->end == TEL_END_SIGNAL)
        event->code = (uint8_t)(1 + random() % 64);
    if (event->end == TEL_END_SIGNAL && random() % 2 == 0) {
        struct tel_crash crash = {(uint32_t)random(), (uint32_t)random(),
                                  (uint64_t)random() << (random() % 18)};

        assert_int_equal(
            tel_crash_text(&crash, event->crash, sizeof(event->crash)), 0);
    }
    event->nfields = (uint8_t)(random() % (TEL_FIELDS_MAX + 1));
    for (unsigned i = 0; i < event->nfields; i++) {
        fill(event->fields[i].key + 1, TEL_KEY_MAX - 1, "abcz_019");
        event->fields[i].key[0] = (char)('a' + i);
        fill(event->fields[i].value, TEL_VALUE_MAX, token);
    }
}

static void assert_same(const struct tel_event *a, const struct tel_event *b)
{
    assert_string_equal(a->tool, b->tool);
    assert_string_equal(a->event, b->event);
    assert_string_equal(a->version, b->version);
    assert_string_equal(a->libc, b->libc);
    assert_int_equal(a->ms, b->ms);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->crash, b->crash);
    assert_int_equal(a->nfields, b->nfields);
    for (unsigned i = 0; i < a->nfields; i++) {
        assert_string_equal(a->fields[i].key, b->fields[i].key);
        assert_string_equal(a->fields[i].value, b->fields[i].value);
    }
}

/* Decodes a copy of exactly len bytes, so that a sanitizer sees any overrun. */
static int decode_copy(decode *from, const char *text, size_t len,
                       struct tel_event *ret_event, struct tel_err *err)
{
    char *copy = malloc(len > 0 ? len : 1);
    int r;

    assert_non_null(copy);
    memcpy(copy, text, len);
    r = from(copy, len, ret_event, err);
    free(copy);
    return r;
}

static void test_codec_example_is_written_as_documented(void **state)
{
    char text[TEL_EVENT_TEXT_MAX];

    (void)state;
    assert_true(tel_event_to_query(&example, text, sizeof(text)) > 0);
    assert_string_equal(text, "t=git&e=remote_add&v=1&tv=2.39.5&os=linux&"
                              "libc=glibc-2.36&ms=12&exit=128&fmt=c%2B%2B&"
                              "quiet=yes&n=20");
    assert_true(tel_event_to_json(&example, text, sizeof(text)) > 0);
    assert_string_equal(
        text, "{\"t\":\"git\",\"e\":\"remote_add\",\"v\":1,\"tv\":\"2.39.5\","
              "\"os\":\"linux\",\"libc\":\"glibc-2.36\",\"ms\":12,"
              "\"exit\":128,\"fmt\":\"c++\",\"quiet\":\"yes\",\"n\":\"20\"}");
}

static void test_codec_every_end_is_written_as_documented(void **state)
{
    static const struct {
        enum tel_end end;
        uint8_t code;
        const char *query;
        const char *json;
    } table[] = {
        {TEL_END_UNSAID, 0, "libc=musl&z=1", "\"musl\",\"z\":\"1\"}"},
        {TEL_END_CODE, 0, "&exit=0&z=1", ",\"exit\":0,\"z\":\"1\"}"},
        {TEL_END_CODE, 255, "&exit=255&z=1", ",\"exit\":255,\"z\":\"1\"}"},
        {TEL_END_OK, 0, "&exit=ok&z=1", ",\"exit\":\"ok\",\"z\":\"1\"}"},
        {TEL_END_ERROR, 0, "&exit=error&z=1",
         ",\"exit\":\"error\",\"z\":\"1\"}"},
        {TEL_END_SIGNAL, 9, "&sig=9&z=1", ",\"sig\":9,\"z\":\"1\"}"},
        {TEL_END_LOST, 0, "&end=lost&z=1", ",\"end\":\"lost\",\"z\":\"1\"}"},
    };
    struct tel_event event = {.tool = "x",
                              .event = "run",
                              .version = "devel",
                              .libc = "musl",
                              .ms = -1,
                              .nfields = 1,
                              .fields = {{"z", "1"}}};
    char text[TEL_EVENT_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        event.end = (uint8_t)table[i].end;
        event.code = table[i].code;
        assert_true(tel_event_to_query(&event, text, sizeof(text)) > 0);
        assert_non_null(strstr(text, table[i].query));
        assert_true(tel_event_to_json(&event, text, sizeof(text)) > 0);
        assert_non_null(strstr(text, table[i].json));
        assert_null(strstr(text, "\"ms\""));
    }
}

static void test_codec_crash_is_written_as_documented(void **state)
{
    struct tel_crash crash = {0x1a2b3c4d, 0x9c0ffee1, 0x4f10};
    struct tel_event event = example;
    char text[TEL_EVENT_TEXT_MAX];

    (void)state;
    event.end = TEL_END_SIGNAL;
    event.code = 11;
    assert_int_equal(tel_crash_text(&crash, event.crash, sizeof(event.crash)),
                     0);
    assert_true(tel_event_to_query(&event, text, sizeof(text)) > 0);
    assert_non_null(
        strstr(text, "&sig=11&crash=1a2b3c4d-4f10-9c0ffee1&fmt=c%2B%2B"));
    assert_true(tel_event_to_json(&event, text, sizeof(text)) > 0);
    assert_non_null(strstr(text, ",\"sig\":11,\"crash\":\"1a2b3c4d-4f10-"
                                 "9c0ffee1\",\"fmt\""));
}

static void test_codec_crash_numbers_have_one_form(void **state)
{
    static const struct {
        struct tel_crash crash;
        const char *text;
    } table[] = {
        {{0, 0, 0}, "00000000-0-00000000"},
        {{1, 2, 3}, "00000001-3-00000002"},
        {{UINT32_MAX, UINT32_MAX, TEL_CRASH_OFFSET_TOP - 1},
         "ffffffff-ffffffffffff-ffffffff"},
    };
    struct tel_crash far = {0, 0, TEL_CRASH_OFFSET_TOP};
    char text[TEL_CRASH_MAX + 1] = "";

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(tel_crash_text(&table[i].crash, text, sizeof(text)),
                         0);
        assert_string_equal(text, table[i].text);
        assert_true(tel_crash_valid(text, strlen(text)));
    }
    assert_int_equal(tel_crash_text(&far, text, sizeof(text)), -ERANGE);
    assert_int_equal(tel_crash_text(&table[0].crash, text, 10), -ERANGE);
}

static void test_codec_random_events_come_back_the_same(void **state)
{
    struct tel_event event;
    struct tel_event back;
    char text[4096];

    (void)state;
    srandom(3);
    for (int i = 0; i < 5000; i++) {
        random_event(&event);
        for (int form = 0; form < 2; form++) {
            int len = forms[form].to(&event, text, sizeof(text));

            assert_true(len > 0);
            assert_int_equal(strlen(text), len);
            assert_int_equal(
                decode_copy(forms[form].from, text, (size_t)len, &back, NULL),
                0);
            assert_same(&event, &back);
        }
    }
}

static void test_codec_every_prefix_of_json_is_refused(void **state)
{
    struct tel_event event;
    struct tel_event back;
    struct tel_err err;
    char text[4096];

    (void)state;
    srandom(4);
    for (int i = 0; i < 50; i++) {
        int len;

        random_event(&event);
        len = tel_event_to_json(&event, text, sizeof(text));
        for (int cut = 0; cut < len; cut++)
            assert_int_equal(decode_copy(tel_event_from_json, text, (size_t)cut,
                                         &back, &err),
                             -EINVAL);
    }
}

/*
 * Some prefixes of a query are themselves whole ("exit=12" of "exit=128"):
 * those must be read as what they say, and all others refused.
 */
static void test_codec_prefix_of_query_is_refused_or_whole(void **state)
{
    struct tel_event event;
    struct tel_event back;
    char text[4096];
    char again[4096];

    (void)state;
    srandom(5);
    for (int i = 0; i < 50; i++) {
        int len;
        int needed;

        random_event(&event);
        len = tel_event_to_query(&event, text, sizeof(text));
        needed = (int)(strstr(text, "&libc=") - text);
        for (int cut = 0; cut < len; cut++) {
            int r = decode_copy(tel_event_from_query, text, (size_t)cut, &back,
                                NULL);

            if (cut <= needed + (int)strlen("&libc="))
                assert_int_equal(r, -EINVAL);
            if (r == 0) {
                assert_int_equal(
                    tel_event_to_query(&back, again, sizeof(again)), cut);
                assert_memory_equal(again, text, (size_t)cut);
            }
        }
    }
}

static void test_codec_damaged_byte_never_changes_what_is_written(void **state)
{
    char text[TEL_EVENT_TEXT_MAX];
    char again[TEL_EVENT_TEXT_MAX];
    struct tel_event back;

    (void)state;
    for (int form = 0; form < 2; form++) {
        int len = forms[form].to(&example, text, sizeof(text));

        for (int at = 0; at < len; at++) {
            char kept = text[at];

            for (int byte = 0; byte < 256; byte++) {
                text[at] = (char)byte;
                if (decode_copy(forms[form].from, text, (size_t)len, &back,
                                NULL) == 0)
                    assert_true(forms[form].to(&back, again, sizeof(again)) >
                                0);
            }
            text[at] = kept;
        }
    }
}

static void test_codec_small_buffer_says_so(void **state)
{
    char text[TEL_EVENT_TEXT_MAX];
    char *exact;

    (void)state;
    for (int form = 0; form < 2; form++) {
        int len = forms[form].to(&example, text, sizeof(text));

        for (int size = 1; size <= len; size++) {
            exact = malloc((size_t)size);
            assert_non_null(exact);
            assert_int_equal(forms[form].to(&example, exact, (size_t)size),
                             -ENAMETOOLONG);
            free(exact);
        }
        assert_int_equal(forms[form].to(&example, text, (size_t)len + 1), len);
    }
}

static void refuse_to_write(const struct tel_event *event)
{
    char text[4096];

    assert_int_equal(tel_event_to_query(event, text, sizeof(text)), -EINVAL);
    assert_int_equal(tel_event_to_json(event, text, sizeof(text)), -EINVAL);
}

static void test_codec_nonsense_in_memory_is_not_written(void **state)
{
    struct tel_event event;

    (void)state;
    memset(&event, 0, sizeof(event));
    refuse_to_write(&event);
    memset(&event, 0xff, sizeof(event));
    refuse_to_write(&event);
    memset(&event, 'a', sizeof(event));
    refuse_to_write(&event);

    event = example;
    event.nfields = TEL_FIELDS_MAX + 1;
    refuse_to_write(&event);
    event = example;
    memset(event.event, 'a', sizeof(event.event));
    refuse_to_write(&event);
    event = example;
    memset(event.fields[1].value, 'a', sizeof(event.fields[1].value));
    refuse_to_write(&event);
    event = example;
    strcpy(event.fields[1].value, "a b");
    refuse_to_write(&event);
    event = example;
    strcpy(event.fields[1].key, "fmt");
    refuse_to_write(&event);
    event = example;
    strcpy(event.fields[1].key, "exit");
    refuse_to_write(&event);
    event = example;
    event.ms = TEL_MS_TOP + 1;
    refuse_to_write(&event);
    event = example;
    event.end = TEL_END_LOST + 1;
    refuse_to_write(&event);
    event = example;
    event.end = TEL_END_SIGNAL;
    event.code = 65;
    refuse_to_write(&event);
    event = example;
    strcpy(event.version, "1.2-rc1");
    refuse_to_write(&event);
    event = example;
    strcpy(event.crash, "1a2b3c4d-4f10-9c0ffee1");
    refuse_to_write(&event);
    event.end = TEL_END_SIGNAL;
    event.code = 11;
    event.crash[3] = 'g';
    refuse_to_write(&event);
    memset(event.crash, 'a', sizeof(event.crash));
    refuse_to_write(&event);
}

#define Q "t=git&e=log&v=1&tv=2.39.5&os=linux&libc=musl"

static const char *const good_queries[] = {
    Q,
    Q "&ms=0",
    Q "&ms=3600000&exit=0",
    Q "&exit=255",
    Q "&exit=ok",
    Q "&exit=error",
    Q "&sig=64",
    Q "&end=lost",
    "libc=musl&os=linux&tv=devel&v=1&e=log&t=git",
    "t=%67it&e=log&v=1&tv=1&os=linux&libc=musl&x=%2B%2b",
    "t=git&e=log&v=%31&tv=1&os=linux&libc=musl",
    Q "&a=1&b=1&c=1&d=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1",
    Q "&a=0123456789abcdef0123456789abcdef",
    Q "&a234567890123456=1",
    Q "&sig=11&crash=1a2b3c4d-4f10-9c0ffee1",
    Q "&crash=00000000-0-00000000&sig=6",
    Q "&sig=6&crash=ffffffff-ffffffffffff-ffffffff",
};

static const char *const bad_queries[] = {
    "",
    "t",
    "=",
    "&",
    "?" Q,
    Q "&",
    "&" Q,
    "t=git&&e=log&v=1&tv=1&os=linux&libc=musl",
    Q "&t=git",
    Q "&v=1",
    Q "&a=1&a=1",
    Q "&exit=0&sig=9",
    Q "&exit=0&end=lost",
    Q "&ms=1&ms=1",
    "e=log&v=1&tv=1&os=linux&libc=musl",
    "t=git&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=log&tv=1&os=linux&libc=musl",
    "t=git&e=log&v=1&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=1&libc=musl",
    "t=git&e=log&v=1&tv=1&os=linux",
    "t=git&e=log&v=2&tv=1&os=linux&libc=musl",
    "t=git&e=log&v=01&tv=1&os=linux&libc=musl",
    "t=git&e=log&v=&tv=1&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=1.2.3.4&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=1..2&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=2-rc1&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=1&os=darwin&libc=musl",
    "t=.git&e=log&v=1&tv=1&os=linux&libc=musl",
    "t=g:t&e=log&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=l/g&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a+b&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a%20b&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a%00&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a%0a&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=%e4&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=\xc3\xa4&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a%2&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=a%zz&v=1&tv=1&os=linux&libc=musl",
    Q "&a=%",
    Q "&a=%2",
    Q "&a=b=c",
    Q "&a%3Db=c",
    Q "#x",
    Q "&a=",
    Q "&a",
    Q "&A=1",
    Q "&1a=1",
    Q "&a-b=1",
    Q "&=1",
    Q "&a2345678901234567=1",
    Q "&a=0123456789abcdef0123456789abcdef0",
    Q "&ms=-1",
    Q "&ms=3600001",
    Q "&ms=012",
    Q "&ms=1.5",
    Q "&ms=99999999999999999999999",
    Q "&exit=256",
    Q "&exit=-1",
    Q "&exit=00",
    Q "&exit=OK",
    Q "&sig=0",
    Q "&sig=65",
    Q "&sig=KILL",
    Q "&end=ok",
    Q "&crash=1a2b3c4d-4f10-9c0ffee1",
    Q "&exit=0&crash=1a2b3c4d-4f10-9c0ffee1",
    Q "&end=lost&crash=1a2b3c4d-4f10-9c0ffee1",
    Q "&sig=11&crash=",
    Q "&sig=11&crash=1a2b3c4d",
    Q "&sig=11&crash=1a2b3c4d-4f10",
    Q "&sig=11&crash=1a2b3c4d-4f10-9c0ffee",
    Q "&sig=11&crash=1a2b3c4d-4f10-9c0ffee12",
    Q "&sig=11&crash=1a2b3c4-4f10-9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d--9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d-04f10-9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d-00-9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d-1234567890123-9c0ffee1",
    Q "&sig=11&crash=1A2b3c4d-4f10-9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d-4g10-9c0ffee1",
    Q "&sig=11&crash=1a2b3c4d:4f10-9c0ffee1",
    Q "&sig=11&crash=main.c:12",
    Q "&sig=11&crash=1a2b3c4d-1-9c0ffee1&crash=1a2b3c4d-1-9c0ffee1",
    Q "&a=1&b=1&c=1&d=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1",
    "t=git&e=01234567890123456789012345678901234567890123456789012345678901234"
    "&v=1&tv=1&os=linux&libc=musl",
    "t=git&e=log&v=1&tv=1&os=linux&libc=0123456789012345678901234",
};

#define J                                                                \
    "\"t\":\"git\",\"e\":\"log\",\"v\":1,\"tv\":\"2\",\"os\":\"linux\"," \
    "\"libc\":\"musl\""

static const char *const good_json[] = {
    "{" J "}",
    " \t\r\n{ " J " } \n",
    "{\"t\" : \"git\" , \"e\"\n:\t\"log\",\"v\": 1 ,\"tv\":\"2\","
    "\"os\":\"linux\",\"libc\":\"musl\"}",
    "{" J ",\"ms\":12,\"exit\":0}",
    "{" J ",\"exit\":\"ok\"}",
    "{" J ",\"n\":20,\"r\":0.25,\"s\":1.00,\"z\":0}",
    "{" J ",\"n\":\"20\",\"r\":\"0.25\"}",
    "{" J ",\"sig\":11,\"crash\":\"1a2b3c4d-4f10-9c0ffee1\"}",
};

static const char *const bad_json[] = {
    "",
    "{}",
    "[]",
    "null",
    "{" J,
    "{" J "}}",
    "{" J "} x",
    "{" J "}{" J "}",
    "[{" J "}]",
    "{" J ",}",
    "{," J "}",
    "{" J ",\"t\":\"git\"}",
    "{" J ",\"n\":1,\"n\":1}",
    "{" J ",\"exit\":0,\"sig\":9}",
    "{" J ",\"n\":{}}",
    "{" J ",\"n\":[]}",
    "{" J ",\"n\":null}",
    "{" J ",\"n\":true}",
    "{" J ",\"n\":-1}",
    "{" J ",\"n\":+1}",
    "{" J ",\"n\":01}",
    "{" J ",\"n\":1.}",
    "{" J ",\"n\":.5}",
    "{" J ",\"n\":1e5}",
    "{" J ",\"n\":0x10}",
    "{" J ",\"n\":NaN}",
    "{" J ",\"n\":1 2}",
    "{" J ",\"n\":111111111111111111111111111111111}",
    "{" J ",\"n\":\"a b\"}",
    "{" J ",\"n\":\"a\\u0062\"}",
    "{" J ",\"n\":\"a\\\"b\"}",
    "{" J ",\"n\":\"\"}",
    "{" J ",\"n\":\"a}",
    "{" J ",\"n\":'a'}",
    "{" J ",n:\"a\"}",
    "{" J ",\"n\"=\"a\"}",
    "{" J " \"n\":\"a\"}",
    "{" J ",\"n\":\"\xc3\xa4\"}",
    "{" J ",\"n\":\"a%2B\"}",
    "{" J ",\"N\":\"a\"}",
    "{" J ",\"\":\"a\"}",
    "{" J ",\"ms\":\"12\"}",
    "{" J ",\"ms\":12.5}",
    "{" J ",\"ms\":3600001}",
    "{" J ",\"exit\":\"0\"}",
    "{" J ",\"exit\":256}",
    "{" J ",\"sig\":\"9\"}",
    "{" J ",\"end\":0}",
    "{" J ",\"sig\":11,\"crash\":1}",
    "{" J ",\"crash\":\"1a2b3c4d-4f10-9c0ffee1\"}",
    "{" J ",\"end\":\"found\"}",
    "{\"t\":1,\"e\":\"log\",\"v\":1,\"tv\":\"2\",\"os\":\"linux\","
    "\"libc\":\"musl\"}",
    "{\"t\":\"git\",\"e\":\"log\",\"v\":\"1\",\"tv\":\"2\",\"os\":\"linux\","
    "\"libc\":\"musl\"}",
    "{\"t\":\"git\",\"e\":\"log\",\"v\":1,\"tv\":2,\"os\":\"linux\","
    "\"libc\":\"musl\"}",
    "{\"t\":\"git\",\"e\":\"log\",\"v\":1.0,\"tv\":\"2\",\"os\":\"linux\","
    "\"libc\":\"musl\"}",
    "\xef\xbb\xbf{" J "}",
    "/**/{" J "}",
};

static void check_table(decode *from, const char *const *texts, size_t count,
                        int expected)
{
    struct tel_event back;
    struct tel_event untouched;

    memset(&untouched, 0x5a, sizeof(untouched));
    for (size_t i = 0; i < count; i++) {
        struct tel_err err = {""};
        int r;

        back = untouched;
        r = decode_copy(from, texts[i], strlen(texts[i]), &back, &err);
        if (r != expected)
            fail_msg("%s: %d instead of %d (%s)", texts[i], r, expected,
                     err.text);
        if (expected == 0)
            continue;
        assert_memory_equal(&back, &untouched, sizeof(back));
        assert_int_equal(strncmp(err.text, "byte ", 5), 0);
        assert_null(strchr(err.text, '\n'));
    }
}

#define TABLE(name) (name), sizeof(name) / sizeof((name)[0])

static void test_codec_good_texts_are_read(void **state)
{
    (void)state;
    check_table(tel_event_from_query, TABLE(good_queries), 0);
    check_table(tel_event_from_json, TABLE(good_json), 0);
}

static void test_codec_hostile_texts_are_refused(void **state)
{
    (void)state;
    check_table(tel_event_from_query, TABLE(bad_queries), -EINVAL);
    check_table(tel_event_from_json, TABLE(bad_json), -EINVAL);
}

static void test_codec_nul_inside_is_refused(void **state)
{
    static const char query[] = Q "&a=x\0y";
    static const char cut[] = Q "\0";
    static const char json[] = "{" J ",\"a\":\"x\0y\"}";
    struct tel_event back;

    (void)state;
    assert_int_equal(
        tel_event_from_query(query, sizeof(query) - 1, &back, NULL), -EINVAL);
    assert_int_equal(tel_event_from_query(cut, sizeof(cut) - 1, &back, NULL),
                     -EINVAL);
    assert_int_equal(tel_event_from_json(json, sizeof(json) - 1, &back, NULL),
                     -EINVAL);
}

static void test_codec_refusal_never_repeats_what_was_sent(void **state)
{
    struct tel_event back;
    struct tel_err err;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        static const char *const texts[] = {Q "&a=sec/ret",
                                            "{" J ",\"a\":\"sec/ret\"}"};

        assert_int_equal(forms[i].from(texts[i], strlen(texts[i]), &back, &err),
                         -EINVAL);
        assert_null(strstr(err.text, "ret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codec_example_is_written_as_documented),
        cmocka_unit_test(test_codec_every_end_is_written_as_documented),
        cmocka_unit_test(test_codec_crash_is_written_as_documented),
        cmocka_unit_test(test_codec_crash_numbers_have_one_form),
        cmocka_unit_test(test_codec_random_events_come_back_the_same),
        cmocka_unit_test(test_codec_every_prefix_of_json_is_refused),
        cmocka_unit_test(test_codec_prefix_of_query_is_refused_or_whole),
        cmocka_unit_test(test_codec_damaged_byte_never_changes_what_is_written),
        cmocka_unit_test(test_codec_small_buffer_says_so),
        cmocka_unit_test(test_codec_nonsense_in_memory_is_not_written),
        cmocka_unit_test(test_codec_good_texts_are_read),
        cmocka_unit_test(test_codec_hostile_texts_are_refused),
        cmocka_unit_test(test_codec_nul_inside_is_refused),
        cmocka_unit_test(test_codec_refusal_never_repeats_what_was_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
