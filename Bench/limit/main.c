// What this machine does at best for a pool's kind of work: `pool-limit CASE`, one number.
//
// No encoding, no dispatch by function, no errors: a bound to set a pool beside, not a rival.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void check(int is_right, const char *what) {
  if (is_right) return;
  perror(what);
  exit(1);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Microseconds of a round trip over two pipes to a process that waits: the median.
static double pipe_round_trip(void) {
  int to[2], from[2];
  check(!pipe(to) && !pipe(from), "pipe");
  pid_t child = fork();
  check(child >= 0, "fork");
  char c = 1;
  if (!child) {
    close(to[1]);
    while (read(to[0], &c, 1) == 1) check(write(from[1], &c, 1) == 1, "write");
    _exit(0);
  }
  enum { rounds = 3000 };
  static double times[rounds];
  for (int i = 0; i < rounds; i++) {
    double start = now();
    check(write(to[1], &c, 1) == 1 && read(from[0], &c, 1) == 1, "pipe");
    times[i] = (now() - start) * 1e6;
  }
  close(to[1]);
  waitpid(child, 0, 0);
  qsort(times, rounds, sizeof *times, by_size);
  return times[rounds / 2];
}

// Messages of 64 bytes a second to two processes over one pipe and back over another, `batch` in one system call.
static double pipe_farm(int batch) {
  const int count = batch == 1 ? 300000 : 3000000, window = 512;
  const size_t size = 64;
  int to[2], from[2];
  check(!pipe(to) && !pipe(from), "pipe");
  pid_t children[2];
  static char bytes[1 << 16];
  for (int i = 0; i < 2; i++) {
    check((children[i] = fork()) >= 0, "fork");
    if (children[i]) continue;
    close(to[1]);
    for (ssize_t got; (got = read(to[0], bytes, size * batch)) > 0;) check(write(from[1], bytes, got) == got, "write");
    _exit(0);
  }
  double start = now();
  long sent = 0, received = 0;
  while (received < count * (long)size) {
    while (sent < count && sent - received / (long)size < window) {
      int many = count - sent < batch ? (int)(count - sent) : batch;
      check(write(to[1], bytes, size * many) == (ssize_t)(size * many), "write");
      sent += many;
    }
    ssize_t got = read(from[0], bytes, sizeof bytes);
    check(got > 0, "read");
    received += got;
  }
  double taken = now() - start;
  close(to[1]);
  for (int i = 0; i < 2; i++) waitpid(children[i], 0, 0);
  return count / taken;
}

// Messages of 24 bytes a second from two processes to this one over a pipe, each in a system call of its own.
static double pipe_gather(void) {
  enum { share = 300000 };
  int ends[2];
  check(!pipe(ends), "pipe");
  char bytes[24] = {0};
  double start = now();
  for (int i = 0; i < 2; i++) {
    pid_t child = fork();
    check(child >= 0, "fork");
    if (child) continue;
    for (int n = 0; n < share; n++) check(write(ends[1], bytes, sizeof bytes) == sizeof bytes, "write");
    _exit(0);
  }
  for (int n = 0; n < 2 * share; n++) check(read(ends[0], bytes, sizeof bytes) == sizeof bytes, "read");
  double taken = now() - start;
  while (wait(0) > 0) {}
  return 2 * share / taken;
}

// Keeps the compiler from leaving a copy out that nobody reads.
static void touch(void *memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

// Megabytes a second of copying payloads of 1 MiB four times: into the way there, out of it, and the same back.
static double copies(void) {
  enum { size = 1 << 20, count = 200 };
  char *way = malloc(size), *payload = malloc(size);
  memset(payload, 1, size);
  double start = now();
  for (int i = 0; i < count; i++) {
    memcpy(way, payload, size);
    touch(way);
    char *there = malloc(size);
    memcpy(there, way, size);
    touch(there);
    memcpy(way, there, size);
    touch(way);
    free(there);
    char *back = malloc(size);
    memcpy(back, way, size);
    // Kept, as a result is: its memory is touched for the first time.
    touch(back);
  }
  return (double)count * size / (now() - start) / 1e6;
}

// Items a second of adding one to 64-bit numbers into new memory, on two threads.
enum { numbers = 1000000 };
static int64_t *inputs, *outputs;
static void *add_half(void *half) {
  for (long i = (long)half * numbers / 2, end = i + numbers / 2; i < end; i++) outputs[i] = inputs[i] + 1;
  return 0;
}
static double thread_map(void) {
  inputs = malloc(numbers * sizeof *inputs);
  for (long i = 0; i < numbers; i++) inputs[i] = i;
  double start = now();
  outputs = malloc(numbers * sizeof *outputs);
  pthread_t thread;
  check(!pthread_create(&thread, 0, add_half, 0), "pthread_create");
  add_half((void *)1);
  pthread_join(thread, 0);
  return numbers / (now() - start);
}

// Milliseconds to fork so many processes, each of which answers once and ends, and to wait for all.
static double fork_farm(int count) {
  int ends[2];
  check(!pipe(ends), "pipe");
  double start = now();
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    check(child >= 0, "fork");
    if (!child) _exit(write(ends[1], "x", 1) != 1);
  }
  char c;
  for (int i = 0; i < count; i++) check(read(ends[0], &c, 1) == 1, "read");
  while (wait(0) > 0) {}
  return (now() - start) * 1e3;
}

int main(int count, char **arguments) {
  const char *name = count == 2 ? arguments[1] : "";
  double value;
  if (!strcmp(name, "pipe_round_trip")) value = pipe_round_trip();
  else if (!strcmp(name, "pipe_farm_1")) value = pipe_farm(1);
  else if (!strcmp(name, "pipe_farm_64")) value = pipe_farm(64);
  else if (!strcmp(name, "pipe_gather")) value = pipe_gather();
  else if (!strcmp(name, "copies")) value = copies();
  else if (!strcmp(name, "thread_map")) value = thread_map();
  else if (!strcmp(name, "fork_2")) value = fork_farm(2);
  else if (!strcmp(name, "fork_64")) value = fork_farm(64);
  else {
    fputs("usage: pool-limit pipe_round_trip|pipe_farm_1|pipe_farm_64|pipe_gather|copies|thread_map|fork_2|fork_64\n", stderr);
    return 2;
  }
  printf("%.9g\n", value);
  return 0;
}
