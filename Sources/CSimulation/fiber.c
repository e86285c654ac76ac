// sim_context_make and sim_context_switch, with a sanitizer or without.
#include "fiber.h"

#include "CSimulation.h"

#include <stdint.h>

#if !SIM_FIBERS

void *sim_context_make(void *stack, size_t size, void (*entry)(void *), void *argument) {
  return sim_stack_prepare(stack, size, entry, argument);
}

void sim_context_switch(void **from, void *to) { sim_stack_switch(from, to); }

void sim_fiber_end(void *stack, size_t size) {
  (void)stack;
  (void)size;
}

#else

#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#else
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// A context is one of these instead of a mere stack pointer. It lies above the stack that it describes and is used again
// with it: a simulated thread that is left in the middle has nobody who would give it back.
struct fiber {
  void *pointer;  // The stack pointer, while it does not run.
  const void *bottom;
  size_t size;
  void (*entry)(void *);
  void *argument;
  void *state;  // The sanitizer's: of ThreadSanitizer its fiber, of AddressSanitizer its second stack.
};

_Static_assert(sizeof(struct fiber) <= SIM_FIBER_SIZE, "the description of a stack needs more room");

// The thread's own stack, and what runs on the thread: null for that one.
static _Thread_local struct fiber own;
static _Thread_local struct fiber *running;

static struct fiber *at_top(void *stack, size_t size) {
  return (struct fiber *)((((uintptr_t)stack + size) & ~(uintptr_t)15) - SIM_FIBER_SIZE);
}

#if __has_feature(thread_sanitizer)

static void made(struct fiber *fiber) {
  if (fiber->state) __tsan_destroy_fiber(fiber->state);
  fiber->state = __tsan_create_fiber(0);
}

static void entered(struct fiber *fiber) { (void)fiber; }

// In line: what it returns to would already be a call on the other stack.
__attribute__((always_inline)) static inline void leaves(struct fiber *from, struct fiber *to) {
  if (from == &own) own.state = __tsan_get_current_fiber();
  // Runs in one thread after the other, never beside it: the switch orders what both do.
  __tsan_switch_to_fiber(to->state, 0);
}

static void is_back(struct fiber *fiber) { (void)fiber; }

void sim_fiber_end(void *stack, size_t size) {
  struct fiber *fiber = at_top(stack, size);
  if (fiber->state) __tsan_destroy_fiber(fiber->state);
}

#else

// Whoever was left in the middle of a call has left the marks of its variables.
static void made(struct fiber *fiber) { __asan_unpoison_memory_region(fiber->bottom, fiber->size); }

// A stack is always entered from the thread's own, whose place the sanitizer knows.
static void entered(struct fiber *fiber) { __sanitizer_finish_switch_fiber(fiber->state, &own.bottom, &own.size); }

static void leaves(struct fiber *from, struct fiber *to) {
  __sanitizer_start_switch_fiber(&from->state, to->bottom, to->size);
}

static void is_back(struct fiber *fiber) { __sanitizer_finish_switch_fiber(fiber->state, 0, 0); }

void sim_fiber_end(void *stack, size_t size) {
  (void)stack;
  (void)size;
}

#endif

static void enter(void *argument) {
  struct fiber *fiber = argument;
  entered(fiber);
  fiber->entry(fiber->argument);
}

void *sim_context_make(void *stack, size_t size, void (*entry)(void *), void *argument) {
  struct fiber *fiber = at_top(stack, size);
  fiber->bottom = stack;
  fiber->size = (size_t)((char *)fiber - (char *)stack);
  fiber->entry = entry;
  fiber->argument = argument;
  made(fiber);
  fiber->pointer = sim_stack_prepare(stack, fiber->size, enter, fiber);
  return fiber;
}

void sim_context_switch(void **from, void *to) {
  struct fiber *this = running ? running : &own, *next = to;
  *from = this;
  running = next == &own ? 0 : next;
  leaves(this, next);
  sim_stack_switch(&this->pointer, next->pointer);
  is_back(this);
}

#endif
