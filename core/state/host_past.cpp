// SPDX-License-Identifier: Apache-2.0
#include "core/state/host_past.h"

#include <algorithm>
#include <cstring>

namespace tenon {

std::vector<int64_t> past_dims(const Value& value, size_t axis, uint64_t length) {
  std::vector<int64_t> dims;
  for (size_t i = 0; i < value.dims.size(); ++i) {
    dims.push_back(i == axis                     ? static_cast<int64_t>(length)
                   : value.dims[i].is_constant() ? value.dims[i].constant()
                                                 : 1);
  }
  return dims;
}

void cut_past(std::span<const int64_t> dims, size_t axis, size_t element, uint64_t before,
              uint64_t length, const std::byte* from, std::byte* to) {
  uint64_t slabs = 1, row = element;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i < axis) slabs *= static_cast<uint64_t>(dims[i]);
    if (i > axis) row *= static_cast<uint64_t>(dims[i]);
  }
  for (uint64_t i = 0; i < slabs && row * length > 0; ++i) {
    std::memcpy(to + i * row * length, from + i * row * before, row * length);
  }
}

HostPast::HostPast(const Graph& graph, std::vector<PastPort> ports, uint32_t sequences)
    : graph_(graph), ports_(std::move(ports)), now_(sequences), before_(sequences) {}

Result<HostPast::Tensors> HostPast::of_length(uint64_t length) const {
  Tensors tensors;
  for (const PastPort& port : ports_) {
    const Value& value = graph_.value(port.value);
    TENON_TRY_ASSIGN(HostTensor tensor,
                     make_tensor(value.dtype, past_dims(value, port.axis, length)));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Status HostPast::clear(uint32_t sequence) {
  TENON_TRY_ASSIGN(now_[sequence], of_length(0));
  return {};
}

Status HostPast::copy(uint32_t from, uint32_t to, uint64_t) {
  now_[to] = now_[from];
  return {};
}

Status HostPast::cut(uint32_t sequence, uint64_t before, uint64_t length) {
  TENON_TRY_ASSIGN(Tensors shorter, of_length(length));
  for (size_t i = 0; i < ports_.size(); ++i) {
    const HostTensor& whole = now_[sequence][i];
    cut_past(whole.dims, ports_[i].axis, element_bytes(whole.dtype), before, length,
             whole.data.get(), shorter[i].data.get());
  }
  now_[sequence] = std::move(shorter);
  return {};
}

uint64_t HostPast::bytes(uint64_t length) const {
  uint64_t sum = 0;
  for (const PastPort& port : ports_) {
    const Value& value = graph_.value(port.value);
    uint64_t product = element_bytes(value.dtype);
    for (const int64_t extent : past_dims(value, port.axis, length)) {
      product *= static_cast<uint64_t>(extent);
    }
    sum += product;
  }
  return sum;
}

Status HostPast::save(uint32_t sequence, uint64_t, std::span<std::byte> to) {
  for (const HostTensor& tensor : now_[sequence]) {
    std::ranges::copy(tensor.view(), to.begin());
    to = to.subspan(tensor.bytes);
  }
  return {};
}

Status HostPast::restore(uint32_t sequence, uint64_t length, std::span<const std::byte> from) {
  TENON_TRY_ASSIGN(Tensors made, of_length(length));
  for (HostTensor& tensor : made) {
    std::ranges::copy(from.first(tensor.bytes), tensor.data.get());
    from = from.subspan(tensor.bytes);
  }
  now_[sequence] = std::move(made);
  return {};
}

void HostPast::give(uint32_t sequence, uint64_t, std::vector<RunInput>& inputs,
                    std::vector<RunState>&) const {
  for (size_t i = 0; i < ports_.size(); ++i) {
    inputs.push_back({graph_.value(ports_[i].value).name, HostValue::of(now_[sequence][i])});
  }
}

void HostPast::advance(uint32_t sequence, std::span<RunOutput> outputs) {
  before_[sequence] = now_[sequence];
  for (size_t i = 0; i < ports_.size(); ++i) {
    const std::string& name = graph_.output_names[ports_[i].output];
    const auto made = std::ranges::find(outputs, name, &RunOutput::name);
    now_[sequence][i] = made->value.tensor;
  }
}

}  // namespace tenon
