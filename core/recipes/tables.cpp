// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/evaluator.h"

#include <algorithm>

// How the evaluator fills the tables of a recipe from the tensors of a file.
namespace tenon::recipes {
namespace {

constexpr int64_t most_members = 4096;  // of a group, and of a stack

}  // namespace

Status Evaluator::table(const Table& table) {
  const auto world = std::ranges::find(table.worlds, world_, &World::name);
  const bool named = world != table.worlds.end();
  const auto column = static_cast<size_t>(world - table.worlds.begin());
  if (!table.group.empty()) return group(table, named ? &*world : nullptr, column);
  for (const Row& row : table.rows) {
    for (size_t i = 0; i < row.names.size(); ++i) {
      if (!named) {
        globals_[row.names[i]] = Missing{row.names[i]};
        continue;
      }
      TENON_TRY_ASSIGN(globals_[row.names[i]], weight(row, i, *world, column, "", ""));
    }
  }
  return {};
}

Status Evaluator::group(const Table& table, const World* world, size_t column) {
  std::vector<Members>& members = groups_[table.group];
  if (table.count) {
    if (!members.empty()) {
      return wrong(table.place, fmt::format("group \"{}\" has its count already", table.group));
    }
    TENON_TRY_ASSIGN(const Term count, evaluate(*table.count, {}));
    const auto* number = count.as<int64_t>();
    if (number == nullptr || *number < 0 || *number > most_members) {
      const auto* missing = count.as<Missing>();
      return wrong(table.count->place,
                   missing != nullptr
                       ? fmt::format("the model does not say {}", missing->what)
                       : fmt::format("{} members, expected 0 to {}", text_of(count), most_members));
    }
    members.resize(static_cast<size_t>(*number));
    for (size_t i = 0; i < members.size(); ++i) members[i]["i"] = static_cast<int64_t>(i);
  } else if (!groups_.contains(table.group)) {
    return wrong(table.place, fmt::format("group \"{}\" has no count yet", table.group));
  }
  for (const Row& row : table.rows) {
    for (size_t m = 0; m < members.size(); ++m) {
      for (size_t i = 0; i < row.names.size(); ++i) {
        Term& term = members[m][row.names[i]];
        term = Missing{row.names[i]};
        if (world == nullptr) continue;
        TENON_TRY_ASSIGN(term, weight(row, i, *world, column, table.group, std::to_string(m)));
      }
    }
  }
  std::vector<Term> list;
  for (const Members& each : members) list.push_back(record_of(each));
  globals_[table.group] = list_of(std::move(list));
  return {};
}

// The names under which a tensor may lie, best first. counted: of the patterns of a stack, those
// that count its tensors, or those of tensors that hold all of it.
std::vector<std::string> Evaluator::candidates(const World& world, const Column& column,
                                               const Row& row, size_t name, Fillings fillings,
                                               bool counted) {
  const std::string mark = fmt::format("{{{}}}", column.stack);
  fillings.name = row.names[name];
  const size_t first = column.each ? name : 0;
  const size_t last = column.each ? name + 1 : column.patterns.size();
  std::vector<std::string> names;
  for (size_t p = first; p < last; ++p) {
    if (!column.stack.empty() && (column.patterns[p].find(mark) != std::string::npos) != counted) {
      continue;
    }
    for (const std::string& frame : world.frames) {
      Fillings outer = fillings;
      const std::string inner = filled(column.patterns[p], fillings);
      outer.inner = inner;
      names.push_back(filled(frame, outer));
    }
  }
  return names;
}

// stored_name: where it was found, or the first choice, for messages.
const StoredTensor* Evaluator::find(const World& world, const Column& column, const Row& row,
                                    size_t name, Fillings fillings, std::string& stored_name) {
  const bool counted = !fillings.stack.empty();
  const std::vector<std::string> names = candidates(world, column, row, name, fillings, counted);
  for (const std::string& candidate : names) {
    const auto found = file_.tensors.find(candidate);
    if (found == file_.tensors.end()) continue;
    stored_name = candidate;
    return &found->second;
  }
  if (!names.empty()) stored_name = names.front();
  return nullptr;
}

// Whether several tensors of a quantization format stand for the matrix.
Result<bool> Evaluator::find_packed(const World& world, const Column& column, const Row& row,
                                    size_t name, const Fillings& fillings, Weight& weight) {
  if (weight.stacked || row.dims.size() != 2) return false;
  for (const std::string& candidate : candidates(world, column, row, name, fillings, false)) {
    TENON_TRY_ASSIGN(weight.packed, tenon::find_packed(formats_, file_, candidate));
    if (!weight.packed) continue;
    const std::vector<std::string> names = names_of(*weight.packed, file_);
    used_.insert(names.begin(), names.end());
    weight.stored_names = {candidate};
    return true;
  }
  return false;
}

void Evaluator::check_format(const StoredTensor& tensor, const std::string& name) {
  const bool plain = tensor.format.empty();
  // Small floats of a quantized file have scales beside them, which no format knows.
  const bool scaled = plain && element_bytes(tensor.dtype) == 1 && is_quantized(file_);
  if (scaled) {
    problems_.unsupported.push_back(
        fmt::format("{} ({} of a quantization that no format fits)", name, name_of(tensor.dtype)));
    return;
  }
  if (plain ? is_float(tensor.dtype) : formats_.find(tensor.format) != nullptr) return;
  problems_.unsupported.push_back(
      fmt::format("{} ({})", name, plain ? name_of(tensor.dtype) : tensor.format));
}

Result<Term> Evaluator::weight(const Row& row, size_t name, const World& world, size_t column_index,
                               std::string_view group, std::string_view index) {
  const Column& column = row.columns[column_index];
  const Term absent = Missing{fmt::format("weight \"{}\"", row.names[name])};
  if (column.patterns.empty()) {
    if (!row.optional) {
      problems_.missing.push_back(
          fmt::format("{} (not stored in {} files)", row.names[name], world.name));
    }
    return absent;
  }
  auto weight = std::make_shared<Weight>();
  weight->name =
      group.empty() ? row.names[name] : fmt::format("{}.{}.{}", group, index, row.names[name]);
  weight->transposed = column.transposed;
  weight->stacked = !column.stack.empty();
  int64_t count = 1;
  if (weight->stacked) {
    std::string whole;
    const Fillings fillings = {
        .name = {}, .index = index, .stack = {}, .stack_index = {}, .inner = {}};
    weight->stacked = find(world, column, row, name, fillings, whole) == nullptr;
  }
  if (weight->stacked) {
    TENON_TRY_ASSIGN(const Term term, evaluate(*column.stack_count, {}));
    const auto* number = term.as<int64_t>();
    if (number == nullptr || *number < 1 || *number > most_members || row.dims.empty()) {
      if (row.optional) return absent;
      return wrong(row.place, fmt::format("a stack of {}", text_of(term)));
    }
    count = *number;
  }
  for (int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    std::string stored_name;
    const Fillings fillings = {.name = {},
                               .index = index,
                               .stack = weight->stacked ? column.stack : std::string_view(),
                               .stack_index = number,
                               .inner = {}};
    // First, because a tensor may lie under the plain name whose scales lie beside it.
    TENON_TRY_ASSIGN(const bool packed, find_packed(world, column, row, name, fillings, *weight));
    if (packed) break;
    const StoredTensor* tensor = find(world, column, row, name, fillings, stored_name);
    if (tensor == nullptr) {
      if (row.optional) return absent;
      add_missing(*weight, row, stored_name);
      continue;
    }
    used_.insert(stored_name);
    check_format(*tensor, stored_name);
    weight->tensors.push_back(tensor);
    weight->stored_names.push_back(std::move(stored_name));
  }
  if (!weight->packed && weight->tensors.size() != static_cast<size_t>(count)) return absent;
  TENON_TRY_ASSIGN(weight->dims, sizes(row.dims));
  return check_dims(*weight) ? Term(WeightPointer(std::move(weight))) : absent;
}

// With the dims that it should have, where they are known.
void Evaluator::add_missing(const Weight& weight, const Row& row, const std::string& name) {
  Result<std::vector<int64_t>> dims = sizes(row.dims);
  if (!dims.ok()) {
    problems_.missing.push_back(name);
    return;
  }
  if (weight.stacked) dims->erase(dims->begin());
  if (weight.transposed) std::ranges::reverse(*dims);
  problems_.missing.push_back(fmt::format("{} {}", name, dims_text(*dims)));
}

bool Evaluator::check_dims(const Weight& weight) {
  std::vector<int64_t> dims = weight.dims;
  if (weight.stacked) dims.erase(dims.begin());
  bool all = true;
  for (size_t i = 0; i < weight.tensors.size(); ++i) {
    if (fits(*weight.tensors[i], dims, weight.transposed)) continue;
    std::vector<int64_t> wanted = dims;
    if (weight.transposed) std::ranges::reverse(wanted);
    problems_.misshapen.push_back(fmt::format("{} is {}, expected {}", weight.stored_names[i],
                                              dims_text(weight.tensors[i]->dims),
                                              dims_text(wanted)));
    all = false;
  }
  return all;
}

}  // namespace tenon::recipes
