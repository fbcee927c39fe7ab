// SPDX-License-Identifier: Apache-2.0
#include "core/api/models_service.h"

#include "core/api/runs.h"
#include "core/api/tensors.h"
#include "core/base/border.h"

namespace tenon {
namespace {

// Companions of a model that a pipeline may read whole.
constexpr uint64_t most_companion_bytes = 512u << 20;

Status companion(const tenon_model_ref& ref, std::string_view name, const tenon_byte_sink& sink) {
  const auto found = ref.runs->model().companion(name);
  if (!found.ok()) return unsupported("{}: {}", name, found.status().message());
  const auto bytes = found->bytes;
  if (bytes.size() > most_companion_bytes) {
    return invalid("{}: {} bytes, most is {}", name, bytes.size(), most_companion_bytes);
  }
  const tenon_status code = sink.write(sink.context, bytes.data(), bytes.size());
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), std::string(name));
}

}  // namespace

const tenon_models& models_service() {
  static const tenon_models table = {
      .size = sizeof(tenon_models),
      .reserved = 0,
      .inputs = [](tenon_model_ref* ref, const tenon_tensor_sink* sink) -> tenon_status {
        return at_border([&] {
          const Graph& graph = ref->runs->model().face();
          return send_values(graph, graph.main().inputs, {}, *sink);
        });
      },
      .companion = [](tenon_model_ref* ref, tenon_str name,
                      const tenon_byte_sink* sink) -> tenon_status {
        return at_border([&] { return companion(*ref, to_view(name), *sink); });
      },
      .run = [](tenon_model_ref* ref, const tenon_host_tensor* inputs, uint64_t count,
                const tenon_tensor_sink* outputs, const tenon_cancel* cancel) -> tenon_status {
        return at_border([&]() -> Status {
          StringPool& strings = *ref->runs->session().plan().graph.strings;
          const StringPool::Lease lease(strings);
          TENON_TRY_ASSIGN(const auto given, run_inputs(inputs, count, strings));
          TENON_TRY_ASSIGN(const auto results, ref->runs->run(given, Patience{cancel, {}}));
          HostViews views;
          views.show(results, strings);
          for (const tenon_host_tensor& view : views.views()) {
            const tenon_status code = outputs->tensor(outputs->context, &view);
            if (code != TENON_OK) return take_failure(code);
          }
          return {};
        });
      },
  };
  return table;
}

}  // namespace tenon
