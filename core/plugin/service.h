// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/plugin.h"

#include <map>
#include <string>
#include <string_view>

// What plugins see of the host. [any thread]
namespace tenon {

// The table with these services, one for all who ask for the same; it is never freed, because a
// plugin keeps it until the process ends.
// Messages are wanted when TENON_LOG names a level: error, warning, info or debug.
const tenon_host& host_table(std::map<std::string, const void*> services);

// A message of the host itself, under the same mask.
void log_message(uint32_t level, std::string_view component, std::string_view text);

}  // namespace tenon
