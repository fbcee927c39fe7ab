// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/check/reasons.h"
#include "apps/tenon/check/verdict.h"

#include <algorithm>
#include <array>
#include <map>

namespace tenon::cli {

namespace {

constexpr size_t kinds = 4;

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

void print_verdict(const TestDirectory& test, const Verdict& verdict, bool as_json) {
  if (as_json) {
    print(Json::object({{"test", test.name},
                        {"status", name_of(verdict.kind)},
                        {"detail", verdict.detail},
                        {"ms", verdict.ms}})
              .dump() +
          "\n");
    return;
  }
  std::string line =
      fmt::format("{:<11}  {}  {:.0f} ms", name_of(verdict.kind), printable(test.name), verdict.ms);
  if (!verdict.detail.empty()) line += fmt::format("  {}", printable(first_line(verdict.detail)));
  print(line + "\n");
}

void print_reasons(const std::map<std::string, int>& reasons) {
  std::vector<std::pair<std::string, int>> rows(reasons.begin(), reasons.end());
  std::ranges::stable_sort(rows, std::greater<>(), &std::pair<std::string, int>::second);
  Table table;
  for (const auto& [reason, count] : rows) {
    table.push_back({fmt::format("{:>6}", count), printable(reason)});
  }
  print(aligned(table));
}

// A device that nothing offers would fail every test for the same reason.
Status check_devices(const Engine& engine, const std::string& devices) {
  if (devices == "auto") return {};
  TENON_TRY_ASSIGN(const Json known, describe(engine, "devices"));
  std::string names;
  for (const Json& device : known.array_items()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", device.text("id"));
  }
  std::string_view rest = devices;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const bool found = std::ranges::any_of(known.array_items(), [&](const Json& device) {
      const std::string_view id = device.text("id");
      return id == name || id.substr(0, id.find(':')) == name;
    });
    if (!found) {
      return device_error("there is no device \"{}\"; devices are: {}", name,
                          names.empty() ? "none" : names);
    }
  }
  return {};
}

Result<Exit> check_models(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  const std::string devices = arguments.text("device");
  TENON_TRY(check_devices(engine, devices));
  const Tolerance tolerance = tolerance_of(arguments);
  std::array<int, kinds> counts{};
  std::map<std::string, int> reasons;
  for (const std::string& path : arguments.operands()) {
    TENON_TRY_ASSIGN(const std::vector<TestDirectory> tests, find_tests(path));
    if (tests.empty()) return invalid("{}: no model beside a test_data_set_* folder", path);
    for (const TestDirectory& test : tests) {
      TENON_TRY_ASSIGN(const Verdict verdict, judge(engine, test, devices, tolerance));
      ++counts[static_cast<size_t>(verdict.kind)];
      print_verdict(test, verdict, arguments.has("json"));
      if (verdict.kind != Verdict::Kind::unsupported) continue;
      for (const std::string& reason : reasons_of(verdict.detail)) ++reasons[reason];
    }
  }
  if (arguments.has("list-unsupported")) print_reasons(reasons);
  if (!arguments.has("json")) {
    print(fmt::format("{} passed, {} failed, {} unsupported, {} refused\n", counts[0], counts[1],
                      counts[2], counts[3]));
  }
  return counts[static_cast<size_t>(Verdict::Kind::fail)] == 0 ? Exit::ok : Exit::differs;
}

}  // namespace

namespace commands {

Command check();
Command check() {
  return {
      .name = "check",
      .doc = "runs every test directory below a path and compares with the stored outputs",
      .operands = {{"PATH", "a folder or model; tests are models beside test_data_set_* folders",
                    true, true}},
      .flags = with_engine_flags({
          {.name = "device",
           .letter = 'd',
           .value = "D[,D]",
           .doc = "one device alone, several in this order, or auto",
           .otherwise = "auto"},
          relative_flag(),
          {.name = "rounded-halves", .doc = "allow f16 and bf16 what rounding to them may cost"},
          absolute_flag(),
          {.name = "list-unsupported", .doc = "then count the reasons of unsupported models"},
          {.name = "json", .doc = "one JSON object a test"},
      }),
      .more =
          "A test passes when every output has the stored type and dims, and every element\n"
          "satisfies |got - stored| <= atol + rtol * |stored|; NaN equals NaN.\n"
          "Exit code 0 unless a test failed.",
      .run = check_models,
  };
}

}  // namespace commands

}  // namespace tenon::cli
