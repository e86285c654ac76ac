#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
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

int mp_capture_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *reading = ends[0];
  *writing = ends[1];
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

int mp_capture_spawn(const char *path, char *const arguments[], char *const environment[], const char *directory,
                     int standard_input, int standard_output, int standard_error, int32_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (directory) error = posix_spawn_file_actions_addchdir_np(&actions, directory);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, standard_input, 0);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, standard_output, 1);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, standard_error, 2);
  // Other code in this process may hold descriptors that are not closed on exec; a program must not keep them open.
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
  if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!error) error = posix_spawnattr_setflags(&attributes, flags);
  pid_t id = 0;
  if (!error) error = posix_spawn(&id, path, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (!error) *process = id;
  return error;
}

int mp_capture_open_process(int32_t process) {
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
  return (int)syscall(SYS_pidfd_open, process, 0);
}

// A free place is 0. Lock-free atomics, since the signal handler below may interrupt any of the other functions.
static _Atomic int32_t groups[256];

int mp_capture_add_group(int32_t group) {
  for (size_t place = 0; place < sizeof groups / sizeof groups[0]; place++) {
    int32_t unused = 0;
    if (atomic_compare_exchange_strong(&groups[place], &unused, group)) return 0;
  }
  return -1;
}

void mp_capture_remove_group(int32_t group) {
  for (size_t place = 0; place < sizeof groups / sizeof groups[0]; place++) {
    int32_t expected = group;
    if (atomic_compare_exchange_strong(&groups[place], &expected, 0)) return;
  }
}

static void stop_groups(int signal_number) {
  for (size_t place = 0; place < sizeof groups / sizeof groups[0]; place++) {
    int32_t group = atomic_load(&groups[place]);
    if (group > 0) kill(-group, SIGKILL);
  }
  // SA_RESETHAND has restored the default action, and the signal is blocked until this handler returns.
  raise(signal_number);
}

int mp_capture_stop_groups_on_signals(void) {
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
    struct sigaction old;
    if (sigaction(numbers[index], NULL, &old) != 0) return -1;
    // Whoever started this process with a signal ignored (nohup) wants it ignored.
    if (old.sa_handler == SIG_IGN) continue;
    struct sigaction action = {.sa_handler = stop_groups, .sa_flags = (int)SA_RESETHAND};
    sigfillset(&action.sa_mask);
    if (sigaction(numbers[index], &action, NULL) != 0) return -1;
  }
  return 0;
}
