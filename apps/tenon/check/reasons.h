// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// Why models could not run, told so that the same reason of two models is the same text.
namespace tenon::cli {

// From an engine's message: each operator or construct that it lists, without the model's path,
// counts and the names of nodes.
std::vector<std::string> reasons_of(std::string_view message);

}  // namespace tenon::cli
