#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int mp_capture_pair(int *receiving, int *sending) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  int on = 1;
  if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return -1;
  }
  // Nothing is ever sent to the program; without this it could wait for input on its own standard output.
  shutdown(ends[0], SHUT_WR);
  *receiving = ends[0];
  *sending = ends[1];
  return 0;
}

ssize_t mp_capture_receive(int descriptor, void *buffer, size_t capacity, int32_t *writer) {
  // Room for the credentials only: descriptors that a program might send along are dropped by the kernel.
  union {
    struct cmsghdr alignment;
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
  } control;
  struct iovec piece = {.iov_base = buffer, .iov_len = capacity};
  struct msghdr message = {
    .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t count;
  do {
    count = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  *writer = 0;
  if (count <= 0) return count;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) continue;
    struct ucred credentials;
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    *writer = credentials.pid;
  }
  return count;
}

int mp_capture_open_process(int32_t process) {
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
  return (int)syscall(SYS_pidfd_open, process, 0);
}
