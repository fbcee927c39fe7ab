// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"

#include <cstdlib>

// What parses prints as JSON that parses to the same value.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = tenon::parse_json({reinterpret_cast<const char*>(data), size});
  if (!json.ok()) return 0;
  const auto again = tenon::parse_json(json->dump());
  if (!again.ok() || !(*again == *json)) std::abort();
  return 0;
}
