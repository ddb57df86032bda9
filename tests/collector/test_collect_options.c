/* SPDX-License-Identifier: MIT */
/* tel-collect: help, and one clear line for whatever is wrong. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

static struct result serve(struct collect *c, const char *listen,
                           const char *db, const char *tools)
{
    return scratch_run(c->scratch, TEL_COLLECT, "serve", "--listen", listen,
                       "--db", scratch_path(c->scratch, "%s", db), "--tools",
                       scratch_path(c->scratch, "%s", tools), NULL);
}

/* One line, beginning with the program's name, that holds needle. */
static void assert_complaint(struct result *result, const char *needle)
{
    assert_int_equal(result->status, 2);
    assert_string_equal(result->out, "");
    assert_int_equal(strncmp(result->err, "tel-collect: ", 13), 0);
    if (strstr(result->err, needle) == NULL)
        fail_msg("%s is not in %s", needle, result->err);
    assert_int_equal(count_of(result->err, "\n"), 1);
    assert_int_equal(result->err[result->err_len - 1], '\n');
    result_clear(result);
}

static void test_options_help_is_everywhere(void **state)
{
    static const char *const commands[] = {"serve", "report"};
    struct collect *c = *state;
    char *text = scratch_ok(c->scratch, 0, TEL_COLLECT, "--help", NULL);

    assert_non_null(strstr(text, "usage: tel-collect serve"));
    assert_non_null(strstr(text, "tel-collect report"));
    free(text);
    for (size_t i = 0; i < 2; i++) {
        text =
            scratch_ok(c->scratch, 0, TEL_COLLECT, commands[i], "--help", NULL);
        assert_non_null(strstr(text, commands[i]));
        assert_non_null(strstr(text, "--db FILE"));
        free(text);
    }
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "--version", NULL);
    assert_int_equal(strncmp(text, "tel-collect ", 12), 0);
    free(text);
}

static void test_options_bad_usage_is_one_line(void **state)
{
    static const struct {
        const char *arguments[6];
        const char *complaint;
    } bad[] = {
        {{NULL}, "serve, import, report or export?"},
        {{"count"}, "no command count"},
        {{"--verbose"}, "no command --verbose"},
        {{"serve"}, "--listen is missing"},
        {{"serve", "--listen", "127.0.0.1:0"}, "--db is missing"},
        {{"serve", "--listen", "127.0.0.1:0", "--db", "x"},
         "--tools is missing"},
        {{"serve", "--listen"}, "--listen needs a value"},
        {{"serve", "--port", "80"}, "unknown option --port"},
        {{"serve", "-x"}, "unknown option -x"},
        {{"serve", "now"}, "what is now for?"},
        {{"report"}, "--db is missing"},
        {{"report", "--db", "x", "y"}, "what is y for?"},
        {{"report", "--db", "x", "-k", "0"}, "-k 0: not a number from 1"},
        {{"report", "--db", "x", "-k", "-1"}, "-k -1: not a number from 1"},
        {{"report", "--db", "x", "-k", "5x"}, "-k 5x: not a number from 1"},
        {{"report", "--db", "x", "-k"}, "-k needs a value"},
    };
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const *a = bad[i].arguments;
        struct result result = scratch_run(c->scratch, TEL_COLLECT, a[0], a[1],
                                           a[2], a[3], a[4], NULL);

        assert_complaint(&result, bad[i].complaint);
    }
}

static void test_options_bad_address_is_one_line(void **state)
{
    static const char *const bad[] = {
        "",           "8080",        "localhost:8080",  "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
        "::1:80",     "[::1]",       "[::1:80",         "[127.0.0.1]:80",
        "1.2.3:80",   "[::1]x:80",   "[]:80",           ":80",
    };
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct result result = serve(c, bad[i], "totals.db", "tools");

        assert_complaint(&result, "not ADDRESS:PORT in numbers");
    }
    /* It fails before it makes anything. */
    assert_null(file_read(scratch_path(c->scratch, "totals.db"), NULL));
}

static void test_options_address_in_use_is_one_line(void **state)
{
    struct collect *c = *state;
    char address[32];
    struct result result;

    collect_start(c, "127.0.0.1:0");
    snprintf(address, sizeof(address), "127.0.0.1:%d", c->port);
    result = serve(c, address, "other.db", "tools");
    assert_complaint(&result, "Address already in use");
}

static void test_options_bad_policy_is_named_with_its_line(void **state)
{
    struct collect *c = *state;
    struct result result;

    scratch_write(c->scratch, "tools/zzz.conf",
                  "[tool]\nid = zzz\nnonsense = 1\n");
    result = serve(c, "127.0.0.1:0", "totals.db", "tools");
    assert_complaint(&result, "/tools/zzz.conf:3: ");
    assert_null(file_read(scratch_path(c->scratch, "totals.db"), NULL));
}

static void test_options_policy_that_is_no_file_is_named(void **state)
{
    struct collect *c = *state;
    struct result result;

    assert_int_equal(mkdir(scratch_path(c->scratch, "tools/dir.conf"), 0700),
                     0);
    result = serve(c, "127.0.0.1:0", "totals.db", "tools");
    assert_complaint(&result, "/tools/dir.conf: ");
}

static void test_options_no_policies_is_one_line(void **state)
{
    struct collect *c = *state;
    struct result result;

    scratch_write(c->scratch, "empty/README", "no policy\n");
    scratch_write(c->scratch, "empty/.hidden.conf", "no policy\n");
    result = serve(c, "127.0.0.1:0", "totals.db", "empty");
    assert_complaint(&result, "holds no policy");
    result = serve(c, "127.0.0.1:0", "totals.db", "missing");
    assert_complaint(&result, "/missing: No such file or directory");
    result = serve(c, "127.0.0.1:0", "totals.db", "tools/git.conf");
    assert_complaint(&result, "/tools/git.conf: Not a directory");
}

static void test_options_bad_database_is_one_line(void **state)
{
    struct collect *c = *state;
    struct result result;

    scratch_write(c->scratch, "notes", "not a database, but long enough\n");
    result = serve(c, "127.0.0.1:0", "notes", "tools");
    assert_complaint(&result, "/notes: ");
    result = serve(c, "127.0.0.1:0", "no/such/place/x.db", "tools");
    assert_complaint(&result, "/no/such/place/x.db: ");
    result = serve(c, "127.0.0.1:0", "tools", "tools");
    assert_complaint(&result, "/tools: ");
    result = scratch_run(c->scratch, TEL_COLLECT, "report", "--db",
                         scratch_path(c->scratch, "notes"), NULL);
    assert_complaint(&result, "/notes: ");
}

static struct result configured(struct collect *c, const char *text)
{
    scratch_write(c->scratch, "collect.conf", text);
    return scratch_run(c->scratch, TEL_COLLECT, "serve", "--config",
                       scratch_path(c->scratch, "collect.conf"), NULL);
}

static void test_options_bad_file_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } bad[] = {
        {"", "serve: --listen is missing"},
        {"listen = 127.0.0.1:0\n", "serve: --db is missing"},
        {"# what\n\nport = 80\n", "collect.conf:3: unknown option 'port'"},
        {"config = x\n", "collect.conf:1: unknown option 'config'"},
        {"--db = x\n", "collect.conf:1: unknown option '--db'"},
        {"db = x\n;\ndb = y\n",
         "collect.conf:3: db was given in line 1 already"},
        {"db = x\nserve\n", "collect.conf:2: expected 'name = value'"},
        {"db = x\n= y\n", "collect.conf:2: there is no name before '='"},
        {"db = x\n[serve]\n", "collect.conf:2: this file has no sections"},
        {"[serve]\ndb = x\n", "collect.conf:1: this file has no sections"},
        {"tools =\n", "collect.conf:1: tools = : has no value"},
        {"listen = localhost:80\n",
         "collect.conf:1: listen = localhost:80: not ADDRESS:PORT"},
        {"a\x1b[31m\xff = 1\n", "collect.conf:1: unknown option 'a?[31m?'"},
    };
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct result result = configured(c, bad[i].text);

        assert_complaint(&result, bad[i].complaint);
    }
}

static void test_options_file_that_is_none_is_one_line(void **state)
{
    struct collect *c = *state;
    char *large = malloc(20001);
    struct result result =
        scratch_run(c->scratch, TEL_COLLECT, "serve", "--config",
                    scratch_path(c->scratch, "no.conf"), NULL);

    assert_complaint(&result, "no.conf: No such file or directory");
    result = scratch_run(c->scratch, TEL_COLLECT, "serve", "--config",
                         c->scratch->root, NULL);
    assert_complaint(&result, "Is a directory");
    assert_non_null(large);
    memset(large, '#', 20000);
    large[20000] = '\0';
    result = configured(c, large);
    assert_complaint(&result, "collect.conf: File too large");
    free(large);
}

static void test_options_password_is_for_the_owner_only(void **state)
{
    static const char *const open[] = {
        "db = postgresql://tel:secret@db.example.org/tel\n",
        "db = postgresql://db.example.org/tel?user=tel&password=secret\n",
    };
    struct collect *c = *state;

    for (size_t i = 0; i < 2; i++) {
        struct result result;

        scratch_write(c->scratch, "collect.conf", open[i]);
        assert_int_equal(chmod(scratch_path(c->scratch, "collect.conf"), 0644),
                         0);
        result = scratch_run(c->scratch, TEL_COLLECT, "serve", "--config",
                             scratch_path(c->scratch, "collect.conf"), NULL);
        assert_null(strstr(result.err, "secret"));
        assert_complaint(&result, "collect.conf:1: db has a password");
        assert_int_equal(chmod(scratch_path(c->scratch, "collect.conf"), 0640),
                         0);
        result = scratch_run(c->scratch, TEL_COLLECT, "serve", "--config",
                             scratch_path(c->scratch, "collect.conf"), NULL);
        assert_complaint(&result, "--listen is missing");
    }
}

/* The file says where to listen and what to count, the command line says
 * another database; a file's value is one even where it is not used. */
static void test_options_command_line_wins_over_the_file(void **state)
{
    struct collect *c = *state;
    char config[256];
    char db[256];
    char program[] = TEL_COLLECT;
    char words[3][16] = {"serve", "--config", "--db"};
    char *argv[] = {program, words[0], words[2], db, words[1], config, NULL};
    char *text = NULL;

    assert_true(asprintf(&text,
                         "# all of it\n listen=127.0.0.1:0 \r\n"
                         "db = %s\n\n; policies\ntools = %s\n",
                         scratch_path(c->scratch, "file.db"),
                         scratch_path(c->scratch, "tools")) > 0);
    scratch_write(c->scratch, "collect.conf", text);
    free(text);
    snprintf(config, sizeof(config), "%s",
             scratch_path(c->scratch, "collect.conf"));
    snprintf(db, sizeof(db), "%s", scratch_path(c->scratch, "totals.db"));
    collect_start_as(c, argv);
    assert_int_equal(collect_get(c, QUERY("commit", "ms=40&exit=0"), NULL),
                     204);
    collect_stop(c);
    assert_int_equal(collect_runs(c, "commit"), 1);
    assert_null(file_read(scratch_path(c->scratch, "file.db"), NULL));
}

/* Puts new in the place of the one old. */
static char *replace(char *text, const char *old, const char *new)
{
    char *at = strstr(text, old);
    char *whole = NULL;

    if (at == NULL)
        fail_msg("not in the example: %s", old);
    assert_true(asprintf(&whole, "%.*s%s%s", (int)(at - text), text, new,
                         at + strlen(old)) > 0);
    free(text);
    return whole;
}

/* Every option is there by its name, with a value that is taken. */
static void test_options_example_has_them_all(void **state)
{
    struct collect *c = *state;
    char *text = file_read(TEL_SOURCE "/packaging/collect.conf", NULL);
    char *help =
        scratch_ok(c->scratch, 0, TEL_COLLECT, "serve", "--help", NULL);
    char *argv[] = {strdup(TEL_COLLECT), strdup("serve"), strdup("--config"),
                    strdup(scratch_path(c->scratch, "collect.conf")), NULL};
    unsigned options = 0;

    assert_non_null(text);
    for (char *at = help; (at = strstr(at, "\n  --")) != NULL; at++) {
        int len = (int)strcspn(at + 5, " ");
        char line[64];
        char later[64];

        snprintf(line, sizeof(line), "\n%.*s = ", len, at + 5);
        snprintf(later, sizeof(later), "\n#%.*s = ", len, at + 5);
        if (strncmp(line, "\nconfig ", 8) == 0 ||
            strncmp(line, "\nhelp ", 6) == 0)
            continue;
        options++;
        if (strstr(text, later) != NULL)
            text = replace(text, later, line);
        else if (strstr(text, line) == NULL)
            fail_msg("packaging/collect.conf does not have%s", line);
    }
    assert_true(options > 4);
    text = replace(text, "127.0.0.1:8080", "127.0.0.1:0");
    text = replace(text, "127.0.0.1:8081", "127.0.0.1:0");
    text = replace(text, "/var/lib/tel-collect/totals.db",
                   scratch_path(c->scratch, "totals.db"));
    text =
        replace(text, "/etc/tel/collect.d", scratch_path(c->scratch, "tools"));
    scratch_write(c->scratch, "collect.conf", text);
    collect_start_as(c, argv);
    collect_stop(c);
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
    free(help);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_options_help_is_everywhere),
        TEST(test_options_bad_usage_is_one_line),
        TEST(test_options_bad_address_is_one_line),
        TEST(test_options_address_in_use_is_one_line),
        TEST(test_options_bad_policy_is_named_with_its_line),
        TEST(test_options_policy_that_is_no_file_is_named),
        TEST(test_options_no_policies_is_one_line),
        TEST(test_options_bad_database_is_one_line),
        TEST(test_options_bad_file_is_named_with_its_line),
        TEST(test_options_file_that_is_none_is_one_line),
        TEST(test_options_password_is_for_the_owner_only),
        TEST(test_options_command_line_wins_over_the_file),
        TEST(test_options_example_has_them_all),
    };

    return cmocka_run_group_tests_name("collect options", tests, NULL, NULL);
}
