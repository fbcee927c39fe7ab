// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "sort.h"
#include "templates.h"

// SelectBoxes: the boxes of every class in the order of their scores, then one thread a class that
// passes over those that overlap a chosen one.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

struct Box {
  Value x0, y0, x1, y1;
  Value area() const { return (x1 - x0) * (y1 - y0); }
};

Value overlap(const Box& a, const Box& b, Value threshold) {
  const Value width = smaller(a.x1, b.x1) - larger(a.x0, b.x0);
  const Value height = smaller(a.y1, b.y1) - larger(a.y0, b.y0);
  const Value common = width * height;
  const Value together = a.area() + b.area() - common;
  return (width > 0) & (height > 0) & (together > 0) & (common / together > threshold);
}

class SelectBoxes {
 public:
  SelectBoxes(const Work& work, uint32_t order)
      : work_(work),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        boxes_(work.read(draft_, 0)),
        scores_(work.read(draft_, 1)),
        order_(draft_.operand(order, DType::i32, false)),
        selected_(work.write(draft_)) {}

  Generated run() {
    const std::vector<Expr> scores = work_.input_dims(1);
    const Expr rows = scores[0] * scores[1];
    limit_ = threshold(2);
    if (work_.has_input(3)) least_ = threshold(3);
    row_ = b_.thread(0);
    b_.when(row_ < draft_.argument(rows), [&] {
      count_ = draft_.argument(scores[2]);
      most_ = draft_.argument(work_.output_dims()[2]);
      batch_ = row_ / draft_.argument(scores[1]);
      one_class();
    });
    return draft_.finish(rows);
  }

 private:
  Value threshold(size_t input) {
    if (!work_.has_input(input)) return b_.real(0);
    return kir::load_element(work_.read(draft_, input), b_.integer(0));
  }

  Box box(Value i) {
    std::vector<Value> at;
    for (int k = 0; k < 4; ++k) {
      at.push_back(kir::load_element(boxes_, (batch_ * count_ + i) * 4 + k));
    }
    if (work_.integer("center_point_box") != 0) {
      return {at[0] - at[2] / 2, at[1] - at[3] / 2, at[0] + at[2] / 2, at[1] + at[3] / 2};
    }
    return {smaller(at[0], at[2]), smaller(at[1], at[3]), larger(at[0], at[2]),
            larger(at[1], at[3])};
  }

  void one_class() {
    const kir::Variable chosen = b_.variable(b_.integer(0));
    const kir::Variable has_room = b_.variable(most_ > 0);
    b_.loop_while(has_room, count_, [&](Value rank) {
      const Value i = kir::load_element(order_, row_ * count_ + rank);
      Value counts = b_.boolean(true);
      if (least_.valid()) counts = kir::load_element(scores_, row_ * count_ + i) > least_;
      b_.when(counts, [&] { choose(i, chosen); });
      b_.set(has_room, b_.get(chosen) < most_);
    });
    b_.loop(b_.get(chosen), most_, b_.integer(1), [&](Value k) {
      kir::store_element(selected_, row_ * most_ + k, b_.integer(-1, Type::i64));
    });
  }

  void choose(Value i, kir::Variable chosen) {
    const Box candidate = box(i);
    const kir::Variable is_free = b_.variable(b_.boolean(true));
    b_.loop_while(is_free, b_.get(chosen), [&](Value k) {
      const Value other = kir::convert(kir::load_element(selected_, row_ * most_ + k), Type::i32);
      b_.set(is_free, !overlap(candidate, box(other), limit_));
    });
    b_.when(b_.get(is_free), [&] {
      const Value place = b_.get(chosen);
      kir::store_element(selected_, row_ * most_ + place, b_.cast(i, Type::i64));
      b_.set(chosen, place + 1);
    });
  }

  const Work& work_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor boxes_, scores_, order_, selected_;
  Value row_, batch_, count_, most_, limit_, least_;
};

// The greatest score first; NaN is the least.
Before by_score(const Work& work, Draft& draft) {
  const kir::Tensor scores = work.read(draft, 1);
  const Value length = draft.argument(work.input_dims(1)[2]);
  return [scores, length](Value segment, Value i, Value j) {
    kir::Builder& b = i.builder();
    const auto key = [&](Value item) {
      const Value score = kir::load_element(scores, segment * length + item);
      return b.select(score == score, score, b.real(-__builtin_inf()));
    };
    return key(i) > key(j);
  };
}

}  // namespace

Result<Kernels> select_boxes(const Work& work) {
  TENON_TRY(work.needs(2));
  const std::vector<Expr> scores = work.input_dims(1);
  if (scores.size() != 3 || work.output_dims().size() != 3) {
    return work.refuse("scores or selected boxes of another rank than 3");
  }
  const Expr rows = scores[0] * scores[1];
  Kernels kernels;
  const uint32_t order = work.temporary(kernels, DType::i32, rows * scores[2]);
  const uint32_t spare = work.temporary(kernels, DType::i32, rows * scores[2]);
  append_sort(work, kernels,
              {.segments = rows,
               .length = scores[2],
               .order = order,
               .spare = spare,
               .dtype = DType::i32,
               .before = [&](Draft& draft) { return by_score(work, draft); }});
  kernels.list.push_back(SelectBoxes(work, order).run());
  return kernels;
}

}  // namespace tenon::kernelgen
