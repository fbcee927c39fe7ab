// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/recurrence.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace tenon::reference {
namespace {

std::span<const int64_t> numbers_of(const NodeView& node, std::string_view name, uint32_t kind) {
  const tenon_attr* attr = node.graph().attr(node.row(), name);
  if (attr == nullptr || attr->kind != kind) return {};
  return node.graph().numbers(*attr);
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

// Activations may be named for each direction; alpha and beta are listed for those that take them.
Status read_functions(const NodeView& node, Recurrence& r) {
  const std::vector<std::string_view> defaults = default_functions(r.cell);
  const auto names = numbers_of(node, "activations", TENON_ATTR_STRINGS);
  const auto alphas = numbers_of(node, "activation_alpha", TENON_ATTR_FLOATS);
  const auto betas = numbers_of(node, "activation_beta", TENON_ATTR_FLOATS);
  const size_t wanted = defaults.size() * static_cast<size_t>(r.directions);
  if (!names.empty() && names.size() != wanted) {
    return invalid("{} activations, expected {}", names.size(), wanted);
  }
  size_t alpha = 0;
  size_t beta = 0;
  for (size_t i = 0; i < wanted; ++i) {
    const size_t place = i % defaults.size();
    const std::string_view name =
        names.empty() ? defaults[place] : node.graph().text(static_cast<uint32_t>(names[i]));
    TENON_TRY_ASSIGN(const ActivationFacts facts, activation_named(name));
    ActivationFunction& function = r.functions[i / defaults.size()][place];
    function = {facts.kind, facts.alpha, facts.beta};
    if (facts.has_alpha && alpha < alphas.size()) {
      function.alpha = std::bit_cast<double>(alphas[alpha++]);
    }
    if (facts.has_beta && beta < betas.size()) {
      function.beta = std::bit_cast<double>(betas[beta++]);
    }
  }
  return {};
}

Status check_dims(const KernelSizes& sizes, size_t input, std::string_view name,
                  std::initializer_list<int64_t> expected) {
  if (!sizes.has_input(input) || std::ranges::equal(sizes.input(input), expected)) return {};
  return invalid("{} has dims [{}], expected [{}]", name, fmt::join(sizes.input(input), ", "),
                 fmt::join(expected, ", "));
}

Status check_outputs(const KernelSizes& sizes, const Recurrence& r) {
  const int64_t state = r.directions * r.batch * r.hidden;
  for (size_t i = 0; i < sizes.node().outputs(); ++i) {
    const int64_t expected = i == 0 ? r.steps * state : state;
    if (sizes.has_output(i) && sizes.output_elements(i) != expected) {
      return invalid("output {} of {} elements, expected {}", i, sizes.output_elements(i),
                     expected);
    }
  }
  return {};
}

Status check(const KernelSizes& sizes, const Recurrence& r) {
  const int64_t d = r.directions;
  const int64_t h = r.hidden;
  const int64_t rows = r.gates() * h;
  TENON_TRY(check_dims(sizes, 1, "W", {d, rows, r.inputs}));
  TENON_TRY(check_dims(sizes, 2, "R", {d, rows, h}));
  TENON_TRY(check_dims(sizes, 3, "B", {d, 2 * rows}));
  TENON_TRY(check_dims(sizes, 4, "sequence_lens", {r.batch}));
  for (const size_t state : {size_t{5}, size_t{6}}) {
    const std::string_view name = state == 5 ? "initial_h" : "initial_c";
    TENON_TRY(check_dims(sizes, state, name, {d, r.batch, h}));
  }
  TENON_TRY(check_dims(sizes, 7, "P", {d, 3 * h}));
  return check_outputs(sizes, r);
}

}  // namespace

Result<Recurrence> recurrence_of(const KernelSizes& sizes) {
  const NodeView& node = sizes.node();
  Recurrence r;
  const std::string_view kind = node.attr_string("kind", "");
  if (kind != "lstm" && kind != "gru" && kind != "rnn") {
    return unsupported("kind \"{}\", known are lstm, gru, rnn", kind);
  }
  r.cell = kind == "lstm" ? Cell::lstm : kind == "gru" ? Cell::gru : Cell::rnn;
  const std::string_view direction = node.attr_string("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return unsupported("direction \"{}\", known are forward, reverse, bidirectional", direction);
  }
  r.directions = direction == "bidirectional" ? 2 : 1;
  r.reverse = direction == "reverse";
  r.input_forget = node.attr_int("input_forget", 0) != 0;
  r.reset_after = node.attr_int("linear_before_reset", 0) != 0;
  const int64_t state_bits = node.attr_int("state_bits", 0);
  if (state_bits != 0 && (state_bits != 8 || r.cell != Cell::lstm)) {
    return unsupported("state_bits {} of kind \"{}\", known is 8 of lstm", state_bits, kind);
  }
  r.narrow_state = state_bits == 8;
  r.clip = node.attr_float("clip", 0);
  const std::span<const int64_t> x = sizes.input(0);
  if (x.size() != 3 || sizes.input(1).size() != 3 || sizes.input(2).size() != 3) {
    return invalid("X, W and R of ranks {}, {} and {}, expected 3", x.size(), sizes.input(1).size(),
                   sizes.input(2).size());
  }
  r.steps = x[0];
  r.batch = x[1];
  r.inputs = x[2];
  r.hidden = sizes.input(2)[2];
  TENON_TRY(read_functions(node, r));
  TENON_TRY(check(sizes, r));
  return r;
}

}  // namespace tenon::reference
