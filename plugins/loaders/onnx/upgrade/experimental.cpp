// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// Operators of the first sets that were never made part of the standard, but that files still hold.
namespace {

Operand real_like(Form& form, double value, Operand like) {
  return form.make("CastLike", {form.constant(Literal::real(static_cast<float>(value))), like});
}

// x * scale + bias of each channel.
Status image_scaler(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<double> scale, form.take_float("scale"));
  TENON_TRY_ASSIGN(const std::optional<std::vector<double>> bias, form.take_floats("bias"));
  const Operand x = form.input(0);
  const Operand scaled = form.make("Mul", {x, real_like(form, scale.value_or(1), x)});
  form.node.op = "Add";
  form.node.inputs = {scaled, no_operand};
  if (!bias) {
    form.node.op = "Identity";
    form.node.inputs = {scaled};
    return {};
  }
  Literal by_channel = Literal::reals({bias->begin(), bias->end()});
  by_channel.dims.insert(by_channel.dims.end(), {1, 1});
  form.node.inputs[1] = form.make("CastLike", {form.constant(by_channel), x});
  return {};
}

// alpha * f(beta * x), with alpha and beta from the attributes.
Status scaled(Form& form, std::string_view function) {
  TENON_TRY_ASSIGN(const std::optional<double> alpha, form.take_float("alpha"));
  TENON_TRY_ASSIGN(const std::optional<double> beta, form.take_float("beta"));
  const Operand x = form.input(0);
  const Operand inner = form.make("Mul", {x, real_like(form, beta.value_or(1), x)});
  form.node.op = "Mul";
  form.node.inputs = {form.make(function, {inner}), real_like(form, alpha.value_or(1), x)};
  return {};
}

Status affine(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<double> alpha, form.take_float("alpha"));
  TENON_TRY_ASSIGN(const std::optional<double> beta, form.take_float("beta"));
  const Operand x = form.input(0);
  const Operand product = form.make("Mul", {x, real_like(form, alpha.value_or(1), x)});
  form.node.op = "Add";
  form.node.inputs = {product, real_like(form, beta.value_or(0), x)};
  return {};
}

Status in_newest_words(Form& form) {
  if (form.node.op == "ImageScaler") return image_scaler(form);
  if (form.node.op == "Affine") return affine(form);
  if (form.node.op == "ScaledTanh") return scaled(form, "Tanh");
  if (form.node.op == "ParametricSoftplus") return scaled(form, "Softplus");
  form.node.op = "Slice";  // DynamicSlice had the inputs that Slice has now
  return {};
}

}  // namespace

Upgrade experimental() {
  return {.ops = {"Affine", "DynamicSlice", "ImageScaler", "ParametricSoftplus", "ScaledTanh"},
          .steps = {{newest_opset + 1, in_newest_words}}};
}

}  // namespace tenon::onnx::upgrades
