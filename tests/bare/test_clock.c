/* SPDX-License-Identifier: MIT */
/* The kernel's clock is found in its image, and nothing else is relied on. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define IMAGE_BYTES 65536

/* The auxiliary vector: getauxval is this here. */
static unsigned long image;
unsigned long vector(unsigned long type);

unsigned long vector(unsigned long type)
{
    return type == AT_SYSINFO_EHDR ? image : 0;
}

static int64_t seconds(clockid_t clock)
{
    struct timespec now = {-1, -1};

    assert_int_equal(clock_gettime(clock, &now), 0);
    return now.tv_sec;
}

/* Maps path as the kernel maps its image: as it is, at one address. */
static void *map(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *at;

    assert_true(fd >= 0);
    at = mmap(NULL, IMAGE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    assert_ptr_not_equal(at, MAP_FAILED);
    close(fd);
    return at;
}

static void test_clock_in_images_of_each_hash_table_is_found(void **state)
{
    char paths[] = IMAGES;
    unsigned found = 0;

    (void)state;
    for (char *path = strtok(paths, ":"); path != NULL;
         path = strtok(NULL, ":")) {
        void *at = map(path);

        image = (unsigned long)at;
        assert_int_equal(seconds(CLOCK_MONOTONIC), 42);
        /* A clock that the image does not know: the system call's. */
        assert_true(seconds(CLOCK_REALTIME) > 1000000000);
        munmap(at, IMAGE_BYTES);
        found++;
    }
    assert_int_equal(found, 3);
}

static void test_clock_without_an_image_is_the_system_calls(void **state)
{
    static const char nonsense[256] __attribute__((aligned(8))) = "no ELF";

    (void)state;
    image = 0;
    assert_true(seconds(CLOCK_REALTIME) > 1000000000);
    image = (unsigned long)nonsense;
    assert_true(seconds(CLOCK_REALTIME) > 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_in_images_of_each_hash_table_is_found),
        cmocka_unit_test(test_clock_without_an_image_is_the_system_calls),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
