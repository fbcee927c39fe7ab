// SPDX-License-Identifier: Apache-2.0
#include "formula.h"
#include "templates.h"

namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 128;

// One thread an element of the output; everything the formula reads is an operand of the node.
class Map {
 public:
  explicit Map(const Work& work)
      : work_(work),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        dims_(work.output_dims()),
        count_(product(work.island().pool(), dims_)),
        has_own_strides_(has_own_strides(work)) {}

  // A formula with strides of its own is the code of one size anyway, so extents stand in its code;
  // others (a bias by channel, a broadcast) share one kernel over all sizes.
  static bool has_own_strides(const Work& work) {
    const std::span<const tenon_expr> rows = work.graph().exprs();
    std::vector<char> reached(rows.size(), 0);
    reached[work.node().formula] = 1;
    for (size_t i = work.node().formula + size_t{1}; i-- > 0;) {
      if (reached[i] == 0) continue;
      const tenon_expr& at = rows[i];
      const bool is_number = at.op == TENON_EXPR_CONST && at.type == TENON_TYPE_I64;
      if (is_number && (at.k > 1 || at.k < -1)) return true;
      for (const int32_t operand : {at.a, at.b, at.c}) {
        if (operand >= 0) reached[static_cast<size_t>(operand)] = 1;
      }
    }
    return false;
  }

  Result<Kernels> run() {
    const kir::Tensor to = work_.write(draft_);
    linear_ = b_.thread(0);
    Status status;
    b_.when(linear_ < draft_.argument(count_), [&] { status = element(to); });
    TENON_TRY(std::move(status));
    kernels_.list.push_back(draft_.finish(count_));
    return std::move(kernels_);
  }

 private:
  Status element(kir::Tensor to) {
    Formula formula(work_, draft_, work_.node(), kernels_.further);
    TENON_TRY_ASSIGN(const Value y,
                     formula.at(linear_, [this](int64_t axis) { return coordinate(axis); }));
    kir::store_element(to, linear_, y);
    return {};
  }

  bool has(int64_t axis) const { return axis >= 0 && static_cast<size_t>(axis) < dims_.size(); }

  // An axis that the output lacks has coordinate 0.
  Value coordinate(int64_t axis) {
    if (!has(axis)) return b_.integer(0);
    const auto at = static_cast<size_t>(axis);
    ExprPool& pool = work_.island().pool();
    const Expr stride = product(pool, std::span(dims_).subspan(at + 1));
    const Value quotient = linear_ / at_least_one(stride);
    return at == 0 ? quotient : quotient % at_least_one(dims_[at]);
  }

  // Empty outputs have no threads, but their code must still be sound.
  Value at_least_one(Expr extent) {
    const Expr safe = maximum(extent, work_.island().pool().integer(1));
    return has_own_strides_ ? draft_.size(safe) : draft_.argument(safe);
  }

  const Work& work_;
  Draft draft_;
  kir::Builder& b_;
  std::vector<Expr> dims_;
  Expr count_;
  bool has_own_strides_;
  Value linear_;
  Kernels kernels_;
};

}  // namespace

Result<Kernels> map(const Work& work) {
  if (!work.has_output(0)) return work.refuse("formula without an output");
  if (work.node().formula >= work.graph().exprs().size())
    return work.refuse("formula beyond the table");
  return Map(work).run();
}

}  // namespace tenon::kernelgen
