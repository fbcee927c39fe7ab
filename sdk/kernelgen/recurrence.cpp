// SPDX-License-Identifier: Apache-2.0
#include "recurrence.h"

#include "tenon/kernelgen/math.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>

namespace tenon::kernelgen {
namespace {

// Whether a function reads alpha and beta, and what they are when not given.
struct ActivationFacts {
  std::string_view name;
  Activation kind;
  bool has_alpha;
  bool has_beta;
  double alpha;
  double beta;
};

constexpr ActivationFacts activations[] = {
    {"affine", Activation::affine, true, true, 1, 0},
    {"elu", Activation::elu, true, false, 1, 0},
    {"hardsigmoid", Activation::hard_sigmoid, true, true, 0.2, 0.5},
    {"leakyrelu", Activation::leaky_relu, true, false, 0.01, 0},
    {"relu", Activation::relu, false, false, 0, 0},
    {"scaledtanh", Activation::scaled_tanh, true, true, 1, 1},
    {"sigmoid", Activation::sigmoid, false, false, 0, 0},
    {"softplus", Activation::softplus, false, false, 0, 0},
    {"softsign", Activation::softsign, false, false, 0, 0},
    {"tanh", Activation::tanh, false, false, 0, 0},
    {"thresholdedrelu", Activation::thresholded_relu, true, false, 1, 0},
};

// Names are compared without regard to case, as ONNX says.
const ActivationFacts* facts_of(std::string_view name) {
  const auto same = [](char a, char b) {
    return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
  };
  for (const ActivationFacts& facts : activations) {
    if (std::ranges::equal(facts.name, name, same)) return &facts;
  }
  return nullptr;
}

std::vector<std::string_view> default_functions(Cell cell) {
  switch (cell) {
    case Cell::rnn:
      return {"tanh"};
    case Cell::gru:
      return {"sigmoid", "tanh"};
    case Cell::lstm:
      return {"sigmoid", "tanh", "tanh"};
  }
  return {};
}

std::span<const int64_t> numbers_of(const Work& work, std::string_view name, uint32_t kind) {
  const tenon_attr* attr = work.graph().attr(work.node(), name);
  if (attr == nullptr || attr->kind != kind) return {};
  return work.graph().numbers(*attr);
}

// Activations may be named for each direction; alpha and beta are listed for those that take them.
Status read_functions(const Work& work, Recurrence& r) {
  const std::vector<std::string_view> defaults = default_functions(r.cell);
  const auto names = numbers_of(work, "activations", TENON_ATTR_STRINGS);
  const auto alphas = numbers_of(work, "activation_alpha", TENON_ATTR_FLOATS);
  const auto betas = numbers_of(work, "activation_beta", TENON_ATTR_FLOATS);
  const size_t wanted = defaults.size() * static_cast<size_t>(r.directions);
  if (!names.empty() && names.size() != wanted) {
    return work.refuse(fmt::format("{} activations, expected {}", names.size(), wanted));
  }
  size_t alpha = 0;
  size_t beta = 0;
  for (size_t i = 0; i < wanted; ++i) {
    const size_t place = i % defaults.size();
    const std::string_view name =
        names.empty() ? defaults[place] : work.graph().text(static_cast<uint32_t>(names[i]));
    const ActivationFacts* facts = facts_of(name);
    if (facts == nullptr) return work.refuse(fmt::format("activation \"{}\" is unknown", name));
    ActivationFunction& function = r.functions[i / defaults.size()][place];
    function = {facts->kind, facts->alpha, facts->beta};
    if (facts->has_alpha && alpha < alphas.size())
      function.alpha = std::bit_cast<double>(alphas[alpha++]);
    if (facts->has_beta && beta < betas.size())
      function.beta = std::bit_cast<double>(betas[beta++]);
  }
  return {};
}

}  // namespace

Value ActivationFunction::operator()(Value x) const {
  kir::Builder& b = x.builder();
  const Type type = x.type();
  const auto number = [&](double value) { return b.real(value, type); };
  const auto call = [](kir::Function function, Value of) {
    return kir::elementary(function, of, {}, true);
  };
  const auto positive = [&](Value value) { return b.select(value < 0, number(0), value); };
  switch (kind) {
    case Activation::affine:
      return x * alpha + beta;
    case Activation::elu:
      return b.select(x >= 0, x, (call(kir::Function::exp, x) - 1) * alpha);
    case Activation::hard_sigmoid: {
      const Value y = positive(x * alpha + beta);
      return b.select(y > 1, number(1), y);
    }
    case Activation::leaky_relu:
      return b.select(x >= 0, x, x * alpha);
    case Activation::relu:
      return positive(x);
    case Activation::scaled_tanh:
      return call(kir::Function::tanh, x * beta) * alpha;
    case Activation::sigmoid:
      return number(1) / (call(kir::Function::exp, -x) + 1);
    case Activation::softplus: {
      const Value small = call(kir::Function::exp, -b.unary(kir::Op::abs, x));
      return positive(x) + call(kir::Function::log, small + 1);
    }
    case Activation::softsign:
      return x / (b.unary(kir::Op::abs, x) + 1);
    case Activation::tanh:
      return call(kir::Function::tanh, x);
    case Activation::thresholded_relu:
      return b.select(x > alpha, x, number(0));
  }
  return x;
}

Result<Recurrence> recurrence_of(const Work& work) {
  Recurrence r;
  const std::string_view kind = work.word("kind");
  if (kind != "lstm" && kind != "gru" && kind != "rnn") {
    return work.refuse(fmt::format("kind \"{}\", known are lstm, gru, rnn", kind));
  }
  r.cell = kind == "lstm" ? Cell::lstm : kind == "gru" ? Cell::gru : Cell::rnn;
  const std::string_view direction = work.graph().attr_string(work.node(), "direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return work.refuse(
        fmt::format("direction \"{}\", known are forward, reverse, bidirectional", direction));
  }
  r.directions = direction == "bidirectional" ? 2 : 1;
  r.reverse = direction == "reverse";
  r.input_forget = work.integer("input_forget") != 0;
  r.reset_after = work.integer("linear_before_reset") != 0;
  const int64_t state_bits = work.integer("state_bits");
  if (state_bits != 0 && (state_bits != 8 || r.cell != Cell::lstm)) {
    return work.refuse(
        fmt::format("state_bits {} of kind \"{}\", known is 8 of lstm", state_bits, kind));
  }
  r.narrow_state = state_bits == 8;
  r.clip = work.graph().attr_float(work.node(), "clip", 0);
  for (size_t i = 0; i < 3; ++i) {
    if (!work.has_input(i)) return invalid("Recurrent: input {} is missing", i);
    if (work.input_dims(i).size() != 3) return work.refuse("X, W or R of another rank than 3");
  }
  const Expr hidden = work.input_dims(2)[2];
  if (!hidden.is_constant()) return work.refuse("the size of the state depends on a symbol");
  r.hidden = hidden.constant();
  TENON_TRY(read_functions(work, r));
  return r;
}

}  // namespace tenon::kernelgen
