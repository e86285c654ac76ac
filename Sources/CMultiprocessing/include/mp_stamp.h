// Marks of processes that fit into a word of shared memory, to tell later whether the one that left its mark is still there.
#ifndef MP_STAMP_H
#define MP_STAMP_H

#include "mp_platform.h"

// The mark of the calling process, never 0: its id, and a few bits of when it was started, for ids are given out again.
uint32_t mp_stamp(void);

// Whether the process with this mark has ended, a zombie included. Where that cannot be told it has not. Some 30 us.
int mp_stamp_is_gone(uint32_t stamp);

// In a forked child: the mark is another.
void mp_forget_stamp(void);

#endif
