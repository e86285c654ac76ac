#define _GNU_SOURCE
#include "CSimulation.h"
#include "fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static size_t rounded(size_t size) { return (size + page() - 1) / page() * page(); }

void *sim_stack_make(size_t size) {
  size_t whole = rounded(size) + page();
  char *memory = mmap(0, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return 0;
  mprotect(memory, page(), PROT_NONE);
  return memory + page();
}

void sim_stack_free(void *stack, size_t size) {
  sim_fiber_end(stack, size);
  munmap((char *)stack - page(), rounded(size) + page());
}

// Only what a C function must preserve has to be saved: a switch is a call like any other.
#if defined(__x86_64__)

__asm__(
  ".text\n"
  ".globl sim_stack_switch\n"
  ".type sim_stack_switch,@function\n"
  "sim_stack_switch:\n"
  "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
  "  movq %rsp, (%rdi)\n"
  "  movq %rsi, %rsp\n"
  "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
  "  ret\n"
  ".size sim_stack_switch,.-sim_stack_switch\n"
  ".type sim_context_start,@function\n"
  "sim_context_start:\n"
  "  movq %r13, %rdi\n"
  "  callq *%r12\n"
  "  ud2\n"
  ".size sim_context_start,.-sim_context_start\n");

extern void sim_context_start(void) __asm__("sim_context_start");

void *sim_stack_prepare(void *stack, size_t size, void (*entry)(void *), void *argument) {
  uintptr_t *top = (uintptr_t *)(((uintptr_t)stack + size) & ~(uintptr_t)15);
  *--top = 0;
  *--top = 0;  // Where a return address would be; the entry never returns.
  *--top = (uintptr_t)sim_context_start;
  *--top = 0;                    // rbp
  *--top = 0;                    // rbx
  *--top = (uintptr_t)entry;     // r12
  *--top = (uintptr_t)argument;  // r13
  *--top = 0;                    // r14
  *--top = 0;                    // r15
  return top;
}

#elif defined(__aarch64__)

__asm__(
  ".text\n"
  ".globl sim_stack_switch\n"
  ".type sim_stack_switch,%function\n"
  "sim_stack_switch:\n"
  "  sub sp, sp, #160\n"
  "  stp x19, x20, [sp, #0]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n"
  "  stp x25, x26, [sp, #48]\n  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
  "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
  "  mov x9, sp\n  str x9, [x0]\n"
  "  mov sp, x1\n"
  "  ldp x19, x20, [sp, #0]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n"
  "  ldp x25, x26, [sp, #48]\n  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
  "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
  "  add sp, sp, #160\n"
  "  ret\n"
  ".size sim_stack_switch,.-sim_stack_switch\n"
  ".type sim_context_start,%function\n"
  "sim_context_start:\n"
  "  mov x0, x20\n"
  "  blr x19\n"
  "  brk #1\n"
  ".size sim_context_start,.-sim_context_start\n");

extern void sim_context_start(void) __asm__("sim_context_start");

void *sim_stack_prepare(void *stack, size_t size, void (*entry)(void *), void *argument) {
  uintptr_t *top = (uintptr_t *)((((uintptr_t)stack + size) & ~(uintptr_t)15) - 160);
  for (int i = 0; i < 20; i++) top[i] = 0;
  top[0] = (uintptr_t)entry;              // x19
  top[1] = (uintptr_t)argument;           // x20
  top[11] = (uintptr_t)sim_context_start; // x30
  return top;
}

#else
#error "Simulated threads need a change of stacks for this processor."
#endif
