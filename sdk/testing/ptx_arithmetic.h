// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/testing/ptx_code.h"

#include <optional>

// What one PTX instruction makes of the bits of its operands. [any thread]
namespace tenon::testing::ptx {

// Nothing for a division by zero and for operations or types that are not arithmetic.
std::optional<uint64_t> result_of(const Instruction& at, uint64_t a, uint64_t b, uint64_t c);

}  // namespace tenon::testing::ptx
