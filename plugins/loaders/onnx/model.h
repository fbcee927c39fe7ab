// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// An ONNX model as it stands in its file. Every text and every tensor is a view into the mapped
// bytes, so a Model lives no longer than its source. Immutable once read. [borrowed]
namespace tenon::onnx {

using Text = std::string_view;

struct Graph;

// Where elements that are not in the model's own file lie.
struct External {
  Text location;
  std::optional<uint64_t> offset;
  std::optional<uint64_t> length;
};

// Which of the fields that may hold elements a tensor has.
enum TensorData : uint32_t {
  float_data = 1u << 4,
  int32_data = 1u << 5,
  string_data = 1u << 6,
  int64_data = 1u << 7,
  raw_data = 1u << 9,
  double_data = 1u << 10,
  uint64_data = 1u << 11,
};

struct Tensor {
  Text name;
  int32_t dtype = 0;
  std::vector<int64_t> dims;
  uint32_t present = 0;  // TensorData, one bit per field number
  Text raw;
  Text message;  // the whole message: typed fields are decoded from it when they are wanted
  std::optional<External> external;
};

struct SparseTensor {
  Tensor values;
  Tensor indices;
  std::vector<int64_t> dims;
};

enum class AttributeType : int32_t {
  none = 0,
  real = 1,
  integer = 2,
  string = 3,
  tensor = 4,
  graph = 5,
  reals = 6,
  integers = 7,
  strings = 8,
  tensors = 9,
  graphs = 10,
  sparse_tensor = 11,
  sparse_tensors = 12,
  type = 13,
  types = 14,
};

// value < 0: not fixed; param may name it.
struct Extent {
  int64_t value = -1;
  Text param;
};

enum class TypeKind : uint8_t { none, tensor, sequence, map, optional, sparse, opaque };

struct ValueType {
  TypeKind kind = TypeKind::none;
  // Sequences and optionals around a tensor, outermost first; the rest says what the tensor is.
  std::vector<TypeKind> wraps;
  int32_t dtype = 0;  // of tensors
  bool ranked = false;
  std::vector<Extent> dims;
};

struct Attribute {
  Text name;
  AttributeType type = AttributeType::none;
  Text reference;  // name of the attribute of the calling node, inside functions
  float f = 0;
  int64_t i = 0;
  Text s;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<Text> strings;
  std::shared_ptr<const Tensor> tensor;
  std::shared_ptr<const Graph> graph;
  std::shared_ptr<const SparseTensor> sparse;
  ValueType value_type;
};

struct Node {
  Text name;
  Text op;
  Text domain;
  Text overload;
  std::vector<Text> inputs;
  std::vector<Text> outputs;
  std::vector<Attribute> attributes;
};

struct ValueInfo {
  Text name;
  ValueType type;
};

// A SequenceProto or OptionalProto: tensors, or sequences of them.
struct StoredValue {
  Text name;
  std::vector<Tensor> tensors;
  std::vector<StoredValue> sequences;
};

struct Graph {
  Text name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<SparseTensor> sparse_initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
};

using Opsets = std::map<Text, int64_t>;  // version by domain; "ai.onnx" is ""

struct Function {
  Text name;
  Text domain;
  Text overload;
  std::vector<Text> inputs;
  std::vector<Text> outputs;
  std::vector<Text> attributes;     // without a default
  std::vector<Attribute> defaults;  // attributes with one
  std::vector<Node> nodes;
  Opsets opsets;
};

struct Model {
  int64_t ir_version = 0;
  int64_t model_version = 0;
  Text producer;
  Text producer_version;
  Text domain;
  Opsets opsets;
  Graph graph;
  std::vector<Function> functions;
  std::vector<std::pair<Text, Text>> metadata;
  bool has_training_graph = false;
};

inline Text normal_domain(Text domain) { return domain == "ai.onnx" ? Text() : domain; }

}  // namespace tenon::onnx
