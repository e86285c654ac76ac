// What a sanitizer must hear of stacks that change under it.
//
// AddressSanitizer takes a stack pointer outside of the thread's stack for a mistake, and ThreadSanitizer keeps a stack of the
// calls of its own. Without a sanitizer none of this exists, and a switch is the few instructions of context.c.
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SIM_FIBERS 1
#else
#define SIM_FIBERS 0
#endif

#include <stddef.h>

// The switch itself and the first frame of a stack, whatever watches them.
void sim_stack_switch(void **from, void *to);
void *sim_stack_prepare(void *stack, size_t size, void (*entry)(void *), void *argument);

// As many bytes at the top of each stack belong to what a sanitizer needs; a multiple of 16.
#if SIM_FIBERS
enum { SIM_FIBER_SIZE = 128 };
#else
enum { SIM_FIBER_SIZE = 0 };
#endif

// The stack goes.
void sim_fiber_end(void *stack, size_t size);

#endif
