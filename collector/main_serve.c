/* SPDX-License-Identifier: MIT */
/* main_serve: tel-collect serve: options, signals, and the line that says
 * that it is ready. */
#include "main.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include <tel/collector.h>

static const char usage[] =
    "usage: tel-collect serve --listen ADDRESS:PORT --db FILE"
    " --tools DIRECTORY\n"
    "\n"
    "Receives events by GET and POST, at any path, and answers 204 once they\n"
    "are safely counted. Keeps totals only: no request, no address, no user\n"
    "agent, no time of day.\n"
    "\n"
    "  --listen ADDRESS:PORT   where to listen, in numbers: 127.0.0.1:8080,\n"
    "                          [::1]:8080; port 0 takes a free one\n"
    "  --db FILE               the database (SQLite), made where there is "
    "none\n"
    "  --tools DIRECTORY       the policies (*.conf) whose events count\n"
    "  --help                  show this\n"
    "\n"
    "Prints \"listening on ADDRESS:PORT\" when it is ready. SIGTERM and "
    "SIGINT\n"
    "end it once what has been received is counted and answered.\n";

static void notice(const char *text)
{
    (void)complain("%s", text);
}

/* 0, or EXIT_BAD once it has complained; -1: help was asked for. */
static int parse(int argc, char **argv, struct tel_collector_options *options)
{
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},
        {"db", required_argument, NULL, 'd'},
        {"tools", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 'l')
            options->listen = optarg;
        else if (option == 'd')
            options->db = optarg;
        else if (option == 't')
            options->tools = optarg;
        else if (option == 'h')
            return -1;
        else
            return complain_option("serve", option, argv);
    }
    if (optind < argc)
        return complain("serve: what is %s for? (see tel-collect serve --help)",
                        argv[optind]);
    if (options->listen == NULL || options->db == NULL ||
        options->tools == NULL)
        return complain("serve: --%s is missing (see tel-collect serve --help)",
                        options->listen == NULL ? "listen"
                        : options->db == NULL   ? "db"
                                                : "tools");
    return 0;
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
    int status = parse(argc, argv, &options);

    if (status != 0)
        return status < 0 ? say(usage) : status;
    keep_private();
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
