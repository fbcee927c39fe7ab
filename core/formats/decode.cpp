// SPDX-License-Identifier: Apache-2.0
#include "core/formats/decode.h"

#include "core/base/text.h"

#include <cstring>
#include <limits>

namespace tenon {
namespace {

// Elements are read with their own alignment; few files have them elsewhere.
std::shared_ptr<const Constant> aligned(Constant constant) {
  const auto address = reinterpret_cast<uintptr_t>(constant.bytes.data());
  if (address % std::max<size_t>(element_bytes(constant.dtype), 1) != 0) {
    // operator new[] aligns for every type of element.
    const auto copy =
        std::make_shared<std::vector<std::byte>>(constant.bytes.begin(), constant.bytes.end());
    constant.bytes = *copy;
    constant.owner = copy;
  }
  return std::make_shared<const Constant>(std::move(constant));
}

std::shared_ptr<const Constant> constant_of(const StoredTensor& stored) {
  return aligned({stored.dtype, stored.dims, stored.owner, stored.bytes});
}

// The value of a constant that the graph may have already.
ValueId shared_constant(Graph& graph, const std::string& name,
                        const std::shared_ptr<const Constant>& constant) {
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    if (graph.value(id).constant == constant) return id;
  }
  return graph.add_constant(name, constant);
}

// The blocks of a stored tensor as u8 [..., bytes of a row].
Result<std::shared_ptr<const Constant>> blocks_of(const QuantFormat& format,
                                                  const StoredTensor& stored) {
  Constant constant = {DType::u8, stored.dims, stored.owner, stored.bytes};
  if (constant.dims.empty()) return invalid("a single number in format {}", format.name);
  int64_t& row = constant.dims.back();
  if (row % format.block != 0) {
    return invalid("rows of {} numbers, expected a multiple of the {} in a block of {}", row,
                   format.block, format.name);
  }
  row = row / format.block * format.bytes;
  uint64_t bytes = 1;
  for (const int64_t dim : constant.dims) {
    if (dim < 0 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes)) {
      return invalid("sizes that are not possible");
    }
  }
  if (bytes != stored.bytes.size()) {
    return invalid("{} bytes, expected {} of format {}", stored.bytes.size(), bytes, format.name);
  }
  return std::make_shared<const Constant>(std::move(constant));
}

std::string module_of(std::string_view name) {
  const size_t point = name.rfind('.');
  return point == name.npos ? std::string() : std::string(name.substr(0, point + 1));
}

const StoredTensor* tensor_of(const WeightFile& file, const std::string& module,
                              const QuantTensor& tensor) {
  const auto found = file.tensors.find(module + tensor.suffix);
  return found == file.tensors.end() ? nullptr : &found->second;
}

bool has_all(const QuantFormat& format, const WeightFile& file, const std::string& module) {
  for (const QuantTensor& tensor : format.tensors) {
    if (!tensor.optional && tensor_of(file, module, tensor) == nullptr) return false;
  }
  return true;
}

const Json& configuration_of(const WeightFile& file) {
  static const Json none;
  const auto document = file.documents.find("hf");
  if (document == file.documents.end()) return none;
  for (const char* path :
       {"quantization_config", "text_config.quantization_config", "compression_config"}) {
    if (const Json* found = json_at(document->second, path)) return *found;
  }
  return none;
}

}  // namespace

ValueId add_decode(Graph& graph, const Formats::Entry& entry, std::span<const ValueId> tensors,
                   DecodeFacts facts) {
  const QuantFormat& format = entry.format;
  Node node;
  node.op = "Decode";
  node.domain = "tenon";
  node.name = facts.name;
  node.inputs.assign(tensors.begin(), tensors.end());
  node.inputs.resize(format.tensors.size(), no_id);
  std::vector<std::string> tables;
  for (size_t i = 0; i < format.tables.size(); ++i) {
    tables.push_back(format.tables[i].name);
    const std::string name = fmt::format("{}.{}", format.name, tables.back());
    node.inputs.push_back(shared_constant(graph, name, entry.tables[i]));
  }
  node.attributes["format"] = format.name;
  node.attributes["code"] = format.code;
  if (!tables.empty()) node.attributes["tables"] = std::move(tables);
  if (format.is_packed()) {
    node.attributes["rows"] = facts.rows;
    node.attributes["columns"] = facts.columns;
    if (facts.stacked != 0) node.attributes["stacked"] = facts.stacked;
  }
  if (!facts.options.empty()) {
    std::vector<std::string> names;
    std::vector<double> values;
    for (const auto& [name, value] : facts.options) {
      names.push_back(name);
      values.push_back(value);
    }
    node.attributes["options"] = std::move(names);
    node.attributes["values"] = std::move(values);
  }
  Value output;
  output.name = std::move(facts.name);
  node.outputs = {graph.add_value(std::move(output))};
  graph.main().nodes.push_back(std::move(node));
  return graph.main().nodes.back().outputs.front();
}

Result<ValueId> add_stored(Graph& graph, const Formats& formats, std::string_view name,
                           const StoredTensor& stored) {
  if (stored.format.empty()) return graph.add_constant(std::string(name), constant_of(stored));
  const auto entry = formats.get(stored.format);
  if (!entry.ok()) return entry.status().at(fmt::format("tensor {}", in_quotes(name)));
  if ((*entry)->format.is_packed()) {
    return invalid("tensor {}: format {} is not one of blocks", in_quotes(name), stored.format);
  }
  auto blocks = blocks_of((*entry)->format, stored);
  if (!blocks.ok()) return blocks.status().at(fmt::format("tensor {}", in_quotes(name)));
  const ValueId bytes = graph.add_constant(fmt::format("{}.blocks", name), std::move(*blocks));
  return add_decode(graph, **entry, std::span(&bytes, 1), {.name = std::string(name)});
}

Result<std::optional<PackedWeight>> find_packed(const Formats& formats, const WeightFile& file,
                                                std::string_view name) {
  const Json& configuration = configuration_of(file);
  PackedWeight best;
  best.module = module_of(name);
  if (!configuration.is_object()) return std::optional<PackedWeight>();
  for (const auto& [unused, entry] : formats.all()) {
    const QuantFormat& format = entry.format;
    const size_t found = best.entry == nullptr ? 0 : best.entry->format.tensors.size();
    if (!format.is_packed() || format.tensors.size() <= found || !fits(format, configuration) ||
        !has_all(format, file, best.module)) {
      continue;
    }
    best.entry = &entry;
  }
  if (best.entry == nullptr) return std::optional<PackedWeight>();
  TENON_TRY_ASSIGN(best.options, quant_options(best.entry->format, configuration));
  return std::optional(std::move(best));
}

std::vector<std::string> names_of(const PackedWeight& weight, const WeightFile& file) {
  std::vector<std::string> names;
  for (const QuantTensor& tensor : weight.entry->format.tensors) {
    if (tensor_of(file, weight.module, tensor) != nullptr) {
      names.push_back(weight.module + tensor.suffix);
    }
  }
  return names;
}

Result<ValueId> add_packed(Graph& graph, const WeightFile& file, const PackedWeight& weight,
                           std::string_view name, int64_t rows, int64_t columns) {
  std::vector<ValueId> tensors;
  for (const QuantTensor& tensor : weight.entry->format.tensors) {
    const StoredTensor* stored = tensor_of(file, weight.module, tensor);
    if (stored == nullptr) {
      tensors.push_back(no_id);
      continue;
    }
    const std::string full = weight.module + tensor.suffix;
    if (!stored->format.empty()) {
      return invalid("tensor {}: is in format {} itself", in_quotes(full), stored->format);
    }
    tensors.push_back(shared_constant(graph, full, constant_of(*stored)));
  }
  return add_decode(
      graph, *weight.entry, tensors,
      {.name = std::string(name), .options = weight.options, .rows = rows, .columns = columns});
}

}  // namespace tenon
