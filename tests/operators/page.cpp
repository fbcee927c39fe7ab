// SPDX-License-Identifier: Apache-2.0
#include "tests/operators/page.h"

#include "core/ops/framework/sample_graph.h"
#include "core/passes/pass.h"
#include "core/plan/plan.h"

#include <algorithm>
#include <iterator>

namespace tenon::operators_page {
namespace {

constexpr std::string_view introduction = R"(# Operators

What the engine computes, from the registry of operators (`core/ops`, one file each). Written by

    tenon check --json --device reference SUITE > VERDICTS
    operators_page write docs/operators.md VERDICTS SUITE ...

and held by a test that fails when anything but the numbers of tests is out of date
(`operators_page write docs/operators.md` alone keeps these). The suites were the tests that come
with ONNX, those of its older operator sets, and the suites of other engines that the models tests
use. A test counts for every operator of its model, so operators that others are made of have many.

| kind | what it means |
|---|---|
| element | one formula for each element of the result; every backend runs it |
| expand | written as other operators where no backend offers it whole |
| primitive | a kernel by name in the backends; docs/primitives.md |
| host | runs in the core between what devices run |

Devices are those that take all samples of the operator by themselves, or so many of them; an
operator that a device does not take runs on another one with `--device auto`.
)";

constexpr std::string_view devices[] = {"reference", "opencl"};

std::string_view kind_of(const Op& op) {
  if (op.primitive) return "primitive";
  if (op.host != nullptr) return "host";
  return op.expand != nullptr ? "expand" : "element";
}

// The section of a domain.
std::string title_of(std::string_view domain) {
  if (domain.empty()) return "ai.onnx, and what its operators are written in";
  if (domain == "tenon") return "tenon: parts of other operators";
  return std::string(domain);
}

// A bar would end the column.
std::string in_table(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '|' ? '/' : c == '\n' ? ' ' : c;
  return result;
}

// How many samples a device takes by itself.
Result<size_t> taken(Engine& engine, const Op& op, std::string_view device) {
  TENON_TRY_ASSIGN(const Engine::Choice choice, engine.choose(device));
  size_t count = 0;
  for (const Sample& sample : op.samples) {
    Graph graph = graph_of(op, sample, false);
    TENON_TRY(run_passes(graph, {}));
    const auto plan = make_plan(std::move(graph), choice.devices, {});
    if (plan.ok()) {
      ++count;
    } else if (plan.status().code() != Code::unsupported) {
      return plan.status().at(name_of(op));
    }
  }
  return count;
}

std::string row_of(const Op& op, std::string_view where, const Tests& tests) {
  const std::string counted =
      tests.all == 0 ? "" : fmt::format("{} of {}", tests.passed, tests.all);
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", op.name, kind_of(op),
                     in_table(operands_of(op)), where, counted, in_table(op.doc));
}

}  // namespace

std::string name_of(const Op& op) {
  return op.domain.empty() ? std::string(op.name) : fmt::format("{}.{}", op.domain, op.name);
}

std::string operands_of(const Op& op) {
  std::string text;
  for (const Operand& operand : op.inputs) {
    const std::string typed = fmt::format("{}: {}", operand.name, operand.types);
    if (!text.empty()) text += ", ";
    if (operand.arity == optional_operand) {
      text += "[" + typed + "]";
    } else {
      text += operand.arity == variadic_operand ? typed + " ..." : typed;
    }
  }
  return text;
}

Result<std::string> devices_of(Engine& engine, const Op& op) {
  if (op.host != nullptr) return std::string("host");
  std::string text;
  for (const std::string_view device : devices) {
    TENON_TRY_ASSIGN(const size_t count, taken(engine, op, device));
    if (count == 0) continue;
    text += text.empty() ? "" : ", ";
    text += device;
    if (count < op.samples.size()) text += fmt::format(" ({} of {})", count, op.samples.size());
  }
  return text;
}

Result<std::string> write_page(Engine& engine, const TestCounts& counts) {
  std::map<std::string_view, size_t> kinds;
  for (const Op& op : all_ops()) ++kinds[kind_of(op)];
  std::string page(introduction);
  page += fmt::format("\n{} operators:", all_ops().size());
  for (const auto& [kind, count] : kinds) {
    page += fmt::format("{} {} {}", kind == kinds.begin()->first ? "" : ",", count, kind);
  }
  page += ".\n";
  const Op* before = nullptr;
  for (const Op& op : all_ops()) {
    if (before == nullptr || before->domain != op.domain) {
      page +=
          fmt::format("\n## {}\n\n| operator | kind | inputs | devices | tests | what it does |\n",
                      title_of(op.domain));
      page += "|---|---|---|---|---|---|\n";
    }
    before = &op;
    TENON_TRY_ASSIGN(const std::string where, devices_of(engine, op));
    const auto tests = counts.find(name_of(op));
    page += row_of(op, where, tests == counts.end() ? Tests() : tests->second);
  }
  return page;
}

}  // namespace tenon::operators_page
