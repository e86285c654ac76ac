// Waiting on a word of memory, between threads and between processes. There is no libc function for it.
#ifndef MP_FUTEX_H
#define MP_FUTEX_H

#include "mp_platform.h"

// Waits while *word == expected, until the absolute CLOCK_MONOTONIC time `deadline_ns`; a negative one means for ever.
// 0: woken, perhaps for nothing. Else a negated errno: -EAGAIN (the word had changed), -ETIMEDOUT, -EINTR.
// `shared`: the word lies in memory that several processes map. A helper thread counts as parked meanwhile (mp_thread.h).
int mp_futex_wait(void *word, uint32_t expected, int64_t deadline_ns, int shared);

// Wakes up to `count` waiters; returns how many.
int mp_futex_wake(void *word, int count, int shared);

// CLOCK_MONOTONIC in nanoseconds.
int64_t mp_now_ns(void);

// Sleeps until the absolute CLOCK_MONOTONIC time; a signal does not shorten it.
void mp_sleep_until(int64_t deadline_ns);

#endif
