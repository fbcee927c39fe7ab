// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/compare/bisect.h"
#include "apps/tenon/run/inputs.h"
#include "apps/tenon/run/outputs.h"

#include <algorithm>

namespace tenon::cli {

namespace {

// What is compared with what: files and devices, one of which may be the same on both sides.
struct Sides {
  std::string files[2];
  std::string devices[2];
};

Result<Sides> sides_of(const Arguments& arguments) {
  const std::vector<std::string>& files = arguments.operands();
  const std::vector<std::string> devices = arguments.all("device");
  if (devices.size() > 2) return invalid("{} --device, expected at most two", devices.size());
  if (files.size() == 1 && devices.size() < 2) {
    return invalid("one model is compared on two devices: --device A --device B");
  }
  Sides sides;
  for (size_t i = 0; i < 2; ++i) {
    sides.files[i] = files[std::min(i, files.size() - 1)];
    sides.devices[i] = devices.empty() ? "auto" : devices[std::min(i, devices.size() - 1)];
  }
  return sides;
}

// The second model gets the first one's tensors, by name or else by position.
Result<std::vector<Tensor>> inputs_for(const std::vector<Tensor>& wanted,
                                       const std::vector<Tensor>& given) {
  if (wanted.size() != given.size()) {
    return corrupt("the models take {} and {} inputs", given.size(), wanted.size());
  }
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto named = std::ranges::find(given, wanted[i].name, &Tensor::name);
    inputs.push_back(named == given.end() ? given[i] : *named);
    inputs.back().name = wanted[i].name;
  }
  return inputs;
}

// The number of the first output that differs; prints a line for each.
std::optional<size_t> first_difference(const std::vector<Tensor>& first,
                                       const std::vector<Tensor>& second,
                                       const Tolerance& tolerance, Json& report) {
  std::optional<size_t> found;
  Json outputs = Json::array();
  for (size_t i = 0; i < first.size(); ++i) {
    const auto differs = difference(second[i], first[i], widened(tolerance, first[i]));
    if (differs && !found) found = i;
    outputs.push(Json::object({{"name", first[i].name}, {"differs", differs.value_or("")}}));
  }
  report.set("equal", !found.has_value()).set("outputs", outputs);
  return found;
}

void add_pairs(Json& report, const char* key, const std::vector<Pair>& pairs) {
  Json list = Json::array();
  for (const Pair& pair : pairs) {
    list.push(Json::object({{"name", pair.first.name}, {"differs", pair.differs.value_or("")}})
                  .set("first", outputs_json(std::span(&pair.first, 1)).array_items().front())
                  .set("second", outputs_json(std::span(&pair.second, 1)).array_items().front()));
  }
  report.set(key, list);
}

std::string pair_lines(const Pair& pair) {
  std::string text = "  " + output_lines(std::span(&pair.first, 1));
  if (pair.differs) {
    text += "  " + output_lines(std::span(&pair.second, 1));
    text += fmt::format("    {}\n", *pair.differs);
  }
  return text;
}

void print_text(const Json& report, const Culprit* culprit) {
  for (const Json& output : report.array("outputs")) {
    const std::string_view differs = output.text("differs");
    print(fmt::format("{}: {}\n", printable(output.text("name")),
                      differs.empty() ? "alike" : differs));
  }
  if (culprit == nullptr) return;
  print(fmt::format("first node that differs: {} \"{}\", found in {} rounds\n",
                    printable(culprit->node.op), printable(culprit->node.name), culprit->rounds));
  if (culprit->vanishes) {
    print("the outputs are alike when its values are returned: fusing it makes the difference\n");
  }
  for (const Pair& pair : culprit->outputs) print(pair_lines(pair));
  print(culprit->inputs.empty() ? "none of its inputs has a name on both sides\n" : "its inputs\n");
  for (const Pair& pair : culprit->inputs) print(pair_lines(pair));
}

Result<Exit> compare_runs(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Sides sides, sides_of(arguments));
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(const Model first_model, load_model(engine, sides.files[0], arguments));
  TENON_TRY_ASSIGN(const Model second_model, load_model(engine, sides.files[1], arguments));
  TENON_TRY_ASSIGN(const std::vector<Tensor> wanted, attempt([&] { return first_model.inputs(); }));
  TENON_TRY_ASSIGN(const auto inputs, make_inputs(wanted, arguments.all("input")));
  TENON_TRY_ASSIGN(const std::vector<Tensor> others,
                   attempt([&] { return second_model.inputs(); }));
  TENON_TRY_ASSIGN(const auto other_inputs, inputs_for(others, inputs));
  const Side first{first_model, sides.devices[0], inputs};
  const Side second{second_model, sides.devices[1], other_inputs};
  TENON_TRY_ASSIGN(const std::vector<Tensor> expected, run_side(first, {}));
  TENON_TRY_ASSIGN(const std::vector<Tensor> found, run_side(second, {}));
  if (expected.size() != found.size()) {
    return corrupt("the models give {} and {} outputs", expected.size(), found.size());
  }
  const Tolerance tolerance = tolerance_of(arguments);
  Json report = Json::object();
  const auto output = first_difference(expected, found, tolerance, report);
  std::optional<Culprit> culprit;
  if (output) {
    const auto taps = static_cast<size_t>(arguments.integer("taps"));
    TENON_TRY_ASSIGN(culprit, find_culprit(first, second, *output, tolerance, taps));
    report.set("node", Json::object({{"name", culprit->node.name}, {"op", culprit->node.op}}))
        .set("rounds", uint64_t{culprit->rounds})
        .set("vanishes", culprit->vanishes);
    add_pairs(report, "node_outputs", culprit->outputs);
    add_pairs(report, "node_inputs", culprit->inputs);
  }
  if (arguments.has("json")) {
    print(report.dump() + "\n");
  } else {
    print_text(report, culprit ? &*culprit : nullptr);
  }
  return output ? Exit::differs : Exit::ok;
}

}  // namespace

namespace commands {

Command compare();
Command compare() {
  return {
      .name = "compare",
      .doc = "runs a model in two ways and finds the first node that differs",
      .operands = {{"MODEL", "the model's file"},
                   {"OTHER", "another file, compared value by value of the same name", false}},
      .flags = with_engine_flags({
          {.name = "device",
           .letter = 'd',
           .value = "D[,D]",
           .doc = "once for both files, or twice: the first is right, the second is judged",
           .repeated = true},
          {.name = "input",
           .letter = 'i',
           .value = "[NAME=]VALUE",
           .doc = "as of tenon run; random and the same on both sides without it",
           .repeated = true},
          size_flag(),
          fixed_input_flag(),
          relative_flag(),
          absolute_flag("absolute tolerance, times the largest number of a tensor above 1", "1e-5"),
          {.name = "taps",
           .value = "N",
           .doc = "values compared in one round",
           .kind = Flag::Kind::integer,
           .otherwise = "16"},
          {.name = "loader", .value = "ID", .doc = "read the files with this loader"},
          {.name = "json", .doc = "one JSON object for programs"},
      }),
      .more =
          "The node printed is one whose inputs are alike on both sides and whose output is\n"
          "not. Exit code 1 when an output differs.",
      .run = compare_runs,
  };
}

}  // namespace commands

}  // namespace tenon::cli
