/* SPDX-License-Identifier: MIT */
/* A shape becomes a process. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "shapes.h"

/* In the child: 0, 1 and 2 of a run; said only where it is silent. */
static void set_files(posix_spawn_file_actions_t *actions,
                      const struct shape *shape, int said, int out)
{
    assert_int_equal(posix_spawn_file_actions_init(actions), 0);
    posix_spawn_file_actions_addchdir_np(actions, shape->cwd);
    posix_spawn_file_actions_addopen(actions, 0, shape->input, O_RDONLY, 0);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(actions, out, 1);
    else if (shape->silent)
        posix_spawn_file_actions_adddup2(actions, said, 1);
    else
        posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
    if (shape->silent)
        posix_spawn_file_actions_adddup2(actions, said, 2);
    else
        posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
}

static pid_t spawn(const struct shape *shape, int said, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid;
    int r;

    set_files(&actions, shape, said, out);
    assert_int_equal(posix_spawnattr_init(&attributes), 0);
    if (shape->leads)
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    r = posix_spawn(&pid, shape->path, &actions, &attributes, shape->argv,
                    shape->envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        fail_msg("%s: %s", shape->path, strerror(r));
    return pid;
}

pid_t shape_start(const struct shape *shape, int said)
{
    int pipe_fds[2];
    char byte;
    pid_t pid;

    if (!shape->waits)
        return spawn(shape, said, -1);
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    pid = spawn(shape, said, pipe_fds[1]);
    (void)close(pipe_fds[1]);
    if (read(pipe_fds[0], &byte, 1) != 1)
        fail_msg("%s did not come to wait", shape->path);
    (void)close(pipe_fds[0]);
    (void)kill(pid, SIGKILL);
    return pid;
}
