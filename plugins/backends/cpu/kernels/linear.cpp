// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/packing/product.h"

// x times the transpose of stored weights.
namespace tenon::cpu {
namespace {

Status match(const NodeView& node) {
  TENON_TRY(Epilogue::make(node).status());
  if (node.attr_int("stacked", 0) != 0) return unsupported("stacked weights");
  for (size_t i = 1; i < node.own_inputs(); ++i) {
    if (!node.has_input(i)) continue;
    if (node.graph().value(node.input_value(i)).kind != TENON_VALUE_CONSTANT) {
      return unsupported("weights that are no constant");
    }
  }
  if (!node.attr_string("code", "").empty()) return {};
  if (DTypes{DType::f32, DType::f16, DType::bf16}.contains(node.input_dtype(1))) return {};
  return unsupported("weights of type {}", name_of(node.input_dtype(1)));
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  TENON_TRY_ASSIGN(const WeightSource source,
                   weight_source(node, constants, 1, node.attr_int("outputs", 0)));
  TENON_TRY_ASSIGN(PackedMatrix weights, PackedMatrix::pack(source, constants.exact()));
  TENON_TRY_ASSIGN(Epilogue epilogue, Epilogue::make(node));
  return keep(PackedProduct{std::move(weights), std::move(epilogue)});
}

}  // namespace

Kernel linear() {
  return {.op = "Linear",
          .inputs = {DType::f32, plain_types},
          .outputs = {DType::f32},
          .domain = "tenon",
          .match = match,
          .prepare = prepare,
          .shape = shape_product,
          .run = run_product,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
