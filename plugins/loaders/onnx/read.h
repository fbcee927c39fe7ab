// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model.h"
#include "tenon/status.h"
#include "wire.h"

#include <cstdint>
#include <string_view>

// Messages of an ONNX file, read into the structs of model.h. Counts are limited as they are read,
// so that memory stays within a small multiple of the file. One Reader reads one file.
namespace tenon::onnx {

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<Model> model();
  // The file is a bare TensorProto.
  Result<Tensor> tensor();
  // The file is a bare SequenceProto or OptionalProto.
  Result<StoredValue> stored_value();

 private:
  Result<StoredValue> stored_value(Message message, int depth);
  Result<Graph> graph(Message message, int depth);
  Result<Node> node(Message message, int depth);
  Result<Attribute> attribute(Message message, int depth);
  Status attribute_field(const Message& message, const Field& field, int depth,
                         Attribute& attribute, uint32_t& present);
  Result<Function> function(Message message);
  Result<Tensor> tensor(Message message);
  Status tensor_field(const Message& message, const Field& field, Tensor& tensor,
                      std::vector<std::pair<Text, Text>>& external, int32_t& location);
  Result<SparseTensor> sparse_tensor(Message message);
  Result<ValueInfo> value_info(Message message);
  Result<ValueType> value_type(Message message, int depth);
  Result<ValueType> tensor_type(Message message);
  Status shape(Message message, ValueType& type);
  Status opset(Message message, Opsets& opsets);
  Result<std::pair<Text, Text>> entry(Message message);
  // Everything below the message, for the wire rules only.
  Status skip(Message message);

  // Counts a record of the file against the limit.
  Status count(const Message& message, const Field& field, size_t have, size_t most);

  std::string_view file_;
  uint64_t records_ = 0;
};

}  // namespace tenon::onnx
