// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/backend.h"
#include "tenon/kernels/elements.h"
#include "tenon/kernels/function.h"
#include "tenon/kernels/kernel.h"
#include "tenon/plugin.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A backend from kernels, for memory the CPU can address. The author writes a function that
// returns a HostBackend and names it in TENON_HOST_BACKEND(function); the library gives devices,
// memory, streams, fences, claims, memory plans and programs. Link Tenon::kernels.
namespace tenon {

// Whether nodes with a formula are run from it, and in what floats are computed.
enum class Formulas : uint8_t { off, f32, f64 };

struct HostBackend {
  std::string id;    // of its one device, stable: "my_cpu"
  std::string name;  // for people
  uint32_t kind = TENON_DEVICE_CPU;
  // Further words among the device's features: "short_states": keys and values of decoders are
  // kept in bf16 when the plan is fast.
  std::string features = {};
  Formulas formulas = Formulas::off;
  // For one operator, the first kernel that takes a node runs it; formulas come last.
  std::vector<Kernel> kernels;
};

// The plugin object. Serves tenon.backend/1 and tenon.programs/1.
class HostBackendPlugin {
 public:
  explicit HostBackendPlugin(HostBackend backend);
  const HostBackend& backend() const { return backend_; }
  // The kernel that will run a node, or why there is none.
  Result<const Kernel*> kernel_for(const NodeView& node) const;
  // [any thread] A table, or null.
  const void* query(std::string_view id) const;

 private:
  HostBackend backend_;
  Kernel formula_;
};

// What TENON_PLUGIN wants, for a function that describes a backend.
template <auto describe>
struct HostBackendEntry : HostBackendPlugin {
  using HostBackendPlugin::HostBackendPlugin;
  static Result<std::unique_ptr<HostBackendEntry>> start(std::span<const tenon_kv>) {
    return std::make_unique<HostBackendEntry>(describe());
  }
};

}  // namespace tenon

#define TENON_HOST_BACKEND(describe) TENON_PLUGIN(::tenon::HostBackendEntry<describe>)
