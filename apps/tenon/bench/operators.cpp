// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/operators.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tenon::cli::bench {
namespace {

// Of a step, on all threads together, that would be at the limit.
double least_seconds(const OperatorRow& row, const Rates& limits) {
  const double threads = limits.threads;
  const double peak = peak_of(limits, "fp32") / threads;
  const double read = limits.read / threads;
  return std::max(peak > 0 ? row.flops / peak : 0, read > 0 ? row.bytes / read : 0);
}

double all_seconds(const std::vector<OperatorRow>& rows) {
  double sum = 0;
  for (const OperatorRow& row : rows) sum += row.busy;
  return std::max(sum, 1e-12);
}

// Nothing for steps that hardly touched their operands: views, and states that grow in place.
std::string limit_text(const OperatorRow& row, const Rates& limits) {
  constexpr double beyond = 10;  // times the limit: more than any cache gives
  const double share = row.busy > 0 ? least_seconds(row, limits) / row.busy : 0;
  return share > beyond ? std::string() : fmt::format("{:.0f} %", share * 100);
}

double per_second(double amount, double seconds) { return seconds > 0 ? amount / seconds : 0; }

}  // namespace

Result<std::vector<OperatorRow>> operator_rows(std::string_view timeline, Grouping grouping) {
  JsonLimits limits;
  limits.bytes = size_t{2} << 30;
  TENON_TRY_ASSIGN(const Json trace, parse_json(timeline, limits));
  std::map<std::string, OperatorRow> rows;
  std::set<std::tuple<std::string_view, std::string_view, int64_t>> steps;
  for (const Json& event : trace.array("traceEvents")) {
    if (event.text("cat") != "step") continue;
    const Json* about = event.find("args");
    if (about == nullptr) continue;
    const std::string_view op = event.text("name"), node = about->text("node");
    const std::string name =
        grouping == Grouping::operators ? std::string(op) : fmt::format("{} {}", op, node);
    OperatorRow& row = rows[name];
    row.name = name;
    row.busy += about->number("busy_us", 0) / 1e6;
    row.bytes += about->number("bytes", 0);
    row.flops += about->number("flops", 0);
    if (steps.insert({op, node, about->integer("run", 0)}).second) ++row.calls;
  }
  std::vector<OperatorRow> sorted;
  for (auto& [name, row] : rows) sorted.push_back(std::move(row));
  std::ranges::stable_sort(sorted, std::greater<>(), &OperatorRow::busy);
  return sorted;
}

Table operator_table(const std::vector<OperatorRow>& rows, const Rates& limits, int64_t runs) {
  Table table = {
      {"operator", "calls", "ms", "share", "MB", "GB/s", "MFLOP", "GFLOP/s", "of limit"}};
  const double all = all_seconds(rows);
  const auto each = static_cast<double>(std::max<int64_t>(runs, 1));
  for (const OperatorRow& row : rows) {
    const bool counts = row.flops > 0;
    table.push_back({printable(row.name),
                     fmt::format("{:.0f}", static_cast<double>(row.calls) / each),
                     fmt::format("{:.4f}", row.busy * 1e3 / each),
                     fmt::format("{:.1f} %", row.busy / all * 100),
                     fmt::format("{:.3f}", row.bytes / 1e6 / each),
                     fmt::format("{:.2f}", per_second(row.bytes, row.busy) / 1e9),
                     counts ? fmt::format("{:.2f}", row.flops / 1e6 / each) : "",
                     counts ? fmt::format("{:.2f}", per_second(row.flops, row.busy) / 1e9) : "",
                     limit_text(row, limits)});
  }
  return table;
}

Json operator_json(const std::vector<OperatorRow>& rows, const Rates& limits, int64_t runs) {
  Json list = Json::array();
  const double all = all_seconds(rows);
  const auto each = static_cast<double>(std::max<int64_t>(runs, 1));
  for (const OperatorRow& row : rows) {
    list.push(Json::object({{"operator", row.name},
                            {"calls", static_cast<double>(row.calls) / each},
                            {"ms", row.busy * 1e3 / each},
                            {"share", row.busy / all},
                            {"bytes", row.bytes / each},
                            {"flops", row.flops / each},
                            {"of_limit", per_second(least_seconds(row, limits), row.busy)}}));
  }
  return list;
}

}  // namespace tenon::cli::bench
