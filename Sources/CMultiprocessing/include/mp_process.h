// Starting, watching and ending processes.
#ifndef MP_PROCESS_H
#define MP_PROCESS_H

#include "mp_platform.h"

// The environment variable that marks a child of this library: "FD NONCE" or "FD NONCE deferred".
#define MP_CHILD_MARK "SWIFT_MULTIPROCESSING_CHILD"
enum { MP_NONCE_LENGTH = 32, MP_CHILD_SOCKET = 3 };

// Starts `path` with standard streams inherited, `socket` as descriptor 3, every other descriptor closed, no signal blocked
// and every signal at its default. The pid or a negated errno.
int mp_spawn(const char *path, char *const argv[], char *const envp[], int socket);

// The socket of a takeover that the constructor left to mp's explicit entry, once; -1 if there is none.
int mp_take_deferred_socket(void);

// pidfds: a descriptor or a negated errno; 0 or a negated errno.
int mp_pidfd_open(int pid);
int mp_pidfd_signal(int pidfd, int signal);

// Reaps the child of a pidfd. 1: *status is its exit status, or its signal negated; 0: it still runs and `wait` is 0;
// else a negated errno (-ECHILD: it is no child of this process).
int mp_pidfd_reap(int pidfd, int *status, int wait);

// A descriptor that can be read whenever children of this process may have ended, close-on-exec; for a process with one thread
// and nobody else who waits for children. Draining it says that what has ended so far is about to be reaped.
int mp_child_events(void);
void mp_drain_child_events(int fd);

// Reaps any child that has ended: its id, and its status as above; 0 if there is none.
int mp_reap_any(int *status);

// In a new child: no signal blocked, all at their defaults but SIGINT and SIGPIPE, which are ignored; no core dump.
void mp_reset_signals(void);

// The same for the child of a process that has done that: only the signals that its fork had blocked.
void mp_unblock_signals(void);

// In a new child: standard input from /dev/null.
void mp_detach_input(void);

// In a new child: a thread, all signals blocked, that ends the process as soon as one of the pidfds fires. It takes over the
// descriptors. 0 or a negated errno.
int mp_watch_processes(const int *pidfds, int count);

// How many such threads this process has.
int mp_watcher_count(void);

// Calls the functions of the C library that a worker begins with: the first call of each looks its address up, and a child finds
// that done.
void mp_rehearse(void);

// How many processors the process may use; 0 if that cannot be told.
int mp_usable_processors(void);

// Descriptors that are open in this process, counted; -1 if that cannot be told.
int mp_descriptor_count(void);

#endif
