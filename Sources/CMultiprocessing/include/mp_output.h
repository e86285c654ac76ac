// Standard output, and the one way in which a child ends. Swift cannot name `stdout` in strict concurrency.
#ifndef MP_OUTPUT_H
#define MP_OUTPUT_H

#include "mp_platform.h"

// Writes to standard output; with `flush` everything leaves the process before the call returns, in one system call
// where it fits the buffer. What cannot be written is dropped. 0 or a negated errno.
int mp_print(const void *bytes, size_t count, int flush);

// Flushes standard output and standard error. 0 or a negated errno.
int mp_flush(void);

// The same, but gives up where the reader takes nothing, or a thread waits for it in the middle of printing: after a tenth of
// a second the first time, at once the next. What stays in the buffer comes later.
int mp_flush_soon(void);

// Ends a child: flush, then _exit. exit() would run the parent's handlers, has been seen to hang in a forked child,
// and prints text twice that was buffered at the fork.
_Noreturn void mp_child_exit(int status);

#endif
