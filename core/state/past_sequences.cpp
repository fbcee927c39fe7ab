// SPDX-License-Identifier: Apache-2.0
#include "core/state/past_sequences.h"

#include "core/state/host_past.h"
#include "core/state/past_memory.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

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

Graph with_past_as_states(const Graph& graph) {
  Graph made = clone(graph);
  const auto ports = DecoderPorts::of(graph);
  if (!ports.ok()) return made;
  for (const PastPort& port : past_ports(graph, *ports)) {
    made.value(port.value).kind = ValueKind::state;
    made.states.push_back({.name = graph.value(port.value).name,
                           .value = port.value,
                           .output = port.output,
                           .kept_as = StateClass::growing,
                           .window = 0});
  }
  return made;
}

Result<std::unique_ptr<PastSequences>> PastSequences::make(Session& session,
                                                           const PastOptions& options) {
  std::unique_ptr<PastSequences> made(new PastSequences);
  made->session_ = &session;
  made->context_ = options.context;
  const Graph& graph = session.plan().graph;
  TENON_TRY_ASSIGN(made->ports_, DecoderPorts::of(graph));
  std::vector<PastPort> ports = past_ports(graph, made->ports_);
  if (graph.states.empty()) {
    made->past_ = std::make_unique<HostPast>(graph, std::move(ports), options.sequences);
  } else {
    TENON_TRY_ASSIGN(made->past_,
                     PastMemory::make(session.plan(), ports, options.tokens, options.sequences));
  }
  made->sequences_.resize(options.sequences);
  return made;
}

Result<PastSequences::Sequence*> PastSequences::find(uint32_t sequence) {
  if (sequence >= sequences_.size() || !sequences_[sequence].used) {
    return invalid("there is no sequence {}", sequence);
  }
  return &sequences_[sequence];
}

Result<uint32_t> PastSequences::create() {
  const auto free = std::ranges::find(sequences_, false, &Sequence::used);
  if (free == sequences_.end()) {
    return no_memory("all {} sequences of the pool are in use; drop one or open a larger pool",
                     sequences_.size());
  }
  const auto number = static_cast<uint32_t>(free - sequences_.begin());
  TENON_TRY(past_->clear(number));
  *free = {.length = 0, .used = true};
  return number;
}

Result<uint32_t> PastSequences::fork(uint32_t from) {
  TENON_TRY_ASSIGN(const Sequence* source, find(from));
  TENON_TRY_ASSIGN(const uint32_t made, create());
  if (Status copied = past_->copy(from, made, source->length); !copied.ok()) {
    sequences_[made].used = false;
    return copied;
  }
  sequences_[made].length = source->length;
  return made;
}

Status PastSequences::truncate(uint32_t sequence, uint64_t length) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (length > found->length) {
    return invalid("sequence {} has {} tokens, fewer than {}", sequence, found->length, length);
  }
  if (length < found->length) TENON_TRY(past_->cut(sequence, found->length, length));
  found->length = length;
  return {};
}

Status PastSequences::drop(uint32_t sequence) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  *found = Sequence();
  return past_->clear(sequence);
}

Result<uint64_t> PastSequences::length(uint32_t sequence) const {
  if (sequence >= sequences_.size() || !sequences_[sequence].used) {
    return invalid("there is no sequence {}", sequence);
  }
  return sequences_[sequence].length;
}

Result<std::vector<std::byte>> PastSequences::save(uint32_t sequence) {
  TENON_TRY_ASSIGN(const Sequence* found, find(sequence));
  std::vector<std::byte> bytes(sizeof found->length + past_->bytes(found->length));
  std::memcpy(bytes.data(), &found->length, sizeof found->length);
  TENON_TRY(past_->save(sequence, found->length, std::span(bytes).subspan(sizeof found->length)));
  return bytes;
}

Status PastSequences::restore(uint32_t sequence, std::span<const std::byte> bytes) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (found->length > 0) return invalid("sequence {} has tokens already", sequence);
  uint64_t length = 0;
  if (bytes.size() < sizeof length) return invalid("these bytes are not a saved sequence");
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes = bytes.subspan(sizeof length);
  TENON_TRY(check_length(sequence, 0, length));
  // Each token takes as many bytes as any other.
  const uint64_t token = past_->bytes(1);
  if (token == 0 ? !bytes.empty() : bytes.size() / token != length || bytes.size() % token != 0) {
    return invalid("{} bytes of a saved sequence, {} tokens of this model take {} each",
                   bytes.size(), length, token);
  }
  TENON_TRY(past_->restore(sequence, length, bytes));
  found->length = length;
  return {};
}

Status PastSequences::encode(uint32_t, std::span<const int32_t>, const Patience&) {
  return unsupported("a decoder graph alone has no encoder");
}

Status PastSequences::check_length(uint32_t sequence, uint64_t before, uint64_t more) const {
  if (context_ != 0 && (more > context_ || before > context_ - more)) {
    return invalid("sequence {}: {} tokens and {} more, the context is {}", sequence, before, more,
                   context_);
  }
  const uint64_t room = past_->capacity();
  if (room != 0 && (more > room || before > room - more)) {
    return no_memory(
        "sequence {}: {} tokens and {} more, the pool has room for {}; open a larger "
        "one",
        sequence, before, more, room);
  }
  return {};
}

Status PastSequences::advance(const StepEntry& entry, const LogitsSink& sink,
                              const Patience& patience) {
  Sequence& sequence = sequences_[entry.sequence];
  TENON_TRY_ASSIGN(auto inputs,
                   decoder_inputs(session_->plan().graph, ports_, entry.tokens, sequence.length));
  std::vector<RunState> states;
  past_->give(entry.sequence, sequence.length, inputs, states);
  TENON_TRY_ASSIGN(auto outputs, session_->run(inputs, patience, states));
  past_->advance(entry.sequence, outputs);
  sequence.length += entry.tokens.size();
  if (entry.want == Want::none) return {};
  const auto logits = std::ranges::find(outputs, ports_.logits, &RunOutput::name);
  const int64_t rows = entry.want == Want::all ? static_cast<int64_t>(entry.tokens.size()) : 1;
  TENON_TRY_ASSIGN(const HostTensor wanted, as_rows(logits->value.tensor, rows));
  return sink(wanted);
}

Status PastSequences::step(std::span<const StepEntry> entries, const LogitsSink& sink,
                           const Patience& patience) {
  std::vector<bool> named(sequences_.size(), false);
  for (const StepEntry& entry : entries) {
    TENON_TRY_ASSIGN(const Sequence* sequence, find(entry.sequence));
    if (named[entry.sequence]) return invalid("sequence {} is named twice", entry.sequence);
    named[entry.sequence] = true;
    if (entry.tokens.empty()) return invalid("sequence {}: no tokens", entry.sequence);
    TENON_TRY(check_length(entry.sequence, sequence->length, entry.tokens.size()));
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t before = sequences_[entries[i].sequence].length;
    const Status status = advance(entries[i], sink, patience);
    if (status.ok()) continue;
    // Whatever went on so far goes back, the failed one too if its run had ended.
    const size_t ended = sequences_[entries[i].sequence].length == before ? i : i + 1;
    for (size_t k = 0; k < ended; ++k) {
      past_->go_back(entries[k].sequence);
      sequences_[entries[k].sequence].length -= entries[k].tokens.size();
    }
    return status;
  }
  return {};
}

}  // namespace tenon
