// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include <algorithm>
#include <limits>

namespace tenon::ops {
namespace {

constexpr std::string_view spaces = " \t\n\v\f\r";

// Parts between runs of spaces; none at the ends. The last of too many keeps its spaces inside.
std::vector<std::string> by_spaces(std::string_view text, size_t most) {
  std::vector<std::string> parts;
  while (true) {
    const size_t begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) return parts;
    text.remove_prefix(begin);
    const size_t end = std::min(text.find_first_of(spaces), text.size());
    if (parts.size() == most) {
      parts.emplace_back(text.substr(0, text.find_last_not_of(spaces) + 1));
      return parts;
    }
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Parts between delimiters, empty ones too.
std::vector<std::string> by_delimiter(std::string_view text, std::string_view delimiter,
                                      size_t most) {
  std::vector<std::string> parts;
  while (parts.size() < most) {
    const size_t end = text.find(delimiter);
    if (end == std::string_view::npos) break;
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  parts.emplace_back(text);
  return parts;
}

Status infer(InferContext& c) {
  output_like_input(c, 0, DType::string, 1);
  output_like_input(c, 1, DType::i64);
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const std::vector<std::string_view> texts, c.text_input(0));
  const std::string delimiter = c.text("delimiter", "");
  const int64_t limit = c.integer("maxsplit", -1);
  const size_t most = limit < 0 ? std::numeric_limits<size_t>::max() : static_cast<size_t>(limit);
  std::vector<std::vector<std::string>> rows;
  for (const std::string_view text : texts) {
    rows.push_back(delimiter.empty() ? by_spaces(text, most) : by_delimiter(text, delimiter, most));
  }
  const std::vector<int64_t>& dims = c.input(0).tensor.dims;
  TENON_TRY_ASSIGN(HostTensor parts, text_rows(c, dims, rows, ""));
  TENON_TRY_ASSIGN(HostTensor counts, make_tensor(DType::i64, dims));
  auto* count = reinterpret_cast<int64_t*>(counts.data.get());
  for (const std::vector<std::string>& row : rows) *count++ = static_cast<int64_t>(row.size());
  c.output(0, std::move(parts));
  c.output(1, std::move(counts));
  return {};
}

}  // namespace

Op string_split() {
  return {
      .name = "StringSplit",
      .doc =
          "The parts of each text between delimiters or runs of spaces along a new axis, short "
          "rows filled with empty texts, and how many parts each has.",
      .inputs = {{"x", "string"}},
      .outputs = {{"y", "string"}, {"z", "i64"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
