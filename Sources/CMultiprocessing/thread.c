#define _GNU_SOURCE
#include "CMultiprocessing.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Thread_local void *thread_world;
static _Thread_local void *thread_identity;
static _Thread_local int is_helper;

void *mp_thread_world(void) { return thread_world; }
void mp_set_thread_world(void *world) { thread_world = world; }
void *mp_thread_identity(void) { return thread_identity; }
void mp_set_thread_identity(void *identity) { thread_identity = identity; }
static _Thread_local char thread_token;
uintptr_t mp_thread_token(void) { return (uintptr_t)&thread_token; }
int mp_thread_id(void) { return (int)syscall(SYS_gettid); }

static _Thread_local int cached_thread_id;
int mp_cached_thread_id(void) {
  if (cached_thread_id == 0) cached_thread_id = mp_thread_id();
  return cached_thread_id;
}

void mp_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

void mp_name_worker(const char *name) {
  size_t length = strlen(name);
  const char *end = length > 15 ? name + length - 15 : name;
  // No character is cut in two.
  while ((*end & 0xc0) == 0x80) end++;
  mp_name_thread(end);
}

static void leave(void);

struct start {
  void (*body)(void *);
  void *argument;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  start.body(start.argument);
  leave();
  return 0;
}

int mp_start_thread(void (*body)(void *), void *argument) {
  struct start *start = malloc(sizeof *start);
  if (!start) return -ENOMEM;
  *start = (struct start){body, argument};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int r = pthread_create(&thread, &attributes, run, start);
  pthread_attr_destroy(&attributes);
  if (r) free(start);
  return -r;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_changed = PTHREAD_COND_INITIALIZER;
static int gate_closed;
static int helpers;
static int helpers_running;
static int generation;

int mp_generation(void) { return generation; }

// The threads of the library that have left last. Until one gets the processor for its last steps the kernel counts it,
// however long that takes. Touched with the gate locked.
enum { LEFT = 64 };
static int left[LEFT];
static unsigned lefts;

static void note_left(int thread) {
  for (int i = 0; i < LEFT; i++)
    if (left[i] == thread) return;
  left[lefts++ % LEFT] = thread;
}

static void start_running(void) {
  pthread_mutex_lock(&gate);
  while (gate_closed) pthread_cond_wait(&gate_changed, &gate);
  helpers_running++;
  pthread_mutex_unlock(&gate);
}

static void stop_running(void) {
  pthread_mutex_lock(&gate);
  helpers_running--;
  if (gate_closed) pthread_cond_broadcast(&gate_changed);
  pthread_mutex_unlock(&gate);
}

void mp_announce_helper(void) {
  start_running();
  __atomic_fetch_add(&helpers, 1, __ATOMIC_SEQ_CST);
}

void mp_retract_helper(void) {
  __atomic_fetch_sub(&helpers, 1, __ATOMIC_SEQ_CST);
  stop_running();
}

void mp_become_helper(void) { is_helper = 1; }

// What a thread does last: from here on it is no helper, but neither is it somebody else's.
static void leave(void) {
  pthread_mutex_lock(&gate);
  note_left(mp_cached_thread_id());
  if (is_helper) {
    __atomic_fetch_sub(&helpers, 1, __ATOMIC_SEQ_CST);
    helpers_running--;
    if (gate_closed) pthread_cond_broadcast(&gate_changed);
  }
  is_helper = 0;
  pthread_mutex_unlock(&gate);
}

void mp_park_begin(void) {
  if (is_helper) stop_running();
}

void mp_park_end(void) {
  int e = errno;
  if (is_helper) start_running();
  errno = e;
}

void mp_fork_hold(void) { pthread_mutex_lock(&gate); }
void mp_fork_release(void) { pthread_mutex_unlock(&gate); }

#if __has_feature(thread_sanitizer)
static void *nothing(void *argument) { return argument; }

// ThreadSanitizer starts a thread of its own together with the program's first: here, so that it can be counted on. In a
// child of a process with several threads, which all of this library's are, it starts none.
__attribute__((constructor(101))) static void start_sanitizer_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, 0, nothing, 0) == 0) pthread_join(thread, 0);
}

int mp_sanitizer_thread_count(void) { return generation == 0; }
#else
int mp_sanitizer_thread_count(void) { return 0; }
#endif

static int is_there(int thread) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/task/%d", thread);
  return access(path, F_OK) == 0;
}

// How many threads that have left are still counted by the kernel; the others are forgotten.
static int count_left(void) {
  int count = 0;
  for (int i = 0; i < LEFT; i++) {
    if (left[i] && is_there(left[i])) count++;
    else left[i] = 0;
  }
  return count;
}

static int count_foreign(void) {
  // The folder of threads has a link from each; to list it takes twenty times as long.
  struct stat folder;
  if (stat("/proc/self/task", &folder) != 0 || folder.st_nlink < 3) return 0;
  int count = (int)folder.st_nlink - 2 - 1 - (__atomic_load_n(&helpers, __ATOMIC_SEQ_CST) - is_helper) - mp_watcher_count() -
              mp_sanitizer_thread_count();
  // After the links: a thread that goes in between is counted once too often, which the next look puts right.
  return count > 0 ? count - count_left() : count;
}

int mp_foreign_thread_count(void) {
  int64_t until = mp_now_ns() + 10000000;
  int count;
  // A few looks in any case: the time may pass while this thread waits for a processor.
  for (int look = 0;; look++) {
    pthread_mutex_lock(&gate);
    count = count_foreign();
    pthread_mutex_unlock(&gate);
    if (count <= 0) return 0;
    if (look >= 8 && mp_now_ns() >= until) return count;
    sched_yield();
  }
}

struct forking {
  void (*body)(int, int);
  int first, second, pid, error;
};

static void *fork_here(void *argument) {
  struct forking *forking = argument;
  // Copied: in the child the stack of the thread that asked is nobody's.
  void (*body)(int, int) = forking->body;
  int first = forking->first, second = forking->second;
  // Whoever asked holds the gate, or is alone in a server: nobody else touches this now.
  note_left(mp_thread_id());
  int pid = fork();
  if (pid == 0) {
    pthread_mutex_init(&gate, 0);
    pthread_cond_init(&gate_changed, 0);
    generation++;
    gate_closed = 0;
    helpers = helpers_running = 0;
    memset(left, 0, sizeof left);
    cached_thread_id = 0;
    mp_forget_stamp();
    body(first, second);
    _exit(1);
  }
  forking->pid = pid;
  forking->error = errno;
  return 0;
}

// Forks on a thread of its own. The standard library's Mutex knows its owner by the thread's number, which it looks up once
// and keeps: a copy of a thread that has used one keeps a number that is not its own, and its locks fail as soon as a
// second thread wants them. A copy of a thread that has run nothing has nothing to keep.
static int fork_afresh(void (*body)(int, int), int first, int second) {
  struct forking forking = {body, first, second, -1, EAGAIN};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // The child's only stack: as large as a program's usual one.
  struct rlimit limit;
  size_t size = 8 << 20;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur > size) size = limit.rlim_cur;
  if (size > (size_t)1 << 30) size = (size_t)1 << 30;
  pthread_attr_setstacksize(&attributes, size & ~(size_t)0xffff);
  sigset_t all, before;
  sigfillset(&all);
  // The new thread inherits the mask: no handler of the user's ever runs on it.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int r = pthread_create(&thread, &attributes, fork_here, &forking);
  if (r == 0) pthread_join(thread, 0);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  pthread_attr_destroy(&attributes);
  errno = r ? r : forking.error;
  return forking.pid;
}

int mp_fresh_fork(void (*body)(int, int), int first, int second) { return fork_afresh(body, first, second); }

int mp_gated_fork(int limit_ms, int *all_parked, void (*body)(int, int), int first, int second) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += limit_ms / 1000;
  until.tv_nsec += (long)(limit_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;

  pthread_mutex_lock(&gate);
  while (gate_closed) pthread_cond_wait(&gate_changed, &gate);
  gate_closed = 1;
  // A pool made in a callback: the forking thread is itself a helper, and runs.
  int own = is_helper;
  int r = 0;
  while (helpers_running > own && r == 0) r = pthread_cond_timedwait(&gate_changed, &gate, &until);
  *all_parked = helpers_running <= own;

  // The gate stays locked over the fork: a helper that wakes up now must not hold it in the child.
  int pid = fork_afresh(body, first, second);
  int e = errno;
  gate_closed = 0;
  pthread_cond_broadcast(&gate_changed);
  pthread_mutex_unlock(&gate);
  errno = e;
  return pid;
}
