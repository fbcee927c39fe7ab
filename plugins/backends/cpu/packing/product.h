// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/epilogue.h"
#include "plugins/backends/cpu/packing/matrix.h"

// Kernels whose whole work is input 0, seen as rows, times the transpose of packed weights: a first
// phase packs x as the product reads it; then each chunk is some groups of weights times some rows
// of x. The kernel's prepare() keeps a PackedProduct; shape and run are these.
namespace tenon::cpu {

struct PackedProduct {
  PackedMatrix weights;
  Epilogue epilogue;
};

Result<KernelWork> shape_product(const KernelSizes& sizes);
void run_product(const KernelArguments& arguments, int64_t chunk);

}  // namespace tenon::cpu
