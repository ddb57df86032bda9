/* SPDX-License-Identifier: MIT */
/*
 * trusted: a whole small file that somebody trusted wrote, and its folder.
 * Private to config/.
 *
 * Group-writable is trusted: where each user has a group of their own, as on
 * Debian, umask 002 makes every file so.
 *
 * Context: preload.
 */
#ifndef TEL_TRUSTED_H
#define TEL_TRUSTED_H

#include <tel/config.h>

/*
 * Reads the file at path into buf: its length in bytes. It must be a regular
 * file of root or of owner that not everybody may write (-EPERM), and at most
 * size bytes (-EFBIG). Never waits: a FIFO is refused, not opened for good.
 */
int tel_trusted_read(const char *path, uid_t owner, char *buf, size_t size);

/*
 * Whether what lies in this folder was put there by somebody trusted: 0 where
 * it is one of root or of owner that not everybody may write, else -EPERM, or
 * as stat(2).
 */
int tel_trusted_folder(const char *path, uid_t owner);

#endif
