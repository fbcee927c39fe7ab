// SPDX-License-Identifier: Apache-2.0
#include "core/state/decoder_ports.h"

#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon {
namespace {

const Value* input_named(const Graph& graph, std::string_view name) {
  for (const ValueId id : graph.main().inputs) {
    if (graph.value(id).name == name) return &graph.value(id);
  }
  return nullptr;
}

// "past_key_values.0.key" -> "present.0.key", "past_0" -> "present_0".
std::string present_name(std::string_view past) {
  for (const std::string_view prefix : {"past_key_values", "past_key_value", "past"}) {
    if (past.starts_with(prefix)) {
      return "present" + std::string(past.substr(prefix.size()));
    }
  }
  return {};
}

// The axis of a past tensor that grows: the free one behind the batch, the usual one in doubt.
size_t growing_axis(const Value& value) {
  std::vector<size_t> free;
  for (size_t axis = 1; axis < value.dims.size(); ++axis) {
    if (!value.dims[axis].is_constant()) free.push_back(axis);
  }
  if (free.size() == 1) return free.front();
  return value.dims.size() < 2 ? 0 : value.dims.size() - 2;
}

Result<HostTensor> integers(DType dtype, std::vector<int64_t> dims, int64_t first, int64_t step) {
  TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(dtype, std::move(dims)));
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    if (is_float(dtype)) {
      store_float(tensor.data.get(), dtype, i, static_cast<double>(first + i * step));
    } else {
      store_integer(tensor.data.get(), dtype, i, first + i * step);
    }
  }
  return tensor;
}

// One input; before: tokens of the past.
Result<HostTensor> port_tensor(const Graph& graph, const DecoderPorts& ports,
                               const std::string& name, std::span<const int32_t> given,
                               int64_t before) {
  const DType dtype = input_named(graph, name)->dtype;
  const size_t rank = input_named(graph, name)->dims.size();
  const auto count = static_cast<int64_t>(given.size());
  const auto shaped = [&](int64_t extent) {
    return rank == 0   ? std::vector<int64_t>{}
           : rank == 1 ? std::vector{extent}
                       : std::vector<int64_t>{1, extent};
  };
  if (name == ports.mask) return integers(dtype, shaped(before + count), 1, 0);
  if (name == ports.positions) return integers(dtype, shaped(count), before, 1);
  if (name == ports.types) return integers(dtype, shaped(count), 0, 0);
  if (name == ports.use_cache) return integers(dtype, shaped(1), before > 0 ? 1 : 0, 0);
  if (name == ports.past_length) return integers(dtype, shaped(1), before + count - 1, 0);
  if (name == ports.total_length) return integers(dtype, shaped(1), before + count, 0);
  TENON_TRY_ASSIGN(HostTensor tokens, make_tensor(dtype, shaped(count)));
  for (int64_t i = 0; i < count; ++i) {
    store_integer(tokens.data.get(), dtype, i, given[static_cast<size_t>(i)]);
  }
  return tokens;
}

}  // namespace

Result<DecoderPorts> DecoderPorts::of(const Graph& graph) {
  DecoderPorts ports;
  const auto take = [&](std::string& port, std::string_view name) {
    if (input_named(graph, name) != nullptr) port = name;
  };
  take(ports.tokens, "input_ids");
  take(ports.mask, "attention_mask");
  take(ports.positions, "position_ids");
  take(ports.types, "token_type_ids");
  take(ports.use_cache, "use_cache_branch");
  take(ports.past_length, "past_seq_len");
  take(ports.total_length, "total_seq_len");
  if (ports.total_length.empty()) take(ports.total_length, "total_sequence_length");
  if (ports.tokens.empty()) return unsupported("it has no input \"input_ids\"");
  const std::vector<std::string>& outputs = graph.output_names;
  for (const ValueId id : graph.main().inputs) {
    const std::string& name = graph.value(id).name;
    if (!name.starts_with("past") || name == ports.past_length) continue;
    const std::string present = present_name(name);
    if (std::ranges::count(outputs, present) == 0) {
      return unsupported("input \"{}\" has no output \"{}\" that follows it", name, present);
    }
    ports.past.emplace_back(name, present);
  }
  if (std::ranges::count(outputs, "logits") == 0) return unsupported("it has no output \"logits\"");
  ports.logits = "logits";
  const std::string* const own[] = {&ports.tokens,      &ports.mask,      &ports.positions,
                                    &ports.types,       &ports.use_cache, &ports.past_length,
                                    &ports.total_length};
  for (const ValueId id : graph.main().inputs) {
    const std::string& name = graph.value(id).name;
    const bool is_port = std::ranges::any_of(own, [&](const auto* port) { return *port == name; });
    if (!is_port && !name.starts_with("past")) {
      return unsupported("nothing is known of its input \"{}\"", name);
    }
  }
  return ports;
}

std::vector<PastPort> past_ports(const Graph& graph, const DecoderPorts& ports) {
  std::vector<PastPort> made;
  for (const auto& [past, present] : ports.past) {
    const auto output = std::ranges::find(graph.output_names, present);
    for (const ValueId id : graph.main().inputs) {
      if (graph.value(id).name != past) continue;
      made.push_back({id, static_cast<size_t>(output - graph.output_names.begin()),
                      growing_axis(graph.value(id))});
    }
  }
  return made;
}

Result<std::vector<RunInput>> decoder_inputs(const Graph& graph, const DecoderPorts& ports,
                                             std::span<const int32_t> tokens, uint64_t before) {
  std::vector<RunInput> made;
  for (const ValueId id : graph.main().inputs) {
    const std::string& name = graph.value(id).name;
    if (std::ranges::count(ports.past, name, &std::pair<std::string, std::string>::first) > 0) {
      continue;
    }
    TENON_TRY_ASSIGN(HostTensor tensor,
                     port_tensor(graph, ports, name, tokens, static_cast<int64_t>(before)));
    made.push_back({name, HostValue::of(std::move(tensor))});
  }
  return made;
}

}  // namespace tenon
