// SPDX-License-Identifier: Apache-2.0
#include "core/formats/decode.h"

#include "core/base/text.h"

#include <algorithm>

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

// What does not depend on the tensors: the text of the format, and its tables as last inputs.
void describe(Graph& graph, const Formats::Entry& entry, DecodeNode& node) {
  const QuantFormat& format = entry.format;
  node.attributes["format"] = format.name;
  node.attributes["code"] = format.code;
  std::vector<std::string> tables;
  for (size_t i = 0; i < format.tables.size(); ++i) {
    tables.push_back(format.tables[i].name);
    const std::string name = fmt::format("{}.{}", format.name, tables.back());
    node.inputs.push_back(shared_constant(graph, name, entry.tables[i]));
  }
  if (!tables.empty()) node.attributes["tables"] = std::move(tables);
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

// The options of a format: those that tensors of the module hold come before the configuration's.
Result<std::map<std::string, double, std::less<>>> options_of(const QuantFormat& format,
                                                              const WeightFile& file,
                                                              const std::string& module,
                                                              const Json& configuration) {
  constexpr size_t most_bytes = 65536;
  Json merged = configuration;
  for (const std::string& suffix : format.settings) {
    const auto found = file.tensors.find(module + suffix);
    if (found == file.tensors.end()) continue;
    const std::span<const std::byte> bytes = found->second.bytes;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const Result<Json> settings = parse_json(text, {.bytes = most_bytes});
    if (!settings.ok())
      return settings.status().at(fmt::format("tensor {}", in_quotes(found->first)));
    for (const Json::Member& member : settings->members()) merged.set(member.name, member.value);
  }
  return quant_options(format, merged);
}

const Json* configuration_of(const WeightFile& file) {
  const auto document = file.documents.find("hf");
  if (document == file.documents.end()) return nullptr;
  for (const char* path :
       {"quantization_config", "text_config.quantization_config", "compression_config"}) {
    if (const Json* found = json_at(document->second, path)) return found;
  }
  return nullptr;
}

}  // namespace

ValueId add_decode(Graph& graph, DecodeNode node, const std::string& name) {
  Value output;
  output.name = name;
  Node made;
  made.op = "Decode";
  made.domain = "tenon";
  made.name = name;
  made.inputs = std::move(node.inputs);
  made.attributes = std::move(node.attributes);
  made.outputs = {graph.add_value(std::move(output))};
  graph.main().nodes.push_back(std::move(made));
  return graph.main().nodes.back().outputs.front();
}

Result<DecodeNode> decode_blocks(Graph& graph, const Formats& formats, const std::string& name,
                                 const StoredTensor& stored) {
  const auto entry = formats.get(stored.format);
  if (!entry.ok()) return entry.status().at(fmt::format("tensor {}", in_quotes(name)));
  if ((*entry)->format.is_packed()) {
    return invalid("tensor {}: format {} is not one of blocks", in_quotes(name), stored.format);
  }
  auto blocks = blocks_of((*entry)->format, stored);
  if (!blocks.ok()) return blocks.status().at(fmt::format("tensor {}", in_quotes(name)));
  DecodeNode node;
  node.inputs = {graph.add_constant(fmt::format("{}.blocks", name), std::move(*blocks))};
  describe(graph, **entry, node);
  return node;
}

bool is_quantized(const WeightFile& file) { return configuration_of(file) != nullptr; }

Result<std::optional<PackedWeight>> find_packed(const Formats& formats, const WeightFile& file,
                                                std::string_view name) {
  const Json* configuration = configuration_of(file);
  PackedWeight best;
  best.module = module_of(name);
  if (configuration == nullptr) return std::optional<PackedWeight>();
  for (const auto& [unused, entry] : formats.all()) {
    const QuantFormat& format = entry.format;
    const size_t found = best.entry == nullptr ? 0 : best.entry->format.tensors.size();
    if (!format.is_packed() || format.tensors.size() <= found || !fits(format, *configuration) ||
        !has_all(format, file, best.module)) {
      continue;
    }
    best.entry = &entry;
  }
  if (best.entry == nullptr) return std::optional<PackedWeight>();
  TENON_TRY_ASSIGN(best.options, options_of(best.entry->format, file, best.module, *configuration));
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

Result<DecodeNode> decode_packed(Graph& graph, const WeightFile& file, const PackedWeight& weight,
                                 int64_t rows, int64_t columns) {
  DecodeNode node;
  for (const QuantTensor& tensor : weight.entry->format.tensors) {
    const StoredTensor* stored = tensor_of(file, weight.module, tensor);
    if (stored == nullptr) {
      node.inputs.push_back(no_id);
      continue;
    }
    const std::string full = weight.module + tensor.suffix;
    if (!stored->format.empty()) {
      return invalid("tensor {}: is in format {} itself", in_quotes(full), stored->format);
    }
    node.inputs.push_back(graph.add_constant(full, constant_of(*stored)));
  }
  node.attributes["rows"] = rows;
  node.attributes["columns"] = columns;
  std::vector<std::string> names;
  std::vector<double> values;
  for (const auto& [name, value] : weight.options) {
    names.push_back(name);
    values.push_back(value);
  }
  if (!names.empty()) {
    node.attributes["options"] = std::move(names);
    node.attributes["values"] = std::move(values);
  }
  describe(graph, *weight.entry, node);
  return node;
}

}  // namespace tenon
