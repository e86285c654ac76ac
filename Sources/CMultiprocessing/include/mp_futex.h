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

// A lock of one word: 0 free, 1 held, 2 held and perhaps waited for. Unlike the standard library's Mutex it knows nothing of
// threads, and so it works in a forked child too: there that one, contended, has been seen to stop the program, for it
// compares kernel thread numbers with one that it remembers from before the fork.
void mp_lock_slow(uint32_t *word);
static inline void mp_lock(uint32_t *word) {
  uint32_t expected = 0;
  if (!__atomic_compare_exchange_n(word, &expected, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) mp_lock_slow(word);
}
static inline void mp_unlock(uint32_t *word) {
  if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2) mp_futex_wake(word, 1, 0);
}

// Lets another thread of this processor run, if one wants to.
void mp_yield(void);

// CLOCK_MONOTONIC in nanoseconds.
int64_t mp_now_ns(void);

// Sleeps until the absolute CLOCK_MONOTONIC time; a signal does not shorten it.
void mp_sleep_until(int64_t deadline_ns);

#endif
