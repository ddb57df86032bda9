/* SPDX-License-Identifier: MIT */
/* tel-wrap: runs a tool and records it. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <tel/wrapper.h>

static const char help[] =
    "Usage: tel-wrap [OPTION...] [--] TOOL [ARG...]\n"
    "Run TOOL and record the run, as its policy and your consent say.\n"
    "Under another name (a symbolic link), run the tool of that name.\n"
    "\n"
    "  --mode=MODE   auto (the default), in-place or supervise\n"
    "  --help        show this help\n"
    "  --version     show the version\n"
    "\n"
    "It ends as TOOL does, by the same signal if TOOL died of one; 127 where\n"
    "TOOL is not found, 126 where it cannot be executed, 2 for bad usage.\n";

static void put(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0) {
        return;
    }
}

static int bad_usage(const char *what, const char *argument)
{
    put(STDERR_FILENO, "tel-wrap: ");
    put(STDERR_FILENO, what);
    put(STDERR_FILENO, argument);
    put(STDERR_FILENO, " (try --help)\n");
    return 2;
}

static bool parse_mode(const char *argument, enum tel_wrap_mode *ret_mode)
{
    static const char names[][24] = {"--mode=auto", "--mode=in-place",
                                     "--mode=supervise"};

    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(argument, names[i]) == 0) {
            *ret_mode = (enum tel_wrap_mode)i;
            return true;
        }
    }
    return false;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

int main(int argc, char **argv)
{
    struct tel_wrap wrap = {.mode = TEL_WRAP_AUTO, .envp = environ};
    char *slash;
    int i = 1;

    if (argc < 1) {
        return bad_usage("no name given", "");
    }
    if (strcmp(base_name(argv[0]), "tel-wrap") != 0) {
        slash = strrchr(argv[0], '/');
        argv[0] = slash != NULL ? slash + 1 : argv[0];
        wrap.argv = argv;
        wrap.under_its_name = true;
        return tel_wrap(&wrap);
    }
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--help") == 0) {
            put(STDOUT_FILENO, help);
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            put(STDOUT_FILENO, "tel-wrap " TEL_RELEASE "\n");
            return 0;
        }
        if (!parse_mode(argv[i], &wrap.mode)) {
            return bad_usage("unknown option ", argv[i]);
        }
    }
    if (i == argc) {
        return bad_usage("which tool?", "");
    }
    wrap.argv = argv + i;
    return tel_wrap(&wrap);
}
