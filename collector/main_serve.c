/* SPDX-License-Identifier: MIT */
/* main_serve: tel-collect serve: options, signals, and the line that says
 * that it is ready. */
#include "main.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include <tel/collector.h>

#include "options.h"

static const char usage[] =
    "usage: tel-collect serve --listen ADDRESS:PORT --db FILE"
    " --tools DIRECTORY\n"
    "       tel-collect serve --config FILE\n"
    "\n"
    "Receives events by GET and POST, at any path, and answers 204 once they\n"
    "are safely counted. Keeps totals only: no request, no address, no user\n"
    "agent, no time of day.\n"
    "\n";

static const char usage_end[] =
    "\n"
    "Prints \"listening on ADDRESS:PORT\" when it is ready. SIGTERM and "
    "SIGINT\n"
    "end it once what has been received is counted and answered.\n";

static int help(void)
{
    (void)fputs(usage, stdout);
    options_help(stdout);
    return say(usage_end);
}

static void notice(const char *text)
{
    (void)complain("%s", text);
}

static void wait_for(const sigset_t *ends)
{
    while (sigwaitinfo(ends, NULL) < 0 && errno == EINTR)
        continue;
}

int command_serve(int argc, char **argv)
{
    struct tel_collector_options options = {.notice = notice};
    struct tel_collector *collector = NULL;
    struct tel_err err = {""};
    char address[TEL_ADDRESS_MAX] = "";
    char line[TEL_ADDRESS_MAX + 32];
    sigset_t ends;
    int status = options_parse(argc, argv, &options);

    if (status != 0)
        return status < 0 ? help() : status;
    /* Blocked before any thread is made, so that only this one takes them. */
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (tel_collector_start(&options, &collector, &err) < 0)
        return complain("%s", err.text);
    (void)tel_collector_address(collector, address, sizeof(address));
    (void)snprintf(line, sizeof(line), "listening on %s\n", address);
    status = say(line);
    if (status == EXIT_DONE)
        wait_for(&ends);
    tel_collector_stop(collector);
    return status;
}
