// SPDX-License-Identifier: Apache-2.0
#include "core/state/step_block.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

using Rows = std::vector<int32_t>;

int32_t place(std::span<const uint32_t> pages, uint64_t row, int64_t page_rows) {
  const auto rows = static_cast<uint64_t>(page_rows);
  if (rows == 0 || row / rows >= pages.size()) return -1;
  return static_cast<int32_t>(pages[row / rows] * rows + row % rows);
}

class Block {
 public:
  Block(std::span<const StepSequence> sequences, const StepShape& shape)
      : sequences_(sequences), shape_(shape) {
    start_.push_back(0);
    for (const StepSequence& sequence : sequences) add(sequence);
  }

  // The rows of an input and how many columns they have, 0: it is a vector. Null: no such input.
  const Rows* find(std::string_view name, int64_t& columns) const {
    columns = name == "pages" ? shape_.pages : name == "memory_pages" ? shape_.memory_pages : 0;
    const std::pair<std::string_view, const Rows*> all[] = {
        {"tokens", &tokens_},
        {"positions", &positions_},
        {"sequence", &sequence_},
        {"slot", &slot_},
        {"token_types", &types_},
        {"block_positions", &block_positions_},
        {"start", &start_},
        {"length", &length_},
        {"pages", &pages_},
        {"state_slot", &state_slot_},
        {"prefix", &prefix_},
        {"want", &want_},
        {"memory_length", &memory_length_},
        {"memory_pages", &memory_pages_},
        {"memory_slot", &memory_slot_},
    };
    for (const auto& [known, rows] : all) {
      if (known == name) return rows;
    }
    return nullptr;
  }

 private:
  void add(const StepSequence& given) {
    const auto index = static_cast<int32_t>(length_.size());
    const auto first_row = static_cast<int32_t>(tokens_.size());
    const size_t count = given.tokens.size();
    for (size_t i = 0; i < count; ++i) {
      const uint64_t position = given.first + i;
      tokens_.push_back(given.tokens[i]);
      positions_.push_back(static_cast<int32_t>(position));
      types_.push_back(given.types.empty() ? 0 : given.types[i]);
      const bool is_behind = position >= given.prefix;
      block_positions_.push_back(is_behind ? static_cast<int32_t>(position - given.prefix + 1) : 0);
      sequence_.push_back(index);
      slot_.push_back(place(given.pages, position, shape_.page_rows));
      if (shape_.writes_memory) {
        memory_slot_.push_back(place(given.memory_pages, i, shape_.page_rows));
      }
      if (given.want_all || (given.want_last && i + 1 == count)) {
        want_.push_back(first_row + static_cast<int32_t>(i));
      }
    }
    start_.push_back(first_row + static_cast<int32_t>(count));
    length_.push_back(static_cast<int32_t>(given.first + count));
    state_slot_.push_back(static_cast<int32_t>(given.state_slot));
    prefix_.push_back(static_cast<int32_t>(given.prefix));
    memory_length_.push_back(static_cast<int32_t>(given.memory_length));
    add_pages(pages_, given.pages, shape_.pages);
    add_pages(memory_pages_, given.memory_pages, shape_.memory_pages);
  }

  static void add_pages(Rows& rows, std::span<const uint32_t> pages, int64_t columns) {
    for (int64_t i = 0; i < columns; ++i) {
      const bool is_there = static_cast<size_t>(i) < pages.size();
      rows.push_back(is_there ? static_cast<int32_t>(pages[static_cast<size_t>(i)]) : 0);
    }
  }

  std::span<const StepSequence> sequences_;
  const StepShape& shape_;
  Rows tokens_, positions_, sequence_, slot_, start_, length_, pages_, state_slot_, prefix_, want_;
  Rows types_, block_positions_;
  Rows memory_length_, memory_pages_, memory_slot_;
};

}  // namespace

Result<std::vector<RunInput>> step_inputs(const Graph& graph,
                                          std::span<const StepSequence> sequences,
                                          const StepShape& shape) {
  const Block block(sequences, shape);
  std::vector<RunInput> inputs;
  for (const ValueId id : graph.main().inputs) {
    const Value& value = graph.value(id);
    if (value.kind == ValueKind::state) continue;
    int64_t columns = 0;
    const Rows* rows = block.find(value.name, columns);
    if (rows == nullptr || value.dtype != DType::i32) {
      return invalid("input \"{}\" ({}) is not of the step block", value.name,
                     name_of(value.dtype));
    }
    const bool is_table = value.dims.size() == 2;
    const int64_t count =
        is_table ? static_cast<int64_t>(sequences.size()) : static_cast<int64_t>(rows->size());
    std::vector<int64_t> dims = {count};
    if (is_table) dims.push_back(columns);
    TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(DType::i32, std::move(dims)));
    if (!rows->empty()) std::memcpy(tensor.data.get(), rows->data(), rows->size() * 4);
    inputs.push_back({value.name, HostValue::of(std::move(tensor))});
  }
  return inputs;
}

}  // namespace tenon
