// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <string>
#include <string_view>

// Base64 (RFC 4648) as charsmaps and tiktoken files have it. [any thread]
namespace tenon::text {

// Padding may be missing; white space and other characters are a failure.
Result<std::string> from_base64(std::string_view text);

}  // namespace tenon::text
