#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

// The time left until a deadline; 0 for ever.
static const struct timespec *left_until(int64_t deadline_ns, struct timespec *left) {
  if (deadline_ns < 0) return 0;
  int64_t ns = deadline_ns - mp_now_ns();
  *left = ns > 0 ? (struct timespec){ns / 1000000000, ns % 1000000000} : (struct timespec){0, 0};
  return left;
}

// The same by select, which does not care for RLIMIT_NOFILE. Its sets are as large as the largest number needs, which fd_set and
// its macros do not allow for.
static int poll_by_select(struct pollfd *all, int count, int64_t deadline_ns) {
  enum { BITS = 8 * sizeof(unsigned long) };
  int largest = 0;
  for (int i = 0; i < count; i++)
    if (all[i].fd > largest) largest = all[i].fd;
  size_t size = ((size_t)largest / BITS + 1) * sizeof(unsigned long);
  unsigned long *set = malloc(size);
  if (!set) return -ENOMEM;
  int r;
  do {
    struct timespec left;
    memset(set, 0, size);
    for (int i = 0; i < count; i++) set[all[i].fd / BITS] |= 1ul << (all[i].fd % BITS);
    r = pselect(largest + 1, (fd_set *)set, 0, 0, left_until(deadline_ns, &left), 0);
  } while (r < 0 && errno == EINTR);
  int result = r < 0 ? -errno : r;
  for (int i = 0; r > 0 && i < count; i++) all[i].revents = set[all[i].fd / BITS] >> (all[i].fd % BITS) & 1;
  free(set);
  return result;
}

int mp_poll(const int *fds, unsigned char *ready, int count, int64_t deadline_ns) {
  struct pollfd few[64];
  struct pollfd *all = count <= 64 ? few : malloc(sizeof *all * (size_t)count);
  if (!all) return -ENOMEM;
  for (int i = 0; i < count; i++) all[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
  int r;
  mp_park_begin();
  do {
    struct timespec left;
    r = ppoll(all, (nfds_t)count, left_until(deadline_ns, &left), 0);
  } while (r < 0 && errno == EINTR);
  int result = r < 0 ? -errno : r;
  // More than may be open, for the limit was lowered since they were opened.
  if (result == -EINVAL) result = poll_by_select(all, count, deadline_ns);
  mp_park_end();
  for (int i = 0; i < count; i++) ready[i] = result > 0 && all[i].revents != 0;
  if (all != few) free(all);
  return result;
}
