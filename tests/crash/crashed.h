/* SPDX-License-Identifier: MIT */
/*
 * crashed: a recorded scratch with both objects preloaded, and a policy that
 * says crash = on for the programs to crash in.
 */
#ifndef TEL_CRASHED_H
#define TEL_CRASHED_H

#include "recorded.h"

/* The build-id of a program, in hexadecimal. The caller frees it. */
char *build_id(struct scratch *scratch, const char *program);

/*
 * A policy for the program at path, with the person's yes: fields is put into
 * [fields]; NULL: crash = on, with the program's own build-id.
 */
void crashed_tool(struct recorded *recorded, const char *path,
                  const char *fields);

/* Preloads the shim and the crash object, or (false) nothing. */
void crashed_preload(struct recorded *recorded, bool preload);

/* Runs the program, which must end by this signal, and takes its event. */
struct tel_event crash(struct recorded *recorded, const char *program,
                       const char *way, int sig);

/* The name of the function that addr2line finds at the crash's offset. The
 * caller frees it. */
char *function_of(struct recorded *recorded, const char *program,
                  const struct tel_event *event);

#endif
