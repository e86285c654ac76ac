// Atomic access to memory that several processes map. Swift's Atomic owns its storage and cannot be laid over a mapping.
#ifndef MP_ATOMIC_H
#define MP_ATOMIC_H

#include "mp_platform.h"

static inline uint32_t mp_load32(const void *p) { return __atomic_load_n((const uint32_t *)p, __ATOMIC_ACQUIRE); }
static inline uint64_t mp_load64(const void *p) { return __atomic_load_n((const uint64_t *)p, __ATOMIC_ACQUIRE); }
static inline void mp_store32(void *p, uint32_t v) { __atomic_store_n((uint32_t *)p, v, __ATOMIC_RELEASE); }
static inline void mp_store64(void *p, uint64_t v) { __atomic_store_n((uint64_t *)p, v, __ATOMIC_RELEASE); }
static inline uint32_t mp_add32(void *p, uint32_t v) { return __atomic_fetch_add((uint32_t *)p, v, __ATOMIC_SEQ_CST); }
static inline uint64_t mp_add64(void *p, uint64_t v) { return __atomic_fetch_add((uint64_t *)p, v, __ATOMIC_SEQ_CST); }
static inline uint64_t mp_exchange64(void *p, uint64_t v) {
  return __atomic_exchange_n((uint64_t *)p, v, __ATOMIC_SEQ_CST);
}
static inline uint32_t mp_exchange32(void *p, uint32_t v) {
  return __atomic_exchange_n((uint32_t *)p, v, __ATOMIC_SEQ_CST);
}

// 1 if the value was `expected` and is now `desired`.
static inline int mp_cas32(void *p, uint32_t expected, uint32_t desired) {
  return __atomic_compare_exchange_n((uint32_t *)p, &expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}
static inline int mp_cas64(void *p, uint64_t expected, uint64_t desired) {
  return __atomic_compare_exchange_n((uint64_t *)p, &expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

// A look that comes after an exchange, an addition or a swap before it: cheaper than a fence between the two.
static inline uint32_t mp_look32(const void *p) { return __atomic_load_n((const uint32_t *)p, __ATOMIC_SEQ_CST); }

// Orders an announcement ("I sleep") before the look that follows it; acquire and release alone do not.
static inline void mp_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

static inline void mp_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
