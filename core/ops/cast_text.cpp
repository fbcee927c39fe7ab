// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include "tenon/strip_vm.h"

#include <charconv>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const auto to = static_cast<DType>(c.integer("to", 0));
  for (const DType dtype : {c.dtype(0), to}) {
    if (facts(dtype).kind != DTypeClass::complex) continue;
    return unsupported("a cast from {} to {}", name_of(c.dtype(0)), name_of(to));
  }
  if (facts(to).kind == DTypeClass::none) {
    return invalid("attribute to: type {} is unknown", c.integer("to", 0));
  }
  output_like_input(c, 0, to);
  return {};
}

std::string written(const HostTensor& x, int64_t at) {
  if (x.dtype == DType::f64) return text_of(load_float(x.data.get(), x.dtype, at));
  if (is_float(x.dtype)) {
    return text_of(static_cast<float>(load_float(x.data.get(), x.dtype, at)));
  }
  const int64_t number = load_integer(x.data.get(), x.dtype, at);
  if (x.dtype == DType::u64) return fmt::format("{}", static_cast<uint64_t>(number));
  return fmt::format("{}", number);
}

Status read(std::string_view text, HostTensor& made, int64_t at) {
  if (is_float(made.dtype)) {
    TENON_TRY_ASSIGN(const double number, real_of(text));
    store_float(made.data.get(), made.dtype, at, number);
    return {};
  }
  if (made.dtype == DType::boolean) {
    const std::string word = lower(text);
    if (word == "true" || word == "false") {
      store_integer(made.data.get(), made.dtype, at, word == "true" ? 1 : 0);
      return {};
    }
  }
  TENON_TRY_ASSIGN(const int64_t number, integer_of(text));
  store_integer(made.data.get(), made.dtype, at,
                made.dtype == DType::boolean ? (number != 0 ? 1 : 0) : number);
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostTensor* x, c.tensor_input(0));
  const auto to = static_cast<DType>(c.integer("to", 0));
  if (x->dtype == to) {
    c.output(0, *x);
    return {};
  }
  const int64_t count = x->elements();
  if (to == DType::string) {
    std::vector<std::string> texts;
    for (int64_t i = 0; i < count; ++i) texts.push_back(written(*x, i));
    TENON_TRY_ASSIGN(HostTensor made, c.text_tensor(x->dims, texts));
    c.output(0, std::move(made));
    return {};
  }
  TENON_TRY_ASSIGN(const std::vector<std::string_view> texts, c.text_input(0));
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(to, x->dims));
  for (int64_t i = 0; i < count; ++i) {
    TENON_TRY(read(texts[static_cast<size_t>(i)], made, i));
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op cast_text() {
  return {
      .name = "CastText",
      .domain = "tenon",
      .doc = "Cast from or to texts, which is what it becomes where one side is texts.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
