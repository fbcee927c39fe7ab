// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include <algorithm>
#include <set>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::string action = c.text("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER") {
    return invalid("attribute case_change_action is \"{}\", expected NONE, LOWER or UPPER", action);
  }
  const Value& x = c.value(0);
  if (!x.ranked) {
    c.output_of_any_rank(0, DType::string);
    return {};
  }
  if (x.dims.size() != 1 && x.dims.size() != 2) {
    return invalid("texts of rank {}, expected 1 or 2", x.dims.size());
  }
  if (!c.wants(0)) return {};
  std::vector<Expr> dims = {c.open_extent(0, x.dims.size() - 1)};
  if (x.dims.size() == 2) dims.insert(dims.begin(), c.number(1));
  c.output(0, DType::string, dims);
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const std::vector<std::string_view> texts, c.text_input(0));
  const std::vector<int64_t>& given = c.input(0).tensor.dims;
  if (given.size() == 2 && given[0] != 1) {
    return invalid("{} rows of texts, expected 1", given[0]);
  }
  const bool exact = c.integer("is_case_sensitive", 0) != 0;
  const std::string action = c.text("case_change_action", "NONE");
  std::set<std::string> stopped;
  for (const std::string& word : c.texts("stopwords")) {
    stopped.insert(exact ? word : lower(word));
  }
  std::vector<std::string> kept;
  for (const std::string_view text : texts) {
    if (stopped.contains(exact ? std::string(text) : lower(text))) continue;
    kept.push_back(action == "LOWER"   ? lower(text)
                   : action == "UPPER" ? upper(text)
                                       : std::string(text));
  }
  // A tensor without elements is written as one empty text.
  if (kept.empty()) kept.emplace_back();
  std::vector<int64_t> dims = {static_cast<int64_t>(kept.size())};
  if (given.size() == 2) dims.insert(dims.begin(), 1);
  TENON_TRY_ASSIGN(HostTensor made, c.text_tensor(std::move(dims), kept));
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op string_normalizer() {
  return {
      .name = "StringNormalizer",
      .doc = "Texts without those that are stop words, in small or capital letters if asked.",
      .inputs = {{"x", "string"}},
      .outputs = {{"y", "string"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
