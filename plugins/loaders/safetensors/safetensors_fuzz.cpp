// SPDX-License-Identifier: Apache-2.0
// Any bytes load as a safetensors file, as an index or as the file of an index, or fail with a
// status; a header that is read fills the data.
#include "header.h"
#include "loader.h"
#include "sdk/loading/load_log.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (tenon::safetensors::probe(bytes, size, "m") > 100) std::abort();
  const auto header = tenon::safetensors::read_header(bytes);
  if (header.ok() && !header->tensors.empty() &&
      header->data + header->tensors.back().end != size) {
    std::abort();
  }
  const std::string_view index = R"({"weight_map": {"a": "m.safetensors"}})";
  for (const std::string_view file : {bytes, index}) {
    tenon::testing::LoadLog log(
        {{"m.safetensors", bytes}, {"m.safetensors.index.json", file}, {"config.json", "{}"}});
    static_cast<void>(log.load("m.safetensors.index.json", tenon::safetensors::load).ok());
  }
  tenon::testing::LoadLog log({{"m.safetensors", bytes}});
  static_cast<void>(log.load("m.safetensors", tenon::safetensors::load).ok());
  return 0;
}
