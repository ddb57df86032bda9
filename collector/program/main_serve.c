/* SPDX-License-Identifier: MIT */
/* main_serve: tel-collect serve: options, signals, and the line that says
 * that it is ready. */
#include "main.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include <tel/collector.h>

#include "notify.h"
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
    "Prints \"listening on ADDRESS:PORT\" when it is ready. SIGHUP reads the\n"
    "policies again. SIGTERM and SIGINT end it once what has been received is\n"
    "counted and answered.\n";

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

/* The signals that serve waits for. Blocked before any thread is made, so
 * that no other thread takes them. */
static void block(sigset_t *ret_signals)
{
    (void)sigemptyset(ret_signals);
    (void)sigaddset(ret_signals, SIGHUP);
    (void)sigaddset(ret_signals, SIGTERM);
    (void)sigaddset(ret_signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow is a database that fails, and no end. */
    (void)signal(SIGXFSZ, SIG_IGN);
}

static void reload(struct tel_collector *collector)
{
    struct tel_err err = {""};

    notify_reloading();
    if (tel_collector_reload(collector, &err) < 0) {
        (void)complain("%s: the policies from before stay in force", err.text);
        notify_ready("The last reload failed: policies are as before");
    } else {
        notify_ready("");
    }
}

/* Until it is told to end. */
static void obey(struct tel_collector *collector, const sigset_t *signals)
{
    int signal;

    do {
        signal = sigwaitinfo(signals, NULL);
        if (signal == SIGHUP)
            reload(collector);
    } while (signal != SIGTERM && signal != SIGINT);
}

static int say_address(const struct tel_collector *collector)
{
    char address[TEL_ADDRESS_MAX] = "";
    char text[2 * TEL_ADDRESS_MAX + 64];
    int len = 0;

    if (tel_collector_metrics_address(collector, address, sizeof(address)) == 0)
        len = snprintf(text, sizeof(text), "metrics on %s\n", address);
    (void)tel_collector_address(collector, address, sizeof(address));
    (void)snprintf(text + len, sizeof(text) - (size_t)len, "listening on %s\n",
                   address);
    return say(text);
}

int command_serve(int argc, char **argv)
{
    struct tel_collector_options options = {.k = TEL_REPORT_K,
                                            .notice = notice};
    struct tel_collector *collector = NULL;
    struct tel_err err = {""};
    sigset_t signals;
    int status = options_parse(argc, argv, &options);

    if (status != 0)
        return status < 0 ? help() : status;
    keep_private();
    block(&signals);
    if (tel_collector_start(&options, &collector, &err) < 0)
        return complain("%s", err.text);
    status = say_address(collector);
    if (status == EXIT_DONE) {
        notify_ready(NULL);
        obey(collector, &signals);
        notify_stopping();
    }
    tel_collector_stop(collector);
    return status;
}
