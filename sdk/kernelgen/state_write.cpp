// SPDX-License-Identifier: Apache-2.0
#include "templates.h"

// StateWrite: one thread a number of the rows. The output holds the state already.
namespace tenon::kernelgen {

Result<Kernels> state_write(const Work& work) {
  TENON_TRY(work.needs(3));
  const std::vector<Expr> dims = work.input_dims(0);
  if (dims.size() < 3 || work.input_dims(1).size() + 1 != dims.size()) {
    return work.refuse("rows that do not fit the state");
  }
  ExprPool& pool = work.island().pool();
  Draft draft(work.island(), work.name(), {128, 1, 1});
  kir::Builder& b = draft.builder();
  const kir::Tensor rows = work.read(draft, 1);
  const kir::Tensor slots = work.read(draft, 2);
  const kir::Tensor state = work.write(draft);
  const Expr count = work.island().elements(work.input(1));
  const Value i = b.thread(0);
  b.when(i < draft.argument(count), [&] {
    const Value width = draft.argument(product(pool, std::span(dims).subspan(2)));
    const Value places = draft.argument(dims[0] * dims[1]);
    const Value slot = kir::convert(kir::load_element(slots, i / width), Type::i32);
    b.when((slot >= 0) & (slot < places), [&] {
      kir::store_element(state, slot * width + i % width, kir::load_element(rows, i));
    });
  });
  Kernels kernels;
  kernels.list.push_back(draft.finish(count));
  return kernels;
}

}  // namespace tenon::kernelgen
