// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/interpreter.h"

#include "tenon/kernelgen/builder.h"

#include <gtest/gtest.h>

#include <string>

namespace tenon::kir {
namespace {

struct Memory {
  std::vector<float> words;
  Argument argument() { return {.data = words.data(), .elements = words.size(), .bits = 0}; }
};

// Reverses 16 floats through shared memory.
Kernel reversal(bool with_barrier) {
  Builder b("reversal", {16, 1, 1});
  const Buffer x = b.buffer(DType::f32, false);
  const Buffer y = b.buffer(DType::f32, true);
  const Shared staged = b.shared(Type::f32, 16);
  const Value i = b.local(0);
  b.store(staged, i, b.load(x, i));
  if (with_barrier) b.barrier();
  b.store(y, i, b.load(staged, b.integer(15) - i));
  return b.finish();
}

Status run(const Kernel& kernel, Memory& x, Memory& y, uint32_t groups = 1) {
  const Argument arguments[] = {x.argument(), y.argument()};
  return interpret(kernel, {groups, 1, 1}, arguments);
}

TEST(Interpreter, runs_a_kernel_with_shared_memory) {
  Memory x{std::vector<float>(16)};
  Memory y{std::vector<float>(16)};
  for (size_t i = 0; i < 16; ++i) x.words[i] = static_cast<float>(i);
  const Status status = run(reversal(true), x, y);
  ASSERT_TRUE(status.ok()) << status.message();
  for (size_t i = 0; i < 16; ++i) EXPECT_EQ(y.words[i], static_cast<float>(15 - i));
}

TEST(Interpreter, finds_a_race_where_a_barrier_is_missing) {
  Memory x{std::vector<float>(16)};
  Memory y{std::vector<float>(16)};
  const Status status = run(reversal(false), x, y);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("race: reads shared element"), std::string::npos)
      << status.message();
}

TEST(Interpreter, finds_a_barrier_that_not_all_threads_reach) {
  Builder b("diverged", {4, 1, 1});
  b.when(b.local(0) < 2, [&] { b.barrier(); });
  const Status status = interpret(b.finish(), {1, 1, 1}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("barrier in divergent flow"), std::string::npos);
}

TEST(Interpreter, finds_access_outside_a_buffer) {
  Builder b("outside", {4, 1, 1});
  const Buffer x = b.buffer(DType::f32, false);
  const Buffer y = b.buffer(DType::f32, true);
  b.store(y, b.thread(0), b.load(x, b.thread(0) + 1));
  Memory in{std::vector<float>(4)};
  Memory out{std::vector<float>(4)};
  const Status status = run(b.finish(), in, out);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("load of element 4 of p0, which has 4"),
            std::string::npos)
      << status.message();
}

TEST(Interpreter, finds_two_groups_that_write_one_element) {
  Builder b("shared_output", {4, 1, 1});
  const Buffer x = b.buffer(DType::f32, false);
  const Buffer y = b.buffer(DType::f32, true);
  b.store(y, b.local(0), b.load(x, b.local(0)));
  Memory in{std::vector<float>(4)};
  Memory out{std::vector<float>(4)};
  const Status status = run(b.finish(), in, out, 2);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("two threads write element 0"), std::string::npos);
}

TEST(Interpreter, finds_signed_overflow_and_division_by_zero) {
  Builder overflow("overflow", {1, 1, 1});
  const Buffer y = overflow.buffer(DType::i32, true);
  const Value n = overflow.scalar(Type::i32);
  overflow.store(y, overflow.integer(0), n + n);
  int32_t word = 0;
  const Argument large[] = {{.data = &word, .elements = 1}, {.bits = 0x7FFFFFFF}};
  EXPECT_NE(
      std::string(interpret(overflow.finish(), {1, 1, 1}, large).message()).find("signed overflow"),
      std::string::npos);

  Builder divides("divides", {1, 1, 1});
  const Buffer z = divides.buffer(DType::i32, true);
  const Value m = divides.scalar(Type::i32);
  divides.store(z, divides.integer(0), m / m);
  const Argument zero[] = {{.data = &word, .elements = 1}, {.bits = 0}};
  EXPECT_NE(
      std::string(interpret(divides.finish(), {1, 1, 1}, zero).message()).find("division by zero"),
      std::string::npos);
}

TEST(Interpreter, runs_loops_and_branches_that_threads_leave_at_different_times) {
  Builder b("sums", {8, 1, 1});
  const Buffer y = b.buffer(DType::i32, true);
  const Value i = b.thread(0);
  const Variable sum = b.variable(b.integer(0));
  b.loop(i, [&](Value k) {
    b.when(
        k % 2 == 0, [&] { b.set(sum, b.get(sum) + k); }, [&] { b.set(sum, b.get(sum) - k); });
  });
  b.store(y, i, b.get(sum));
  std::vector<int32_t> out(8);
  const Argument arguments[] = {{.data = out.data(), .elements = 8}};
  const Status status = interpret(b.finish(), {1, 1, 1}, arguments);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(out, (std::vector<int32_t>{0, 0, -1, 1, -2, 2, -3, 3}));
}

// Collatz: each thread stops at a time of its own.
TEST(Interpreter, runs_loops_that_end_when_a_variable_says_so) {
  Builder b("collatz", {8, 1, 1});
  const Buffer y = b.buffer(DType::i32, true);
  const Variable number = b.variable(b.thread(0) + 1);
  const Variable steps = b.variable(b.integer(0));
  const Variable goes_on = b.variable(b.get(number) != b.integer(1));
  b.loop_while(goes_on, b.integer(1000), [&](Value i) {
    const Value n = b.get(number);
    b.set(number, b.select(n % 2 == 0, n / 2, n * 3 + 1));
    b.set(steps, i + 1);
    b.set(goes_on, b.get(number) != b.integer(1));
  });
  b.store(y, b.thread(0), b.get(steps));
  std::vector<int32_t> out(8);
  const Argument arguments[] = {{.data = out.data(), .elements = 8}};
  const Status status = interpret(b.finish(), {1, 1, 1}, arguments);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(out, (std::vector<int32_t>{0, 1, 7, 2, 5, 8, 16, 3}));
}

TEST(Builder, writes_equal_values_once_and_folds_constants) {
  Builder b("folded", {1, 1, 1});
  const Value n = b.scalar(Type::i32);
  EXPECT_EQ((n + 3).id(), (n + 3).id());
  EXPECT_EQ((n * 1).id(), n.id());
  EXPECT_EQ((b.integer(3) * b.integer(4)).id(), b.integer(12).id());
}

}  // namespace
}  // namespace tenon::kir
