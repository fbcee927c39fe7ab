// SPDX-License-Identifier: Apache-2.0
#include "core/api/tensors.h"

#include "core/base/border.h"

#include <cstddef>

namespace tenon {
namespace {

constexpr size_t most_depth = 8;

bool has_kind(const tenon_host_tensor& tensor) {
  return tensor.size >= offsetof(tenon_host_tensor, n_items) + sizeof(tensor.n_items);
}

Result<HostTensor> text_numbers(const tenon_host_tensor& tensor, StringPool& strings) {
  TENON_TRY_ASSIGN(HostTensor made,
                   make_tensor(DType::string, {tensor.dims, tensor.dims + tensor.rank}));
  const auto count = static_cast<uint64_t>(made.elements());
  if (tensor.bytes != count * sizeof(tenon_str)) {
    return invalid("{} bytes of texts, {} elements need {}", tensor.bytes, count,
                   count * sizeof(tenon_str));
  }
  const auto* texts = static_cast<const tenon_str*>(tensor.data);
  auto* numbers = reinterpret_cast<int32_t*>(made.data.get());
  for (uint64_t i = 0; i < count; ++i) numbers[i] = strings.add(to_view(texts[i]));
  return made;
}

Result<HostValue> value_of(const tenon_host_tensor& tensor, StringPool& strings, size_t depth) {
  if (depth > most_depth) return invalid("values nest deeper than {}", most_depth);
  const uint32_t kind = has_kind(tensor) ? tensor.kind : TENON_KIND_TENSOR;
  if (kind == TENON_KIND_TENSOR) {
    if (tensor.dtype == TENON_STRING) {
      TENON_TRY_ASSIGN(HostTensor made, text_numbers(tensor, strings));
      return HostValue::of(std::move(made));
    }
    return HostValue::of(
        borrowed_tensor(static_cast<DType>(tensor.dtype), {tensor.dims, tensor.dims + tensor.rank},
                        {static_cast<const std::byte*>(tensor.data), tensor.bytes}));
  }
  if (kind > TENON_KIND_MAP) return invalid("unknown kind {}", kind);
  HostValue value;
  value.wrap = static_cast<Wrap>(kind - TENON_KIND_SEQUENCE);
  value.dtype = static_cast<DType>(tensor.dtype);
  for (uint64_t i = 0; i < tensor.n_items; ++i) {
    TENON_TRY_ASSIGN(HostValue item, value_of(tensor.items[i], strings, depth + 1));
    value.dtype = item.dtype;
    value.items.push_back(std::move(item));
  }
  return value;
}

// Of one type, and no texts.
bool is_plain(const tenon_host_tensor& tensor) {
  const bool is_tensor = !has_kind(tensor) || tensor.kind == TENON_KIND_TENSOR;
  return is_tensor && tensor.dtype != TENON_STRING;
}

// What value_of() makes of a plain tensor, in a value that was one too.
void borrow_again(const tenon_host_tensor& tensor, HostValue& value) {
  std::vector<int64_t> dims = std::move(value.tensor.dims);
  dims.assign(tensor.dims, tensor.dims + tensor.rank);
  value =
      HostValue::of(borrowed_tensor(static_cast<DType>(tensor.dtype), std::move(dims),
                                    {static_cast<const std::byte*>(tensor.data), tensor.bytes}));
}

}  // namespace

Result<std::vector<RunInput>> run_inputs(const tenon_host_tensor* tensors, uint64_t count,
                                         StringPool& strings) {
  std::vector<RunInput> made;
  TENON_TRY(run_inputs(tensors, count, strings, made));
  return made;
}

Status run_inputs(const tenon_host_tensor* tensors, uint64_t count, StringPool& strings,
                  std::vector<RunInput>& inputs) {
  inputs.resize(count);
  for (uint64_t i = 0; i < count; ++i) {
    RunInput& input = inputs[i];
    input.name = to_view(tensors[i].name);
    if (is_plain(tensors[i]) && input.value.is_tensor()) {
      borrow_again(tensors[i], input.value);
      continue;
    }
    Result<HostValue> value = value_of(tensors[i], strings, 0);
    if (!value.ok()) return value.status().at(fmt::format("input {} \"{}\"", i, input.name));
    input.value = std::move(*value);
  }
  return {};
}

void HostViews::show(std::span<const RunOutput> outputs, const StringPool& strings) {
  views_.clear();
  items_.clear();
  rows_.clear();
  texts_.clear();
  for (const RunOutput& output : outputs) {
    views_.push_back(view(output.value, strings));
    views_.back().name = to_str(output.name);
  }
}

tenon_host_tensor HostViews::view(const HostValue& value, const StringPool& strings) {
  tenon_host_tensor made{};
  made.size = sizeof made;
  made.dtype = static_cast<uint32_t>(value.dtype);
  if (!value.is_tensor()) {
    std::vector<tenon_host_tensor> items;
    for (const HostValue& item : value.items) items.push_back(view(item, strings));
    const auto& kept = items_.emplace_back(std::move(items));
    made.kind = static_cast<uint32_t>(*value.wrap) + TENON_KIND_SEQUENCE;
    made.items = kept.data();
    made.n_items = kept.size();
    return made;
  }
  const HostTensor& tensor = value.tensor;
  made.dtype = static_cast<uint32_t>(tensor.dtype);
  made.dims = tensor.dims.data();
  made.rank = tensor.dims.size();
  made.data = tensor.data.get();
  made.bytes = tensor.bytes;
  if (tensor.dtype == DType::string) {
    auto& rows = rows_.emplace_back();
    const auto* numbers = reinterpret_cast<const int32_t*>(tensor.data.get());
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      rows.push_back(to_str(texts_.emplace_back(strings.text(numbers[i]))));
    }
    made.data = rows.data();
    made.bytes = rows.size() * sizeof(tenon_str);
  }
  return made;
}

Status send_values(const Graph& graph, std::span<const ValueId> values,
                   std::span<const std::string> names, const tenon_tensor_sink& sink) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Value& value = graph.value(values[i]);
    std::vector<int64_t> dims;
    for (const Expr& size : value.dims) dims.push_back(size.is_constant() ? size.constant() : -1);
    tenon_host_tensor view{};
    view.size = sizeof view;
    view.dtype = static_cast<uint32_t>(value.dtype);
    view.name = to_str(i < names.size() ? names[i] : value.name);
    view.dims = dims.data();
    view.rank = dims.size();
    if (!value.wraps.empty()) {
      view.kind = static_cast<uint32_t>(value.wraps.front()) + TENON_KIND_SEQUENCE;
    }
    const tenon_status code = sink.tensor(sink.context, &view);
    if (code != TENON_OK) return take_failure(code);
  }
  return {};
}

}  // namespace tenon
