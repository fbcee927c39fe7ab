// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"

#include <string>

// What a session says about its last run, in one line.
namespace tenon::cli {

// "37 nodes on opencl:0, 3 host control, 2 copies, 412 bytes"
std::string placement_line(const Json& session);

}  // namespace tenon::cli
