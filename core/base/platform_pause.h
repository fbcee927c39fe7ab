// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a thread waits for another that will be done within microseconds. [any thread]
namespace tenon {

// Tells the core that this thread only waits, so that its sibling may run. Some nanoseconds.
inline void pause_core() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Lets another thread have this core, if one waits for it.
void yield_core();

}  // namespace tenon
