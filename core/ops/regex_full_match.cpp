// SPDX-License-Identifier: Apache-2.0
#include "core/base/pattern.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const Pattern pattern, Pattern::compile(c.text("pattern", "")));
  TENON_TRY_ASSIGN(const std::vector<std::string_view> texts, c.text_input(0));
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::boolean, c.input(0).tensor.dims));
  for (size_t i = 0; i < texts.size(); ++i) {
    made.data.get()[i] = std::byte{pattern.matches(texts[i])};
    if (i % 256 == 0) TENON_TRY(c.poll());
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op regex_full_match() {
  return {
      .name = "RegexFullMatch",
      .doc = "Whether the whole text matches the pattern, in the syntax of RE2.",
      .inputs = {{"x", "string"}},
      .outputs = {{"y", "bool"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(Pattern::compile(c.text("pattern", "")).status());
        output_like_input(c, 0, DType::boolean);
        return {};
      },
      .host = run,
  };
}

}  // namespace tenon::ops
