// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/epilogue.h"
#include "plugins/backends/cpu/level_tests.h"
#include "sdk/kernels/program.h"
#include "sdk/testing/blob_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>

// Tiles of a [6, 50] result that ends with different formulas, in pieces of 2 rows and 16 columns.
namespace tenon::cpu {
namespace {

constexpr int64_t rows = 6, columns = 50, stride = 20;

struct Ended {
  std::vector<float> output;
  bool is_empty = false;
};

// formula: of the result, a row of 50 and a tensor of the output's dims; null for a node without.
Ended ended(const std::function<Expr(Expr, Expr, Expr)>& formula, std::vector<float>& result,
            std::vector<float>& row, std::vector<float>& other) {
  testing::BlobWriter writer;
  const uint32_t a = writer.input(DType::f32, {rows, 8}),
                 b = writer.input(DType::f32, {8, columns});
  const uint32_t x = writer.input(DType::f32, {columns});
  const uint32_t z = writer.input(DType::f32, {rows, columns});
  const uint32_t y = writer.value(DType::f32, {rows, columns});
  ExprPool& pool = writer.exprs();
  if (formula) {
    const Expr root = formula(pool.load(0, Type::f32), pool.load(1, Type::f32, pool.coordinate(1)),
                              pool.load(2, Type::f32));
    writer.node("tenon.fused.MatMul", {a, b, x, z}, {y}, {testing::integer("epilogue", 2)},
                static_cast<uint32_t>(root.id()));
  } else {
    writer.node("MatMul", {a, b}, {y});
  }
  writer.output(y);
  const std::vector<uint64_t> blob = writer.finish();
  const GraphView graph(reinterpret_cast<const tenon_graph*>(blob.data()));
  const NodeView node(graph, graph.node(0));
  Ended ended{.output = std::vector<float>(rows * columns)};

  const auto operand = [](std::vector<int64_t> dims, std::vector<float>& data) {
    KernelOperand made{.dtype = DType::f32, .dims = std::move(dims)};
    made.elements = static_cast<int64_t>(data.size());
    made.place = {.kind = KernelPlace::Kind::constant,
                  .data = reinterpret_cast<const std::byte*>(data.data())};
    return made;
  };
  std::vector<float> unread;
  kernels::BoundStep step;
  step.inputs = {operand({rows, 8}, unread), operand({8, columns}, unread)};
  if (formula) step.inputs.push_back(operand({columns}, row));
  if (formula) step.inputs.push_back(operand({rows, columns}, other));
  step.outputs = {operand({rows, columns}, ended.output)};

  const Result<Epilogue> epilogue = Epilogue::make(node);
  EXPECT_TRUE(epilogue.ok()) << epilogue.status().message();
  ended.is_empty = epilogue->empty();
  const KernelSizes sizes(node, {}, step.inputs, step.outputs, {});
  const Result<BoundEpilogue> bound = epilogue->bind(sizes, 1);
  EXPECT_TRUE(bound.ok()) << bound.status().message();
  const kernels::Bound program = {};
  const tenon_run run = {};
  kernels::Frame frame{program, run, nullptr};
  const KernelArguments arguments(step, frame, 0);
  for (int64_t r = 0; r < rows; r += 2) {
    for (int64_t c = 0; c < columns; c += 16) {
      const int64_t wide = std::min<int64_t>(16, columns - c);
      float tile[2 * stride];
      for (int64_t i = 0; i < 2 * wide; ++i) {
        tile[i / wide * stride + i % wide] =
            result[static_cast<size_t>((r + i / wide) * columns + c + i % wide)];
      }
      bound->apply(arguments, tile, stride, r, 2, c, wide);
    }
  }
  return ended;
}

TEST(CpuEpilogue, tiles_end_in_their_places) {
  std::vector<float> result(rows * columns), row(columns), other(rows * columns);
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<float>(i % 17) - 8;
    other[i] = static_cast<float>(i % 7) * 0.5F;
    row[i % columns] = static_cast<float>(i % columns) * 0.1F;
  }
  for_each_level([&] {
    const Ended stored = ended(nullptr, result, row, other);
    EXPECT_TRUE(stored.is_empty);
    EXPECT_EQ(stored.output, result);
    const Ended summed = ended([](Expr x, Expr, Expr z) { return z + x; }, result, row, other);
    const Ended further = ended([](Expr, Expr b, Expr z) { return z + b; }, result, row, other);
    const Ended doubled = ended([](Expr x, Expr, Expr) { return x + x; }, result, row, other);
    const Ended all =
        ended([](Expr x, Expr b, Expr z) { return maximum(x + b, x - x) * z; }, result, row, other);
    EXPECT_FALSE(summed.is_empty);
    for (size_t i = 0; i < result.size(); ++i) {
      ASSERT_EQ(summed.output[i], result[i] + other[i]) << i;
      ASSERT_EQ(further.output[i], row[i % columns] + other[i]) << i;
      ASSERT_EQ(doubled.output[i], result[i] + result[i]) << i;
      ASSERT_EQ(all.output[i], std::fmax(result[i] + row[i % columns], 0.F) * other[i]) << i;
    }
  });
}

}  // namespace
}  // namespace tenon::cpu
