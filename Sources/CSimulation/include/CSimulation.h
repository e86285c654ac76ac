// Stacks of their own for simulated threads: they all run on one real thread, and handing over is a change of stacks.
#ifndef CSIMULATION_H
#define CSIMULATION_H

#include <stdbool.h>
#include <stddef.h>

// A stack with an unreadable page below it; null when there is no memory. `size` is rounded up to whole pages.
void *sim_stack_make(size_t size);
void sim_stack_free(void *stack, size_t size);

// Prepares a stack so that the first switch to it calls `entry(argument)`, which must never return.
// The result is what to switch to.
void *sim_context_make(void *stack, size_t size, void (*entry)(void *), void *argument);

// Saves the calling context in *from and goes on in `to`; returns when somebody switches back.
void sim_context_switch(void **from, void *to);

// Watches the calling thread from now on, or no longer, for calls that a simulated program may not make.
void sim_watch(bool on);

// The first such call since the last question, in words; null for none.
const char *sim_noted(void);

#endif
