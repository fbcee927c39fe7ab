// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/vectors.h"

#include "core/base/platform_file.h"
#include "core/base/text.h"

#include <cstring>

namespace tenon::formats {
namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 24;
constexpr int64_t rows = 4, columns = 1024;
constexpr int64_t float_type = 1;  // of ONNX's Cast

Result<ValueId> decoded(Graph& graph, const Formats& formats, const std::string& name,
                        std::string bytes) {
  const bool plain = name == "f16" || name == "bf16";
  if (!plain) {
    TENON_TRY_ASSIGN(DecodeNode node,
                     decode_blocks(graph, formats, name,
                                   stored_tensor(DType::f32, {rows, columns}, bytes, name)));
    return add_decode(graph, std::move(node), name);
  }
  const StoredTensor stored =
      stored_tensor(name == "f16" ? DType::f16 : DType::bf16, {rows, columns}, std::move(bytes));
  const ValueId value = graph.add_constant(
      name,
      std::make_shared<Constant>(Constant{stored.dtype, stored.dims, stored.owner, stored.bytes}));
  Node cast;
  cast.op = "Cast";
  cast.name = name;
  cast.inputs = {value};
  cast.attributes["to"] = float_type;
  Value output;
  output.name = name + ".f32";
  cast.outputs = {graph.add_value(std::move(output))};
  graph.main().nodes.push_back(cast);
  return cast.outputs.front();
}

}  // namespace

Result<Vectors> block_vectors(const Formats& formats, const std::string& folder) {
  Vectors vectors;
  TENON_TRY_ASSIGN(const std::string index, read_file(folder + "/INDEX.tsv", most_bytes));
  for (const std::string_view line : split(index, '\n')) {
    const std::vector<std::string_view> words = split(line, '\t');
    if (words.size() < 2 || words[0] == "ggml_type_id") continue;
    const std::string name(words[1]);
    TENON_TRY_ASSIGN(std::string bytes,
                     read_file(fmt::format("{}/{}.bin", folder, name), most_bytes));
    TENON_TRY_ASSIGN(const std::string wanted,
                     read_file(fmt::format("{}/{}.f32", folder, name), most_bytes));
    TENON_TRY_ASSIGN(const ValueId value, decoded(vectors.graph, formats, name, std::move(bytes)));
    add_output(vectors.graph, value, name);
    std::vector<float>& numbers = vectors.expected[name];
    numbers.resize(wanted.size() / sizeof(float));
    std::memcpy(numbers.data(), wanted.data(), numbers.size() * sizeof(float));
    ++vectors.sets;
  }
  return vectors;
}

}  // namespace tenon::formats
