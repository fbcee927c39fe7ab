// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

struct Range {
  int64_t begin, end;
};

Range chosen(const NodeContext& c) {
  const int64_t rank = c.rank(0);
  const auto place = [&](int64_t position) {
    return std::clamp(position < 0 ? position + rank : position, int64_t{0}, rank);
  };
  const int64_t begin = place(c.integer("start", 0));
  return {begin, std::max(begin, place(c.integer("end", rank)))};
}

}  // namespace

Op shape() {
  return {
      .name = "Shape",
      .doc = "The dims from axis start to before axis end.",
      .inputs = {{"data"}},
      .outputs = {{"shape", "i64"}},
      .infer = [](InferContext& c) -> Status {
        const Range range = chosen(c);
        c.output(0, DType::i64, {c.number(range.end - range.begin)});
        return {};
      },
      .element =
          [](ElementContext& c) {
            const Range range = chosen(c);
            Expr element = c.number(0);
            for (int64_t axis = range.end - 1; axis >= range.begin; --axis) {
              const Expr here = c.coordinate(0) == axis - range.begin;
              const bool last = axis == range.end - 1;
              element = last ? c.dim(0, axis) : select(here, c.dim(0, axis), element);
            }
            return element;
          },
      .samples = {{.inputs = {{.dims = {3, 5, 2}}}},
                  {.inputs = {{.dims = {3, 5, 2}}}, .attributes = {{"start", 1}, {"end", -1}}}},
  };
}

}  // namespace tenon::ops
