// SPDX-License-Identifier: Apache-2.0
#include "core/graph/text.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace tenon {
namespace {

constexpr uint64_t most_values = 8'000'000;
constexpr uint64_t most_bodies = 65536;
constexpr size_t most_elements = size_t{1} << 20;

// One line, read from left to right.
class Line {
 public:
  Line(std::string_view text, size_t number) : text_(text), number_(number) {}

  Status error(std::string_view what) const {
    return invalid("line {}, column {}: {}", number_, at_ + 1, what);
  }
  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }
  // Takes `token` when it comes next.
  bool take(std::string_view token) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  Status expect(std::string_view token) {
    return take(token) ? Status() : error(fmt::format("expected \"{}\"", token));
  }
  // Letters, digits, _ and the further characters; may be empty.
  std::string_view word(std::string_view further = "") {
    skip_spaces();
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '_' || further.find(text_[at_]) != further.npos)) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }
  // Up to a comma or closing bracket that belongs to what is around it.
  std::string_view expression() {
    skip_spaces();
    const size_t begin = at_;
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(' || c == '[') ++depth;
      if (depth == 0 && (c == ',' || c == ']' || c == '}')) break;
      if (c == ')' || c == ']') --depth;
    }
    return text_.substr(begin, at_ - begin);
  }
  std::string_view rest() {
    skip_spaces();
    const std::string_view text = text_.substr(at_);
    at_ = text_.size();
    return text;
  }
  template <class T>
  Result<T> number() {
    skip_spaces();
    T value{};
    const char* begin = text_.data() + at_;
    const auto read = std::from_chars(begin, text_.data() + text_.size(), value);
    if (read.ec != std::errc()) return error("expected a number");
    at_ += static_cast<size_t>(read.ptr - begin);
    return value;
  }
  // A number that is written as real: with a point, an exponent, inf or nan.
  bool real_is_next() {
    skip_spaces();
    const size_t end = text_.find_first_of(",]} ", at_);
    return text_.substr(at_, end - at_).find_first_of(".einN") != std::string_view::npos;
  }
  bool quote_is_next() {
    skip_spaces();
    return at_ < text_.size() && text_[at_] == '"';
  }
  Result<std::string> quoted();

 private:
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string_view text_;
  size_t number_;
  size_t at_ = 0;
};

Result<std::string> Line::quoted() {
  TENON_TRY(expect("\""));
  std::string result;
  while (at_ < text_.size() && text_[at_] != '"') {
    char c = text_[at_++];
    if (c == '\\' && at_ < text_.size()) {
      c = text_[at_++];
      if (c == 'x') {
        unsigned code = 0;
        const char* begin = text_.data() + at_;
        const auto read =
            std::from_chars(begin, begin + std::min<size_t>(2, text_.size() - at_), code, 16);
        if (read.ec != std::errc()) return error("expected two hexadecimal digits");
        at_ += static_cast<size_t>(read.ptr - begin);
        c = static_cast<char>(code);
      }
    }
    result += c;
  }
  TENON_TRY(expect("\""));
  return result;
}

class Parser {
 public:
  explicit Parser(const FindConstant& find) : find_(find) {}

  Result<Graph> parse(std::string_view text) {
    for (size_t number = 1; !text.empty(); ++number) {
      const size_t end = text.find('\n');
      Line line(text.substr(0, end), number);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.at_end() || line.take("#")) continue;
      TENON_TRY(parse(line));
      if (!line.at_end()) return line.error("unexpected text");
    }
    for (const Symbol& symbol : graph_.symbols) {
      if (symbol.origin != SymbolOrigin::input && symbol.value >= graph_.values.size()) {
        return invalid("symbol \"{}\" reads a value that is not there", symbol.name);
      }
    }
    return std::move(graph_);
  }

 private:
  using Names = std::map<std::string, Expr, std::less<>>;

  Status parse(Line& line) {
    if (line.take("meta ")) return meta(line);
    if (line.take("symbol ")) return symbol(line);
    if (line.take("constant ")) return constant(line);
    if (line.take("input ")) return input(line);
    if (line.take("output ")) return output(line);
    if (line.take("body ")) return body(line);
    if (line.take("check ")) return check(line);
    if (line.take("state ")) return state(line);
    return node(line);
  }

  Status meta(Line& line) {
    TENON_TRY_ASSIGN(const std::string key, line.quoted());
    TENON_TRY(line.expect("="));
    TENON_TRY_ASSIGN(graph_.metadata[key], line.quoted());
    return {};
  }

  Status symbol(Line& line) {
    TENON_TRY(line.expect(fmt::format("s{}", graph_.symbols.size())));
    Symbol symbol;
    TENON_TRY_ASSIGN(symbol.name, line.quoted());
    if (line.take("data ")) {
      TENON_TRY(place(line, SymbolOrigin::data, symbol));
      const auto dtype = dtype_named(line.word());
      if (!dtype) return line.error("expected a type");
      symbol.type = type_of(*dtype);
      symbol.count = line.take("count");
    } else if (line.take("extent ")) {
      TENON_TRY(place(line, SymbolOrigin::extent, symbol));
    }
    const std::string name = fmt::format("s{}", graph_.symbols.size());
    names_.insert_or_assign(name, graph_.add_symbol(std::move(symbol)));
    return {};
  }

  // "%3[1]": the element or axis of a value.
  Status place(Line& line, SymbolOrigin origin, Symbol& symbol) {
    symbol.origin = origin;
    TENON_TRY_ASSIGN(symbol.value, reference(line));
    TENON_TRY(line.expect("["));
    TENON_TRY_ASSIGN(symbol.element, line.number<int64_t>());
    return line.expect("]");
  }

  Status constant(Line& line) {
    TENON_TRY_ASSIGN(const ValueId id, declaration(line));
    if (id == no_id) return line.error("expected a value");
    TENON_TRY(line.expect("="));
    Value& value = graph_.value(id);
    value.kind = ValueKind::constant;
    if (line.take("hash ")) {
      const std::string_view hash = line.word();
      value.constant = find_ ? find_(hash) : nullptr;
      if (!value.constant) return line.error("the content of the constant is not at hand");
      return {};
    }
    TENON_TRY_ASSIGN(value.constant, content(line, value));
    return {};
  }

  Result<std::shared_ptr<const Constant>> content(Line& line, const Value& value) {
    auto constant = std::make_shared<Constant>();
    constant->dtype = value.dtype;
    size_t count = 1;
    for (const Expr& dim : value.dims) {
      if (!dim.is_constant() || dim.constant() < 0 ||
          __builtin_mul_overflow(count, static_cast<size_t>(dim.constant()), &count) ||
          count > most_elements) {
        return line.error("a written constant is small and has constant dims");
      }
      constant->dims.push_back(dim.constant());
    }
    if (element_bytes(value.dtype) == 0)
      return line.error("constants of this type are not written");
    auto bytes = std::make_shared<std::vector<std::byte>>(count * element_bytes(value.dtype));
    TENON_TRY(line.expect("{"));
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) TENON_TRY(line.expect(","));
      if (is_float(value.dtype)) {
        TENON_TRY_ASSIGN(const double element, line.number<double>());
        store_float(bytes->data(), value.dtype, static_cast<int64_t>(i), element);
      } else {
        TENON_TRY_ASSIGN(const int64_t element, line.number<int64_t>());
        store_integer(bytes->data(), value.dtype, static_cast<int64_t>(i), element);
      }
    }
    TENON_TRY(line.expect("}"));
    constant->bytes = *bytes;
    constant->owner = bytes;
    return std::shared_ptr<const Constant>(std::move(constant));
  }

  Status input(Line& line) {
    TENON_TRY_ASSIGN(const ValueId id, declaration(line));
    if (id == no_id) return line.error("expected a value");
    graph_.value(id).kind = ValueKind::input;
    graph_.bodies[body_].inputs.push_back(id);
    return {};
  }

  Status output(Line& line) {
    TENON_TRY_ASSIGN(const ValueId id, known_reference(line));
    graph_.bodies[body_].outputs.push_back(id);
    if (line.at_end()) return {};
    TENON_TRY_ASSIGN(std::string name, line.quoted());
    graph_.output_names.push_back(std::move(name));
    return {};
  }

  Status body(Line& line) {
    TENON_TRY_ASSIGN(const uint64_t index, line.number<uint64_t>());
    if (index != graph_.bodies.size() || index >= most_bodies) {
      return line.error(fmt::format("expected body {}", graph_.bodies.size()));
    }
    body_ = index;
    TENON_TRY_ASSIGN(graph_.bodies.emplace_back().name, line.quoted());
    return {};
  }

  Status state(Line& line) {
    GraphState state;
    TENON_TRY_ASSIGN(state.name, line.quoted());
    TENON_TRY_ASSIGN(state.value, known_reference(line));
    graph_.value(state.value).kind = ValueKind::state;
    const std::string_view word = line.word();
    bool known = false;
    for (const StateClass each :
         {StateClass::growing, StateClass::window, StateClass::kept, StateClass::fixed}) {
      if (name_of(each) != word) continue;
      state.kept_as = each;
      known = true;
    }
    if (!known) return line.error("expected growing, window, kept or fixed");
    if (state.kept_as == StateClass::window) {
      TENON_TRY_ASSIGN(state.window, line.number<int64_t>());
    }
    if (line.take("output")) {
      TENON_TRY_ASSIGN(const uint64_t place, line.number<uint64_t>());
      if (place >= graph_.main().outputs.size()) return line.error("there is no such output");
      state.output = place;
    }
    graph_.states.push_back(std::move(state));
    return {};
  }

  Status check(Line& line) {
    Check check;
    TENON_TRY_ASSIGN(check.text, line.quoted());
    TENON_TRY(line.expect(":"));
    TENON_TRY_ASSIGN(check.condition, expr(line, line.rest(), names_));
    graph_.checks.push_back(std::move(check));
    return {};
  }

  Status node(Line& line) {
    Node node;
    if (!line.take("=")) {
      do {
        TENON_TRY_ASSIGN(const ValueId id, declaration(line));
        node.outputs.push_back(id);
      } while (line.take(","));
      TENON_TRY(line.expect("="));
    }
    node.op = line.word(".");
    if (line.take("::")) node.domain = std::exchange(node.op, std::string(line.word(".")));
    TENON_TRY(line.expect("("));
    if (!line.take(")")) {
      do {
        TENON_TRY_ASSIGN(const ValueId id,
                         line.take("_") ? Result<ValueId>(no_id) : known_reference(line));
        node.inputs.push_back(id);
      } while (line.take(","));
      TENON_TRY(line.expect(")"));
    }
    TENON_TRY_ASSIGN(node.name, line.quoted());
    if (line.take("v")) {
      TENON_TRY_ASSIGN(node.version, line.number<uint32_t>());
    }
    if (line.take("{")) TENON_TRY(attributes(line, node));
    if (line.take(":")) TENON_TRY(formula(line, node));
    graph_.bodies[body_].nodes.push_back(std::move(node));
    return {};
  }

  Status attributes(Line& line, Node& node) {
    do {
      std::string name(line.word("."));
      TENON_TRY(line.expect("="));
      TENON_TRY_ASSIGN(Attribute value, attribute(line));
      node.attributes.insert_or_assign(std::move(name), std::move(value));
    } while (line.take(","));
    return line.expect("}");
  }

  // Entries up to the closing bracket.
  template <class T, class F>
  Result<Attribute> entries(Line& line, F&& read) {
    std::vector<T> list;
    if (line.take("]")) return Attribute(std::move(list));
    do {
      Result<T> entry = read();
      if (!entry.ok()) return entry.status();
      list.push_back(std::move(*entry));
    } while (line.take(","));
    TENON_TRY(line.expect("]"));
    return Attribute(std::move(list));
  }

  Result<Attribute> attribute(Line& line) {
    if (line.take("[")) return entries<int64_t>(line, [&] { return line.number<int64_t>(); });
    if (line.take("reals[")) return entries<double>(line, [&] { return line.number<double>(); });
    if (line.take("texts[")) return entries<std::string>(line, [&] { return line.quoted(); });
    if (line.take("sizes[")) {
      return entries<Expr>(line, [&] { return expr(line, line.expression(), names_); });
    }
    if (line.quote_is_next()) {
      TENON_TRY_ASSIGN(std::string text, line.quoted());
      return Attribute(std::move(text));
    }
    if (line.take("body ")) {
      TENON_TRY_ASSIGN(const uint32_t index, line.number<uint32_t>());
      return Attribute(BodyReference{index});
    }
    if (line.take("%")) return tensor(line);
    if (line.real_is_next()) {
      TENON_TRY_ASSIGN(const double number, line.number<double>());
      return Attribute(number);
    }
    TENON_TRY_ASSIGN(const int64_t number, line.number<int64_t>());
    return Attribute(number);
  }

  Result<Attribute> tensor(Line& line) {
    TENON_TRY_ASSIGN(const uint64_t id, line.number<uint64_t>());
    if (id >= graph_.values.size()) return line.error("the value is not declared");
    return Attribute(TensorReference{static_cast<ValueId>(id)});
  }

  Status formula(Line& line, Node& node) {
    Names names = names_;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == no_id) continue;
      const Type type = type_of(graph_.value(node.inputs[i]).dtype);
      names.insert_or_assign(fmt::format("x{}", i),
                             graph_.exprs->load(static_cast<int64_t>(i), type));
    }
    TENON_TRY_ASSIGN(const Expr formula, expr(line, line.rest(), names));
    node.formula = formula.id();
    return {};
  }

  // `%2 "mean" f32[s0, 3] {known}` or `_`.
  Result<ValueId> declaration(Line& line) {
    if (line.take("_")) return no_id;
    TENON_TRY_ASSIGN(const ValueId id, reference(line));
    while (graph_.values.size() <= id) graph_.add_value({});
    Value& value = graph_.value(id);
    TENON_TRY_ASSIGN(value.name, line.quoted());
    std::string_view type = line.word();
    for (auto wrap = wrap_named(type); wrap; wrap = wrap_named(type)) {
      value.wraps.push_back(*wrap);
      type = line.word();
    }
    const auto dtype = dtype_named(type);
    if (!dtype && type != "none") return line.error("expected a type");
    value.dtype = dtype.value_or(DType::none);
    if (line.take("[")) {
      value.ranked = true;
      TENON_TRY_ASSIGN(value.dims, exprs(line, "]"));
    }
    if (line.take("{")) {
      TENON_TRY_ASSIGN(value.known, exprs(line, "}"));
    }
    return id;
  }

  Result<std::vector<Expr>> exprs(Line& line, std::string_view close) {
    std::vector<Expr> list;
    if (line.take(close)) return list;
    do {
      TENON_TRY_ASSIGN(const Expr entry, expr(line, line.expression(), names_));
      list.push_back(entry);
    } while (line.take(","));
    TENON_TRY(line.expect(close));
    return list;
  }

  Result<Expr> expr(const Line& line, std::string_view text, const Names& names) {
    Result<Expr> parsed = parse_expr(*graph_.exprs, text, names);
    if (!parsed.ok()) return line.error(parsed.status().message());
    return parsed;
  }

  Result<ValueId> reference(Line& line) {
    TENON_TRY(line.expect("%"));
    TENON_TRY_ASSIGN(const uint64_t id, line.number<uint64_t>());
    if (id >= most_values) return line.error(fmt::format("at most {} values", most_values));
    return static_cast<ValueId>(id);
  }

  Result<ValueId> known_reference(Line& line) {
    TENON_TRY_ASSIGN(const ValueId id, reference(line));
    if (id >= graph_.values.size()) return line.error("the value is not declared");
    return id;
  }

  const FindConstant& find_;
  Graph graph_;
  Names names_;
  size_t body_ = 0;
};

}  // namespace

Result<Graph> parse_graph(std::string_view text, const FindConstant& find) {
  return Parser(find).parse(text);
}

}  // namespace tenon
