/* SPDX-License-Identifier: MIT */
/* Command lines, and the one event that a policy has for each. */
#include "example.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct tel_policy policy;

/*
 * Matches line, split at each single space, in copies of just that size and
 * which are gone before the result is looked at: a match may not point into
 * them. What it says is written as "event key=value ...".
 */
static void match(const char *line, char *buf, size_t size)
{
    char *args[32] = {NULL};
    struct tel_match found;
    int nargs = 0;
    int len;
    int r;

    for (const char *at = line; at != NULL && line[0] != '\0';) {
        size_t word = strcspn(at, " ");

        args[nargs++] = strndup(at, word);
        at = at[word] == ' ' ? at + word + 1 : NULL;
    }
    r = tel_match(&policy, args, nargs, &found);
    for (int i = 0; i < nargs; i++)
        free(args[i]);
    if (r < 0) {
        assert_int_equal(r, -ENOENT);
        snprintf(buf, size, "ignored");
        return;
    }
    len = snprintf(buf, size, "%s", found.event);
    for (unsigned i = 0; i < policy.nfields; i++) {
        char key[TEL_KEY_MAX + 1];

        if (found.values[i].len == 0)
            continue;
        tel_str_copy(&policy, policy.fields[i].key, key, sizeof(key));
        len += snprintf(buf + len, size - (size_t)len, " %s=%.*s", key,
                        (int)found.values[i].len, found.values[i].at);
    }
}

struct row {
    const char *line;
    const char *expected;
};

static void check(const char *text, const struct row *rows, size_t count)
{
    parse_into(&policy, text);
    for (size_t i = 0; i < count; i++) {
        char said[512];

        match(rows[i].line, said, sizeof(said));
        if (strcmp(said, rows[i].expected) != 0)
            fail_msg("%s: %s instead of %s", rows[i].line, said,
                     rows[i].expected);
    }
}

#define CHECK(text, rows) check(text, rows, sizeof(rows) / sizeof((rows)[0]))

#define COMMAND                                                             \
    TOOL "[command]\n"                                                      \
         "value-options = -C -c --git-dir -m\n"                             \
         "value-options remote = -t\n"                                      \
         "value-options stash push = -p\n"                                  \
         "[verbs]\n"                                                        \
         "commit = x\nstash = x\nstash push = x\nremote add = x\nlog = x\n" \
         "remote set-url push = x\n"                                        \
         "[aliases]\n"                                                      \
         "ci = commit\nput = stash push\nco mm = commit\n"

static void test_match_verbs_are_found_among_options(void **state)
{
    static const struct row rows[] = {
        {"commit", "commit"},
        {"commit -m secret", "commit"},
        {"-C dir commit", "commit"},
        {"-C commit log", "log"},
        {"-Cdir commit", "commit"},
        {"-Ccommit log", "log"},
        {"-C dir -c a=b log", "log"},
        {"--git-dir=x log", "log"},
        {"--git-dir x log", "log"},
        {"--git-dir=commit log", "log"},
        {"--git-dir= log", "log"},
        {"--git-dir commit log", "log"},
        {"--unknown log", "log"},
        {"--unknown=commit log", "log"},
        {"-z log", "log"},
        {"-zm commit log", "log"},
        {"-zmcommit log", "log"},
        {"commit file other", "commit"},
        {"log commit", "log"},
        {"-", "other"},
        {"- commit", "other"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_longest_listed_sequence_wins(void **state)
{
    static const struct row rows[] = {
        {"stash", "stash"},
        {"stash push", "stash_push"},
        {"stash pop", "stash"},
        {"stash push file", "stash_push"},
        {"stash -C dir push", "stash_push"},
        {"stash -q push", "stash_push"},
        {"remote", "other"},
        {"remote add", "remote_add"},
        {"remote -v add", "remote_add"},
        {"-C a remote -C b add -C c name", "remote_add"},
        {"remote set-url push", "remote_set-url_push"},
        {"remote set-url -C x push", "remote_set-url_push"},
        {"remote set-url", "other"},
        {"remote set-url pull", "other"},
        {"a b c commit", "other"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_is_exact_byte_for_byte(void **state)
{
    static const struct row rows[] = {
        {"Commit", "other"},         {"commi", "other"},
        {"committ", "other"},        {"stash_push", "other"},
        {"stashpush", "other"},      {"COMMIT", "other"},
        {"com\xc3\xb6mit", "other"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_one_argument_with_a_space_is_not_two_words(void **state)
{
    char *args[] = {(char[]){"stash push"}};
    struct tel_match found;

    (void)state;
    parse_into(&policy, COMMAND);
    assert_int_equal(tel_match(&policy, args, 1, &found), 0);
    assert_string_equal(found.event, "other");
}

static void test_match_empty_argument_is_a_word_that_is_not_listed(void **state)
{
    char *args[] = {(char[]){""}, (char[]){"commit"}};
    struct tel_match found;

    (void)state;
    parse_into(&policy, COMMAND);
    assert_int_equal(tel_match(&policy, args, 2, &found), 0);
    assert_string_equal(found.event, "other");
}

static void test_match_scoped_value_options_count_in_their_scope(void **state)
{
    static const struct row rows[] = {
        {"remote -t add add", "remote_add"},
        {"remote -t add", "other"},
        {"remote -tx add", "remote_add"},
        {"remote add -t log", "remote_add"},
        {"-t remote add", "remote_add"},
        {"-t add remote add", "other"},
        {"stash -p push", "stash_push"},
        {"stash push -p x", "stash_push"},
        {"log -t commit", "log"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_aliases_are_the_verbs_they_stand_for(void **state)
{
    static const struct row rows[] = {
        {"ci", "commit"},         {"ci -m x", "commit"},
        {"put", "stash_push"},    {"put file", "stash_push"},
        {"co mm", "commit"},      {"co", "other"},
        {"co -C x mm", "commit"}, {"-C x ci", "commit"},
        {"stash put", "stash"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_double_dash_ends_options(void **state)
{
    static const struct row rows[] = {
        {"-- commit", "commit"},         {"-C dir -- commit", "commit"},
        {"-- -C commit", "other"},       {"-C -- commit", "commit"},
        {"stash -- push", "stash_push"}, {"--", "none"},
        {"log -- commit", "log"},        {"-- --", "other"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_no_verb_is_none(void **state)
{
    static const struct row rows[] = {
        {"", "none"},           {"--version", "none"}, {"-C dir", "none"},
        {"-Cdir -c x", "none"}, {"-C", "none"},        {"--git-dir", "none"},
        {"-qvx", "none"},
    };

    (void)state;
    CHECK(COMMAND, rows);
}

static void test_match_unlisted_verb_may_be_ignored(void **state)
{
    static const struct row rows[] = {
        {"commit", "commit"}, {"secret", "ignored"}, {"remote", "ignored"},
        {"", "none"},         {"--version", "none"},
    };

    (void)state;
    CHECK(COMMAND "[command]\nunlisted = ignore\n", rows);
}

static void test_match_tool_without_verbs_runs(void **state)
{
    static const struct row rows[] = {
        {"", "run quiet=no"},
        {"a b c", "run quiet=no"},
        {"-q file", "run quiet=yes"},
        {"--fast file", "run_fast quiet=no"},
        {"file --fast -q", "run_fast quiet=yes"},
        {"-o --fast file", "run quiet=no"},
        {"-- --fast", "run quiet=no"},
    };

    (void)state;
    CHECK(TOOL "[command]\nverbs = none\nvalue-options = -o\n"
               "[modifiers]\n--fast = fast\n[fields]\nquiet = flag -q\n",
          rows);
}

/* cargo run, npm run: a verb like any other. */
static void test_match_run_may_be_a_verb(void **state)
{
    static const struct row rows[] = {
        {"run", "run"},
        {"-q run x", "run"},
        {"", "none"},
        {"walk", "other"},
    };

    (void)state;
    CHECK(TOOL "[verbs]\nrun = start it\n", rows);
}

#define MODIFIERS                       \
    COMMAND "[modifiers]\n"             \
            "log --oneline = oneline\n" \
            "log --graph = graph\n"     \
            "log -p = patch\n"          \
            "commit -a = all\n"         \
            "commit --amend = amend\n"  \
            "stash push -u = untracked\n"

static void test_match_modifiers_in_file_order(void **state)
{
    static const struct row rows[] = {
        {"log", "log"},
        {"log --oneline", "log_oneline"},
        {"--oneline log", "log_oneline"},
        {"log --graph --oneline", "log_oneline"},
        {"log -p --graph", "log_graph"},
        {"log --graph -p", "log_graph"},
        {"log -p file", "log_patch"},
        {"log -xpy", "log_patch"},
        {"log --one", "log"},
        {"log --oneline2", "log"},
        {"log --oneline=x", "log_oneline"},
        {"log -p=x", "log_patch"},
        {"log --oneline=", "log_oneline"},
        {"log --Graph", "log"},
        {"log -P", "log"},
        {"commit --oneline", "commit"},
        {"commit -am secret", "commit_all"},
        {"commit -ma secret", "commit"},
        {"commit -qam secret", "commit_all"},
        {"ci --amend", "commit_amend"},
        {"ci --amend -a", "commit_all"},
        {"stash -u", "stash"},
        {"stash push -u", "stash_push_untracked"},
        {"put -u", "stash_push_untracked"},
        {"log -- --oneline", "log"},
        {"secret --oneline", "other"},
        {"--oneline", "none"},
    };

    (void)state;
    CHECK(MODIFIERS, rows);
}

static void test_match_value_is_never_taken_for_a_modifier(void **state)
{
    static const struct row rows[] = {
        {"commit -m --amend", "commit"},
        {"commit -m -a", "commit"},
        {"commit -qm --amend", "commit"},
        {"-C --oneline log", "log"},
        {"log --git-dir --graph", "log"},
        {"log --git-dir=--graph", "log"},
        {"commit -C --amend --amend", "commit_amend"},
    };

    (void)state;
    CHECK(MODIFIERS, rows);
}

#define FIELDS                                              \
    COMMAND "[fields]\n"                                    \
            "fmt = word --format -f -fmt: json table csv\n" \
            "quiet = flag --quiet -q\n"

static void test_match_words_are_listed_values(void **state)
{
    static const struct row rows[] = {
        {"log", "log quiet=no"},
        {"log --format json", "log fmt=json quiet=no"},
        {"log --format=json", "log fmt=json quiet=no"},
        {"--format csv log", "log fmt=csv quiet=no"},
        {"log -f table", "log fmt=table quiet=no"},
        {"log -ftable", "log fmt=table quiet=no"},
        {"log -f=table", "log fmt=table quiet=no"},
        {"log -qftable", "log fmt=table quiet=yes"},
        {"log -qf table", "log fmt=table quiet=yes"},
        {"log -fmt csv", "log fmt=csv quiet=no"},
        {"log -fmt=csv", "log fmt=csv quiet=no"},
        {"log --format json --format csv", "log fmt=csv quiet=no"},
        {"log --format json -f csv -ftable", "log fmt=table quiet=no"},
        {"log --format secret", "log fmt=other quiet=no"},
        {"log --format=secret", "log fmt=other quiet=no"},
        {"log --format=", "log fmt=other quiet=no"},
        {"log --format JSON", "log fmt=other quiet=no"},
        {"log --format jso", "log fmt=other quiet=no"},
        {"log --format=json --format=x", "log fmt=other quiet=no"},
        {"log --format", "log quiet=no"},
        {"log --form json", "log quiet=no"},
        {"log -- --format json", "log quiet=no"},
        {"log -m --format json", "log quiet=no"},
        {"log -m --format=json", "log quiet=no"},
        {"--format log", "none fmt=other quiet=no"},
    };

    (void)state;
    CHECK(FIELDS, rows);
}

static void test_match_flags_are_yes_or_no(void **state)
{
    static const struct row rows[] = {
        {"log --quiet", "log quiet=yes"},
        {"-q log", "log quiet=yes"},
        {"log -xqy", "log quiet=yes"},
        {"log --quie", "log quiet=no"},
        {"log --no-quiet", "log quiet=no"},
        {"log -- -q", "log quiet=no"},
        {"log -m -q", "log quiet=no"},
        {"log -mq", "log quiet=no"},
        {"log -qm secret", "log quiet=yes"},
        {"log --format -q", "log fmt=other quiet=no"},
        {"secret -q", "other quiet=yes"},
        {"-q", "none quiet=yes"},
    };

    (void)state;
    CHECK(FIELDS, rows);
}

static void test_match_runtime_is_a_listed_program(void **state)
{
    const struct tel_field *field = policy.fields;
    struct tel_value value;

    (void)state;
    parse_into(&policy, TOOL "[fields]\nwith = runtime: python3.11 node\n");
    value = tel_match_runtime(&policy, field, "python3.11");
    assert_int_equal(value.len, 10);
    assert_memory_equal(value.at, "python3.11", 10);
    assert_ptr_equal(value.at, tel_str_at(&policy, policy.items[0]));
    value = tel_match_runtime(&policy, field, "python3");
    assert_int_equal(value.len, 5);
    assert_memory_equal(value.at, "other", 5);
}

static void test_match_terminal_is_that_of_stdout(void **state)
{
    int kept = dup(STDOUT_FILENO);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int places[2];
    char said[3][64];

    (void)state;
    parse_into(&policy, TOOL "[verbs]\nlog = x\n"
                             "[fields]\ntty = flag @terminal\n");
    assert_true(kept >= 0 && master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    places[0] = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    places[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(places[0] >= 0 && places[1] >= 0);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        dup2(places[i], STDOUT_FILENO);
        match("log", said[i], sizeof(said[i]));
    }
    close(STDOUT_FILENO);
    match("log", said[2], sizeof(said[2]));
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(places[0]);
    close(places[1]);
    close(master);
    assert_string_equal(said[0], "log tty=yes");
    assert_string_equal(said[1], "log tty=no");
    assert_string_equal(said[2], "log tty=no");
}

/* getopt: the last one wins; abbreviations, which it takes, are not matched. */
static void test_match_follows_getopt(void **state)
{
    static const struct row rows[] = {
        {"log -q -q", "log quiet=yes"},
        {"log --quiet=false", "log quiet=yes"},
        {"log -q=0", "log quiet=yes"},
        {"log --format json --format", "log fmt=json quiet=no"},
        {"log --format --format json", "log fmt=other quiet=no"},
        {"log -f", "log quiet=no"},
        {"log -qf", "log quiet=yes"},
        {"log -f= json", "log fmt=other quiet=no"},
        {"log -f=", "log fmt=other quiet=no"},
        {"log -f==json", "log fmt=other quiet=no"},
        {"log --format==json", "log fmt=other quiet=no"},
        {"log --format=json=", "log fmt=other quiet=no"},
        {"log --format -- -q", "log fmt=other quiet=yes"},
        {"log -f -- json", "log fmt=other quiet=no"},
        {"log - -q", "log quiet=yes"},
        {"log -5 -q", "log quiet=yes"},
        {"log -5q", "log quiet=yes"},
        {"-5 log", "log quiet=no"},
        {"-n 5 log", "other quiet=no"},
        {"log --quie", "log quiet=no"},
        {"--forma json log", "other quiet=no"},
        {"log --qu", "log quiet=no"},
        {"log -m", "log quiet=no"},
        {"log -mf json", "log quiet=no"},
        {"log -qmf json", "log quiet=yes"},
        {"log ---q", "log quiet=no"},
        {"log --=q", "log quiet=no"},
        {"log -=q", "log quiet=yes"},
        {"log --q", "log quiet=no"},
        {"log -quiet", "log quiet=yes"},
        {"log -format json", "log fmt=other quiet=no"},
    };

    (void)state;
    CHECK(FIELDS, rows);
}

/* docker run IMAGE ls -q: the last is not docker's. */
static void test_match_passes_on_what_is_another_program(void **state)
{
    static const struct row rows[] = {
        {"run", "run q=no"},
        {"run -q", "run q=yes"},
        {"run -q ls", "run q=yes"},
        {"run ls -q", "run q=no"},
        {"run -e -q ls", "run q=no"},
        {"run -e X ls -q -d", "run q=no"},
        {"run -d ls", "run_detach q=no"},
        {"-q run ls --quiet", "run q=yes"},
        {"run -- ls -q", "run q=no"},
        {"container run ls -q", "run q=no"},
        {"container run -q ls", "run q=yes"},
        {"container -q run ls -q", "run q=yes"},
        {"ps ls -q", "ps q=yes"},
        {"stack of run -q", "stack_of_run q=yes"},
        {"stack of run x -q", "stack_of_run q=no"},
        {"stack of -q", "other q=yes"},
        {"other run ls -q", "other q=yes"},
    };
    static const struct row whole[] = {
        {"-q", "run q=yes"},
        {"-q host", "run q=yes"},
        {"host -q", "run q=no"},
        {"-e host host -q", "run q=no"},
    };

    (void)state;
    CHECK(TOOL "[command]\nvalue-options = -e\npasses-on = run\n"
               "passes-on = stack of run\n"
               "[verbs]\nrun = x\nps = x\nstack of run = x\n"
               "[aliases]\ncontainer run = run\n"
               "[modifiers]\nrun -d = detach\n[fields]\nq = flag -q --quiet\n",
          rows);
    CHECK(TOOL "[command]\nverbs = none\nvalue-options = -e\n"
               "passes-on = run\n[fields]\nq = flag -q\n",
          whole);
}

static void test_match_options_stand_anywhere(void **state)
{
    static const struct row rows[] = {
        {"log a b c d -q", "log quiet=yes"},
        {"-q log", "log quiet=yes"},
        {"log a --format json b", "log fmt=json quiet=no"},
    };

    (void)state;
    CHECK(FIELDS, rows);
}

/* As --color and -S of git: a value stands in the same argument or nowhere. */
static void test_match_attached_values(void **state)
{
    static const struct row rows[] = {
        {"commit", "commit"},
        {"commit --color", "commit"},
        {"commit --color=auto", "commit color=auto"},
        {"commit --color=secret", "commit color=other"},
        {"commit --color=", "commit color=other"},
        {"commit --color auto", "commit"},
        {"--color commit", "commit"},
        {"commit --color --color=never", "commit color=never"},
        {"commit --color=never --color", "commit color=never"},
        {"commit -U3", "commit color=other"},
        {"commit -Uauto", "commit color=auto"},
        {"-U commit", "commit"},
        {"commit -Sab", "commit"},
        {"commit -S -a", "commit_all"},
        {"commit -aSa", "commit_all"},
        {"commit -aS", "commit_all"},
        {"-S commit", "commit"},
        {"commit --gpg-sign=-a", "commit"},
        {"commit -S=", "commit"},
    };

    (void)state;
    CHECK(TOOL "[command]\nvalue-options = -S= --gpg-sign=\n"
               "[verbs]\ncommit = x\n[modifiers]\ncommit -a = all\n"
               "[fields]\ncolor = word --color= -U=: auto never\n",
          rows);
}

#define LONG_NAMES                                                       \
    TOOL "[command]\nvalue-options = -run -o\n%s"                        \
         "[verbs]\ntest = x\nplan = x\n[modifiers]\nplan -json = json\n" \
         "[fields]\nfmt = word -format -f: json\nn = flag -n\n"

/* find, java, go and terraform: "-json" is one option. */
static void test_match_single_dash_names(void **state)
{
    static const struct row bundled[] = {
        {"test -run x", "test n=no"},
        {"test -run -n", "test n=no"},
        {"plan -json", "plan_json n=no"},
        {"plan -json=true", "plan_json n=no"},
        {"plan -format json", "plan fmt=json n=no"},
        {"plan -format=json", "plan fmt=json n=no"},
        {"plan -fjson", "plan fmt=json n=no"},
        {"test -json", "test n=no"},
        /* Not listed: taken apart, into letters that are. */
        {"test -count", "test n=no"},
        {"plan -destroy plan", "plan n=no"},
        {"plan -main", "plan n=yes"},
        {"-go test", "none n=no"},
    };
    static const struct row whole[] = {
        {"test -run x", "test n=no"},
        {"plan -json", "plan_json n=no"},
        {"plan -json=true", "plan_json n=no"},
        {"plan -format json", "plan fmt=json n=no"},
        {"plan -format=json", "plan fmt=json n=no"},
        {"plan -fjson", "plan n=no"},
        {"plan -f json", "plan fmt=json n=no"},
        {"plan -f=json", "plan fmt=json n=no"},
        {"plan -n", "plan n=yes"},
        {"plan -n=false", "plan n=yes"},
        {"plan -nn", "plan n=no"},
        {"plan -main", "plan n=no"},
        {"-go test", "test n=no"},
        {"-o=x test", "test n=no"},
    };
    char text[1024];

    (void)state;
    snprintf(text, sizeof(text), LONG_NAMES, "");
    CHECK(text, bundled);
    snprintf(text, sizeof(text), LONG_NAMES, "bundled = yes\n");
    CHECK(text, bundled);
    snprintf(text, sizeof(text), LONG_NAMES, "bundled = no\n");
    CHECK(text, whole);
}

/* As apt-get reads its own: -qq, -o Name=value, -o=Name=value, -q=2. */
static void test_match_apt_and_docker(void **state)
{
    static const struct row rows[] = {
        {"-qq install x", "install quiet=yes"},
        {"-q=2 install x", "install quiet=yes"},
        {"-o Debug::x=1 install", "install quiet=no"},
        {"-oDebug::x=1 install", "install quiet=no"},
        {"-o=Debug::x=1 install", "install quiet=no"},
        {"-yo install remove", "remove quiet=no"},
        {"-c=file install", "install quiet=no"},
        {"-t bookworm -sy install", "install_dry quiet=no"},
        {"install --target-release=x -s", "install_dry quiet=no"},
        {"container ls -qa", "container_ls quiet=yes"},
        {"-H tcp://x container --quiet ls", "container_ls quiet=yes"},
        {"-Htcp://x ps", "container_ls quiet=no"},
        {"ps -aqf name=secret", "container_ls quiet=yes"},
        {"ps --filter=-q", "container_ls quiet=no"},
        {"ps --no-trunc=false", "container_ls quiet=no"},
    };

    (void)state;
    CHECK(TOOL "[command]\nvalue-options = -o -c -t -H --host -f --filter\n"
               "[verbs]\ninstall = x\nremove = x\ncontainer ls = x\n"
               "[aliases]\nps = container ls\n[modifiers]\ninstall -s = dry\n"
               "[fields]\nquiet = flag -q --quiet\n",
          rows);
}

/* ---- where it was found -------------------------------------------------- */

#define TRACED                                             \
    COMMAND "[modifiers]\ncommit --amend = amend\n"        \
            "[fields]\nfmt = word --format -f: json csv\n" \
            "quiet = flag -q\n"

static struct tel_trace_arg traced[16];

static struct tel_trace trace_line(char *const *args, int nargs)
{
    struct tel_trace trace = {.args = traced};
    struct tel_match found;
    struct tel_match same;
    int r;

    assert_true(nargs <= 16);
    r = tel_match_traced(&policy, args, nargs, &found, &trace);
    assert_int_equal(r, tel_match(&policy, args, nargs, &same));
    assert_string_equal(found.event, same.event);
    return trace;
}

static void expect_option(struct tel_str option, const char *expected)
{
    assert_int_equal(option.len, strlen(expected));
    assert_memory_equal(tel_str_at(&policy, option), expected, option.len);
}

static void test_match_trace_says_where(void **state)
{
    char *args[] = {(char[]){"-C"},       (char[]){"dir"},  (char[]){"ci"},
                    (char[]){"--amend"},  (char[]){"-qzm"}, (char[]){"--amend"},
                    (char[]){"--format"}, (char[]){"csv"},  (char[]){"-fx"},
                    (char[]){"--nope"},   (char[]){"--"},   (char[]){"-q"}};
    static const uint8_t kinds[] = {
        TEL_ARG_OPTION, TEL_ARG_VALUE,  TEL_ARG_WORD,   TEL_ARG_OPTION,
        TEL_ARG_OPTION, TEL_ARG_VALUE,  TEL_ARG_OPTION, TEL_ARG_VALUE,
        TEL_ARG_OPTION, TEL_ARG_OPTION, TEL_ARG_DASHES, TEL_ARG_WORD};
    static const char *const options[] = {"-C", "-C", "",         "--amend",
                                          "-m", "-m", "--format", "--format",
                                          "-f", "",   "",         ""};
    struct tel_trace trace;

    (void)state;
    parse_into(&policy, TRACED);
    trace = trace_line(args, 12);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(traced[i].kind, kinds[i]);
        expect_option(traced[i].option, options[i]);
    }
    assert_int_equal(trace.verb, 0);
    assert_int_equal(trace.alias, 0);
    assert_int_equal(trace.nwords, 2);
    assert_int_equal(trace.verb_words, 1);
    assert_int_equal(trace.words[0], 2);
    assert_int_equal(trace.words[1], 11);
    assert_int_equal(trace.modifier, 0);
    assert_int_equal(trace.modifier_arg, 3);
    assert_int_equal(trace.fields[0].arg, 8);
    assert_int_equal(trace.fields[0].value_arg, 8);
    expect_option(trace.fields[0].option, "-f");
    assert_int_equal(trace.fields[1].arg, 4);
    expect_option(trace.fields[1].option, "-q");
    trace = trace_line(args, 8);
    assert_int_equal(trace.fields[0].arg, 6);
    assert_int_equal(trace.fields[0].value_arg, 7);
}

static void test_match_trace_of_nothing(void **state)
{
    char *args[] = {(char[]){"secret"}, (char[]){"-q"}, (char[]){"--format"}};
    struct tel_trace trace;

    (void)state;
    parse_into(&policy, TRACED "[command]\nunlisted = ignore\n");
    trace = trace_line(args, 3);
    assert_int_equal(trace.verb, -1);
    assert_int_equal(trace.alias, -1);
    assert_int_equal(trace.modifier, -1);
    assert_int_equal(trace.modifier_arg, -1);
    assert_int_equal(trace.nwords, 1);
    assert_int_equal(trace.verb_words, 0);
    assert_int_equal(trace.fields[0].arg, -1);
    assert_int_equal(trace.fields[1].arg, 1);
    assert_int_equal(traced[2].kind, TEL_ARG_OPTION);
    trace = trace_line(args, 0);
    assert_int_equal(trace.nwords, 0);
    assert_int_equal(trace.fields[1].arg, -1);
}

/* No bytes of the command line are in what a match says. */
static void test_match_never_points_into_the_arguments(void **state)
{
    char *args[] = {(char[]){"log"}, (char[]){"--format=json"}, (char[]){"-q"}};
    struct tel_match found;

    (void)state;
    parse_into(&policy, FIELDS);
    assert_int_equal(tel_match(&policy, args, 3, &found), 0);
    assert_ptr_equal(
        found.values[0].at,
        tel_str_at(&policy, policy.items[policy.fields[0].first_value]));
    for (int i = 0; i < 3; i++) {
        assert_true(found.values[1].at < args[i] ||
                    found.values[1].at > args[i] + strlen(args[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_verbs_are_found_among_options),
        cmocka_unit_test(test_match_longest_listed_sequence_wins),
        cmocka_unit_test(test_match_is_exact_byte_for_byte),
        cmocka_unit_test(test_match_one_argument_with_a_space_is_not_two_words),
        cmocka_unit_test(
            test_match_empty_argument_is_a_word_that_is_not_listed),
        cmocka_unit_test(test_match_scoped_value_options_count_in_their_scope),
        cmocka_unit_test(test_match_aliases_are_the_verbs_they_stand_for),
        cmocka_unit_test(test_match_double_dash_ends_options),
        cmocka_unit_test(test_match_no_verb_is_none),
        cmocka_unit_test(test_match_unlisted_verb_may_be_ignored),
        cmocka_unit_test(test_match_tool_without_verbs_runs),
        cmocka_unit_test(test_match_run_may_be_a_verb),
        cmocka_unit_test(test_match_modifiers_in_file_order),
        cmocka_unit_test(test_match_value_is_never_taken_for_a_modifier),
        cmocka_unit_test(test_match_words_are_listed_values),
        cmocka_unit_test(test_match_flags_are_yes_or_no),
        cmocka_unit_test(test_match_follows_getopt),
        cmocka_unit_test(test_match_options_stand_anywhere),
        cmocka_unit_test(test_match_passes_on_what_is_another_program),
        cmocka_unit_test(test_match_attached_values),
        cmocka_unit_test(test_match_single_dash_names),
        cmocka_unit_test(test_match_apt_and_docker),
        cmocka_unit_test(test_match_trace_says_where),
        cmocka_unit_test(test_match_trace_of_nothing),
        cmocka_unit_test(test_match_runtime_is_a_listed_program),
        cmocka_unit_test(test_match_terminal_is_that_of_stdout),
        cmocka_unit_test(test_match_never_points_into_the_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
