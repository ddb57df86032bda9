/* SPDX-License-Identifier: MIT */
/* Runs of differing shapes, filled with canaries. */
#include <stdio.h>
#include <string.h>

#include <tel/runs.h>

#include "draft.h"

unsigned pick(struct draft *draft, unsigned below)
{
    return dice_below(&draft->shapes, below);
}

char *keep(struct draft *draft, const char *format, ...)
{
    struct shape *shape = draft->shape;
    char *at = shape->room + shape->used;
    size_t left = sizeof(shape->room) - shape->used;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(at, left, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= left)
        fail_msg("a shape with too much text");
    shape->used += (size_t)len + 1;
    return at;
}

const char *canary(struct draft *draft)
{
    char fresh[CANARY_MAX + 1];

    canary_draw(&draft->fills, draft->nest->choice.stem, fresh);
    return keep(draft, "%s", fresh);
}

void add_word(struct draft *draft, const char *word)
{
    if (draft->shape->words + 2 > WORDS_MAX)
        fail_msg("a shape with too many words");
    draft->shape->argv[draft->shape->words++] = (char *)(uintptr_t)word;
}

static void add_variable(struct draft *draft, const char *name,
                         const char *value)
{
    if (draft->shape->variables + 2 > VARIABLES_MAX)
        fail_msg("a shape with too many variables");
    draft->shape->envp[draft->shape->variables++] =
        keep(draft, "%s=%s", name, value);
}

/* What the tool is called by its own first argument: anything at all, but
 * where programs that were not written here look at it. */
static const char *own_name(struct draft *draft, const char *path)
{
    if (draft->tool->form == FORM_REAL)
        return draft->tool->name;
    switch (pick(draft, 4)) {
    case 0:
        return draft->tool->name;
    case 1:
        return path;
    case 2:
        return keep(draft, "-%s", canary(draft));
    default:
        return canary(draft);
    }
}

static void add_program(struct draft *draft)
{
    struct shape *shape = draft->shape;
    const char *name = draft->tool->name;
    const char *path =
        draft->tool->form == FORM_REAL
            ? keep(draft, "%s%s", draft->tool->folder, name)
            : keep(draft, "%s/%s%s", draft->folder, draft->tool->folder, name);

    shape->path = path;
    switch (draft->way) {
    case WAY_PRELOAD:
        add_word(draft, own_name(draft, path));
        return;
    case WAY_LINK:
        shape->path = keep(draft, "%s/links/%s", draft->folder, name);
        add_word(draft, pick(draft, 2) == 0
                            ? name
                            : keep(draft, "/%s/%s", canary(draft), name));
        return;
    case WAY_IN_PLACE:
    case WAY_SUPERVISED:
        break;
    }
    shape->path = draft->nest->choice.wrap;
    add_word(draft, pick(draft, 2) == 0
                        ? "tel-wrap"
                        : keep(draft, "/%s/tel-wrap", canary(draft)));
    add_word(draft, draft->way == WAY_IN_PLACE ? "--mode=in-place"
                                               : "--mode=supervise");
    if (pick(draft, 2) == 0)
        add_word(draft, "--");
    /* By its path, or found along PATH. */
    add_word(draft, draft->tool->folder[0] == 'b' || pick(draft, 2) == 0
                        ? path
                        : name);
}

/* Where tel's own files are, and the person is. */
static void add_places(struct draft *draft, bool first)
{
    const struct nest *nest = draft->nest;

    add_variable(
        draft, "PATH",
        keep(draft, "%s/links:%s:/usr/bin:/bin", draft->folder, draft->folder));
    add_variable(draft, "XDG_RUNTIME_DIR", nest->runtime);
    if (first || pick(draft, 2) == 0) {
        add_variable(draft, "XDG_CONFIG_HOME",
                     scratch_path(nest->scratch, "config"));
        add_variable(draft, "XDG_STATE_HOME",
                     scratch_path(nest->scratch, "state"));
    }
    add_variable(draft, "HOME",
                 first ? scratch_path(nest->scratch, "home") : draft->home);
    /* So that a wrapper with sanitizers is as one without. */
    if (SANITIZED)
        add_variable(draft, "ASAN_OPTIONS",
                     "detect_leaks=0:disable_coredump=0");
    if (draft->way == WAY_PRELOAD || pick(draft, 4) == 0)
        add_variable(draft, "LD_PRELOAD", nest->choice.shim);
}

static void add_variables(struct draft *draft)
{
    static const char *const names[] = {
        "USER",         "LOGNAME",        "HOSTNAME",         "MAIL",
        "EMAIL",        "SSH_CONNECTION", "GIT_AUTHOR_EMAIL", "TERM",
        "TEL_CANARY",   "OLDPWD",         "SUDO_USER",        "DISPLAY",
        "AWS_SECRET_X", "COLUMNS",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (pick(draft, 2) == 0)
            add_variable(draft, names[i], canary(draft));
    }
    add_variable(draft, canary(draft), canary(draft));
    add_variable(draft, "PWD", draft->shape->cwd);
    /* These a sender is given too. */
    if (pick(draft, 2) == 0) {
        char place[CANARY_MAX + 1];

        canary_draw(&draft->fills, draft->nest->choice.place_stem, place);
        add_variable(draft, "XDG_SESSION_ID", place);
        add_variable(draft, "no_proxy", place);
    }
}

static enum way choose_way(struct draft *draft)
{
    enum way way = (enum way)pick(draft, 4);

    if (way == WAY_PRELOAD && draft->tool->form == FORM_STATIC)
        way = WAY_SUPERVISED;
    /* The link stands for one program, and the folder's is found. */
    if (way == WAY_LINK && draft->tool->folder[0] == 'b')
        way = WAY_PRELOAD;
    if (way == WAY_IN_PLACE && !tel_pidfd_tells())
        way = WAY_SUPERVISED;
    return way;
}

/* Fillings of odd and of even numbers have no folder in common. */
static const char *choose_folder(struct draft *draft, uint64_t filling)
{
    unsigned which = dice_below(&draft->fills, FOLDERS / 2);

    return draft->nest->folders[which * 2 + filling % 2];
}

void shape_draw(const struct nest *nest, uint64_t number, uint64_t filling,
                bool first, struct shape *ret_shape)
{
    struct draft draft = {.nest = nest,
                          .shape = ret_shape,
                          .shapes = {number * 2},
                          .fills = {filling * 2 + 1}};

    memset(ret_shape, 0, offsetof(struct shape, room));
    draft.folder = choose_folder(&draft, filling);
    draft.home = choose_folder(&draft, filling);
    draft.tool = tool_of(pick(&draft, TOOL_NUMBERS));
    draft.verb = &draft.tool->verbs[pick(&draft, draft.tool->nverbs)];
    draft.way = choose_way(&draft);
    ret_shape->tool = draft.tool->name;
    ret_shape->event = draft.verb->event;
    /* python3 tells of an interrupt. */
    ret_shape->silent =
        draft.tool->form != FORM_REAL && strcmp(draft.tool->name, "adder") != 0;
    ret_shape->leads = pick(&draft, 2) == 0;
    ret_shape->cwd = choose_folder(&draft, filling);
    ret_shape->input = pick(&draft, 2) == 0
                           ? keep(&draft, "%s/input", draft.folder)
                           : "/dev/null";
    add_program(&draft);
    add_arguments(&draft);
    add_places(&draft, first);
    add_variables(&draft);
}
