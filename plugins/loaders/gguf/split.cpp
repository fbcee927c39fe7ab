// SPDX-License-Identifier: Apache-2.0
#include "split.h"

namespace tenon::gguf {
namespace {

constexpr int64_t most_parts = 10'000;

// "-00001-of-00003.gguf"
std::string ending(int64_t no, int64_t count) {
  return fmt::format("-{:05}-of-{:05}.gguf", no + 1, count);
}

}  // namespace

std::string Split::name_of(uint32_t no) const { return stem + ending(no, count); }

Result<Split> split_of(const Header& header, std::string_view file_name) {
  TENON_TRY_ASSIGN(const int64_t count, header.integer("split.count", 1));
  TENON_TRY_ASSIGN(const int64_t no, header.integer("split.no", 0));
  if (count < 0 || count > most_parts) {
    return corrupt("\"split.count\" is {}, expected 1 to {}", count, most_parts);
  }
  if (count <= 1 && no == 0) return Split();
  if (no != 0) {
    return invalid("this is part {} of {}; open the first part, \"...{}\"", no + 1, count,
                   ending(0, count));
  }
  const std::string expected = ending(0, count);
  if (!file_name.ends_with(expected)) {
    return invalid(
        "this is the first of {} parts, but is named \"{}\"; the names of parts end like \"{}\"",
        count, file_name, expected);
  }
  file_name.remove_suffix(expected.size());
  return Split{static_cast<uint32_t>(count), std::string(file_name)};
}

Status check_part(const Header& header, const Split& split, uint32_t no) {
  TENON_TRY_ASSIGN(const int64_t found, header.integer("split.no"));
  if (found != no) return corrupt("\"split.no\" is {}, its name says {}", found, no);
  TENON_TRY_ASSIGN(const int64_t count, header.integer("split.count", split.count));
  if (count == split.count) return {};
  return corrupt("\"split.count\" is {}, in the first part {}", count, split.count);
}

Status check_total(const Header& first, uint64_t tensors) {
  const auto found = static_cast<int64_t>(tensors);
  TENON_TRY_ASSIGN(const int64_t promised, first.integer("split.tensors.count", found));
  if (found == promised) return {};
  return corrupt("\"split.tensors.count\" is {}, the parts hold {}", promised, found);
}

}  // namespace tenon::gguf
