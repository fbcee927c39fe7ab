// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/run/session.h"

#include "tenon/abi/draft/host.h"

#include <deque>
#include <span>
#include <string>
#include <vector>

// Values between the C structs of the border and the core's own.
namespace tenon {

// Borrows from the given structs; texts are put into the pool.
Result<std::vector<RunInput>> run_inputs(const tenon_host_tensor* tensors, uint64_t count,
                                         StringPool& strings);
// The same into inputs of an earlier call, whose memory is used again.
Status run_inputs(const tenon_host_tensor* tensors, uint64_t count, StringPool& strings,
                  std::vector<RunInput>& inputs);

// C structs for values, with what they point to.
class HostViews {
 public:
  // Views of the outputs, which must stay, instead of those before; texts are copied.
  void show(std::span<const RunOutput> outputs, const StringPool& strings);
  std::span<const tenon_host_tensor> views() const { return views_; }

 private:
  tenon_host_tensor view(const HostValue& value, const StringPool& strings);

  std::vector<tenon_host_tensor> views_;
  std::deque<std::vector<tenon_host_tensor>> items_;
  std::deque<std::vector<tenon_str>> rows_;
  std::deque<std::string> texts_;
};

// Descriptions without data; free extents are -1. names: instead of the values' own when given.
Status send_values(const Graph& graph, std::span<const ValueId> values,
                   std::span<const std::string> names, const tenon_tensor_sink& sink);

}  // namespace tenon
