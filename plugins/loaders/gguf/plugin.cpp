// SPDX-License-Identifier: Apache-2.0
#include "tenon/plugin.h"

#include "loader.h"

namespace tenon::gguf {
namespace {

constexpr tenon_loader loader_table = {
    .size = sizeof(tenon_loader),
    .reserved = 0,
    .probe = [](void*, const void* head, uint64_t size, uint64_t, tenon_str name) -> uint32_t {
      return probe({static_cast<const char*>(head), size}, to_view(name));
    },
    .load = [](void*, const tenon_load* request) -> tenon_status {
      return guard([&] { return load(*request); });
    },
};

class GgufPlugin {
 public:
  static Result<std::unique_ptr<GgufPlugin>> start(std::span<const tenon_kv>) {
    return std::make_unique<GgufPlugin>();
  }
  const void* query(std::string_view id) { return id == TENON_LOADER_ID ? &loader_table : nullptr; }
};

}  // namespace
}  // namespace tenon::gguf

TENON_PLUGIN(tenon::gguf::GgufPlugin)
