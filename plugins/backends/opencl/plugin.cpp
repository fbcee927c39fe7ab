// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/device.h"
#include "plugins/backends/opencl/fence.h"
#include "plugins/backends/opencl/module.h"
#include "plugins/backends/opencl/stream.h"

#include "tenon/kernelgen/generated_backend.h"

namespace tenon::opencl {
namespace {

class OpenClPlugin : public Plugin {
 public:
  static Result<std::unique_ptr<OpenClPlugin>> start(std::span<const tenon_kv> options) {
    auto plugin = std::make_unique<OpenClPlugin>();
    TENON_TRY(plugin->configure(options));
    return plugin;
  }

  const void* query(std::string_view id) {
    using Backend = kernelgen::GeneratedBackend<Device>;
    if (id == TENON_BACKEND_ID) return Backend::backend();
    if (id == TENON_PROGRAMS_ID) return Backend::programs();
    return nullptr;
  }
};

}  // namespace
}  // namespace tenon::opencl

TENON_PLUGIN(tenon::opencl::OpenClPlugin)
