// SPDX-License-Identifier: Apache-2.0
#include "core/graph/text.h"

#include "tenon/strip_vm.h"

#include <bit>
#include <cmath>
#include <type_traits>

namespace tenon {
namespace {

// Constants of at most so many elements are written out.
constexpr int64_t most_written = 16;

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

// With a point or an exponent, so that it reads back as a real number.
std::string real_text(double number) {
  std::string text = fmt::format("{}", number);
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

template <class T, class F>
std::string list(const T& entries, F&& write) {
  std::string text;
  for (const auto& entry : entries) text += (text.empty() ? "" : ", ") + write(entry);
  return text;
}

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph) {}

  std::string print() {
    for (const auto& [key, value] : graph_.metadata) {
      line("meta {} = {}", quoted(key), quoted(value));
    }
    for (size_t i = 0; i < graph_.symbols.size(); ++i) print(i, graph_.symbols[i]);
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      const Value& value = graph_.value(id);
      if (value.constant) {
        line("constant {} = {}", declaration(id), content(*value.constant));
      }
    }
    for (size_t i = 0; i < graph_.bodies.size(); ++i) print(i, graph_.bodies[i]);
    for (const GraphState& state : graph_.states) print(state);
    for (const Check& check : graph_.checks) {
      line("check {} : {}", quoted(check.text), text(check.condition));
    }
    return std::move(out_);
  }

 private:
  template <class... A>
  void line(fmt::format_string<A...> format, A&&... arguments) {
    out_ += fmt::format(format, std::forward<A>(arguments)...) + "\n";
  }

  std::string text(Expr expr) const { return to_text(graph_.exprs->rows(), expr.id()); }
  std::string text(const std::vector<Expr>& exprs) const {
    return list(exprs, [this](Expr expr) { return text(expr); });
  }

  static std::string reference(ValueId id) {
    return id == no_id ? std::string("_") : fmt::format("%{}", id);
  }

  // `%2 "mean" f32[s0, 3] {known}`
  std::string declaration(ValueId id) const {
    if (id == no_id) return "_";
    const Value& value = graph_.value(id);
    std::string result = fmt::format("%{} {} ", id, quoted(value.name));
    for (const Wrap wrap : value.wraps) result += fmt::format("{} ", name_of(wrap));
    result += name_of(value.dtype);
    if (value.ranked) result += "[" + text(value.dims) + "]";
    if (value.known && !value.constant) result += " {" + text(*value.known) + "}";
    return result;
  }

  static std::string content(const Constant& constant) {
    if (constant.dtype == DType::string || constant.elements() > most_written ||
        facts(constant.dtype).kind == DTypeClass::complex) {
      return "hash " + content_hash(constant);
    }
    std::string text;
    for (int64_t i = 0; i < constant.elements(); ++i) {
      const void* data = constant.bytes.data();
      text += i == 0 ? "" : ", ";
      text += is_float(constant.dtype) ? real_text(load_float(data, constant.dtype, i))
                                       : fmt::format("{}", load_integer(data, constant.dtype, i));
    }
    return "{" + text + "}";
  }

  void print(size_t index, const Symbol& symbol) {
    std::string text = fmt::format("symbol s{} {}", index, quoted(symbol.name));
    if (symbol.origin == SymbolOrigin::data) {
      constexpr std::string_view types[] = {"bool", "i32", "u32", "i64", "u64", "f32", "f64"};
      text += fmt::format(" data {}[{}] {}", reference(symbol.value), symbol.element,
                          types[static_cast<size_t>(symbol.type)]);
      if (symbol.count) text += " count";
    } else if (symbol.origin == SymbolOrigin::extent) {
      text += fmt::format(" extent {}[{}]", reference(symbol.value), symbol.element);
    }
    line("{}", text);
  }

  // `state "kv.0.key" %3 growing output 1`
  void print(const GraphState& state) {
    std::string text = fmt::format("state {} {} {}", quoted(state.name), reference(state.value),
                                   name_of(state.kept_as));
    if (state.window != 0) text += fmt::format(" {}", state.window);
    if (state.output) text += fmt::format(" output {}", *state.output);
    line("{}", text);
  }

  void print(size_t index, const Body& body) {
    if (index > 0) line("body {} {}", index, quoted(body.name));
    for (const ValueId id : body.inputs) line("input {}", declaration(id));
    for (const Node& node : body.nodes) print(node);
    for (size_t i = 0; i < body.outputs.size(); ++i) {
      const bool named = index == 0 && i < graph_.output_names.size();
      line("output {}{}", reference(body.outputs[i]),
           named ? " " + quoted(graph_.output_names[i]) : "");
    }
  }

  void print(const Node& node) {
    std::string text = list(node.outputs, [this](ValueId id) { return declaration(id); });
    text += fmt::format(" = {}{}{}({}) {}", node.domain, node.domain.empty() ? "" : "::", node.op,
                        list(node.inputs, reference), quoted(node.name));
    if (node.version != 0) text += fmt::format(" v{}", node.version);
    if (!node.attributes.empty()) {
      text += " {" +
              list(node.attributes,
                   [this](const auto& attribute) {
                     return attribute.first + " = " + this->text(attribute.second);
                   }) +
              "}";
    }
    if (node.formula != no_expr) text += " : " + to_text(graph_.exprs->rows(), node.formula);
    line("{}", text);
  }

  std::string text(const Attribute& attribute) const {
    return std::visit([this](const auto& value) { return text_of(value); }, attribute);
  }
  std::string text_of(int64_t number) const { return fmt::format("{}", number); }
  std::string text_of(double number) const { return real_text(number); }
  std::string text_of(const std::string& words) const { return quoted(words); }
  std::string text_of(const std::vector<int64_t>& numbers) const {
    return "[" + list(numbers, [](int64_t n) { return fmt::format("{}", n); }) + "]";
  }
  std::string text_of(const std::vector<double>& numbers) const {
    return "reals[" + list(numbers, real_text) + "]";
  }
  std::string text_of(const std::vector<std::string>& words) const {
    return "texts[" + list(words, [](const std::string& word) { return quoted(word); }) + "]";
  }
  std::string text_of(const std::vector<Expr>& sizes) const { return "sizes[" + text(sizes) + "]"; }
  std::string text_of(TensorReference tensor) const { return reference(tensor.value); }
  std::string text_of(BodyReference body) const { return fmt::format("body {}", body.body); }

  const Graph& graph_;
  std::string out_;
};

}  // namespace

std::string to_text(const Graph& graph) { return Printer(graph).print(); }

std::string content_hash(const Constant& constant) {
  uint64_t low = 0xcbf29ce484222325u, high = 0x9e3779b97f4a7c15u;
  for (const std::byte byte : constant.bytes) {
    low = (low ^ std::to_integer<uint64_t>(byte)) * 0x100000001b3u;
    high = (std::rotl(high, 29) ^ low) * 0xff51afd7ed558ccdu;
  }
  return fmt::format("{:016x}{:016x}", low, high);
}

}  // namespace tenon
