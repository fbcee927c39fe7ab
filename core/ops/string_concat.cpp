// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (!c.value(0).ranked || !c.value(1).ranked) {
    c.output_of_any_rank(0, DType::string);
    return {};
  }
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.broadcast(c.dims(0), c.dims(1)));
  c.output(0, DType::string, dims);
  return {};
}

using Dims = std::vector<int64_t>;

Result<Dims> broadcast(const Dims& a, const Dims& b) {
  Dims dims = a.size() >= b.size() ? a : b;
  const Dims& shorter = a.size() >= b.size() ? b : a;
  const size_t offset = dims.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& dim = dims[offset + i];
    if (dim == shorter[i] || shorter[i] == 1) continue;
    if (dim != 1) return invalid("extents {} and {} do not broadcast", dim, shorter[i]);
    dim = shorter[i];
  }
  return dims;
}

// Where element `flat` of a tensor of `dims` reads in one of `from` that is broadcast to it.
size_t place_in(const Dims& from, const Dims& dims, int64_t flat) {
  int64_t place = 0, stride = 1;
  for (size_t i = dims.size(); i-- > 0 && i + from.size() >= dims.size();) {
    const int64_t extent = from[i + from.size() - dims.size()];
    if (extent != 1) place += flat % dims[i] * stride;
    stride *= extent;
    flat /= dims[i];
  }
  return static_cast<size_t>(place);
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const std::vector<std::string_view> a, c.text_input(0));
  TENON_TRY_ASSIGN(const std::vector<std::string_view> b, c.text_input(1));
  const Dims& a_dims = c.input(0).tensor.dims;
  const Dims& b_dims = c.input(1).tensor.dims;
  TENON_TRY_ASSIGN(const Dims dims, broadcast(a_dims, b_dims));
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::string, dims));
  auto* numbers = reinterpret_cast<int32_t*>(made.data.get());
  std::string text;
  for (int64_t i = 0; i < made.elements(); ++i) {
    text = a[place_in(a_dims, dims, i)];
    text += b[place_in(b_dims, dims, i)];
    numbers[i] = c.strings().add(text);
    if (i % 4096 == 0) TENON_TRY(c.poll());
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op string_concat() {
  return {
      .name = "StringConcat",
      .doc = "Texts of both inputs one behind the other, broadcast.",
      .inputs = {{"x", "string"}, {"y", "string"}},
      .outputs = {{"z", "string"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
