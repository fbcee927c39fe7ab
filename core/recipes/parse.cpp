// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/parse.h"

#include "core/recipes/parse_expression.h"

#include <algorithm>

namespace tenon::recipes {
namespace {

constexpr std::string_view item_words[] = {"match", "let",      "weights", "each",  "fn",
                                           "graph", "generate", "facts",   "ignore"};

constexpr std::string_view known_items =
    "match, let, weights, each, fn, graph, generate, facts or ignore";

class RecipeParser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Result<Recipe> recipe() {
    TENON_TRY(begin());
    TENON_TRY(need("recipe"));
    Recipe result;
    result.file = lexer_.file();
    if (!at(Token::Kind::word)) return expected("the name of the recipe");
    result.name = token_.text;
    result.title = lexer_.comment();
    TENON_TRY(advance());
    while (!at(Token::Kind::end)) TENON_TRY(item(result));
    return result;
  }

 private:
  bool at_item() const {
    return std::ranges::any_of(item_words, [this](std::string_view word) { return at(word); });
  }

  Status item(Recipe& recipe) {
    const Place place = token_.place;
    TENON_TRY_ASSIGN(const std::string kind, word(known_items));
    if (kind == "match") {
      if (recipe.match) return lexer_.wrong(place, "a second match");
      TENON_TRY_ASSIGN(recipe.match, expression());
    } else if (kind == "let") {
      TENON_TRY(let(recipe));
    } else if (kind == "weights" || kind == "each") {
      TENON_TRY_ASSIGN(recipe.items.emplace_back(), table(kind == "each", place));
    } else if (kind == "fn") {
      TENON_TRY_ASSIGN(recipe.functions.emplace_back(), function());
    } else if (kind == "graph") {
      TENON_TRY_ASSIGN(recipe.graphs.emplace_back(), graph());
    } else if (kind == "generate") {
      TENON_TRY(labels(recipe.generate));
    } else if (kind == "facts") {
      TENON_TRY(labels(recipe.facts));
    } else if (kind == "ignore") {
      TENON_TRY(ignored(recipe.ignored));
    } else {
      return lexer_.wrong(place,
                          fmt::format("\"{}\" begins nothing; expected {}", kind, known_items));
    }
    return {};
  }

  Status let(Recipe& recipe) {
    Let let;
    let.place = token_.place;
    TENON_TRY_ASSIGN(let.name, word("a name"));
    TENON_TRY(need("="));
    TENON_TRY_ASSIGN(let.value, expression());
    recipe.items.emplace_back(std::move(let));
    return {};
  }

  // name: value, name: value; a name alone is true.
  Status labels(std::vector<Labelled>& list) {
    while (true) {
      Labelled label;
      label.place = token_.place;
      TENON_TRY_ASSIGN(label.name, word("a name"));
      TENON_TRY_ASSIGN(const bool valued, take(":"));
      if (valued) {
        TENON_TRY_ASSIGN(label.value, expression());
      }
      list.push_back(std::move(label));
      TENON_TRY_ASSIGN(const bool more, take(","));
      if (!more) return {};
    }
  }

  // ignore "PATTERN", "PATTERN"
  Status ignored(std::vector<std::string>& list) {
    while (true) {
      if (!at(Token::Kind::text)) return expected("the pattern of a name in quotes");
      list.emplace_back(token_.text);
      TENON_TRY(advance());
      TENON_TRY_ASSIGN(const bool more, take(","));
      if (!more) return {};
    }
  }

  // each GROUP of COUNT hf "FRAME" gguf "FRAME" ROWS
  Result<Table> table(bool grouped, Place place) {
    Table table;
    table.place = place;
    if (grouped) {
      TENON_TRY_ASSIGN(table.group, word("the name of a group"));
      TENON_TRY_ASSIGN(const bool counted, take("of"));
      if (counted) {
        TENON_TRY_ASSIGN(table.count, expression());
      }
    }
    while (at("hf") || at("gguf")) {
      World world;
      TENON_TRY_ASSIGN(world.name, word("hf or gguf"));
      TENON_TRY_ASSIGN(world.frames, patterns());
      table.worlds.push_back(std::move(world));
    }
    if (table.worlds.empty()) return expected("hf or gguf and how its names are built");
    while (at(Token::Kind::word) && !at_item()) {
      TENON_TRY_ASSIGN(table.rows.emplace_back(), row(table.worlds.size()));
    }
    return table;
  }

  // "a" | "b"
  Result<std::vector<std::string>> patterns() {
    std::vector<std::string> list;
    while (true) {
      if (!at(Token::Kind::text)) return expected("the pattern of a name in quotes");
      list.emplace_back(token_.text);
      TENON_TRY(advance());
      TENON_TRY_ASSIGN(const bool more, take("|"));
      if (!more) return list;
    }
  }

  // NAME NAME? [dims] COLUMN COLUMN
  Result<Row> row(size_t columns) {
    Row row;
    row.place = token_.place;
    while (at(Token::Kind::word)) {
      TENON_TRY_ASSIGN(row.names.emplace_back(), word("a name"));
    }
    TENON_TRY_ASSIGN(row.optional, take("?"));
    TENON_TRY(need("["));
    while (!at("]")) {
      TENON_TRY_ASSIGN(row.dims.emplace_back(), expression());
      TENON_TRY_ASSIGN(const bool more, take(","));
      if (!more && !at("]")) return expected("\",\" or \"]\"");
    }
    TENON_TRY(advance());
    for (size_t i = 0; i < columns; ++i) {
      TENON_TRY_ASSIGN(row.columns.emplace_back(), column(row));
    }
    return row;
  }

  Result<Column> column(const Row& row) {
    Column column;
    TENON_TRY_ASSIGN(const bool none, take("none"));
    if (none) return column;
    const Place place = token_.place;
    if (!at(Token::Kind::text)) return expected("the pattern of a name in quotes, or none");
    column.patterns.emplace_back(token_.text);
    TENON_TRY(advance());
    while (at("|") || at("&")) {
      const bool each = at("&");
      if (column.patterns.size() > 1 && each != column.each) {
        return expected("either \"|\" or \"&\" in one column");
      }
      column.each = each;
      TENON_TRY(advance());
      if (!at(Token::Kind::text)) return expected("the pattern of a name in quotes");
      column.patterns.emplace_back(token_.text);
      TENON_TRY(advance());
    }
    if (column.each && column.patterns.size() != row.names.size()) {
      return lexer_.wrong(
          place, fmt::format("{} patterns for {} names", column.patterns.size(), row.names.size()));
    }
    TENON_TRY_ASSIGN(column.transposed, take("transposed"));
    TENON_TRY_ASSIGN(const bool stacked, take("stack"));
    if (stacked) {
      TENON_TRY_ASSIGN(column.stack, word("the name that counts"));
      TENON_TRY(need("of"));
      TENON_TRY_ASSIGN(column.stack_count, expression());
    }
    return column;
  }

  Result<std::vector<std::string>> parameters() {
    std::vector<std::string> list;
    TENON_TRY(need("("));
    while (!at(")")) {
      TENON_TRY_ASSIGN(list.emplace_back(), word("the name of a parameter"));
      TENON_TRY_ASSIGN(const bool more, take(","));
      if (!more && !at(")")) return expected("\",\" or \")\"");
    }
    TENON_TRY(advance());
    return list;
  }

  // fn NAME(a, b) = expression, or with statements that end in return.
  Result<Function> function() {
    Function function;
    function.place = token_.place;
    TENON_TRY_ASSIGN(function.name, word("the name of a function"));
    TENON_TRY_ASSIGN(function.parameters, parameters());
    TENON_TRY_ASSIGN(const bool short_form, take("="));
    if (!short_form) {
      TENON_TRY_ASSIGN(function.body, body());
      return function;
    }
    Statement give;
    give.kind = Statement::Kind::give;
    give.place = token_.place;
    Labelled& result = give.results.emplace_back();
    result.place = token_.place;
    TENON_TRY_ASSIGN(result.value, expression());
    function.body.push_back(std::move(give));
    return function;
  }

  Result<GraphRecipe> graph() {
    GraphRecipe graph;
    graph.place = token_.place;
    TENON_TRY_ASSIGN(graph.name, word("the name of a graph"));
    TENON_TRY(need("("));
    while (!at(")")) {
      GraphInput& input = graph.inputs.emplace_back();
      input.place = token_.place;
      TENON_TRY_ASSIGN(input.name, word("the name of an input"));
      TENON_TRY_ASSIGN(bool sized, take("["));
      while (sized) {
        TENON_TRY_ASSIGN(input.dims.emplace_back(), expression());
        TENON_TRY_ASSIGN(sized, take(","));
        if (!sized) TENON_TRY(need("]"));
      }
      TENON_TRY_ASSIGN(const bool more, take(","));
      if (!more && !at(")")) return expected("\",\" or \")\"");
    }
    TENON_TRY(advance());
    TENON_TRY_ASSIGN(graph.body, body());
    return graph;
  }

  Result<std::vector<Statement>> body() {
    std::vector<Statement> list;
    if (++nesting_ > most_nesting) return lexer_.wrong(token_.place, "loops nest too deep");
    TENON_TRY(need("{"));
    while (!at("}")) {
      TENON_TRY_ASSIGN(list.emplace_back(), statement());
    }
    --nesting_;
    TENON_TRY(advance());
    return list;
  }

  Result<Statement> statement() {
    Statement made;
    made.place = token_.place;
    TENON_TRY_ASSIGN(const std::string first, word("a statement: NAME = ..., for or return"));
    if (first == "for") {
      made.kind = Statement::Kind::repeat;
      TENON_TRY_ASSIGN(made.targets.emplace_back(), word("the name of the loop"));
      TENON_TRY(need("in"));
      TENON_TRY_ASSIGN(made.value, expression());
      TENON_TRY_ASSIGN(made.body, body());
      return made;
    }
    if (first == "return") {
      made.kind = Statement::Kind::give;
      TENON_TRY(results(made.results));
      return made;
    }
    made.targets.push_back(first);
    while (at(",")) {
      TENON_TRY(advance());
      TENON_TRY_ASSIGN(made.targets.emplace_back(), word("a name"));
    }
    TENON_TRY(need("="));
    TENON_TRY_ASSIGN(made.value, expression());
    return made;
  }

  // "logits: x, hidden: y", or an expression.
  Status results(std::vector<Labelled>& list) {
    do {
      Labelled& result = list.emplace_back();
      result.place = token_.place;
      TENON_TRY_ASSIGN(result.value, expression());
      if (at(":") && result.value->form == Form::name) {
        result.name = result.value->word;
        TENON_TRY(advance());
        TENON_TRY_ASSIGN(result.value, expression());
      }
      if (!at(",")) return {};
      TENON_TRY(advance());
    } while (true);
  }
};

}  // namespace

Result<Recipe> parse_recipe(std::string_view file, std::string_view text) {
  if (text.size() > most_bytes) {
    return unsupported("{}: {} bytes, most is {}", file, text.size(), most_bytes);
  }
  return RecipeParser(file, text).recipe();
}

}  // namespace tenon::recipes
