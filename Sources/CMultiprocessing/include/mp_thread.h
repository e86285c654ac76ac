// What Swift has no word for about threads: two thread-local pointers, and the gate that makes a fork safe.
//
// The gate. A fork copies one thread and whatever locks the others hold. The helper threads of this library therefore run
// Swift code only while they are counted as running, and every blocking call of theirs counts them as parked: parked
// inside C, they hold no lock of the Swift runtime. mp_gated_fork waits until all are parked, and a helper that wakes
// up meanwhile waits in C until the fork is done.
#ifndef MP_THREAD_H
#define MP_THREAD_H

#include "mp_platform.h"

// Thread-local pointers: the world that the thread lives in, and its identity. Null until set.
void *mp_thread_world(void);
void mp_set_thread_world(void *world);
void *mp_thread_identity(void);
void mp_set_thread_identity(void *identity);

// A helper is counted as running by the thread that is about to start it, so that no fork happens while it comes to life;
// the new thread then takes the mark. A start that failed is retracted. A helper that ends gives the mark back in C, after
// the last line of Swift (mp_start_thread sees to it).
void mp_announce_helper(void);
void mp_retract_helper(void);
void mp_become_helper(void);

// Around a blocking call. Nothing happens on a thread that is no helper.
void mp_park_begin(void);
void mp_park_end(void);

// fork() with every helper thread parked. Waits at most `limit_ms` for helpers that run a user's callback and forks all the
// same when that is over; *all_parked says which. The child has no helper and an open gate; its only thread has run nothing
// before, and runs `body(first, second)`, which must not return. Returns the child's pid, or -1 with errno.
int mp_gated_fork(int limit_ms, int *all_parked, void (*body)(int, int), int first, int second);

// How often this process and its ancestors were forked by mp_gated_fork or mp_fresh_fork: a descriptor that was opened
// before must not be closed in a child, where its number may mean something else by now.
int mp_generation(void);

// fork() in a process with one thread: a server's way to make a worker. The child's only thread has run nothing before, and
// runs `body(first, second)`, which must not return. Returns the child's pid, or -1 with errno.
int mp_fresh_fork(void (*body)(int, int), int first, int second);

// No mp_gated_fork happens between these two; short and without blocking.
void mp_fork_hold(void);
void mp_fork_release(void);

// How many threads the process has besides the calling one, its helper threads and its watcher. One of the library's that is
// just ending does not count, and any other is waited for, about 10 ms: it is no danger, and a warning of it would be wrong.
int mp_foreign_thread_count(void);

// How many threads a sanitizer keeps for itself in this process: they run nothing of the program and hold nothing of it.
int mp_sanitizer_thread_count(void);

// Starts a detached thread that runs `body(argument)`. 0 or a negated errno. (pthread_t differs between C libraries.)
int mp_start_thread(void (*body)(void *), void *argument);

// The kernel's number of the calling thread.
int mp_thread_id(void);

// The same without a system call, but for the first in a thread; right in a child of mp_fork too.
int mp_cached_thread_id(void);

// A number that no other live thread of the process has; never 0. Costs no system call.
uintptr_t mp_thread_token(void);

// Names the calling thread for debuggers and /proc; at most 15 characters.
void mp_name_thread(const char *name);

// The same with the end of a longer name, in which the numbers of workers are.
void mp_name_worker(const char *name);

#endif
