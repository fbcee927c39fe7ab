// SPDX-License-Identifier: Apache-2.0
#include "core/state/paged_sequences.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

uint64_t pages_for(uint64_t rows, uint64_t page_rows) { return (rows + page_rows - 1) / page_rows; }

bool has_class(const Plan& plan, StateClass kept_as) {
  return std::ranges::any_of(plan.graph.states,
                             [&](const GraphState& state) { return state.kept_as == kept_as; });
}

bool has_input(const Graph& graph, std::string_view name) {
  return std::ranges::any_of(graph.main().inputs,
                             [&](ValueId id) { return graph.value(id).name == name; });
}

// The rows of `all` that belong to one entry, as a view.
HostTensor rows_of(const HostTensor& all, int64_t first, int64_t rows) {
  std::vector<int64_t> dims = all.dims;
  const uint64_t row = all.bytes / static_cast<uint64_t>(std::max<int64_t>(all.dims[0], 1));
  dims[0] = rows;
  const std::span<const std::byte> bytes =
      all.view().subspan(static_cast<uint64_t>(first) * row, static_cast<uint64_t>(rows) * row);
  return borrowed_tensor(all.dtype, std::move(dims), bytes);
}

}  // namespace

Result<std::unique_ptr<PagedSequences>> PagedSequences::make(Session& decoder, Session* encoder,
                                                             const Options& options) {
  std::unique_ptr<PagedSequences> made(new PagedSequences);
  made->options_ = options;
  made->decoder_ = &decoder;
  made->encoder_ = encoder;
  std::vector<const Plan*> plans = {&made->decoder_->plan()};
  if (encoder != nullptr) plans.push_back(&made->encoder_->plan());
  const uint64_t rows = std::max<uint64_t>(options.page_rows, 1);
  // Each sequence may leave a part of its last page empty.
  const uint64_t pages = pages_for(options.tokens, rows) + options.sequences - 1;
  if (pages * rows > uint64_t{INT32_MAX}) {
    return invalid("room for {} tokens; at most {} can be numbered", options.tokens, INT32_MAX);
  }
  const PoolSizes sizes{static_cast<int64_t>(pages), static_cast<int64_t>(rows),
                        static_cast<int64_t>(options.sequences)};
  TENON_TRY_ASSIGN(made->memory_, StateMemory::make(plans, sizes));
  made->pages_ = std::make_unique<PagePool>(static_cast<uint32_t>(pages));
  made->memory_pages_ = std::make_unique<PagePool>(static_cast<uint32_t>(pages));
  made->sequences_.resize(options.sequences);
  made->paged_ =
      has_class(*plans[0], StateClass::growing) || has_class(*plans[0], StateClass::window);
  made->fixed_ = made->memory_->has(StateClass::fixed);
  const bool by_tokens =
      made->paged_ && !made->fixed_ && encoder == nullptr && !has_input(plans[0]->graph, "prefix");
  if (by_tokens) made->index_ = std::make_unique<PrefixIndex>(*made->pages_, rows);
  return made;
}

Result<PagedSequences::Sequence*> PagedSequences::find(uint32_t sequence) {
  if (sequence >= sequences_.size() || !sequences_[sequence].used) {
    return invalid("there is no sequence {}", sequence);
  }
  return &sequences_[sequence];
}

Result<uint32_t> PagedSequences::free_slot() {
  for (uint32_t i = 0; i < sequences_.size(); ++i) {
    if (!sequences_[i].used) return i;
  }
  return no_memory("all {} sequences of the pool are in use; drop one or open a larger pool",
                   sequences_.size());
}

Result<uint32_t> PagedSequences::create() {
  TENON_TRY_ASSIGN(const uint32_t slot, free_slot());
  if (fixed_) TENON_TRY(memory_->clear_fixed(slot));
  sequences_[slot] = Sequence();
  sequences_[slot].used = true;
  return slot;
}

Result<uint32_t> PagedSequences::fork(uint32_t from) {
  TENON_TRY_ASSIGN(Sequence * source, find(from));
  TENON_TRY_ASSIGN(const uint32_t slot, free_slot());
  if (fixed_) TENON_TRY(memory_->copy_fixed(from, slot));
  sequences_[slot] = *source;
  for (const uint32_t page : source->pages) pages_->share(page);
  for (const uint32_t page : source->memory_pages) memory_pages_->share(page);
  return slot;
}

void PagedSequences::release(std::vector<uint32_t>& pages, PagePool& pool, size_t keep) {
  for (size_t i = keep; i < pages.size(); ++i) pool.release(pages[i]);
  pages.resize(std::min(keep, pages.size()));
}

Status PagedSequences::truncate(uint32_t sequence, uint64_t length) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (length > found->length) {
    return invalid("sequence {} has {} tokens, fewer than {}", sequence, found->length, length);
  }
  if (length == found->length) return {};
  if (fixed_ && length > 0) {
    return unsupported("sequence {}: a recurrent state goes back to the beginning only", sequence);
  }
  if (fixed_) TENON_TRY(memory_->clear_fixed(sequence));
  release(found->pages, *pages_, pages_for(length, options_.page_rows));
  found->tokens.resize(std::min<size_t>(found->tokens.size(), length));
  found->length = length;
  return {};
}

Status PagedSequences::drop(uint32_t sequence) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  release(found->pages, *pages_, 0);
  release(found->memory_pages, *memory_pages_, 0);
  *found = Sequence();
  return {};
}

Result<uint64_t> PagedSequences::length(uint32_t sequence) const {
  TENON_TRY_ASSIGN(const Sequence* found, const_cast<PagedSequences*>(this)->find(sequence));
  return found->length;
}

Result<uint32_t> PagedSequences::take_page() {
  while (pages_->free() == 0 && index_ != nullptr && index_->give_up_one()) {
  }
  return pages_->take();
}

size_t PagedSequences::find_prefix(Sequence& sequence, const StepEntry& entry) {
  if (!index_ || sequence.length > 0 || entry.want == Want::all) return 0;
  std::vector<uint32_t> pages = index_->find(entry.tokens.first(entry.tokens.size() - 1));
  for (const uint32_t page : pages) pages_->share(page);
  const size_t tokens = pages.size() * options_.page_rows;
  sequence.pages = std::move(pages);
  return tokens;
}

Status PagedSequences::make_room(Sequence& sequence, uint64_t length) {
  if (!paged_) return {};
  const uint64_t rows = options_.page_rows;
  // The page that is written next, if others read it.
  if (sequence.length % rows != 0) {
    uint32_t& last = sequence.pages[sequence.length / rows];
    if (pages_->uses(last) > 1) {
      TENON_TRY_ASSIGN(const uint32_t own, take_page());
      const auto filled = static_cast<int64_t>(sequence.length % rows);
      if (Status copied = memory_->copy_page(last, own, filled); !copied.ok()) {
        pages_->release(own);
        return copied;
      }
      pages_->release(last);
      last = own;
    }
  }
  while (sequence.pages.size() < pages_for(length, rows)) {
    TENON_TRY_ASSIGN(const uint32_t page, take_page());
    sequence.pages.push_back(page);
  }
  return {};
}

StepShape PagedSequences::shape() const {
  const uint64_t most =
      std::min<uint64_t>(pages_for(options_.context, options_.page_rows), pages_->pages());
  return {.page_rows = options_.page_rows,
          .pages = static_cast<int64_t>(most),
          .memory_pages = static_cast<int64_t>(most),
          .writes_memory = false};
}

Status PagedSequences::step(std::span<const StepEntry> entries, const LogitsSink& sink,
                            const Patience& patience) {
  if (entries.empty()) return {};
  std::vector<bool> named(sequences_.size(), false);
  for (const StepEntry& entry : entries) {
    TENON_TRY_ASSIGN(const Sequence* sequence, find(entry.sequence));
    if (named[entry.sequence]) return invalid("sequence {} is named twice", entry.sequence);
    named[entry.sequence] = true;
    if (entry.tokens.empty()) return invalid("sequence {}: no tokens", entry.sequence);
    const uint64_t length = sequence->length + entry.tokens.size();
    if (length > options_.context) {
      return invalid("sequence {}: {} tokens and {} more, the context is {}", entry.sequence,
                     sequence->length, entry.tokens.size(), options_.context);
    }
  }
  if (fixed_) {
    // A failed run may have changed recurrent states half way: they are saved first.
    std::vector<std::pair<uint32_t, std::vector<std::byte>>> before;
    for (const StepEntry& entry : entries) {
      if (sequences_[entry.sequence].length == 0) continue;
      StateMemory::Share only = share(entry.sequence);
      only.pages = {};
      only.rows = 0;
      only.kept_rows = 0;
      before.emplace_back(entry.sequence, std::vector<std::byte>(memory_->saved_bytes(only)));
      TENON_TRY(memory_->save(only, before.back().second));
    }
    const Status status = run(entries, sink, patience);
    if (status.ok()) return status;
    for (const StepEntry& entry : entries) {
      if (sequences_[entry.sequence].length == 0) {
        static_cast<void>(memory_->clear_fixed(entry.sequence));
      }
    }
    for (const auto& [sequence, bytes] : before) {
      StateMemory::Share only;
      only.sequence = sequence;
      static_cast<void>(memory_->restore(only, bytes));
    }
    return status;
  }
  return run(entries, sink, patience);
}

Status PagedSequences::run(std::span<const StepEntry> entries, const LogitsSink& sink,
                           const Patience& patience) {
  std::vector<StepSequence> block;
  Status status;
  std::vector<size_t> found;
  for (size_t i = 0; i < entries.size() && status.ok(); ++i) {
    const StepEntry& entry = entries[i];
    Sequence& sequence = sequences_[entry.sequence];
    found.push_back(find_prefix(sequence, entry));
    status = make_room(sequence, sequence.length + entry.tokens.size());
    const bool is_first = sequence.length == 0;
    block.push_back({.tokens = entry.tokens.subspan(found.back()),
                     .types = {},
                     .first = sequence.length + found.back(),
                     .pages = sequence.pages,
                     .state_slot = entry.sequence,
                     .prefix = is_first ? entry.tokens.size() : sequence.prefix,
                     .memory_length = sequence.memory_length,
                     .memory_pages = sequence.memory_pages,
                     .want_all = entry.want == Want::all,
                     .want_last = entry.want == Want::last});
  }
  if (status.ok()) status = compute(block, patience);
  if (!status.ok()) {
    for (const StepEntry& entry : entries) {
      Sequence& sequence = sequences_[entry.sequence];
      release(sequence.pages, *pages_, pages_for(sequence.length, options_.page_rows));
    }
    return status;
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    Sequence& sequence = sequences_[entries[i].sequence];
    sequence.prefix = block[i].prefix;
    sequence.length += entries[i].tokens.size();
    found_tokens_ += found[i];
    if (!index_) continue;
    sequence.tokens.insert(sequence.tokens.end(), entries[i].tokens.begin(),
                           entries[i].tokens.end());
    // Tokens of a restored sequence are not known.
    if (sequence.tokens.size() == sequence.length) index_->add(sequence.tokens, sequence.pages);
  }
  return deliver(entries, outputs_.front().value.tensor, sink);
}

Status PagedSequences::compute(std::span<const StepSequence> block, const Patience& patience) {
  const Plan& plan = decoder_->plan();
  TENON_TRY_ASSIGN(const auto inputs, step_inputs(plan.graph, block, shape()));
  TENON_TRY(decoder_->run_into(outputs_, inputs, patience, memory_->of(plan)));
  return outputs_.empty() ? internal_error("the graph of a decoder has no output") : Status();
}

Status PagedSequences::deliver(std::span<const StepEntry> entries, const HostTensor& logits,
                               const LogitsSink& sink) {
  int64_t row = 0;
  for (const StepEntry& entry : entries) {
    if (entry.want == Want::none) continue;
    const int64_t rows = entry.want == Want::all ? static_cast<int64_t>(entry.tokens.size()) : 1;
    TENON_TRY(sink(rows_of(logits, row, rows)));
    row += rows;
  }
  return {};
}

Status PagedSequences::encode(uint32_t sequence, std::span<const int32_t> tokens,
                              const Patience& patience) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (encoder_ == nullptr) return unsupported("the model has no encoder");
  if (found->length > 0) return invalid("sequence {} has tokens already", sequence);
  if (tokens.empty()) return invalid("no tokens");
  if (tokens.size() > options_.context) {
    return invalid("{} tokens, the context is {}", tokens.size(), options_.context);
  }
  release(found->memory_pages, *memory_pages_, 0);
  found->memory_length = 0;
  while (found->memory_pages.size() < pages_for(tokens.size(), options_.page_rows)) {
    TENON_TRY_ASSIGN(const uint32_t page, memory_pages_->take());
    found->memory_pages.push_back(page);
  }
  const StepSequence block{.tokens = tokens,
                           .types = {},
                           .first = 0,
                           .pages = {},
                           .state_slot = sequence,
                           .prefix = 0,
                           .memory_length = tokens.size(),
                           .memory_pages = found->memory_pages,
                           .want_all = true,
                           .want_last = false};
  StepShape wide = shape();
  wide.writes_memory = true;
  const Plan& plan = encoder_->plan();
  TENON_TRY_ASSIGN(const auto inputs, step_inputs(plan.graph, {&block, 1}, wide));
  TENON_TRY(encoder_->run(inputs, patience, memory_->of(plan)).status());
  found->memory_length = tokens.size();
  return {};
}

StateMemory::Share PagedSequences::share(uint32_t sequence) const {
  const Sequence& found = sequences_[sequence];
  return {.pages = found.pages,
          .rows = static_cast<int64_t>(paged_ ? found.length : 0),
          .kept_pages = found.memory_pages,
          .kept_rows = static_cast<int64_t>(found.memory_length),
          .sequence = sequence};
}

namespace {

// In front of saved bytes.
struct SavedHead {
  char mark[8] = {'t', 'n', 's', 'e', 'q', '0', '0', '1'};
  uint64_t length = 0;
  uint64_t memory_length = 0;
  uint64_t prefix = 0;
};

}  // namespace

Result<std::vector<std::byte>> PagedSequences::save(uint32_t sequence) {
  TENON_TRY_ASSIGN(const Sequence* found, find(sequence));
  SavedHead head;
  head.length = found->length;
  head.memory_length = found->memory_length;
  head.prefix = found->prefix;
  const StateMemory::Share all = share(sequence);
  std::vector<std::byte> bytes(sizeof head + memory_->saved_bytes(all));
  std::memcpy(bytes.data(), &head, sizeof head);
  TENON_TRY(memory_->save(all, std::span(bytes).subspan(sizeof head)));
  return bytes;
}

Status PagedSequences::restore(uint32_t sequence, std::span<const std::byte> bytes) {
  TENON_TRY_ASSIGN(Sequence * found, find(sequence));
  if (found->length > 0 || found->memory_length > 0) {
    return invalid("sequence {} has tokens already", sequence);
  }
  SavedHead head;
  if (bytes.size() < sizeof head || std::memcmp(bytes.data(), head.mark, sizeof head.mark) != 0) {
    return invalid("these bytes are not a saved sequence");
  }
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.length > options_.context || head.memory_length > options_.context) {
    return invalid("a saved sequence of {} tokens, the context is {}",
                   std::max(head.length, head.memory_length), options_.context);
  }
  Status room = make_room(*found, head.length);
  while (room.ok() &&
         found->memory_pages.size() < pages_for(head.memory_length, options_.page_rows)) {
    const auto page = memory_pages_->take();
    room = page.status();
    if (page.ok()) found->memory_pages.push_back(*page);
  }
  found->length = head.length;
  found->memory_length = head.memory_length;
  found->prefix = head.prefix;
  const StateMemory::Share all = share(sequence);
  if (room.ok() && bytes.size() != sizeof head + memory_->saved_bytes(all)) {
    room = invalid("{} bytes of a saved sequence, {} tokens of this model take {}", bytes.size(),
                   head.length, sizeof head + memory_->saved_bytes(all));
  }
  if (room.ok()) room = memory_->restore(all, bytes.subspan(sizeof head));
  if (room.ok()) return room;
  release(found->pages, *pages_, 0);
  release(found->memory_pages, *memory_pages_, 0);
  *found = Sequence();
  found->used = true;
  return room;
}

}  // namespace tenon
