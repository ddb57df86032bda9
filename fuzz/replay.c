/* SPDX-License-Identifier: MIT */
/* Runs a harness over its corpus, whole and cut off at every byte. */
#include "fuzz.h"
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On a copy of just this size, so that a read past its end is seen. */
static void replay(const char *text, size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    assert_non_null(bytes);
    memcpy(bytes, text, size);
    assert_int_equal(LLVMFuzzerTestOneInput(bytes, size), 0);
    free(bytes);
}

static void test_corpus_every_prefix_is_survived(void **state)
{
    DIR *dir = opendir(CORPUS);
    struct dirent *entry;
    unsigned files = 0;

    (void)state;
    if (dir == NULL) {
        fail_msg("%s: there is no such folder", CORPUS);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        char path[4096];
        char *text;
        size_t len = 0;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", CORPUS, entry->d_name);
        text = file_read(path, &len);
        assert_non_null(text);
        for (size_t i = 0; i <= len; i++)
            replay(text, i);
        free(text);
        files++;
    }
    closedir(dir);
    if (files == 0)
        fail_msg("%s: nothing in it", CORPUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus_every_prefix_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
