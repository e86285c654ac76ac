#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <stdio.h>
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
  int result = 0;
  mp_park_begin();
  if (fflush(stdout) != 0) result = -errno;
  if (fflush(stderr) != 0 && !result) result = -errno;
  mp_park_end();
  return result;
}

void mp_child_exit(int status) {
  fflush(stdout);
  fflush(stderr);
  _exit(status);
}
