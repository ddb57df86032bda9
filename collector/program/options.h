/* SPDX-License-Identifier: MIT */
/*
 * options: what tel-collect serve can be told. One table says it for the
 * command line (--name VALUE), for the configuration file (name = value) and
 * for --help; to add an option is to add a row there and a member to struct
 * tel_collector_options.
 *
 * The command line wins over the file. No file is read unless --config names
 * it.
 */
#ifndef TEL_COLLECTOR_OPTIONS_H
#define TEL_COLLECTOR_OPTIONS_H

#include <tel/collector.h>

/* A row of the table. */
struct tel_option {
    const char *name;
    size_t at;         /* of its member of struct tel_collector_options */
    const char *value; /* what --help calls its value */
    const char *help;  /* lines, without a newline at the end */
    /* Checks text and stores it into the member at; returns NULL, or a
     * constant that says what text is not. */
    const char *(*take)(const char *text, const struct tel_option *option,
                        void *member);
    uint64_t min; /* of a number */
    uint64_t max;
    bool required;
};

/* What a row may take: any text but none, an address to listen on (both a
 * const char *), a number from min to max (a uint64_t). */
const char *options_text(const char *text, const struct tel_option *option,
                         void *member);
const char *options_address(const char *text, const struct tel_option *option,
                            void *member);
const char *options_number(const char *text, const struct tel_option *option,
                           void *member);

/* The row at index; NULL past the last. */
const struct tel_option *options_row(size_t index);

/* How many rows there may be. */
#define OPTIONS_MAX 32

/*
 * Reads the command line, argv[0] being "serve", and the file it names, over
 * what *options holds. 0; EXIT_BAD once it has complained; -1: help was asked
 * for. What options points to after is argv's, or stays until the end.
 */
int options_parse(int argc, char **argv, struct tel_collector_options *options);

/* Reads a configuration file over *options: 0, or EXIT_BAD as above. */
int options_file(const char *path, struct tel_collector_options *options);

/* Stores a value, and complains where it is none: 0 or EXIT_BAD. where says
 * which: "serve: --k 0" or "FILE:LINE: k = 0". */
int options_take(const struct tel_option *option, const char *text,
                 const char *where, struct tel_collector_options *options);

/* Writes what --help says of each option. */
void options_help(FILE *out);

#endif
