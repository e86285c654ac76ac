// System headers, gathered here so that Swift files import one module.
//
// No feature macro is set here: a header that Swift imports must see the system's types as Swift's own Glibc module
// does, or the two definitions collide. The C files define _GNU_SOURCE themselves.
#ifndef MP_PLATFORM_H
#define MP_PLATFORM_H

#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

// errno as a function: the macro is thread-local storage that Swift cannot name without importing all of libc.
static inline int mp_errno(void) { return errno; }

#endif
