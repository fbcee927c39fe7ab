// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/weights.h"

#include "plugins/backends/cpu/math/panels.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tenon::cpu {
namespace {

std::vector<std::string> texts(const NodeView& node, std::string_view name) {
  std::vector<std::string> found;
  const tenon_attr* attr = node.graph().attr(node.row(), name);
  if (attr == nullptr || attr->kind != TENON_ATTR_STRINGS) return found;
  for (const int64_t text : node.graph().numbers(*attr)) {
    found.emplace_back(node.graph().text(static_cast<uint32_t>(text)));
  }
  return found;
}

std::vector<double> reals(const NodeView& node, std::string_view name) {
  std::vector<double> found;
  const tenon_attr* attr = node.graph().attr(node.row(), name);
  if (attr == nullptr || attr->kind != TENON_ATTR_FLOATS) return found;
  for (const int64_t bits : node.graph().numbers(*attr)) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    found.push_back(value);
  }
  return found;
}

Result<WeightTensor> tensor(const NodeView& node, const KernelConstants& constants, size_t i) {
  if (!node.has_input(i)) return WeightTensor();
  WeightTensor made = {.dtype = node.input_dtype(i)};
  int64_t elements = 1;
  for (const tenon_dim dim : node.input_dims(i)) {
    if (dim < 0) return invalid("input {}: weights without a known size", i);
    made.dims.push_back(dim);
    elements *= dim;
  }
  made.bytes = constants.bytes(i);
  const auto wanted = static_cast<size_t>(elements) * element_bytes(made.dtype);
  if (made.bytes.size() < wanted) {
    return invalid("input {}: {} bytes of weights, expected {}", i, made.bytes.size(), wanted);
  }
  return made;
}

// What a format's formulas read, as loads of operands.
class Reader : public QuantReader {
 public:
  Reader(ExprPool& pool, const WeightSource& source, size_t tensors)
      : pool_(pool), source_(source), tensors_(tensors), dims_(tensors) {
    for (size_t i = 0; i < std::min(tensors, source.tensors.size()); ++i) {
      for (const int64_t dim : source.tensors[i].dims) dims_[i].push_back(pool.integer(dim));
    }
  }
  Expr byte(Expr position, Expr inside) override {
    const Expr index[] = {pool_.coordinate(0), position};
    return load(0, index, inside);
  }
  bool has(size_t tensor) const override {
    return tensor < source_.tensors.size() && source_.tensors[tensor].dtype != DType::none;
  }
  const std::vector<Expr>& dims(size_t tensor) const override { return dims_[tensor]; }
  Expr load(size_t tensor, std::span<const Expr> index, Expr inside) override {
    Expr position = pool_.integer(0);
    for (size_t axis = 0; axis < index.size() && axis < dims_[tensor].size(); ++axis) {
      position = position * dims_[tensor][axis] + pool_.cast(index[axis], Type::i64);
    }
    return pool_.load(static_cast<int64_t>(tensor), type_of(source_.tensors[tensor].dtype),
                      position, inside);
  }
  Expr table(size_t table, Expr position, Expr inside) override {
    const size_t tensor = tensors_ + table;
    return pool_.load(static_cast<int64_t>(tensor), type_of(source_.tensors[tensor].dtype),
                      position, inside);
  }

 private:
  ExprPool& pool_;
  const WeightSource& source_;
  size_t tensors_;
  std::vector<std::vector<Expr>> dims_;
};

Result<QuantFormat> format_of(const WeightSource& source) {
  if (source.tables.size() > source.tensors.size()) return invalid("more tables than tensors");
  const size_t tensors = source.tensors.size() - source.tables.size();
  std::vector<QuantTable> tables;
  for (size_t i = 0; i < source.tables.size(); ++i) {
    const WeightTensor& table = source.tensors[tensors + i];
    tables.push_back({.name = source.tables[i], .dims = table.dims, .dtype = table.dtype});
  }
  TENON_TRY_ASSIGN(QuantFormat format, parse_quant_code(source.code, tables));
  if (format.tensors.size() < tensors || (format.tensors.size() > tensors && !tables.empty())) {
    return invalid("{} tensors, format {} has {}", tensors, format.name, format.tensors.size());
  }
  return format;
}

}  // namespace

Result<WeightSource> weight_source(const NodeView& node, const KernelConstants& constants,
                                   size_t first, int64_t rows) {
  WeightSource source = {.rows = rows,
                         .tensors = {},
                         .code = std::string(node.attr_string("code", "")),
                         .tables = texts(node, "tables")};
  const std::vector<std::string> names = texts(node, "options");
  const std::vector<double> values = reals(node, "values");
  for (size_t i = 0; i < std::min(names.size(), values.size()); ++i) {
    source.options[names[i]] = values[i];
  }
  for (size_t i = first; i < node.own_inputs(); ++i) {
    TENON_TRY_ASSIGN(WeightTensor made, tensor(node, constants, i));
    source.tensors.push_back(std::move(made));
  }
  const size_t needed = source.code.empty() ? 1 : source.tables.size() + 1;
  // Operands that were left out may follow.
  while (source.tensors.size() > needed && source.tensors.back().dtype == DType::none) {
    source.tensors.pop_back();
  }
  if (source.tensors.size() < needed) return invalid("no weights");
  const std::vector<int64_t>& dims = source.tensors[0].dims;
  if (!source.code.empty() && node.attr_int("columns", 0) > 0) {
    source.columns = node.attr_int("columns", 0);
  } else if (dims.size() == 2) {
    source.columns = dims[1];
  }
  if (source.code.empty() && (dims.size() != 2 || dims[0] != rows)) {
    return invalid("weights of rank {} for {} outputs", dims.size(), rows);
  }
  return source;
}

Result<WeightRows> WeightRows::open(const WeightSource& source) {
  WeightRows made(source);
  if (!source.code.empty()) TENON_TRY(made.compile());
  return made;
}

Status WeightRows::compile() {
  TENON_TRY_ASSIGN(format_, format_of(*source_));
  ExprPool pool;
  Reader reader(pool, *source_, format_->tensors.size());
  const QuantPlace place = {.n = pool.coordinate(0),
                            .k = pool.coordinate(1),
                            .outputs = pool.integer(source_->rows),
                            .inputs = pool.integer(source_->columns),
                            .options = source_->options};
  TENON_TRY_ASSIGN(const QuantParts parts, quant_parts(pool, *format_, reader, place));
  TENON_TRY_ASSIGN(StripProgram program,
                   StripProgram::compile(pool.rows(), parts.value.id(), source_->tensors.size()));
  program_ = std::move(program);
  for (const WeightTensor& tensor : source_->tensors) {
    const size_t width = std::max<size_t>(element_bytes(tensor.dtype), 1);
    operands_.push_back(
        {tensor.bytes.data(), tensor.dtype, static_cast<int64_t>(tensor.bytes.size() / width)});
  }
  return {};
}

void WeightRows::read(int64_t row, int64_t begin, int64_t end, float* to) const {
  const int64_t first = row * source_->columns + begin, count = end - begin;
  if (program_) {
    const int64_t dims[] = {source_->rows, source_->columns};
    // The program stores elements at their places in the whole matrix.
    const auto bytes = static_cast<uintptr_t>(first) * sizeof(float);
    void* const whole = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(to) - bytes);
    program_->run(operands_, {}, dims, DType::f32, whole, first, first + count);
    return;
  }
  const WeightTensor& tensor = source_->tensors[0];
  const std::byte* const data = tensor.bytes.data();
  if (tensor.dtype == DType::f32) {
    std::memcpy(to, data + first * 4, static_cast<size_t>(count) * 4);
    return;
  }
  panels().widen(reinterpret_cast<const uint16_t*>(data) + first, tensor.dtype == DType::bf16,
                 count, to);
}

}  // namespace tenon::cpu
