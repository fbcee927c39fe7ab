// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

// The cpu backend: what it is made of. kernels/ says which nodes it takes and cuts them into
// chunks; math/ computes, once for each instruction set; simd/ is what instruction sets differ in.
// [any thread]
namespace tenon::cpu {

// Own kernels, one for each file in kernels/.
std::vector<Kernel> table();

// Own kernels first, then the plain loops of the reference backend for what has none.
HostBackend backend();

}  // namespace tenon::cpu
