#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <time.h>
#include <unistd.h>

int mp_print(const void *bytes, size_t count, int flush) {
  int result = 0;
  mp_park_begin();
  flockfile(stdout);
  errno = 0;
  if (fwrite_unlocked(bytes, 1, count, stdout) < count || (flush && fflush_unlocked(stdout) != 0))
    result = errno ? -errno : -EIO;
  if (result) clearerr_unlocked(stdout);
  funlockfile(stdout);
  mp_park_end();
  return result;
}

int mp_flush(void) {
  // After most tasks nothing is there, and two locks need not be taken for that.
  if (!__fpending(stdout) && !__fpending(stderr)) return 0;
  int result = 0;
  mp_park_begin();
  if (fflush(stdout) != 0) result = -errno;
  if (fflush(stderr) != 0 && !result) result = -errno;
  mp_park_end();
  return result;
}

// Whether the last flush that could not wait found a reader that takes nothing: the next one does not wait for it again.
static int stuck;

static int flush_soon(FILE *file, int64_t until) {
  struct timespec pause = {0, 200000};
  while (ftrylockfile(file)) {
    if (mp_now_ns() >= until) return -EBUSY;
    nanosleep(&pause, 0);
  }
  int64_t left = until - mp_now_ns();
  struct pollfd output = {.fd = fileno_unlocked(file), .events = POLLOUT};
  int result = 0;
  if (poll(&output, 1, left > 0 ? (int)(left / 1000000) : 0) == 0) result = -EAGAIN;
  else if (fflush_unlocked(file) != 0) result = -errno;
  funlockfile(file);
  return result;
}

int mp_flush_soon(void) {
  int64_t until = mp_now_ns() + (__atomic_load_n(&stuck, __ATOMIC_RELAXED) ? 0 : 100000000);
  mp_park_begin();
  int result = flush_soon(stdout, until);
  int other = flush_soon(stderr, until);
  mp_park_end();
  if (!result) result = other;
  __atomic_store_n(&stuck, result == -EBUSY || result == -EAGAIN, __ATOMIC_RELAXED);
  return result;
}

// The addresses are known from the start of the program: a call by name looks them up, once in each child.
static void (*const volatile leave)(int) = _exit;
static int (*const volatile flush_at_end)(FILE *) = fflush;

void mp_child_exit(int status) {
  flush_at_end(stdout);
  flush_at_end(stderr);
  leave(status);
  __builtin_unreachable();
}
