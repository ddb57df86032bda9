/* SPDX-License-Identifier: MIT */
/*
 * A preload object as one writes it without care, to show that the tests
 * would see it: it keeps a descriptor, and says goodbye at the end.
 */
#include <fcntl.h>
#include <unistd.h>

static const char goodbye[] = "recorded\n";

__attribute__((constructor)) static void begin(void)
{
    (void)open("/dev/null", O_RDONLY);
}

__attribute__((destructor)) static void end(void)
{
    if (write(STDERR_FILENO, goodbye, sizeof(goodbye) - 1) < 0) {
        return;
    }
}
