// SPDX-License-Identifier: MIT
package main

// #include <stdlib.h>
import "C"

import "os"

// With libc in it: links dynamically, and may leave by C's own exit.
func init() {
	if len(os.Args) > 1 && os.Args[1] == "c-exit" {
		C.exit(11)
	}
}
