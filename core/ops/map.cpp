// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <map>

namespace tenon::ops {
namespace {

Expr element(ElementContext& c) {
  std::map<std::string, Expr, std::less<>> names;
  const Attributes& attributes = c.node().attributes;
  for (const auto& [name, value] : attributes) {
    if (const auto* real = std::get_if<double>(&value)) names[name] = c.real_number(*real);
    if (const auto* integer = std::get_if<int64_t>(&value)) names[name] = c.number(*integer);
  }
  const auto found = attributes.find("operands");
  const auto* operands =
      found == attributes.end() ? nullptr : std::get_if<std::vector<std::string>>(&found->second);
  if (operands == nullptr || operands->size() != c.inputs()) {
    return c.fail(invalid("attribute operands does not name the {} inputs", c.inputs()));
  }
  for (size_t i = 0; i < operands->size(); ++i) names[(*operands)[i]] = c.load(i);
  Result<Expr> parsed = parse_expr(c.pool(), c.text("formula", ""), names);
  return parsed.ok() ? *parsed : c.fail(parsed.status());
}

Status infer(InferContext& c) {
  std::vector<Expr> dims;
  for (size_t i = 0; i < c.inputs(); ++i) {
    TENON_TRY_ASSIGN(dims, c.broadcast(dims, c.dims(i)));
  }
  const int64_t dtype = c.integer("dtype", 0);
  if (dtype <= 0 || dtype >= TENON_DTYPE_COUNT) return invalid("element type {} is unknown", dtype);
  c.output(0, static_cast<DType>(dtype), dims);
  return {};
}

}  // namespace

Op map() {
  return {
      .name = "Map",
      .doc =
          "Attribute formula over the inputs, named by attribute operands; other numeric "
          "attributes are constants by name. What composites expand to.",
      .inputs = {{"inputs", "any", variadic_operand}},
      .outputs = {{"output"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {3}}},
                   .attributes = {{"formula", "gain * x + y"},
                                  {"operands", std::vector<std::string>{"x", "y"}},
                                  {"gain", 2.0},
                                  {"dtype", int64_t{TENON_F32}}}}},
  };
}

}  // namespace tenon::ops
