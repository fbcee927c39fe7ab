// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/kernels/device.h"

// Memory of a host backend: owned blocks and imported ones.
namespace tenon::kernels {

Result<Buffer*> allocate(uint64_t bytes);
Buffer* import_memory(void* pointer, uint64_t bytes);
void release(Buffer* buffer);

// Bytes of physical memory, free and in all.
uint64_t free_memory();
uint64_t total_memory();

}  // namespace tenon::kernels
