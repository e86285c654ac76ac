// Messages that carry descriptors, and memory that several processes map. The control messages of sendmsg are built with
// macros that Swift cannot import.
#ifndef MP_MESSAGE_H
#define MP_MESSAGE_H

#include "mp_platform.h"

enum { MP_MAX_DESCRIPTORS = 250 };  // The kernel takes 253 in one message.

// Moves a descriptor that was just opened out of the first three numbers, which it gets where a program has closed its
// standard output: what is printed would end in it. The new number, close-on-exec; -1 with errno, and then it is closed.
// Everything here that opens a descriptor has done this.
int mp_above_standard(int fd);

// A pair of connected sockets that keep message boundaries, close-on-exec. 0 or a negated errno.
// `own`: both are registered as the library's own from their first moment (mp_own).
int mp_socket_pair(int fds[2], int own);

// The library's own descriptors: a forked child closes them. Without this a template of one pool would hold the socket of
// another's open, and the other would never see its end.
void mp_own(int fd);
void mp_disown(int fd);
// Closes a descriptor, its own or not; 0 or a negated errno.
int mp_close(int fd);
// In a forked child: closes every descriptor that its parent registered.
void mp_close_owned(void);

// Sends one message with descriptors; never raises SIGPIPE. The bytes sent or a negated errno.
long mp_send(int socket, const void *bytes, size_t count, const int *fds, int fd_count, int wait);

// Receives one message; descriptors arrive close-on-exec, `*fd_count` is how many there is room for and then how many
// came. 0: the other end is closed. Else the bytes received or a negated errno. `wait`: whether it may block.
long mp_receive(int socket, void *bytes, size_t capacity, int *fds, int *fd_count, int wait);

// An anonymous file in memory, close-on-exec: a descriptor or a negated errno.
int mp_memory_file(const char *name);

// Gets memory for a part of such a file where it has none yet, of any content. 0 or a negated errno.
int mp_fill_file(int fd, int64_t offset, int64_t count);

// Gives the memory behind a part of such a file back to the system, as far as it supports that.
void mp_punch_hole(int fd, int64_t offset, int64_t count);

// Says of memory that is about to be filled for the first time that it may come in large pages: a page is otherwise fetched for
// each 4 KB, which costs more than the copying. For memory of a few megabytes and more; does nothing where that is unknown.
void mp_advise_large(void *start, size_t count);

// Fetches the pages of memory that is about to be written, in one go. For memory that is known to be there.
void mp_fetch(void *start, size_t count);

// In a worker, before it works: memory that is given back stays with the process up to 128 MB instead of being fetched again, page
// by page, for every task. C's malloc has no other way to be told.
void mp_keep_memory(void);

// Where the first data of such a file begins from an offset on, to a page, and where the data ends that an offset lies in; a
// negated errno where there is none.
int64_t mp_data_start(int fd, int64_t offset);
int64_t mp_data_end(int fd, int64_t offset);

// A pipe, close-on-exec. 0 or a negated errno.
int mp_pipe(int fds[2]);

// Waits for events on `count` descriptors, at most until the absolute CLOCK_MONOTONIC time (negative: for ever).
// ready[i] becomes 1 where descriptor i can be read or has ended. How many are ready, 0 for a time-out, or a negated errno.
int mp_poll(const int *fds, unsigned char *ready, int count, int64_t deadline_ns);

// A counter to poll for, close-on-exec; signalling adds one, draining sets it to zero.
int mp_event_make(void);
void mp_event_signal(int fd);
void mp_event_drain(int fd);

#endif
