// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Output : size_t { tokens, offsets, cumulated, longest, count };

Status infer(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(1) != 1) {
    return invalid("input and lengths of rank {} and {}, expected 3 and 1", c.rank(0), c.rank(1));
  }
  TENON_TRY(c.require_equal(c.dim(0, 0), c.dim(1, 0), "batches"));
  c.output(tokens, c.dtype(0), {c.found_size(count), c.dim(0, 2)});
  c.output(offsets, DType::i32, {c.dim(0, 0), c.dim(0, 1)});
  c.output(cumulated, DType::i32, {c.dim(0, 0) + 1});
  c.output(longest, DType::i32, {c.number(1)});
  return {};
}

Status expand(ExpandContext& c) {
  const std::vector<Expr> dims = c.dims(0);
  const Expr all = dims[0] * dims[1];
  const ValueId lengths = reshape(c, c.input(1), {dims[0], c.number(1)});
  const ValueId token =
      map(c, "s < n", {{"s", count_up(c, dims[1])}, {"n", lengths}}, DType::boolean);
  const Found found = find_nonzero(c, token);
  const ValueId places = slice(c, found.positions, 0, c.number(0), c.found_size(count));
  const ValueId rows = reshape(c, c.input(0), {all, dims[2]});
  c.output(tokens, c.add("Gather", {rows, places}, {{"axis", 0}}));
  // Places of tokens come first, each kind in order.
  const ValueId padding = map(c, "t ? 0 : 1", {{"t", token}}, DType::i32);
  const ValueId order = c.add("SortRows", {reshape(c, padding, {all, c.number(1)})});
  c.output(offsets, c.cast(reshape(c, order, {dims[0], dims[1]}), DType::i32));
  const ValueId sums = c.add("PrefixScan", {c.input(1)}, {{"axis", 0}, {"mode", "sum"}});
  const ValueId zero = c.add("Expand", {c.scalar(0, DType::i32), c.sizes({c.number(1)})});
  c.output(cumulated, c.add("Concat", {zero, c.cast(sums, DType::i32)}, {{"axis", 0}}));
  c.output(longest, reduce(c, "max", c.cast(c.input(1), DType::i32), {0}));
  c.output(count, found.count);
  return {};
}

}  // namespace

Op microsoft_remove_padding() {
  return {
      .name = "RemovePadding",
      .domain = "com.microsoft",
      .doc = "The tokens of a padded batch in one row, and where they were.",
      .inputs = {{"input", "float"}, {"sequence_token_count", "i32"}},
      .outputs = {{"output", "float"},
                  {"token_offset", "i32"},
                  {"cumulated_seq_len", "i32"},
                  {"max_seq_len", "i32"},
                  {"count", "i64", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}},
                              {.dims = {2}, .dtype = DType::i32, .values = {2, 1}}},
                   .outputs = 4}},
  };
}

}  // namespace tenon::ops
