#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// The Swift side of a child; it never returns. Weak: a program that links these shims alone starts no workers.
extern _Noreturn void mp_swift_child_main(int socket) __attribute__((weak));

static int deferred_socket = -1;

// A spawned child is recognised before `main`, so that a program needs no entry-point guard. The mark goes at once, or a
// program that a task starts would take itself for a worker too; and the takeover needs the nonce to come first on the
// socket, so that a stray variable does no harm. This constructor lives beside mp_spawn, which the library calls, so that
// a static archive keeps it.
__attribute__((constructor)) static void take_over(void) {
  const char *mark = getenv(MP_CHILD_MARK);
  if (!mark || !mp_swift_child_main) return;
  int fd = -1;
  char nonce[MP_NONCE_LENGTH + 1] = "", mode[16] = "";
  int fields = sscanf(mark, "%d %32s %15s", &fd, nonce, mode);
  unsetenv(MP_CHILD_MARK);
  if (fields < 2 || fd < 0) return;
  char first[MP_NONCE_LENGTH];
  if (recv(fd, first, sizeof first, MSG_PEEK | MSG_DONTWAIT) != sizeof first) return;
  if (memcmp(first, nonce, sizeof first) != 0) return;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (strcmp(mode, "deferred") == 0) deferred_socket = fd;
  else mp_swift_child_main(fd);
}

int mp_take_deferred_socket(void) {
  int fd = deferred_socket;
  deferred_socket = -1;
  return fd;
}

int mp_spawn(const char *path, char *const argv[], char *const envp[], int socket) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&actions);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  // dup2 onto the same number clears close-on-exec; the order matters, closefrom goes last.
  posix_spawn_file_actions_adddup2(&actions, socket, MP_CHILD_SOCKET);
  posix_spawn_file_actions_addclosefrom_np(&actions, MP_CHILD_SOCKET + 1);
  pid_t pid = 0;
  mp_park_begin();
  int r = posix_spawn(&pid, path, &actions, &attributes, argv, envp);
  mp_park_end();
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return r ? -r : pid;
}

int mp_pidfd_open(int pid) {
  int fd = mp_above_standard((int)syscall(SYS_pidfd_open, pid, 0));
  return fd < 0 ? -errno : fd;
}

int mp_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0) ? -errno : 0;
}

int mp_pidfd_reap(int pidfd, int *status, int wait) {
  siginfo_t info;
  int r;
  mp_park_begin();
  do {
    memset(&info, 0, sizeof info);
    r = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | (wait ? 0 : WNOHANG));
  } while (r < 0 && errno == EINTR);
  int e = errno;
  mp_park_end();
  if (r < 0) return -e;
  if (info.si_pid == 0) return 0;
  *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return 1;
}

int mp_child_events(void) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &ends, 0);
  int fd = mp_above_standard(signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
  return fd < 0 ? -errno : fd;
}

void mp_drain_child_events(int fd) {
  struct signalfd_siginfo event;
  while (read(fd, &event, sizeof event) > 0) {
  }
  errno = 0;
}

int mp_reap_any(int *status) {
  siginfo_t info;
  int r;
  do {
    memset(&info, 0, sizeof info);
    r = waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
  } while (r < 0 && errno == EINTR);
  if (r < 0 || info.si_pid == 0) return 0;
  *status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  return info.si_pid;
}

void mp_unblock_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, 0);
}

void mp_reset_signals(void) {
  struct sigaction plain = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};
  for (int s = 1; s < NSIG; s++) {
    if (s == SIGKILL || s == SIGSTOP) continue;
    // Ctrl-C goes to the whole group: the main process decides what happens. A closed pipe is an error, not a death.
    sigaction(s, s == SIGINT || s == SIGPIPE ? &ignore : &plain, 0);
  }
  mp_unblock_signals();
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

void mp_detach_input(void) {
  int fd = open("/dev/null", O_RDONLY);
  if (fd <= 0) return;
  dup2(fd, 0);
  close(fd);
}

struct watched {
  int count;
  struct pollfd fds[];
};

static void *watch(void *argument) {
  struct watched *watched = argument;
  mp_name_thread("mp-watcher");
  for (;;) {
    if (poll(watched->fds, (nfds_t)watched->count, -1) > 0) break;
  }
  // The process that this one works for is gone: nobody is left to hear of a tidy end.
  _exit(1);
}

// A forked child has no watcher until it starts its own.
static int watcher_generation = -1;

int mp_watcher_count(void) { return watcher_generation == mp_generation(); }

int mp_watch_processes(const int *pidfds, int count) {
  struct watched *watched = malloc(sizeof *watched + sizeof(struct pollfd) * (size_t)count);
  if (!watched) return -ENOMEM;
  watched->count = count;
  for (int i = 0; i < count; i++) watched->fds[i] = (struct pollfd){.fd = pidfds[i], .events = POLLIN};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  sigset_t all, before;
  sigfillset(&all);
  // The new thread inherits the mask: no handler of the user's ever runs on it.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int r = pthread_create(&thread, &attributes, watch, watched);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  pthread_attr_destroy(&attributes);
  if (r) free(watched);
  else watcher_generation = mp_generation();
  return -r;
}

void mp_rehearse(void) {
  void *volatile memory = malloc(1);
  free(memory);
  mp_keep_memory();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_destroy(&attributes);
  struct pollfd none = {.fd = -1};
  poll(&none, 1, 0);
  sched_yield();
  getppid();
  lseek(-1, 0, SEEK_END);
  munmap(0, 0);
  errno = 0;
}

int mp_usable_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) ? 0 : CPU_COUNT(&set);
}

int mp_descriptor_count(void) {
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) return -1;
  int count = 0;
  while (readdir(folder)) count++;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder itself.
}
