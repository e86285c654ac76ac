// System headers, gathered here so that Swift files import one module.
#ifndef MP_PLATFORM_H
#define MP_PLATFORM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

// errno as a function: the macro is thread-local storage that Swift cannot name without importing all of libc.
static inline int mp_errno(void) { return errno; }

#endif
