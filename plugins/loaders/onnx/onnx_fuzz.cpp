// SPDX-License-Identifier: Apache-2.0
// Any bytes load as a model or fail with a status, and the same bytes as a bare tensor too.
#include "loader.h"
#include "mock_host.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  if (tenon::onnx::probe(bytes, size) > 100) __builtin_trap();
  for (const std::string_view as : {"", "tensor"}) {
    tenon::onnx::MockHost host(bytes, {{"weights.bin", std::string(64, '\1')}});
    static_cast<void>(host.load(as).ok());
  }
  return 0;
}
