#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What this process and its guard share. Lock-free atomics: the signal handler may interrupt any of these functions.
struct list {
  // Programs between the decision to start them and their place on the list.
  _Atomic int32_t starting;
  // Set when everything is to end: nothing starts any more.
  _Atomic int32_t ending;
  // A free place is 0, a reserved one -1.
  _Atomic int32_t groups[MP_CAPTURE_GROUPS];
};

static struct list *_Atomic list;

// Kills every group. Whoever was about to start a program is waited for, so that it does not come too late to be killed;
// not for ever, for it may have died on the way.
static void end_groups(struct list *groups) {
  atomic_store(&groups->ending, 1);
  for (int left = 1000; left > 0 && atomic_load(&groups->starting) > 0; left--) {
    struct timespec millisecond = {.tv_nsec = 1000000};
    nanosleep(&millisecond, NULL);
  }
  for (int place = 0; place < MP_CAPTURE_GROUPS; place++) {
    int32_t group = atomic_load(&groups->groups[place]);
    if (group > 0) kill(-group, SIGKILL);
  }
}

// The guard's whole life. It holds nothing of its parent's open, and no signal meant for the parent's group reaches it.
_Noreturn static void guard(int parent, struct list *groups) {
  setpgid(0, 0);
  prctl(PR_SET_NAME, "capture-guard");
  if (parent != 0) dup2(parent, 0);
  syscall(SYS_close_range, 1, ~0U, 0);
  struct pollfd exit = {.fd = 0, .events = POLLIN};
  while (poll(&exit, 1, -1) < 0 && errno == EINTR) {}
  end_groups(groups);
  _exit(0);
}

// Makes the list and the guard of this process, once; a forked copy of it makes its own. 0 or an error number.
static int make_list(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static pid_t owner;
  int error = 0;
  pthread_mutex_lock(&lock);
  if (owner != getpid()) {
    struct list *groups = mmap(NULL, sizeof *groups, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int self = groups == MAP_FAILED ? -1 : mp_capture_open_process(getpid());
    // No handler of a copied thread is of use in the guard: it only calls the system. _Fork runs none.
    pid_t child = self < 0 ? -1 : _Fork();
    if (child == 0) guard(self, groups);
    if (child < 0) error = errno;
    if (self >= 0) close(self);
    if (error == 0) {
      atomic_store(&list, groups);
      owner = getpid();
    } else if (groups != MAP_FAILED) {
      munmap(groups, sizeof *groups);
    }
  }
  pthread_mutex_unlock(&lock);
  return error;
}

static _Atomic int32_t *reserve(struct list *groups) {
  for (int place = 0; place < MP_CAPTURE_GROUPS; place++) {
    int32_t unused = 0;
    if (atomic_compare_exchange_strong(&groups->groups[place], &unused, -1)) return &groups->groups[place];
  }
  return NULL;
}

// Between these two the groups do not end without what comes onto the list. The handler below waits for that; it must not do so
// on this thread.
static void enter(struct list *groups, sigset_t *before) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, before);
  atomic_fetch_add(&groups->starting, 1);
}

static void leave(struct list *groups, const sigset_t *before) {
  atomic_fetch_sub(&groups->starting, 1);
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

struct program {
  const char *path, *directory;
  char *const *arguments, *const *environment;
  int descriptors[3];
  _Atomic int32_t *place;
  volatile int error;
};

// Between vfork and exec: the parent's memory, its thread stopped, all signals blocked.
_Noreturn static void become(struct program *program) {
  // On the list before anything of the program runs.
  if (setpgid(0, 0) == 0) {
    atomic_store(program->place, getpid());
    // First out of the way of 0, 1 and 2, which dup2 is going to overwrite.
    int moved[3], failed = 0;
    for (int index = 0; index < 3; index++) {
      moved[index] = fcntl(program->descriptors[index], F_DUPFD, 3);
      failed |= moved[index] < 0;
    }
    for (int index = 0; index < 3 && !failed; index++) failed = dup2(moved[index], index) < 0;
    // Other code in this process may hold descriptors that are not closed on exec; a program must not keep them open.
    if (!failed && syscall(SYS_close_range, 3, ~0U, 0) == 0 && (!program->directory || chdir(program->directory) == 0)) {
      struct sigaction usual = {.sa_handler = SIG_DFL};
      for (int number = 1; number <= SIGRTMAX; number++) sigaction(number, &usual, NULL);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, NULL);
      execve(program->path, program->arguments, program->environment);
    }
  }
  program->error = errno;
  _exit(127);
}

int mp_capture_spawn(const char *path, char *const arguments[], char *const environment[], const char *directory,
                     int standard_input, int standard_output, int standard_error, int32_t *process) {
  int error = make_list();
  if (error) return error;
  struct list *groups = atomic_load(&list);
  struct program program = {
    .path = path, .directory = directory, .arguments = arguments, .environment = environment,
    .descriptors = {standard_input, standard_output, standard_error}};
  sigset_t before;
  enter(groups, &before);
  if (atomic_load(&groups->ending)) {
    error = ECANCELED;
  } else if (!(program.place = reserve(groups))) {
    error = MP_CAPTURE_FULL;
  } else {
    pid_t id = vfork();
    if (id == 0) become(&program);
    error = id < 0 ? errno : program.error;
    if (error && id > 0) while (waitpid(id, NULL, 0) < 0 && errno == EINTR) {}
    if (error) atomic_store(program.place, 0);
    else *process = id;
  }
  leave(groups, &before);
  return error;
}

int mp_capture_add_group(int32_t group) {
  int error = make_list();
  if (error) return error;
  struct list *groups = atomic_load(&list);
  sigset_t before;
  enter(groups, &before);
  _Atomic int32_t *place = NULL;
  if (atomic_load(&groups->ending)) {
    error = ECANCELED;
  } else if (!(place = reserve(groups))) {
    error = MP_CAPTURE_FULL;
  } else {
    atomic_store(place, group);
  }
  leave(groups, &before);
  return error;
}

void mp_capture_remove_group(int32_t group) {
  struct list *groups = atomic_load(&list);
  for (int place = 0; groups && place < MP_CAPTURE_GROUPS; place++) {
    int32_t expected = group;
    if (atomic_compare_exchange_strong(&groups->groups[place], &expected, 0)) return;
  }
}

static void stop_groups(int signal_number) {
  struct list *groups = atomic_load(&list);
  if (groups) end_groups(groups);
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
