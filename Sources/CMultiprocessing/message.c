#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// One bit a descriptor. A table and no lock: it is read in a forked child, where a lock may be held by nobody.
enum { OWNABLE = 1 << 20 };
static uint32_t owned[OWNABLE / 32];
// No word from this one on was ever used: a child of a fork need not look at all of them, and fetch a page for each thousand.
static int owned_words;

void mp_own(int fd) {
  if (fd < 0 || fd >= OWNABLE) return;
  int known = __atomic_load_n(&owned_words, __ATOMIC_SEQ_CST);
  while (known <= fd / 32 &&
         !__atomic_compare_exchange_n(&owned_words, &known, fd / 32 + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  __atomic_fetch_or(&owned[fd / 32], 1u << (fd % 32), __ATOMIC_SEQ_CST);
}

void mp_disown(int fd) {
  if (fd >= 0 && fd < OWNABLE) __atomic_fetch_and(&owned[fd / 32], ~(1u << (fd % 32)), __ATOMIC_SEQ_CST);
}

int mp_close(int fd) {
  mp_disown(fd);
  return close(fd) ? -errno : 0;
}

void mp_close_owned(void) {
  for (int word = 0; word < owned_words; word++) {
    if (!owned[word]) continue;
    for (int bit = 0; bit < 32; bit++)
      if (owned[word] & (1u << bit)) close(word * 32 + bit);
    owned[word] = 0;
  }
}

int mp_above_standard(int fd) {
  if (fd < 0 || fd > 2) return fd;
  int high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  int e = errno;
  close(fd);
  errno = e;
  return high;
}

// Both ends above the first three numbers; 0 or a negated errno, with both closed.
static int both_above_standard(int fds[2]) {
  for (int i = 0; i < 2; i++) {
    fds[i] = mp_above_standard(fds[i]);
    if (fds[i] >= 0) continue;
    int e = errno;
    close(fds[1 - i]);
    return -e;
  }
  return 0;
}

int mp_socket_pair(int fds[2], int own) {
  // No fork between the creation and the registration, or the child keeps an end that nobody closes.
  mp_fork_hold();
  int r = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) ? -errno : both_above_standard(fds);
  if (r == 0 && own) mp_own(fds[0]), mp_own(fds[1]);
  mp_fork_release();
  return r;
}

long mp_send(int socket, const void *bytes, size_t count, const int *fds, int fd_count, int wait) {
  if (fd_count > MP_MAX_DESCRIPTORS) return -E2BIG;
  struct iovec part = {(void *)bytes, count};
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int) * MP_MAX_DESCRIPTORS)];
  } control;
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd_count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.room;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
  }
  mp_park_begin();
  long r;
  do r = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
  while (r < 0 && errno == EINTR);
  long result = r < 0 ? -errno : r;
  mp_park_end();
  return result;
}

long mp_receive(int socket, void *bytes, size_t capacity, int *fds, int *fd_count, int wait) {
  struct iovec part = {bytes, capacity};
  union {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int) * MP_MAX_DESCRIPTORS)];
  } control;
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof control.room;
  mp_park_begin();
  long r;
  do r = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  while (r < 0 && errno == EINTR);
  long result = r < 0 ? -errno : r;
  mp_park_end();

  int room = *fd_count;
  *fd_count = 0;
  if (result < 0) return result;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    int count = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof fd);
      if (*fd_count >= room) {
        close(fd);
        continue;
      }
      fd = mp_above_standard(fd);
      // As when the system has no number for it: what comes behind it is lost as well.
      if (fd < 0) room = 0;
      else fds[(*fd_count)++] = fd;
    }
  }
  return result;
}

int mp_memory_file(const char *name) {
  int fd = mp_above_standard(memfd_create(name, MFD_CLOEXEC));
  return fd < 0 ? -errno : fd;
}

int mp_fill_file(int fd, int64_t offset, int64_t count) {
  int r;
  do r = fallocate(fd, 0, offset, count);
  while (r != 0 && errno == EINTR);
  // A system that cannot gives the memory when it is touched.
  return r == 0 || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
}

void mp_punch_hole(int fd, int64_t offset, int64_t count) {
  // A system that cannot keeps the pages until the file goes.
  if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count) != 0) errno = 0;
}

void mp_advise_large(void *start, size_t count) {
#ifdef MADV_HUGEPAGE
  uintptr_t first = ((uintptr_t)start + 4095) & ~(uintptr_t)4095;
  uintptr_t end = ((uintptr_t)start + count) & ~(uintptr_t)4095;
  int error = errno;
  if (end > first) madvise((void *)first, end - first, MADV_HUGEPAGE);
  errno = error;
#endif
}

void mp_fetch(void *start, size_t count) {
#ifdef MADV_POPULATE_WRITE
  uintptr_t first = (uintptr_t)start & ~(uintptr_t)4095;
  int error = errno;
  // A system that cannot fetches each when it is touched.
  madvise((void *)first, (uintptr_t)start + count - first, MADV_POPULATE_WRITE);
  errno = error;
#endif
}

void mp_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

int64_t mp_data_start(int fd, int64_t offset) {
  off_t start = lseek(fd, offset, SEEK_DATA);
  return start < 0 ? -errno : start;
}

int64_t mp_data_end(int fd, int64_t offset) {
  // The file's own position, which this moves, is nobody's.
  off_t end = lseek(fd, offset, SEEK_HOLE);
  return end < 0 ? -errno : end;
}

int mp_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC) ? -errno : both_above_standard(fds); }

int mp_event_make(void) {
  int fd = mp_above_standard(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return fd < 0 ? -errno : fd;
}

void mp_event_signal(int fd) {
  uint64_t one = 1;
  // A full counter is already readable, which is all that a signal is for.
  if (write(fd, &one, sizeof one) < 0) errno = 0;
}

void mp_event_drain(int fd) {
  uint64_t count;
  if (read(fd, &count, sizeof count) < 0) errno = 0;
}
