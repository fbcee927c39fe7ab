// SPDX-License-Identifier: Apache-2.0
// Any bytes are an archive of tensors or a refusal.
#include "apps/tenon/files/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > (size_t{1} << 16)) return 0;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto tensors = tenon::files::read_npz("fuzz", {bytes, size});
  static_cast<void>(tensors.ok());
  return 0;
}
