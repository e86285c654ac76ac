#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Process ids have 22 bits at most; the other ten are of the time of the start.
enum { START_BITS = 10 };

static uint32_t own_stamp;

// The lowest bits of field 22 of /proc/PID/stat, the time of the start in ticks; -1 if that cannot be read.
static int start_bits(int pid) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t count = read(fd, text, sizeof text - 1);
  close(fd);
  if (count <= 0) return -1;
  text[count] = 0;
  // The name, in parentheses, may hold anything; the state behind it is field 3.
  char *place = strrchr(text, ')');
  for (int field = 2; place && field < 22; field++) place = strchr(place + 1, ' ');
  return place ? (int)(strtoull(place + 1, 0, 10) & ((1 << START_BITS) - 1)) : -1;
}

uint32_t mp_stamp(void) {
  uint32_t stamp = __atomic_load_n(&own_stamp, __ATOMIC_RELAXED);
  if (stamp != 0) return stamp;
  int pid = (int)getpid(), bits = start_bits(pid);
  stamp = (uint32_t)pid << START_BITS | (uint32_t)(bits < 0 ? 0 : bits);
  __atomic_store_n(&own_stamp, stamp, __ATOMIC_RELAXED);
  return stamp;
}

int mp_stamp_is_gone(uint32_t stamp) {
  int pid = (int)(stamp >> START_BITS);
  int process = mp_pidfd_open(pid);
  // -EINVAL: no process has such an id, or none has it as its own but a thread.
  if (process == -ESRCH || process == -EINVAL || pid == 0) return 1;
  if (process < 0) return 0;
  struct pollfd one = {.fd = process, .events = POLLIN};
  int is_gone = poll(&one, 1, 0) > 0;
  if (!is_gone) {
    int bits = start_bits(pid);
    is_gone = bits >= 0 && (uint32_t)bits != (stamp & ((1u << START_BITS) - 1));
  }
  close(process);
  return is_gone;
}

void mp_forget_stamp(void) { __atomic_store_n(&own_stamp, 0, __ATOMIC_RELAXED); }
