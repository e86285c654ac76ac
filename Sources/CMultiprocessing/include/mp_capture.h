// Capturing what a program prints together with the process that printed it.
//
// Swift cannot say this itself: the credentials of a message arrive in a control message, whose layout is a set of C
// macros (CMSG_*), and what runs in a signal handler or between fork and exec may only touch memory that no Swift code
// guards.
#ifndef MP_CAPTURE_H
#define MP_CAPTURE_H

#include "mp_platform.h"

// Makes the two ends of a local stream socket, both closed on exec. Messages that arrive at `receiving` carry the
// credentials of the process that wrote them. Returns 0, or -1 with errno.
int mp_capture_pair(int *receiving, int *sending);

// Receives the next piece without waiting. One call never joins the output of two processes: the kernel keeps
// messages with different credentials apart. `writer` becomes the id of the process that wrote the piece, 0 where the
// kernel did not say. Returns the number of bytes, 0 at the end, or -1 with errno.
ssize_t mp_capture_receive(int descriptor, void *buffer, size_t capacity, int32_t *writer);

// A descriptor, closed on exec, that becomes readable when the process has exited. Returns -1 with errno.
int mp_capture_open_process(int32_t process);

// Starts a program in a process group of its own: empty signal mask, default dispositions, the three descriptors as
// 0, 1 and 2, nothing else inherited. `directory` may be null. Returns 0, or the error number (not in errno), or
// MP_CAPTURE_FULL.
//
// From its first moment the group is on the list of groups that go down with this process: a guard, a process of its
// own that the first start makes, kills them all when this process has ended, by whatever signal.
int mp_capture_spawn(const char *path, char *const arguments[], char *const environment[], const char *directory,
                     int standard_input, int standard_output, int standard_error, int32_t *process);

// As many groups are on the list as it can hold.
enum { MP_CAPTURE_FULL = -1, MP_CAPTURE_GROUPS = 256 };

// Puts a group on the list that another process has started for this one. Returns 0, or the error number (not in errno), or
// MP_CAPTURE_FULL.
int mp_capture_add_group(int32_t group);

// Takes a group off the list: nothing of it lives any more, and its number may be given to others.
void mp_capture_remove_group(int32_t group);

// From now on SIGINT, SIGTERM and SIGHUP kill every group on the list before they end this process: a captured
// program has a group of its own, so that the terminal's interrupt does not reach it.
int mp_capture_stop_groups_on_signals(void);

#endif
