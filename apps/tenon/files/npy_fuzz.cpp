// SPDX-License-Identifier: Apache-2.0
// Any bytes are a tensor or a refusal, and a tensor survives being written and read again.
#include "apps/tenon/files/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto tensor = tenon::files::read_npy("fuzz", {bytes, size});
  if (!tensor.ok()) return 0;
  const auto written = tenon::files::write_npy(*tensor);
  if (!written.ok()) __builtin_trap();
  const auto again = tenon::files::read_npy("again", *written);
  if (!again.ok() || again->data != tensor->data || again->dims != tensor->dims) __builtin_trap();
  return 0;
}
