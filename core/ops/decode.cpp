// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"
#include "tenon/quant_format.h"

namespace tenon::ops {
namespace {

constexpr int64_t most_extent = int64_t{1} << 40;

// The format that the node carries. Tables are its last inputs.
Result<QuantFormat> format_of(const NodeContext& c) {
  const std::vector<std::string> names = c.texts("tables");
  if (names.size() >= c.inputs()) {
    return invalid("{} inputs, expected {} tables behind tensors", c.inputs(), names.size());
  }
  std::vector<QuantTable> tables;
  for (size_t i = 0; i < names.size(); ++i) {
    const size_t input = c.inputs() - names.size() + i;
    if (!c.has(input)) return invalid("table \"{}\" is missing", names[i]);
    QuantTable table = {.name = names[i], .dims = {}, .dtype = c.dtype(input)};
    for (const Expr& dim : c.dims(input)) {
      if (!dim.is_constant()) return invalid("table \"{}\" has no constant size", names[i]);
      table.dims.push_back(dim.constant());
    }
    tables.push_back(std::move(table));
  }
  TENON_TRY_ASSIGN(QuantFormat format, parse_quant_code(c.text("code", ""), tables));
  // Tensors that are left out at the end need no place.
  const size_t expected = format.tensors.size() + names.size();
  if (c.inputs() > expected || (c.inputs() < expected && !names.empty())) {
    return invalid("{} inputs, but format {} has {} tensors and {} tables", c.inputs(), format.name,
                   format.tensors.size(), names.size());
  }
  for (size_t i = 0; i < format.tensors.size(); ++i) {
    if (!format.tensors[i].optional && !c.has(i)) {
      return invalid("input {} ({}) is missing", i, format.tensors[i].name);
    }
  }
  return format;
}

Status infer_blocks(InferContext& c, const QuantFormat& format) {
  if (c.dtype(0) != DType::u8) {
    return invalid("blocks of type {}, expected u8", name_of(c.dtype(0)));
  }
  if (c.rank(0) < 1) return invalid("blocks of rank 0, expected at least 1");
  std::vector<Expr> dims = c.dims(0);
  TENON_TRY(c.require_equal(dims.back() % format.bytes, c.number(0),
                            fmt::format("bytes of a row that {} leaves over", format.name)));
  dims.back() = floor_div(dims.back(), c.number(format.bytes)) * format.block;
  c.output(0, DType::f32, std::move(dims));
  return {};
}

// Weights are a matrix, or matrices stacked along axes that every tensor has in front.
Status infer_packed(InferContext& c, const QuantFormat& format) {
  const int64_t rows = c.integer("rows", 0), columns = c.integer("columns", 0);
  const int64_t stacked = c.integer("stacked", 0);
  if (rows < 1 || columns < 1 || rows > most_extent || columns > most_extent) {
    return invalid("attributes rows {} and columns {}, expected sizes", rows, columns);
  }
  std::vector<Expr> dims;
  for (size_t i = 0; i < format.tensors.size(); ++i) {
    if (!c.has(i)) continue;
    if (stacked < 0 || stacked > c.rank(i)) {
      return invalid("input {} ({}) of rank {} is stacked along {} axes", i, format.tensors[i].name,
                     c.rank(i), stacked);
    }
    const auto begin = c.dims(i).begin();
    if (dims.empty()) dims.assign(begin, begin + stacked);
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      TENON_TRY(c.require_equal(dims[axis], c.dims(i)[axis], "stacked matrices"));
    }
  }
  dims.push_back(c.number(rows));
  dims.push_back(c.number(columns));
  c.output(0, DType::f32, std::move(dims));
  return {};
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const QuantFormat format, format_of(c));
  return format.is_packed() ? infer_packed(c, format) : infer_blocks(c, format);
}

class Reader : public QuantReader {
 public:
  Reader(ElementContext& c, const QuantFormat& format)
      : c_(c), tensors_(format.tensors.size()), dims_(tensors_) {
    const auto stacked = static_cast<size_t>(format.is_packed() ? c.integer("stacked", 0) : 0);
    const Index index = c.output_index();
    stack_.assign(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(stacked));
    row_.assign(index.begin(), index.empty() ? index.begin() : index.end() - 1);
    for (size_t i = 0; i < tensors_; ++i) {
      if (!c.has(i)) continue;
      dims_[i].assign(c.dims(i).begin() + static_cast<std::ptrdiff_t>(stacked), c.dims(i).end());
    }
  }

  Expr byte(Expr position, Expr inside) override {
    Index index = row_;
    index.push_back(position);
    return load_where(0, index, inside);
  }
  bool has(size_t tensor) const override { return c_.has(tensor); }
  const std::vector<Expr>& dims(size_t tensor) const override { return dims_[tensor]; }
  Expr load(size_t tensor, std::span<const Expr> index, Expr inside) override {
    Index all = stack_;
    all.insert(all.end(), index.begin(), index.end());
    return load_where(tensor, all, inside);
  }
  Expr table(size_t table, Expr position, Expr inside) override {
    const auto operand = static_cast<int64_t>(tensors_ + table);
    return c_.pool().load(operand, type_of(c_.dtype(tensors_ + table)), position, inside);
  }

 private:
  Expr load_where(size_t input, const Index& index, Expr inside) const {
    return inside.valid() ? c_.load(input, index, inside, Expr()) : c_.load(input, index);
  }

  ElementContext& c_;
  size_t tensors_;
  std::vector<std::vector<Expr>> dims_;
  Index stack_, row_;
};

Expr element(ElementContext& c) {
  const Result<QuantFormat> format = format_of(c);
  if (!format.ok()) return c.fail(format.status());
  Reader reader(c, *format);
  QuantPlace place = {.n = c.coordinate(-2),
                      .k = c.coordinate(-1),
                      .outputs = c.output_dim(-2),
                      .inputs = c.output_dim(-1)};
  if (c.output_rank() < 2) place.n = c.number(0);
  const std::vector<std::string> names = c.texts("options");
  const std::vector<double> values = c.reals("values", {});
  for (size_t i = 0; i < names.size() && i < values.size(); ++i) {
    place.options[names[i]] = values[i];
  }
  const Result<QuantParts> parts = quant_parts(c.pool(), *format, reader, place);
  return parts.ok() ? parts->value : c.fail(parts.status().at("format " + format->name));
}

constexpr const char* sample_blocks = R"(format blocks block 32 bytes 18
code = u(16 + 8 * (e % 16) + 4 * (e / 16), 4) - 8
scale = f16(0)
)";

constexpr const char* sample_fields = R"(format fields block 16 bytes 13
x = table[u(5 * e, 5) % 3] + s(80 + e % 3, 3)
code = x * exp2(u(88, 4) - 8)
scale = 0.5 + parity(u(80 + e % 8, 9))
min = bf16(80) * 0.0
)";

constexpr const char* sample_packed = R"(format packed of words, zeros, scales, order?
option bits = bits
g = given(order) ? order[k] : k * dim(scales, 0) / in
code = rows(words, n, k * bits, bits)
zero = cols(zeros, g, n * bits, bits)
scale = scales[g, n]
)";

Sample packed_sample() {
  const std::vector<double> order = {0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1,
                                     0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 2};
  return {.inputs = {{.dims = {2, 3, 5}, .dtype = DType::i32, .low = -2e9, .high = 2e9},
                     {.dims = {2, 2, 1}, .dtype = DType::i32, .low = -2e9, .high = 2e9},
                     {.dims = {2, 2, 5}, .dtype = DType::f16},
                     {.dims = {2, 32}, .dtype = DType::i32, .values = order}},
          .attributes = {{"format", "packed"},
                         {"code", sample_packed},
                         {"rows", 5},
                         {"columns", 32},
                         {"stacked", 1},
                         {"options", std::vector<std::string>{"bits"}},
                         {"values", std::vector<double>{3}}}};
}

}  // namespace

Op decode() {
  Sample packed = packed_sample();
  Sample unordered = packed;
  packed.inputs[3].values.insert(packed.inputs[3].values.end(), packed.inputs[3].values.begin(),
                                 packed.inputs[3].values.end());
  unordered.inputs[3] = {.omitted = true};
  return {
      .name = "Decode",
      .domain = "tenon",
      .doc =
          "Weights as numbers, from tensors in a quantization format: `code` is the format's text, "
          "`tables` names the last inputs, which it looks up.",
      .inputs = {{"tensors", "numeric", variadic_operand}},
      .outputs = {{"y", "f32"}},
      .attributes = {{"format", ""}, {"stacked", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 36}, .dtype = DType::u8, .low = 0, .high = 60}},
                   .attributes = {{"format", "blocks"}, {"code", sample_blocks}}},
                  {.inputs = {{.dims = {2, 26}, .dtype = DType::u8, .low = 0, .high = 100},
                              {.dims = {3}, .dtype = DType::i8, .values = {-3, 7, 100}}},
                   .attributes = {{"format", "fields"},
                                  {"code", sample_fields},
                                  {"tables", std::vector<std::string>{"table"}}}},
                  std::move(packed),
                  std::move(unordered)},
  };
}

}  // namespace tenon::ops
