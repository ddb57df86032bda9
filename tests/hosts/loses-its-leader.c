/* SPDX-License-Identifier: MIT */
/* Its first thread goes; another one ends the process. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *leave(void *leader)
{
    (void)pthread_join(*(pthread_t *)leader, NULL);
    exit(7);
}

int main(void)
{
    static pthread_t leader;
    pthread_t thread;

    leader = pthread_self();
    (void)pthread_create(&thread, NULL, leave, &leader);
    pthread_exit(NULL);
}
