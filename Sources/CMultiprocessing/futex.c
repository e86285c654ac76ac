#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t mp_now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void mp_yield(void) { sched_yield(); }

void mp_sleep_until(int64_t deadline_ns) {
  struct timespec t = {deadline_ns / 1000000000, deadline_ns % 1000000000};
  mp_park_begin();
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0) == EINTR) {
  }
  mp_park_end();
}

int mp_futex_wait(void *word, uint32_t expected, int64_t deadline_ns, int shared) {
  struct timespec t = {deadline_ns / 1000000000, deadline_ns % 1000000000};
  int op = FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG);
  mp_park_begin();
  // WAIT_BITSET and not WAIT: its deadline is absolute, so a loop around it does not drift.
  long r = syscall(SYS_futex, word, op, expected, deadline_ns < 0 ? 0 : &t, 0, FUTEX_BITSET_MATCH_ANY);
  int e = r < 0 ? -errno : 0;
  mp_park_end();
  return e;
}

void mp_lock_slow(uint32_t *word) {
  // What it protects is held for a moment: looking a few times is cheaper than sleeping.
  for (int i = 0; i < 100; i++) {
    if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0) {
      uint32_t expected = 0;
      if (__atomic_compare_exchange_n(word, &expected, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return;
    }
    mp_relax();
  }
  // Not parked: whoever holds the lock goes on.
  while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0)
    syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, 0, 0, 0);
}

int mp_futex_wake(void *word, int count, int shared) {
  return (int)syscall(SYS_futex, word, FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG), count, 0, 0, 0);
}
