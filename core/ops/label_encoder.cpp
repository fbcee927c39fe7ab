// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/constants.h"
#include "core/ops/framework/mapping.h"
#include "core/ops/op.h"

#include <string>
#include <string_view>

namespace tenon::ops {
namespace {

// One side of the table: a list of one kind, or a tensor.
struct Side {
  DType dtype = DType::none;
  std::vector<int64_t> integers;
  std::vector<double> reals;
  size_t count() const { return is_float(dtype) ? reals.size() : integers.size(); }
};

Result<Side> side_of(const NodeContext& c, std::string_view side) {
  const auto name = [&](std::string_view kind) { return fmt::format("{}_{}", side, kind); };
  Side made;
  if (const Constant* tensor = c.tensor(name("tensor"))) made.dtype = tensor->dtype;
  if (made.dtype == DType::none && c.has_attribute(name("int64s"))) made.dtype = DType::i64;
  if (made.dtype == DType::none && c.has_attribute(name("floats"))) made.dtype = DType::f32;
  if (c.has_attribute(name("strings")) || c.has_attribute("classes_strings")) {
    return unsupported("{} are strings", side);
  }
  if (is_float(made.dtype)) {
    TENON_TRY_ASSIGN(made.reals, reals_of(c, name("tensor")));
    if (made.reals.empty()) made.reals = c.reals(name("floats"), {});
  } else if (is_integer(made.dtype)) {
    TENON_TRY_ASSIGN(made.integers, integers_of(c, name("tensor")));
    if (made.integers.empty()) made.integers = c.integers(name("int64s"), {});
  } else {
    return invalid("attribute {} is missing", name("int64s"));
  }
  return made;
}

// The value of what is not among the keys, added behind the values.
Status add_default(const NodeContext& c, Side& values) {
  if (const Constant* tensor = c.tensor("default_tensor")) {
    if (tensor->elements() != 1) {
      return invalid("default_tensor has {} elements, expected 1", tensor->elements());
    }
  }
  if (is_float(values.dtype)) {
    TENON_TRY_ASSIGN(const std::vector<double> given, reals_of(c, "default_tensor"));
    values.reals.push_back(given.empty() ? c.real("default_float", -0.0) : given.front());
    return {};
  }
  TENON_TRY_ASSIGN(const std::vector<int64_t> given, integers_of(c, "default_tensor"));
  values.integers.push_back(given.empty() ? c.integer("default_int64", -1) : given.front());
  return {};
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Side keys, side_of(c, "keys"));
  TENON_TRY_ASSIGN(const Side values, side_of(c, "values"));
  if (keys.count() != values.count()) {
    return invalid("{} keys and {} values", keys.count(), values.count());
  }
  if (keys.dtype != c.dtype(0)) {
    return invalid("keys of type {} for elements of type {}", name_of(keys.dtype),
                   name_of(c.dtype(0)));
  }
  c.output(0, values.dtype, c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Side keys, side_of(c, "keys"));
  TENON_TRY_ASSIGN(Side values, side_of(c, "values"));
  TENON_TRY(add_default(c, values));
  const ValueId place = is_float(keys.dtype) ? place_of(c, c.input(0), keys.reals)
                                             : place_of(c, c.input(0), keys.integers);
  const ValueId table = is_float(values.dtype) ? vector_constant(c, values.dtype, values.reals)
                                               : vector_constant(c, values.dtype, values.integers);
  c.output(0, c.add("Gather", {table, place}));
  return {};
}

}  // namespace

Op label_encoder() {
  using Integers = std::vector<int64_t>;
  using Reals = std::vector<double>;
  return {
      .name = "LabelEncoder",
      .domain = "ai.onnx.ml",
      .doc = "Each element replaced by the value of its key, or by a default.",
      .inputs = {{"x"}},
      .outputs = {{"y"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i64}},
                   .attributes = {{"keys_int64s", Integers{1, -2, 0}},
                                  {"values_floats", Reals{0.5, 2, -1}},
                                  {"default_float", 9.0}}},
                  {.inputs = {{.dims = {4}, .values = {0.5, 2, -1, 3}}},
                   .attributes = {{"keys_floats", Reals{2, 0.5}},
                                  {"values_int64s", Integers{7, 8}}}}},
  };
}

}  // namespace tenon::ops
