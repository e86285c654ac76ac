// Stacks of their own for simulated threads: they all run on one real thread, and handing over is a change of stacks.
#ifndef CSIMULATION_H
#define CSIMULATION_H

#include <stddef.h>

// A stack with an unreadable page below it; null when there is no memory. `size` is rounded up to whole pages.
void *sim_stack_make(size_t size);
void sim_stack_free(void *stack, size_t size);

// Prepares a stack so that the first switch to it calls `entry(argument)`, which must never return.
// The result is what to switch to.
void *sim_context_make(void *stack, size_t size, void (*entry)(void *), void *argument);

// Saves the calling context in *from and goes on in `to`; returns when somebody switches back.
void sim_context_switch(void **from, void *to);

#endif
