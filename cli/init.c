/* SPDX-License-Identifier: MIT */
/*
 * tel init: drafts a policy from what a tool says of itself. The tool is
 * asked for its help and nothing else, or not at all (--from).
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND_SECONDS 30 /* for the helps of all commands together */
#define SLOW_MAX 3        /* commands that give no help, before none is asked */

struct options {
    const char *tool;
    const char *from;
    const char *output;
    bool shallow;
    bool dry_run;
};

/* ---- the tool's own words ------------------------------------------------------- */

/* One call that may be left out: false where it gave nothing to read. */
static bool ask(struct init_run *run, const char *const args[3],
                struct init_help *ret_help)
{
    enum init_end end;

    return init_call(run, args, ret_help, &end) == 0 &&
           !init_help_empty(ret_help);
}

static void read_lists(struct init_tool *tool, const struct init_help *help)
{
    if (init_read_verbs(tool, help) == 0 && tool->nverbs == 0)
        (void)init_read_sets(tool, help);
}

/* What the first help says can be asked about the tool as a whole. */
static void ask_more(struct init_run *run, struct init_tool *tool,
                     struct init_ask *may)
{
    static struct init_help help;
    static const char *const words[] = {"help", "-help", "-h"};
    const bool named[] = {may->help, may->dash_help, may->h};

    if (may->all[0] != NULL && ask(run, may->all, &help))
        read_lists(tool, &help);
    for (size_t i = 0; i < 3 && tool->nverbs == 0; i++) {
        const char *const args[3] = {words[i]};

        if (named[i] && ask(run, args, &help)) {
            read_lists(tool, &help);
            init_read_options(tool, &help, "");
            init_ask(tool->name, &help, may);
        }
    }
    if (may->version && tool->version[0] == '\0') {
        static const char *const args[3] = {"--version"};

        if (ask(run, args, &help))
            init_read_version(tool, &help);
    }
}

static bool same_verbs(const struct init_tool *a, size_t count,
                       const struct init_tool *b)
{
    if (count != b->nverbs)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(a->verbs[i].words, b->verbs[i].words) != 0)
            return false;
    }
    return true;
}

/* "checkout (co): Check out a working copy": the first line of a help. */
static void read_purpose(struct init_verb *verb, const struct init_help *help)
{
    struct piece line = help->lines[init_help_next(help, 0)].text;
    const char *colon = memmem(line.at, line.len, ": ", 2);
    struct piece rest = line;
    struct piece first = piece_strip(piece_word(&rest), ":");

    if (colon == NULL || !piece_is(first, verb->words) ||
        verb->purpose[0] != '\0')
        return;
    line.len -= (size_t)(colon + 2 - line.at);
    line.at = colon + 2;
    init_purpose(verb, line);
}

/* Adds to the tool what the help of one of its commands lists. */
static void read_second(struct init_tool *tool, size_t first, size_t index,
                        const struct init_help *help)
{
    static struct init_tool below;
    char verb[TEL_EVENT_MAX + 1];

    memcpy(verb, tool->verbs[index].words, sizeof(verb));
    memset(&below, 0, sizeof(below));
    memcpy(below.name, tool->name, sizeof(below.name));
    if (init_read_verbs(&below, help) == 0)
        (void)init_read_usage(&below, tool->name, verb, help);
    /* Some answer with their own help to what they don't know. */
    if (same_verbs(tool, first, &below))
        return;
    read_purpose(&tool->verbs[index], help);
    if (below.nverbs > 0)
        init_read_options(tool, help, verb);
    for (size_t i = 0; i < below.nverbs; i++) {
        char words[2 * TEL_EVENT_MAX + 2];
        int len =
            snprintf(words, sizeof(words), "%s %s", verb, below.verbs[i].words);

        (void)init_add_verb(tool, (struct piece){words, (size_t)len},
                            (struct piece){below.verbs[i].purpose,
                                           strlen(below.verbs[i].purpose)});
    }
}

/* Asks each command for its help, in the form that the tool's help names. */
static void ask_commands(struct init_run *run, struct init_tool *tool,
                         enum init_form form)
{
    static struct init_help help;
    size_t first = tool->nverbs;
    time_t until = time(NULL) + SECOND_SECONDS;
    unsigned slow = 0;

    for (size_t i = 0; i < first && slow < SLOW_MAX && time(NULL) < until;
         i++) {
        char verb[TEL_EVENT_MAX + 1];
        const char *args[3] = {verb, "--help"};
        enum init_end end;

        memcpy(verb, tool->verbs[i].words, sizeof(verb));
        if (strchr(verb, ' ') != NULL || strcmp(verb, "help") == 0)
            continue;
        if (form == INIT_ASK_HELP_VERB) {
            args[0] = "help";
            args[1] = verb;
        } else if (form == INIT_ASK_VERB_H) {
            args[1] = "-h";
        }
        if (init_call(run, args, &help, &end) < 0)
            return;
        if (end != INIT_ENDED)
            slow++;
        else if (!init_help_empty(&help))
            read_second(tool, first, i, &help);
    }
}

/* TEL_DONE, or TEL_NO after a line on stderr. */
static int ask_tool(struct init_run *run, const struct options *options,
                    struct init_tool *tool)
{
    static struct init_help help;
    static const char *const args[3] = {"--help"};
    struct init_ask may;
    enum init_end end;
    int r = init_call(run, args, &help, &end);

    if (r < 0 || end != INIT_ENDED || init_help_empty(&help)) {
        fprintf(stderr, "tel: init: %s --help gave no help: %s\n", tool->name,
                r < 0                  ? strerror(-r)
                : end == INIT_TOO_LONG ? "it took too long, and was killed"
                : end == INIT_TOO_MUCH ? "it printed too much, and was killed"
                                       : "it printed nothing");
        return TEL_NO;
    }
    read_lists(tool, &help);
    init_read_options(tool, &help, "");
    init_ask(tool->name, &help, &may);
    ask_more(run, tool, &may);
    if (tool->version[0] == '\0')
        init_read_version(tool, &help);
    if (!options->shallow && may.form != INIT_ASK_NOTHING)
        ask_commands(run, tool, may.form);
    return TEL_DONE;
}

/* ---- a help that the person gives ------------------------------------------------- */

static int read_file(const char *from, struct init_tool *tool)
{
    static struct init_help help;
    static char bytes[INIT_HELP_MAX];
    int fd = strcmp(from, "-") == 0 ? dup(0) : open(from, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = -1;

    if (fd < 0)
        return tel_cli_bad("init: %s: %s", from, strerror(errno));
    while (len < sizeof(bytes) &&
           (n = read(fd, bytes + len, sizeof(bytes) - len)) > 0)
        len += (size_t)n;
    if (n < 0) {
        int saved = errno;

        close(fd);
        return tel_cli_bad("init: %s: %s", from, strerror(saved));
    }
    close(fd);
    if (len == sizeof(bytes))
        return tel_cli_bad("init: %s: longer than %zu bytes", from,
                           sizeof(bytes) - 1);
    init_help_read(&help, bytes, len);
    if (init_help_empty(&help))
        return tel_cli_bad("init: %s: no help in it", from);
    read_lists(tool, &help);
    init_read_options(tool, &help, "");
    init_read_version(tool, &help);
    return TEL_DONE;
}

/* ---- the draft --------------------------------------------------------------------- */

static int refuse_to_overwrite(const char *path)
{
    return tel_cli_bad("init: %s is there already, and is left as it is", path);
}

static int write_file(const char *path, const char *draft)
{
    FILE *to = fopen(path, "wxe");

    if (to == NULL && errno == EEXIST)
        return refuse_to_overwrite(path);
    if (to == NULL)
        return tel_cli_bad("init: %s: %s", path, strerror(errno));
    fputs(draft, to);
    if (fclose(to) != 0) {
        int saved = errno;

        (void)unlink(path);
        return tel_cli_bad("init: %s: %s", path, strerror(saved));
    }
    return TEL_DONE;
}

static int print_draft(const struct options *options, struct init_tool *tool)
{
    char *draft = init_mend(init_draft(tool));
    int status = TEL_DONE;

    if (draft == NULL)
        return tel_cli_bad("init: %s: no policy could be drafted", tool->name);
    if (options->output != NULL)
        status = write_file(options->output, draft);
    else
        fputs(draft, stdout);
    free(draft);
    if (status == TEL_DONE && tool->nverbs == 0) {
        fprintf(stderr,
                "tel: init: no commands found in the help of %s; the draft "
                "says verbs = none\n",
                tool->name);
        return TEL_NO;
    }
    return status;
}

static int call_tool(const struct tel_env *env, const struct options *options,
                     struct init_tool *tool)
{
    char path[PATH_MAX];
    struct init_run run = {.path = path, .name = tool->name};
    int r = init_find(env, options->tool, path, sizeof(path));
    int status;
    size_t i;

    if (r < 0)
        return tel_cli_bad("init: %s: %s", options->tool,
                           r == -ENOENT ? "no such program" : strerror(-r));
    if (options->dry_run) {
        printf("%s --help\n"
               "and then, as far as that names it: its list of all commands, "
               "its --version,\nand the help of each command\n",
               path);
        return TEL_DONE;
    }
    snprintf(run.disable, sizeof(run.disable), "%s", tool->name);
    for (i = 0; run.disable[i] != '\0'; i++) {
        char byte = run.disable[i];

        if (byte >= 'a' && byte <= 'z')
            run.disable[i] = (char)(byte - 'a' + 'A');
        else if ((byte < 'A' || byte > 'Z') && (byte < '0' || byte > '9'))
            run.disable[i] = '_';
    }
    snprintf(run.disable + i, sizeof(run.disable) - i, "_NO_TELEMETRY=1");
    r = init_run_open(&run);
    if (r < 0)
        return tel_cli_bad("init: no scratch folder: %s", strerror(-r));
    status = ask_tool(&run, options, tool);
    init_run_close(&run);
    return status;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct init_tool tool;
    struct options options = {.tool = NULL};
    const struct tel_cli_flag flags[] = {{"--from", NULL, &options.from},
                                         {"-o", NULL, &options.output},
                                         {"--shallow", &options.shallow, NULL},
                                         {"--dry-run", &options.dry_run, NULL}};
    struct tel_cli_args args = {
        .command = &tel_cli_init, .flags = flags, .nflags = 4, .words_max = 1};
    const char *name;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("init: which tool? (usage: tel %s)",
                           tel_cli_init.usage);
    options.tool = args.words[0];
    name = strrchr(options.tool, '/');
    name = name != NULL ? name + 1 : options.tool;
    if (!tel_name_valid(name, strlen(name)))
        return tel_cli_bad("init: not a name that a tool may have: %s", name);
    memcpy(tool.name, name, strlen(name) + 1);
    if (options.output != NULL && access(options.output, F_OK) == 0)
        return refuse_to_overwrite(options.output);
    status = options.from != NULL && !options.dry_run
                 ? read_file(options.from, &tool)
                 : call_tool(env, &options, &tool);
    if (status != TEL_DONE || options.dry_run)
        return status;
    return print_draft(&options, &tool);
}

const struct tel_command tel_cli_init = {
    .name = "init",
    .usage = "init [--from FILE] [-o FILE] [--shallow] [--dry-run] PROGRAM",
    .summary = "draft a policy from a tool's own help",
    .details =
        "Runs PROGRAM --help, and further calls for help that its output "
        "names, each\nsaid on stderr; and prints a policy with the commands "
        "that were found. What\nhas to be decided by you stands in it as a "
        "comment.\n\n"
        "  --from FILE  read the help from FILE (-: stdin), and run nothing\n"
        "  -o FILE      write to FILE, which must not exist\n"
        "  --shallow    ask no command for a help of its own\n"
        "  --dry-run    say what would be run\n",
    .run = run,
};
