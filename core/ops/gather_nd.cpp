// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// The number of data axes that one row of indices addresses.
Result<int64_t> depth(const NodeContext& c) {
  if (c.rank(0) < 1 || c.rank(1) < 1) return invalid("a scalar operand, expected rank 1 or more");
  const Expr depth = c.dim(1, -1);
  const int64_t batch = c.integer("batch_dims", 0);
  if (!depth.is_constant()) return unsupported("the last size of the indices is not constant");
  if (batch < 0 || batch >= c.rank(1) || depth.constant() < 1 ||
      depth.constant() > c.rank(0) - batch) {
    return invalid("rows of {} indices with {} batch axes into data of rank {}", depth.constant(),
                   batch, c.rank(0));
  }
  return depth.constant();
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t count, depth(c));
  const int64_t batch = c.integer("batch_dims", 0);
  for (int64_t i = 0; i < batch; ++i) {
    TENON_TRY(c.require_equal(c.dim(0, i), c.dim(1, i), "batch sizes of data and indices"));
  }
  std::vector<Expr> dims(c.dims(1).begin(), c.dims(1).end() - 1);
  dims.insert(dims.end(), c.dims(0).begin() + batch + count, c.dims(0).end());
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr element(ElementContext& c) {
  const Result<int64_t> count = depth(c);
  if (!count.ok()) return c.fail(count.status());
  const int64_t batch = c.integer("batch_dims", 0);
  const Index out = c.output_index();
  Index row(out.begin(), out.begin() + c.rank(1) - 1);
  row.push_back(c.number(0));
  Index index(out.begin(), out.begin() + batch);
  for (int64_t i = 0; i < *count; ++i) {
    row.back() = c.number(i);
    index.push_back(wrap_index(as_index(c.load(1, row)), c.dim(0, batch + i)));
  }
  index.insert(index.end(), out.begin() + c.rank(1) - 1, out.end());
  return c.load(0, index);
}

}  // namespace

Op gather_nd() {
  return {
      .name = "GatherND",
      .doc = "Slices of the data, each addressed by a row of indices.",
      .inputs = {{"data"}, {"indices", "i64"}},
      .outputs = {{"output"}},
      .attributes = {{"batch_dims", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 4, 2}},
                              {.dims = {2, 2}, .dtype = DType::i64, .values = {0, 1, -1, 3}}}},
                  {.inputs = {{.dims = {2, 3, 2}},
                              {.dims = {2, 1}, .dtype = DType::i64, .values = {1, 2}}},
                   .attributes = {{"batch_dims", 1}}}},
  };
}

}  // namespace tenon::ops
