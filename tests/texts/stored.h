// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <string>
#include <vector>

// Numbers of a .npy file, of any type, in their order. Apart from the rest because the reader of
// .npy files speaks of the public API's types and the tests of the core's.
namespace tenon::texts {

Result<std::vector<double>> read_numbers(const std::string& path);

}  // namespace tenon::texts
