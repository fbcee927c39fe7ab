// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"

#include <string>

// The engine's facts about plugins and devices as lines for people. [any thread]
namespace tenon::cli {

// From the engine's "plugins" or "doctor" facts.
std::string plugin_lines(const Json& facts);

// From the engine's "formats" facts: all names, and the files that are not used.
std::string format_lines(const Json& facts);

// From the engine's "devices" facts.
std::string device_lines(const Json& devices);

}  // namespace tenon::cli
