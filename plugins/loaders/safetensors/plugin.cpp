// SPDX-License-Identifier: Apache-2.0
#include "tenon/plugin.h"

#include "loader.h"

namespace tenon::safetensors {
namespace {

constexpr tenon_loader loader_table = {
    .size = sizeof(tenon_loader),
    .reserved = 0,
    .probe = [](void*, const void* head, uint64_t size, uint64_t file_bytes,
                tenon_str name) -> uint32_t {
      return probe({static_cast<const char*>(head), size}, file_bytes, to_view(name));
    },
    .load = [](void*, const tenon_load* request) -> tenon_status {
      return guard([&] { return load(*request); });
    },
};

class SafetensorsPlugin {
 public:
  static Result<std::unique_ptr<SafetensorsPlugin>> start(std::span<const tenon_kv>) {
    return std::make_unique<SafetensorsPlugin>();
  }
  const void* query(std::string_view id) { return id == TENON_LOADER_ID ? &loader_table : nullptr; }
};

}  // namespace
}  // namespace tenon::safetensors

TENON_PLUGIN(tenon::safetensors::SafetensorsPlugin)
