// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

// Compact: one work-group. Each thread counts a run of its own, sums what the threads before it
// have counted, and writes its positions behind theirs.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 128;

class Compact {
 public:
  explicit Compact(const Work& work)
      : work_(work), draft_(work.island(), work.name(), {threads, 1, 1}), b_(draft_.builder()) {}

  Kernels run() {
    x_ = work_.read(draft_, 0);
    const bool has_positions = work_.has_output(0);
    kir::Tensor positions;
    kir::Tensor count;
    if (has_positions) positions = work_.write(draft_, 0);
    if (work_.has_output(1)) count = work_.write(draft_, 1);
    const Value elements = draft_.argument(work_.island().elements(work_.input(0)));
    const Value run = (elements + (threads - 1.0)) / threads;
    const Value self = b_.local(0);
    const Value begin = b_.binary(kir::Op::min, self * run, elements);
    const Value end = begin + b_.binary(kir::Op::min, run, elements - begin);
    const kir::Shared counts = b_.shared(Type::i32, threads);
    b_.store(counts, self, count_of(begin, end));
    b_.barrier();
    const Value before = sum_of_counts(counts, self);
    const Value total = sum_of_counts(counts, b_.integer(threads));
    if (has_positions) {
      write_positions(positions, begin, end, before);
      b_.loop(total + self, elements, b_.integer(threads),
              [&](Value i) { kir::store_element(positions, i, b_.integer(0, Type::i64)); });
    }
    if (work_.has_output(1)) {
      b_.when(self == 0,
              [&] { kir::store_element(count, b_.integer(0), b_.cast(total, Type::i64)); });
    }
    Kernels kernels;
    kernels.list.push_back(draft_.finish(work_.island().pool().integer(threads)));
    return kernels;
  }

 private:
  Value is_set(Value i) {
    const Value x = kir::load_element(x_, i);
    return x.type() == Type::boolean ? x : x != b_.integer(0, x.type());
  }

  Value count_of(Value begin, Value end) {
    const kir::Variable found = b_.variable(b_.integer(0));
    b_.loop(begin, end, b_.integer(1),
            [&](Value i) { b_.set(found, b_.get(found) + b_.cast(is_set(i), Type::i32)); });
    return b_.get(found);
  }

  Value sum_of_counts(kir::Shared counts, Value limit) {
    const kir::Variable sum = b_.variable(b_.integer(0));
    b_.loop(b_.integer(0), limit, b_.integer(1),
            [&](Value i) { b_.set(sum, b_.get(sum) + b_.load(counts, i)); });
    return b_.get(sum);
  }

  void write_positions(kir::Tensor positions, Value begin, Value end, Value before) {
    const kir::Variable to = b_.variable(before);
    b_.loop(begin, end, b_.integer(1), [&](Value i) {
      b_.when(is_set(i), [&] {
        const Value place = b_.get(to);
        kir::store_element(positions, place, b_.cast(i, Type::i64));
        b_.set(to, place + 1);
      });
    });
  }

  const Work& work_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor x_;
};

}  // namespace

Result<Kernels> compact(const Work& work) {
  if (!work.has_input(0)) return invalid("Compact: input 0 is missing");
  if (work.island().limits().max_group < threads) {
    return work.refuse("the device's work-groups have fewer than 128 threads");
  }
  return Compact(work).run();
}

}  // namespace tenon::kernelgen
