// SPDX-License-Identifier: Apache-2.0
// Any bytes are a picture or a refusal.
#include "tenon/picture.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto picture = tenon::decode_picture("fuzz", {bytes, size});
  static_cast<void>(picture.ok());
  return 0;
}
