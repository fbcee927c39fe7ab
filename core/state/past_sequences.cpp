// SPDX-License-Identifier: Apache-2.0
#include "core/state/past_sequences.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

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

// Part [0, length) of an axis.
Result<HostTensor> cut(const HostTensor& from, size_t axis, int64_t length) {
  std::vector<int64_t> dims = from.dims;
  const int64_t extent = dims[axis];
  dims[axis] = length;
  TENON_TRY_ASSIGN(HostTensor to, make_tensor(from.dtype, std::move(dims)));
  uint64_t row = element_bytes(from.dtype);
  for (size_t i = axis + 1; i < from.dims.size(); ++i) row *= static_cast<uint64_t>(from.dims[i]);
  const uint64_t wide = row * static_cast<uint64_t>(extent);
  const uint64_t narrow = row * static_cast<uint64_t>(length);
  for (uint64_t at = 0; narrow > 0 && at < to.bytes / narrow; ++at) {
    std::memcpy(to.data.get() + at * narrow, from.data.get() + at * wide, narrow);
  }
  return to;
}

// Rows [first, first + rows) of logits [1, T, vocabulary] or [1, vocabulary] as f32.
Result<HostTensor> as_rows(const HostTensor& logits, int64_t rows) {
  const int64_t columns = logits.dims.empty() ? 0 : logits.dims.back();
  const int64_t all = columns == 0 ? 0 : logits.elements() / columns;
  if (all < rows) {
    return unsupported("the decoder gives logits of {} tokens, {} are wanted", all, rows);
  }
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::f32, {rows, columns}));
  const int64_t skip = (all - rows) * columns;
  for (int64_t i = 0; i < rows * columns; ++i) {
    store_float(made.data.get(), DType::f32, i,
                load_float(logits.data.get(), logits.dtype, skip + i));
  }
  return made;
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

Result<std::unique_ptr<PastSequences>> PastSequences::make(Session& session, uint64_t context,
                                                           uint32_t sequences) {
  std::unique_ptr<PastSequences> made(new PastSequences);
  made->session_ = &session;
  made->context_ = context;
  const Graph& graph = made->session_->plan().graph;
  TENON_TRY_ASSIGN(made->ports_, DecoderPorts::of(graph));
  for (const auto& [past, present] : made->ports_.past) {
    made->axes_.push_back(growing_axis(*input_named(graph, past)));
  }
  made->sequences_.resize(sequences);
  return made;
}

Result<PastSequences::Sequence*> PastSequences::find(uint32_t sequence) {
  if (sequence >= sequences_.size() || !sequences_[sequence].used) {
    return invalid("there is no sequence {}", sequence);
  }
  return &sequences_[sequence];
}

Result<std::vector<HostTensor>> PastSequences::nothing() const {
  std::vector<HostTensor> past;
  const Graph& graph = session_->plan().graph;
  for (size_t i = 0; i < ports_.past.size(); ++i) {
    const Value& value = *input_named(graph, ports_.past[i].first);
    std::vector<int64_t> dims;
    for (size_t axis = 0; axis < value.dims.size(); ++axis) {
      // A free extent that is neither the batch nor the tokens is unknown before the first run.
      dims.push_back(axis == axes_[i]                 ? 0
                     : value.dims[axis].is_constant() ? value.dims[axis].constant()
                                                      : 1);
    }
    TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(value.dtype, std::move(dims)));
    past.push_back(std::move(tensor));
  }
  return past;
}

Result<uint32_t> PastSequences::create() {
  for (uint32_t i = 0; i < sequences_.size(); ++i) {
    Sequence& sequence = sequences_[i];
    if (sequence.used) continue;
    TENON_TRY_ASSIGN(sequence.past, nothing());
    sequence.length = 0;
    sequence.used = true;
    return i;
  }
  return no_memory("all {} sequences of the pool are in use; drop one or open a larger pool",
                   sequences_.size());
}

Result<uint32_t> PastSequences::fork(uint32_t from) {
  TENON_TRY(find(from).status());
  TENON_TRY_ASSIGN(const uint32_t made, create());
  sequences_[made] = sequences_[from];
  return made;
}

Status PastSequences::truncate(uint32_t sequence, uint64_t length) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (length > found->length) {
    return invalid("sequence {} has {} tokens, fewer than {}", sequence, found->length, length);
  }
  std::vector<HostTensor> shorter;
  for (size_t i = 0; i < found->past.size(); ++i) {
    TENON_TRY_ASSIGN(HostTensor tensor,
                     cut(found->past[i], axes_[i], static_cast<int64_t>(length)));
    shorter.push_back(std::move(tensor));
  }
  found->past = std::move(shorter);
  found->length = length;
  return {};
}

Status PastSequences::drop(uint32_t sequence) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  *found = Sequence();
  return {};
}

Result<uint64_t> PastSequences::length(uint32_t sequence) const {
  TENON_TRY_ASSIGN(const Sequence* found, const_cast<PastSequences*>(this)->find(sequence));
  return found->length;
}

Result<std::vector<std::byte>> PastSequences::save(uint32_t sequence) {
  TENON_TRY_ASSIGN(const Sequence* found, find(sequence));
  std::vector<std::byte> bytes(sizeof found->length);
  std::memcpy(bytes.data(), &found->length, sizeof found->length);
  for (const HostTensor& tensor : found->past) {
    const auto view = tensor.view();
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

Status PastSequences::restore(uint32_t sequence, std::span<const std::byte> bytes) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (found->length > 0) return invalid("sequence {} has tokens already", sequence);
  uint64_t length = 0;
  if (bytes.size() < sizeof length) return invalid("these bytes are not a saved sequence");
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes = bytes.subspan(sizeof length);
  if (length > uint64_t{INT32_MAX} || (context_ != 0 && length > context_)) {
    return invalid("a saved sequence of {} tokens, the context is {}", length, context_);
  }
  std::vector<HostTensor> past;
  for (size_t i = 0; i < found->past.size(); ++i) {
    std::vector<int64_t> dims = found->past[i].dims;
    dims[axes_[i]] = static_cast<int64_t>(length);
    TENON_TRY_ASSIGN(const uint64_t wanted, bytes_of(found->past[i].dtype, dims));
    if (wanted > bytes.size()) return invalid("these bytes are not a saved sequence");
    TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(found->past[i].dtype, std::move(dims)));
    if (wanted > 0) std::memcpy(tensor.data.get(), bytes.data(), wanted);
    bytes = bytes.subspan(wanted);
    past.push_back(std::move(tensor));
  }
  if (!bytes.empty()) return invalid("these bytes are not a saved sequence");
  found->past = std::move(past);
  found->length = length;
  return {};
}

Status PastSequences::encode(uint32_t, std::span<const int32_t>, const Patience&) {
  return unsupported("a decoder graph alone has no encoder");
}

Result<HostTensor> PastSequences::port(const std::string& name, const StepEntry& entry,
                                       const Sequence& sequence) const {
  const DType dtype = input_named(session_->plan().graph, name)->dtype;
  const size_t rank = input_named(session_->plan().graph, name)->dims.size();
  const auto count = static_cast<int64_t>(entry.tokens.size());
  const auto before = static_cast<int64_t>(sequence.length);
  const auto shaped = [&](int64_t extent) {
    return rank == 0   ? std::vector<int64_t>{}
           : rank == 1 ? std::vector{extent}
                       : std::vector<int64_t>{1, extent};
  };
  if (name == ports_.mask) return integers(dtype, shaped(before + count), 1, 0);
  if (name == ports_.positions) return integers(dtype, shaped(count), before, 1);
  if (name == ports_.types) return integers(dtype, shaped(count), 0, 0);
  if (name == ports_.use_cache) return integers(dtype, shaped(1), before > 0 ? 1 : 0, 0);
  if (name == ports_.past_length) return integers(dtype, shaped(1), before + count - 1, 0);
  if (name == ports_.total_length) return integers(dtype, shaped(1), before + count, 0);
  TENON_TRY_ASSIGN(HostTensor tokens, make_tensor(dtype, shaped(count)));
  for (int64_t i = 0; i < count; ++i) {
    store_integer(tokens.data.get(), dtype, i, entry.tokens[static_cast<size_t>(i)]);
  }
  return tokens;
}

Result<std::vector<RunInput>> PastSequences::inputs(const StepEntry& entry,
                                                    const Sequence& sequence) const {
  std::vector<RunInput> made;
  for (const ValueId id : session_->plan().graph.main().inputs) {
    const std::string& name = session_->plan().graph.value(id).name;
    const auto past =
        std::ranges::find(ports_.past, name, &std::pair<std::string, std::string>::first);
    if (past != ports_.past.end()) {
      const auto i = static_cast<size_t>(past - ports_.past.begin());
      made.push_back({name, HostValue::of(sequence.past[i])});
      continue;
    }
    TENON_TRY_ASSIGN(HostTensor tensor, port(name, entry, sequence));
    made.push_back({name, HostValue::of(std::move(tensor))});
  }
  return made;
}

Status PastSequences::advance(const StepEntry& entry, Sequence& sequence, const LogitsSink& sink,
                              const Patience& patience) {
  TENON_TRY_ASSIGN(const auto given, inputs(entry, sequence));
  TENON_TRY_ASSIGN(auto outputs, session_->run(given, patience));
  const auto output = [&](const std::string& name) {
    return std::ranges::find(outputs, name, &RunOutput::name);
  };
  for (size_t i = 0; i < ports_.past.size(); ++i) {
    sequence.past[i] = output(ports_.past[i].second)->value.tensor;
  }
  sequence.length += entry.tokens.size();
  if (entry.want == Want::none) return {};
  const int64_t rows = entry.want == Want::all ? static_cast<int64_t>(entry.tokens.size()) : 1;
  TENON_TRY_ASSIGN(const HostTensor logits, as_rows(output(ports_.logits)->value.tensor, rows));
  return sink(logits);
}

Status PastSequences::step(std::span<const StepEntry> entries, const LogitsSink& sink,
                           const Patience& patience) {
  std::map<uint32_t, Sequence> before;
  for (const StepEntry& entry : entries) {
    TENON_TRY_ASSIGN(const Sequence* sequence, find(entry.sequence));
    if (!before.emplace(entry.sequence, *sequence).second) {
      return invalid("sequence {} is named twice", entry.sequence);
    }
    if (entry.tokens.empty()) return invalid("sequence {}: no tokens", entry.sequence);
    if (context_ != 0 && sequence->length + entry.tokens.size() > context_) {
      return invalid("sequence {}: {} tokens and {} more, the context is {}", entry.sequence,
                     sequence->length, entry.tokens.size(), context_);
    }
  }
  for (const StepEntry& entry : entries) {
    const Status status = advance(entry, sequences_[entry.sequence], sink, patience);
    if (status.ok()) continue;
    for (auto& [number, sequence] : before) sequences_[number] = std::move(sequence);
    return status;
  }
  return {};
}

}  // namespace tenon
