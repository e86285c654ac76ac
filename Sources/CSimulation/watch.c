// Calls that a simulated program may not make, watched for: the definitions here come before those of the C library, note
// the call if a simulated thread makes it, and pass it on. Swift cannot define a function of this name for others to call.
//
// Under a sanitizer nothing is watched: its own definitions of these functions must stay.
#define _GNU_SOURCE
#include "CSimulation.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Thread_local bool is_watching;
static _Thread_local const char *noted;

void sim_watch(bool on) { is_watching = on; }

const char *sim_noted(void) {
  const char *call = noted;
  noted = NULL;
  return call;
}

static void note(const char *call) {
  if (is_watching && !noted) noted = call;
}

#if !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)

typedef int pthread_create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
typedef int clock_gettime_function(clockid_t, struct timespec *);
typedef int nanosleep_function(const struct timespec *, struct timespec *);
typedef int clock_nanosleep_function(clockid_t, int, const struct timespec *, struct timespec *);

typedef int usleep_function(useconds_t);
typedef unsigned sleep_function(unsigned);
typedef int gettimeofday_function(struct timeval *, void *);

static pthread_create_function *next_pthread_create;
static clock_gettime_function *next_clock_gettime;
static nanosleep_function *next_nanosleep;
static clock_nanosleep_function *next_clock_nanosleep;
static usleep_function *next_usleep;
static sleep_function *next_sleep;
static gettimeofday_function *next_gettimeofday;

// Looked up before there is a second thread: a forked child could find the loader's lock taken.
__attribute__((constructor)) static void find(void) {
  if (next_gettimeofday) return;
  next_pthread_create = (pthread_create_function *)dlsym(RTLD_NEXT, "pthread_create");
  next_clock_gettime = (clock_gettime_function *)dlsym(RTLD_NEXT, "clock_gettime");
  next_nanosleep = (nanosleep_function *)dlsym(RTLD_NEXT, "nanosleep");
  next_clock_nanosleep = (clock_nanosleep_function *)dlsym(RTLD_NEXT, "clock_nanosleep");
  next_usleep = (usleep_function *)dlsym(RTLD_NEXT, "usleep");
  next_sleep = (sleep_function *)dlsym(RTLD_NEXT, "sleep");
  next_gettimeofday = (gettimeofday_function *)dlsym(RTLD_NEXT, "gettimeofday");
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  note("starts a thread that the library does not know (pthread_create)");
  find();
  return next_pthread_create(thread, attributes, body, argument);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  note("reads the real clock (clock_gettime)");
  find();
  return next_clock_gettime(clock, time);
}

int nanosleep(const struct timespec *time, struct timespec *rest) {
  note("sleeps in real time (nanosleep)");
  find();
  return next_nanosleep(time, rest);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *rest) {
  note("sleeps in real time (clock_nanosleep)");
  find();
  return next_clock_nanosleep(clock, flags, time, rest);
}

int usleep(useconds_t time) {
  note("sleeps in real time (usleep)");
  find();
  return next_usleep(time);
}

unsigned sleep(unsigned time) {
  note("sleeps in real time (sleep)");
  find();
  return next_sleep(time);
}

int gettimeofday(struct timeval *time, void *zone) {
  note("reads the real clock (gettimeofday)");
  find();
  return next_gettimeofday(time, zone);
}

#endif
