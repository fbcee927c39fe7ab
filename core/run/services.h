// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"

#include <cstdint>
#include <string>
#include <string_view>

// The host's services for plugins that need no model: tasks, memory, constants, cache, cpu, trace. Static
// tables, one per process. [any thread]
namespace tenon {

// Null when the host has no such service.
const void* host_service_table(std::string_view id);

// Workers for tasks: set before the first task runs, later calls have no effect. 0 = as many cores
// as this process may use (affinity and cgroup quota).
void set_task_width(uint32_t width);
uint32_t usable_cores();

// Where cached blocks are kept; empty = nowhere. Default: $XDG_CACHE_HOME/tenon.
void set_block_directory(std::string directory);
std::string block_directory();

const tenon_tasks& tasks_table();
const tenon_cache& cache_table();

// Of the executor chosen when building: has one more thread call help() soon, and does not wait for
// that. The threads are kept; there are never more than width - 1 in help() at once.
void attract(uint32_t width, void (*help)());

}  // namespace tenon
