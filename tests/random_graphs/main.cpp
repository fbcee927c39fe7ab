// SPDX-License-Identifier: Apache-2.0
// Random graphs on a device against the plain evaluator:
//
//   random_graphs [--device D] [--first SEED] [--count N] [--plant OP] [--show]
//
// Prints every graph that is wrong, made small, and one line of figures. Exit code 1 when one is
// wrong. --plant spoils the evaluator's results of one operator, which must be found.
#include "tests/random_graphs/generate.h"
#include "tests/random_graphs/judge.h"
#include "tests/random_graphs/onnx_file.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <set>

namespace {

using namespace tenon;
using namespace tenon::random_graphs;

struct Asked {
  std::string device = "reference";
  uint64_t first = 1;
  uint64_t count = 1000;
  std::string planted;
  bool show = false;
};

Asked read_words(int count, char** words) {
  Asked asked;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : "";
    if (word == "--device") asked.device = value;
    if (word == "--first") asked.first = std::strtoull(value, nullptr, 10);
    if (word == "--count") asked.count = std::strtoull(value, nullptr, 10);
    if (word == "--plant") asked.planted = value;
    if (word == "--show") asked.show = true;
  }
  return asked;
}

struct Figures {
  std::map<std::string, int> refused;
  std::set<std::string> operators;
  uint64_t alike = 0, wrong = 0, nodes = 0;
};

constexpr uint64_t most_shown = 20;

void report(const Engine& engine, const Asked& asked, uint64_t seed, Graph graph,
            const Accuracy& accuracy) {
  const Graph small = shrink(engine, asked.device, std::move(graph), accuracy);
  const Verdict verdict = judge(engine, asked.device, small);
  fmt::print("seed {}: {}\n  smallest: {} nodes\n{}", seed, verdict.text, small.nodes.size(),
             text_of(small));
}

void try_one(const Engine& engine, const Asked& asked, uint64_t seed, const Accuracy& accuracy,
             Figures& figures) {
  Graph graph = random_graph(seed, accuracy);
  evaluate(graph, accuracy);
  if (asked.show) fmt::print("seed {}\n{}", seed, text_of(graph));
  figures.nodes += graph.nodes.size();
  for (const Node& node : graph.nodes) figures.operators.insert(node.op);
  const Verdict verdict = judge(engine, asked.device, graph);
  if (verdict.kind == Verdict::Kind::refused) ++figures.refused[verdict.text];
  if (verdict.kind == Verdict::Kind::alike) ++figures.alike;
  if (!verdict.wrong()) return;
  if (++figures.wrong <= most_shown) report(engine, asked, seed, std::move(graph), accuracy);
}

}  // namespace

int main(int count, char** words) {
  const Asked asked = read_words(count, words);
  Accuracy accuracy;
  accuracy.planted = asked.planted;
  if (asked.device != "reference") accuracy.transcendental = 16;
  const Engine engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}});
  if (engine.describe("devices").find('"' + asked.device) == std::string::npos) {
    fmt::print("SKIPPED: there is no device {}\n", asked.device);
    return 0;
  }
  Figures figures;
  for (uint64_t i = 0; i < asked.count; ++i) {
    try_one(engine, asked, asked.first + i, accuracy, figures);
  }
  for (const auto& [text, times] : figures.refused) {
    fmt::print("refused {} times: {}\n", times, text);
  }
  fmt::print(
      "{} graphs from seed {} on {}: {} alike, {} wrong, {} refused; {} nodes of {} operators\n",
      asked.count, asked.first, asked.device, figures.alike, figures.wrong,
      asked.count - figures.alike - figures.wrong, figures.nodes, figures.operators.size());
  return figures.wrong == 0 ? 0 : 1;
}
