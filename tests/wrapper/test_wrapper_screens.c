/* SPDX-License-Identifier: MIT */
/* Full-screen programs show, stop, redraw and leave as without tel-wrap. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ways.h"

/* tmux is the terminal: what it would show is what is compared. */
static char *tmux(struct play *play, char *const *words)
{
    char socket[192];
    char *argv[32] = {(char *)(uintptr_t) "tmux", (char *)(uintptr_t) "-f",
                      (char *)(uintptr_t) "/dev/null", (char *)(uintptr_t) "-S",
                      socket};
    struct result result;
    size_t n = 5;

    (void)snprintf(socket, sizeof(socket), "%s",
                   scratch_path(play->scratch, "tmux-%d", (int)play->way));
    while ((argv[n] = *words++) != NULL) {
        assert_true(++n < sizeof(argv) / sizeof(argv[0]));
    }
    result = scratch_runv(play->scratch, argv);
    if (result.status != 0) {
        fail_msg("tmux %s: %s", argv[5], result.err);
    }
    free(result.err);
    return result.out;
}

#define TMUX(play, ...) \
    tmux(play, (char *[]){__VA_ARGS__, NULL}) /* the caller frees it */

static char *capture(struct play *play)
{
    char command[] = "capture-pane";
    char print[] = "-p";

    return TMUX(play, command, print);
}

struct awaited {
    struct play *play;
    const char *text;
    unsigned looks;
};

/* Says on a failure's way what is there instead: until() gives up soon. */
static bool is_shown(void *context)
{
    struct awaited *awaited = context;
    char *screen = capture(awaited->play);
    bool shown = strstr(screen, awaited->text) != NULL;

    if (!shown && ++awaited->looks % 500 == 0) {
        print_message("no \"%s\" yet on\n%s\n", awaited->text, screen);
    }
    free(screen);
    return shown;
}

static void await(struct play *play, const char *text)
{
    struct awaited awaited = {.play = play, .text = text};

    until(is_shown, &awaited);
}

/* Sends text or the name of a key (Enter, Escape, C-z), and awaits text. */
static void keys(struct play *play, const char *key, const char *text)
{
    char command[] = "send-keys";

    free(TMUX(play, command, (char *)(uintptr_t)key));
    await(play, text);
}

static void type(struct play *play, const char *line, const char *text)
{
    keys(play, line, line);
    keys(play, "Enter", text);
}

static void note_screen(struct play *play)
{
    char *screen = capture(play);

    text_add(&play->notes, "%s----\n", screen);
    free(screen);
}

static void open_screen(struct play *play)
{
    char command[] = "new-session";
    char detached[] = "-d";
    char columns[] = "-x80";
    char rows[] = "-y24";
    char shell[] = "exec env 'PS1=sh> ' dash -i";

    /* Not the account's own, which may let nobody in. */
    scratch_set(play->scratch, "SHELL", "/bin/sh");
    free(TMUX(play, command, detached, columns, rows, shell));
    await(play, "sh>");
}

static void resize(struct play *play, const char *columns, const char *rows)
{
    char command[] = "resize-window";

    free(TMUX(play, command, (char *)(uintptr_t)columns,
              (char *)(uintptr_t)rows));
}

/* The modes that it left, and its status. */
static void close_screen(struct play *play, const char *status)
{
    char command[] = "kill-server";

    type(play, "echo status $?; stty -g", status);
    await(play, ":0\nsh>\n");
    note_screen(play);
    free(TMUX(play, command));
}

static bool has(const char *program)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/usr/bin/%s", program);
    if (access(path, X_OK) == 0) {
        return true;
    }
    print_message("no %s here\n", program);
    return false;
}

/* Skips where the program, or tmux, isn't there. */
static void compare_screens(void **state, const char *program,
                            void (*act)(struct play *))
{
    if (!has("tmux") || !has(program)) {
        skip();
    }
    recorded_tool(*state, program, "[command]\nverbs = none\n");
    each_way(state, act);
}

static void show_less(struct play *play)
{
    open_screen(play);
    type(play, "seq 1000 >n; $W less n", "23\nn");
    note_screen(play);
    keys(play, "Space", "46\n:");
    resize(play, "-x60", "-y30");
    await(play, "52\n:");
    note_screen(play);
    keys(play, "C-z", "less n\nsh>\n");
    resize(play, "-x70", "-y20");
    type(play, "fg", "42\n:");
    note_screen(play);
    keys(play, "q", "less n\nsh>\n");
    close_screen(play, "status 0");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_screens_less_is_as_bare(void **state)
{
    compare_screens(state, "less", show_less);
}

static void edit(struct play *play, const char *command)
{
    open_screen(play);
    type(play, command, "~\n~\n");
    keys(play, "ihello", "hello");
    keys(play, "Escape", "hello");
    note_screen(play);
    keys(play, "C-z", "new\nsh>\n");
    type(play, "fg", "hello\n~\n");
    resize(play, "-x60", "-y30");
    type(play, ":r !echo inside", "\ninside\n");
    note_screen(play);
    type(play, ":wq", "new\nsh>\n");
    type(play, "cat new; rm new", "\ninside\nsh>\n");
    close_screen(play, "status 0");
    play_expect(play, TEL_END_CODE, 0);
}

static void edit_in_vim(struct play *play)
{
    edit(play, "$W vim -u NONE -i NONE -n new");
}

static void edit_in_vim_tiny(struct play *play)
{
    edit(play, "$W vim.tiny -u NONE -i NONE -n new");
}

static void test_screens_vim_is_as_bare(void **state)
{
    compare_screens(state, "vim", edit_in_vim);
}

static void test_screens_vim_tiny_is_as_bare(void **state)
{
    compare_screens(state, "vim.tiny", edit_in_vim_tiny);
}

static void edit_in_nano(struct play *play)
{
    open_screen(play);
    type(play, "$W nano -I new", "[ New File ]");
    keys(play, "hello", "hello");
    note_screen(play);
    keys(play, "C-o", "File Name to Write");
    keys(play, "Enter", "Wrote 1 line");
    note_screen(play);
    keys(play, "C-x", "new\nsh>\n");
    type(play, "cat new; rm new", "\nhello\nsh>\n");
    close_screen(play, "status 0");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_screens_nano_is_as_bare(void **state)
{
    compare_screens(state, "nano", edit_in_nano);
}

static void ask_in_dialog(struct play *play)
{
    open_screen(play);
    type(play, "$W dialog --yesno 'Go on?' 6 30; echo said $?", "< No");
    await(play, "Go on?");
    note_screen(play);
    keys(play, "Right", "< No");
    keys(play, "Enter", "said 1\nsh>\n");
    close_screen(play, "status 0");
    play_expect(play, TEL_END_CODE, 1);
}

static void test_screens_dialog_is_as_bare(void **state)
{
    compare_screens(state, "dialog", ask_in_dialog);
}

/* Never twice the same screen: only what is left of it counts. */
static void watch_top(struct play *play)
{
    char *said;

    open_screen(play);
    type(play, "$W top -d 60", "PID");
    keys(play, "q", "\nsh>\n");
    type(play, "echo status $? >said; stty -g >>said; echo done",
         "\ndone\nsh>\n");
    said = file_read(scratch_path(play->scratch, "home/said"), NULL);
    assert_non_null(said);
    text_add(&play->notes, "%s", said);
    free(said);
    free(TMUX(play, (char[]){"kill-server"}));
    play_expect(play, TEL_END_CODE, 0);
}

static void test_screens_top_leaves_as_bare(void **state)
{
    compare_screens(state, "top", watch_top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_screens_less_is_as_bare),
        WAYS_TEST(test_screens_vim_is_as_bare),
        WAYS_TEST(test_screens_vim_tiny_is_as_bare),
        WAYS_TEST(test_screens_nano_is_as_bare),
        WAYS_TEST(test_screens_dialog_is_as_bare),
        WAYS_TEST(test_screens_top_leaves_as_bare),
    };

    return cmocka_run_group_tests_name("wrapper_screens", tests, NULL, NULL);
}
