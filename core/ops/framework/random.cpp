// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/random.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"

#include <string>

namespace tenon::ops {
namespace {

Status infer_like(InferContext& c) {
  TENON_TRY_ASSIGN(const DType dtype, wanted_type(c, "dtype", c.dtype(0)));
  c.output(0, dtype, c.dims(0));
  return {};
}

Status infer_shape(InferContext& c) {
  TENON_TRY_ASSIGN(const DType dtype, wanted_type(c, "dtype", DType::f32));
  std::vector<Expr> dims;
  for (const int64_t extent : c.integers("shape", {})) {
    if (extent < 0) return invalid("attribute shape holds {}", extent);
    dims.push_back(c.number(extent));
  }
  c.output(0, dtype, dims);
  return {};
}

ValueId random(ExpandContext& c, const std::vector<Expr>& dims, std::string_view distribution) {
  const auto seed = c.node().attributes.find("seed");
  Attributes attributes = {{"sizes", as_attribute(dims)},
                           {"distribution", std::string(distribution)}};
  if (seed != c.node().attributes.end()) {
    attributes["seed"] = seed->second;
    return c.add("RandomNumbers", {}, std::move(attributes));
  }
  const ValueId fresh = c.add_many("RandomSeed", {}, {}, 1, "tenon").front();
  return c.add("RandomNumbers", {fresh}, std::move(attributes));
}

const Value& made(const ExpandContext& c) { return c.graph().value(c.node().outputs[0]); }

}  // namespace

Result<DType> wanted_type(const NodeContext& c, std::string_view attribute, DType otherwise) {
  if (!c.has_attribute(attribute)) return otherwise;
  const int64_t dtype = c.integer(attribute, 0);
  const auto known = static_cast<DType>(dtype);
  if (dtype <= 0 || dtype >= TENON_DTYPE_COUNT ||
      !(is_float(known) || is_integer(known) || known == DType::boolean)) {
    return invalid("attribute {}: element type {}", attribute, dtype);
  }
  return known;
}

ValueId random_uniform(ExpandContext& c, const std::vector<Expr>& dims) {
  return random(c, dims, "uniform");
}

ValueId random_normal(ExpandContext& c, const std::vector<Expr>& dims) {
  return random(c, dims, "normal");
}

Op random_op(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&)) {
  return {.name = name,
          .doc = doc,
          .inputs = {},
          .outputs = {{"output", "float"}},
          .infer = infer_shape,
          .expand = expand,
          .samples = {{.inputs = {},
                       .attributes = {{"seed", 7.0}, {"shape", std::vector<int64_t>{3, 5}}}}}};
}

Op random_like_op(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&)) {
  return {.name = name,
          .doc = doc,
          .inputs = {{"input"}},
          .outputs = {{"output", "float"}},
          .infer = infer_like,
          .expand = expand,
          .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"seed", 7.0}}}}};
}

Status expand_uniform(ExpandContext& c) {
  const Attributes numbers = {{"low", c.real("low", 0)}, {"high", c.real("high", 1)}};
  const DType dtype = made(c).dtype;
  const ValueId numbers_made = random_uniform(c, made(c).dims);
  c.output(0, map(c, "low + (high - low) * u", {{"u", numbers_made}}, dtype, numbers));
  return {};
}

Status expand_normal(ExpandContext& c) {
  const Attributes numbers = {{"mean", c.real("mean", 0)}, {"scale", c.real("scale", 1)}};
  const DType dtype = made(c).dtype;
  const ValueId numbers_made = random_normal(c, made(c).dims);
  c.output(0, map(c, "mean + scale * n", {{"n", numbers_made}}, dtype, numbers));
  return {};
}

}  // namespace tenon::ops
