// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/blob_writer.h"

#include <bit>
#include <cstring>

namespace tenon::testing {

TestAttr integer(std::string name, int64_t value) {
  return {.name = std::move(name), .kind = TENON_ATTR_INT, .numbers = {value}};
}
TestAttr real(std::string name, double value) {
  return {.name = std::move(name), .kind = TENON_ATTR_FLOAT, .real = value};
}
TestAttr word(std::string name, std::string value) {
  return {.name = std::move(name), .kind = TENON_ATTR_STRING, .texts = {std::move(value)}};
}
TestAttr words(std::string name, std::vector<std::string> values) {
  return {.name = std::move(name), .kind = TENON_ATTR_STRINGS, .texts = std::move(values)};
}
TestAttr reals(std::string name, const std::vector<double>& values) {
  TestAttr attr = {.name = std::move(name), .kind = TENON_ATTR_FLOATS};
  for (const double value : values) attr.numbers.push_back(std::bit_cast<int64_t>(value));
  return attr;
}
TestAttr ints(std::string name, std::vector<int64_t> values) {
  return {.name = std::move(name), .kind = TENON_ATTR_INTS, .numbers = std::move(values)};
}
TestAttr dims(std::string name, std::vector<tenon_dim> values) {
  return {.name = std::move(name), .kind = TENON_ATTR_DIMS, .numbers = std::move(values)};
}

template <class T>
static uint32_t count(const std::vector<T>& rows) {
  return static_cast<uint32_t>(rows.size());
}

uint32_t BlobWriter::text(const std::string& words) {
  const auto at = static_cast<uint32_t>(text_.size());
  const auto size = static_cast<uint32_t>(words.size());
  text_.append(reinterpret_cast<const char*>(&size), sizeof size);
  text_ += words;
  text_.resize((text_.size() + 3) / 4 * 4);
  return at;
}

uint32_t BlobWriter::slice(const std::vector<uint32_t>& values) {
  const uint32_t first = count(operands_);
  operands_.insert(operands_.end(), values.begin(), values.end());
  return first;
}

uint32_t BlobWriter::dim_slice(const std::vector<tenon_dim>& dims) {
  const uint32_t first = count(dims_);
  dims_.insert(dims_.end(), dims.begin(), dims.end());
  return first;
}

uint32_t BlobWriter::value(DType dtype, const std::vector<tenon_dim>& dims, uint32_t kind) {
  tenon_value row = {};
  row.kind = kind;
  row.dtype = static_cast<uint32_t>(dtype);
  row.rank = count(dims);
  row.dim0 = dim_slice(dims);
  row.name = text("v" + std::to_string(values_.size()));
  values_.push_back(row);
  return count(values_) - 1;
}

uint32_t BlobWriter::input(DType dtype, const std::vector<tenon_dim>& dims) {
  inputs_.push_back(value(dtype, dims, TENON_VALUE_INPUT));
  return inputs_.back();
}

uint32_t BlobWriter::constant(DType dtype, const std::vector<tenon_dim>& dims, uint64_t data) {
  const uint32_t made = value(dtype, dims, TENON_VALUE_CONSTANT);
  values_[made].data = data;
  return made;
}

uint32_t BlobWriter::symbol(const std::string& name) {
  tenon_symbol row = {};
  row.name = text(name);
  row.node = TENON_NONE;
  row.multiple = 1;
  symbols_.push_back(row);
  return count(symbols_) - 1;
}

void BlobWriter::add(const TestAttr& attr) {
  tenon_attr row = {};
  row.name = text(attr.name);
  row.kind = attr.kind;
  row.f = attr.real;
  if (attr.kind == TENON_ATTR_INT) row.i = attr.numbers[0];
  if (attr.kind == TENON_ATTR_STRING) row.i = text(attr.texts[0]);
  std::vector<int64_t> numbers = attr.numbers;
  for (const std::string& word : attr.texts) numbers.push_back(text(word));
  const bool listed = attr.kind == TENON_ATTR_INTS || attr.kind == TENON_ATTR_FLOATS ||
                      attr.kind == TENON_ATTR_STRINGS;
  if (listed) {
    row.first = count(numbers_);
    row.count = count(numbers);
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
  }
  if (attr.kind == TENON_ATTR_DIMS) {
    row.first = dim_slice(attr.numbers);
    row.count = count(attr.numbers);
  }
  attrs_.push_back(row);
}

uint32_t BlobWriter::node(const std::string& op, const std::vector<uint32_t>& inputs,
                          const std::vector<uint32_t>& outputs, const std::vector<TestAttr>& attrs,
                          uint32_t formula) {
  tenon_node row = {};
  const size_t dot = op.rfind('.');
  if (dot != std::string::npos) row.domain = text(op.substr(0, dot));
  row.op = text(dot == std::string::npos ? op : op.substr(dot + 1));
  row.in0 = slice(inputs);
  row.n_in = count(inputs);
  row.out0 = slice(outputs);
  row.n_out = count(outputs);
  row.attr0 = count(attrs_);
  row.n_attr = count(attrs);
  for (const TestAttr& attr : attrs) add(attr);
  row.formula = formula;
  row.name = text("n" + std::to_string(nodes_.size()));
  nodes_.push_back(row);
  return count(nodes_) - 1;
}

namespace {

// Appends tables to a block, each on a multiple of 8 bytes.
struct Block {
  std::vector<uint64_t> words;

  tenon_table append(const void* rows, size_t count, size_t stride) {
    tenon_table table = {};
    table.offset = words.size() * 8;
    table.count = static_cast<uint32_t>(count);
    table.stride = static_cast<uint32_t>(stride);
    const size_t bytes = count * stride;
    words.resize(words.size() + (bytes + 7) / 8);
    if (bytes != 0) std::memcpy(reinterpret_cast<char*>(words.data()) + table.offset, rows, bytes);
    return table;
  }
  template <class T>
  tenon_table append(const std::vector<T>& rows) {
    return append(rows.data(), rows.size(), sizeof(T));
  }
};

}  // namespace

std::vector<uint64_t> BlobWriter::finish() {
  tenon_body body = {};
  body.name = text("graph");
  body.n_node = count(nodes_);
  body.in0 = slice(inputs_);
  body.n_in = count(inputs_);
  body.out0 = slice(outputs_);
  body.n_out = count(outputs_);
  Block block;
  block.words.resize(sizeof(tenon_graph) / 8);
  tenon_graph head = {};
  head.size = sizeof head;
  head.version = TENON_GRAPH_VERSION;
  head.nodes = block.append(nodes_);
  head.values = block.append(values_);
  head.operands = block.append(operands_);
  head.dims = block.append(dims_);
  head.exprs = block.append(exprs_.rows().data(), exprs_.rows().size(), sizeof(tenon_expr));
  head.symbols = block.append(symbols_);
  head.attrs = block.append(attrs_);
  head.numbers = block.append(numbers_);
  head.states = block.append(nullptr, 0, sizeof(tenon_state));
  head.bodies = block.append(&body, 1, sizeof body);
  head.text = block.append(text_.data(), text_.size(), 1);
  head.bytes = block.words.size() * 8;
  std::memcpy(block.words.data(), &head, sizeof head);
  return std::move(block.words);
}

}  // namespace tenon::testing
