/* SPDX-License-Identifier: MIT */
/* One of its threads calls exit while others run. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *run_for_ever(void *nothing)
{
    for (volatile unsigned turns = 0;; turns++) {
        (void)getppid();
    }
    return nothing;
}

static void *leave(void *nothing)
{
    (void)nothing;
    (void)puts("leaving");
    exit(7);
}

int main(void)
{
    pthread_t threads[4];

    for (int i = 0; i < 3; i++) {
        (void)pthread_create(&threads[i], NULL, run_for_ever, NULL);
    }
    (void)pthread_create(&threads[3], NULL, leave, NULL);
    (void)pthread_join(threads[0], NULL);
    return 1;
}
