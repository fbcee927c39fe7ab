// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"

#include <algorithm>

namespace tenon::cli {

namespace {

std::string value_lines(std::string_view title, const Json::Array& values) {
  Table table;
  for (const Json& value : values) {
    table.push_back({"  " + printable(value.text("name")), type_text(value)});
  }
  return fmt::format("{}\n{}", title, aligned(table));
}

std::string operator_lines(const Json& facts) {
  Json::Array rows = facts.array("operators");
  std::ranges::stable_sort(rows, [](const Json& a, const Json& b) {
    return a.integer("count", 0) > b.integer("count", 0);
  });
  Table table;
  for (const Json& row : rows) {
    table.push_back({fmt::format("  {:>5}", row.integer("count", 0)), printable(row.text("op"))});
  }
  return fmt::format("operators ({} nodes)\n{}", facts.integer("nodes", 0), aligned(table));
}

std::string parameter_lines(const Json& facts) {
  const Json* parameters = facts.find("parameters");
  if (parameters == nullptr || parameters->members().empty()) return "parameters: none\n";
  Table table;
  int64_t tensors = 0, elements = 0;
  double bytes = 0;
  const auto row = [](std::string_view name, int64_t count, int64_t numbers, double size) {
    return std::vector{fmt::format("  {}", name), fmt::format("{} tensors", count),
                       fmt::format("{} elements", numbers), bytes_text(size)};
  };
  for (const auto& [dtype, sum] : parameters->members()) {
    tensors += sum.integer("tensors", 0);
    elements += sum.integer("elements", 0);
    bytes += sum.number("bytes", 0);
    table.push_back(
        row(dtype, sum.integer("tensors", 0), sum.integer("elements", 0), sum.number("bytes", 0)));
  }
  if (table.size() > 1) table.push_back(row("all", tensors, elements, bytes));
  return fmt::format("parameters\n{}", aligned(table));
}

// Numbers, flags and short texts of a document, by names with dots. A vocabulary has its own line.
void add_settings(const std::string& prefix, const Json& json, Table& table) {
  constexpr size_t longest_text = 100;
  if (json.is_object()) {
    for (const auto& [name, value] : json.members()) {
      if (name != "tokenizer") {
        add_settings(prefix.empty() ? name : prefix + "." + name, value, table);
      }
    }
    return;
  }
  const auto text = json.text();
  if (json.is_null() || json.is_array() || (text && text->size() > longest_text)) return;
  table.push_back({"  " + printable(prefix), printable(text ? std::string(*text) : json.dump())});
}

// What a file of weights says of itself.
std::string weight_lines(const Json& weights) {
  const auto named = [&](const char* member) {
    const std::string_view text = weights.text(member);
    return text.empty() ? std::string("none") : printable(text);
  };
  std::string text = fmt::format("architecture: {}\ntokenizer: {}\nchat template: {}\n",
                                 named("architecture"), named("tokenizer"), named("chat_template"));
  const Json* documents = weights.find("documents");
  if (documents == nullptr) return text;
  for (const auto& [name, document] : documents->members()) {
    Table table;
    add_settings("", document, table);
    if (!table.empty()) text += fmt::format("{}\n{}", printable(name), aligned(table));
  }
  return text;
}

// How a recipe made a model of it.
std::string family_lines(const Json& family) {
  std::string text = fmt::format("recipe: {}, {}", printable(family.text("recipe")),
                                 printable(family.text("kind")));
  for (const char* size : {"context", "vocabulary"}) {
    if (const int64_t number = family.integer(size, 0); number > 0) {
      text += fmt::format(", {} {}", size, number);
    }
  }
  text += "\n";
  const Json::Array& unused = family.array("unused");
  if (!unused.empty()) text += fmt::format("tensors that nothing reads: {}\n", unused.size());
  for (size_t i = 0; i < std::min<size_t>(unused.size(), 20); ++i) {
    text += fmt::format("  {}\n", printable(unused[i].text().value_or("")));
  }
  if (unused.size() > 20) text += "  ...\n";
  return text;
}

std::string summary(const Json& facts) {
  std::string text =
      fmt::format("{}\nread by {}\n", printable(facts.text("path")), facts.text("loader"));
  if (const Json* metadata = facts.find("metadata")) {
    Table table;
    for (const auto& [key, value] : metadata->members()) {
      const std::string shown = printable(value.text().value_or(""));
      table.push_back({"  " + printable(key), shown.substr(0, 200)});
    }
    if (!table.empty()) text += "metadata\n" + aligned(table);
  }
  const Json* weights = facts.find("weights");
  if (const Json* family = facts.find("family")) text += family_lines(*family);
  if (weights != nullptr) text += weight_lines(*weights);
  if (weights == nullptr || !facts.array("inputs").empty()) {
    text += value_lines("inputs", facts.array("inputs"));
    text += value_lines("outputs", facts.array("outputs"));
    text += operator_lines(facts);
  }
  text += parameter_lines(facts);
  if (const std::string_view missing = facts.text("unsupported"); !missing.empty()) {
    text += fmt::format("cannot run: {}\n", missing);
  }
  return text;
}

std::string tensor_lines(const Json& tensors) {
  Table table;
  double bytes = 0;
  for (const Json& row : tensors.array_items()) {
    bytes += row.number("bytes", 0);
    table.push_back(
        {printable(row.text("name")), type_text(row), bytes_text(row.number("bytes", 0))});
  }
  return aligned(table) +
         fmt::format("{} tensors, {}\n", tensors.array_items().size(), bytes_text(bytes));
}

// What a session would take, or which sizes decide it.
std::string memory_lines(const Json& plan) {
  const Json* memory = plan.find("memory");
  if (memory == nullptr) return {};
  std::string text;
  for (const Json& name : memory->array("depends_on")) {
    text += fmt::format("{}{}", text.empty() ? "memory depends on " : ", ",
                        printable(name.text().value_or("")));
  }
  if (!text.empty()) return text + "; fix sizes with --dim\n";
  for (const Json& row : memory->array("devices")) {
    text +=
        fmt::format("memory on {}: {}: {} of weights and {} for values; {} of weights in place\n",
                    row.text("device"), bytes_text(row.number("total", 0)),
                    bytes_text(row.number("weights", 0)), bytes_text(row.number("arenas", 0)),
                    bytes_text(row.number("in_place", 0)));
  }
  return text;
}

std::string plan_lines(const Json& plan) {
  std::string text = fmt::format("{}\n", plan.text("reason"));
  Table islands;
  for (const Json& island : plan.array("islands")) {
    islands.push_back({fmt::format("  island {}", islands.size()),
                       std::string(island.text("device")),
                       fmt::format("{} nodes", island.array("nodes").size()),
                       fmt::format("{} inputs", island.integer("inputs", 0)),
                       fmt::format("{} outputs", island.integer("outputs", 0))});
  }
  Table nodes;
  for (const Json& node : plan.array("nodes")) {
    nodes.push_back({fmt::format("  {}", printable(node.text("op"))), printable(node.text("name")),
                     std::string(node.text("device")),
                     fmt::format("island {}", node.integer("island", 0))});
  }
  Table refusals;
  for (const Json& row : plan.array("refusals")) {
    refusals.push_back({fmt::format("  {}", printable(row.text("op"))), printable(row.text("node")),
                        std::string(row.text("device")), printable(row.text("reason"))});
  }
  text += fmt::format("{} islands\n{}{} nodes\n{}", islands.size(), aligned(islands), nodes.size(),
                      aligned(nodes));
  if (!refusals.empty()) text += fmt::format("refused\n{}", aligned(refusals));
  return text + memory_lines(plan);
}

Result<Exit> show_plan(const Model& model, const Arguments& arguments) {
  auto plan = describe(model, "plan:" + arguments.text("device"));
  if (!plan.ok()) return device_problem(model_problem(plan.status()));
  print(arguments.has("json") ? plan->dump(2) + "\n" : plan_lines(*plan));
  return Exit::ok;
}

// What --text, --dot and --after print.
Result<Exit> show_graph(const Model& model, const char* form) {
  const auto text = attempt([&] { return model.describe(form); });
  if (!text.ok()) return text.status();
  print(*text);
  return Exit::ok;
}

Result<Exit> inspect_model(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  Options options = {{"incomplete", "allow"}};
  if (arguments.has("after")) options.emplace_back("stop_after", arguments.text("after"));
  TENON_TRY_ASSIGN(const Model model,
                   load_model(engine, arguments.operands().front(), arguments, options));
  if (arguments.has("plan")) return show_plan(model, arguments);
  if (arguments.has("dot")) return show_graph(model, "dot");
  if (arguments.has("text") || arguments.has("after")) return show_graph(model, "text");
  const bool tensors = arguments.has("tensors");
  TENON_TRY_ASSIGN(const Json facts, describe(model, tensors ? "tensors" : "inspect"));
  if (arguments.has("json")) {
    print(facts.dump(2) + "\n");
  } else {
    print(tensors ? tensor_lines(facts) : summary(facts));
  }
  return Exit::ok;
}

}  // namespace

namespace commands {

Command inspect();
Command inspect() {
  return {
      .name = "inspect",
      .doc = "tells what a model file contains, without reading weights",
      .operands = {{"MODEL", "the model's file, or its directory"}},
      .flags = with_engine_flags({
          {.name = "tensors", .doc = "every constant: name, type, bytes"},
          {.name = "plan", .doc = "what would run where on --device, and what refused"},
          {.name = "text", .doc = "the graph as text that can be read back"},
          {.name = "dot", .doc = "the graph for Graphviz"},
          {.name = "after", .value = "PASS", .doc = "the graph as text after this pass"},
          {.name = "device",
           .letter = 'd',
           .value = "D[,D]",
           .doc = "devices of --plan",
           .otherwise = "auto"},
          size_flag(),
          fixed_input_flag(),
          {.name = "loader", .value = "ID", .doc = "read the file with this loader"},
          {.name = "json", .doc = "JSON for programs"},
      }),
      .run = inspect_model,
  };
}

}  // namespace commands

}  // namespace tenon::cli
