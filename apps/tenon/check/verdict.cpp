// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/verdict.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/check/stored.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace tenon::cli {

namespace {

using Kind = Verdict::Kind;

std::string set_name(const DataSet& set) {
  return std::filesystem::path(set.path).filename().string();
}

Verdict from_failure(const Status& status, Kind otherwise) {
  return {status.code() == Code::unsupported ? Kind::unsupported : otherwise,
          std::string(status.message()), 0};
}

// Runs the inputs and compares with the outputs of the set.
Result<Verdict> judge_outputs(const Engine& engine, Session& session,
                              const std::vector<Tensor>& inputs, const DataSet& set,
                              const std::string& devices, const Tolerance& tolerance) {
  const auto outputs = attempt([&] { return session.run(inputs, interrupted()); });
  if (!outputs.ok()) {
    if (outputs.status().code() == Code::cancelled) return outputs.status();
    return from_failure(outputs.status(), Kind::fail);
  }
  for (size_t i = 0; i < set.outputs.size(); ++i) {
    if (set.outputs[i].empty()) continue;
    if (i >= outputs->size()) {
      return Verdict{Kind::fail, fmt::format("output {} of {}", i, outputs->size()), 0};
    }
    const auto expected = read_value(engine, set.outputs[i], (*outputs)[i], devices);
    if (!expected.ok()) return from_failure(expected.status(), Kind::fail);
    if (const auto differs = difference((*outputs)[i], *expected, tolerance)) {
      return Verdict{Kind::fail,
                     fmt::format("{}: output \"{}\": {}", set_name(set),
                                 printable((*outputs)[i].name), *differs),
                     0};
    }
  }
  return Verdict{};
}

Result<Verdict> judge_set(const Engine& engine, const Model& model, Session& session,
                          const DataSet& set, const std::string& devices,
                          const Tolerance& tolerance) {
  TENON_TRY_ASSIGN(const std::vector<Tensor> wanted, attempt([&] { return model.inputs(); }));
  const auto inputs = read_inputs(engine, set, wanted, devices);
  if (!inputs.ok()) return from_failure(inputs.status(), Kind::fail);
  return judge_outputs(engine, session, *inputs, set, devices, tolerance);
}

Result<Verdict> judge_all(const Engine& engine, const TestDirectory& test,
                          const std::string& devices, const Tolerance& tolerance) {
  const auto model = attempt([&] { return engine.load(test.model, {}, interrupted()); });
  if (!model.ok()) {
    if (model.status().code() == Code::cancelled) return model.status();
    return from_failure(model.status(), Kind::refused);
  }
  auto session = attempt([&] { return model->session(devices, {}, interrupted()); });
  if (!session.ok()) {
    if (session.status().code() == Code::cancelled) return session.status();
    return from_failure(session.status(), Kind::fail);
  }
  for (const DataSet& set : test.sets) {
    TENON_TRY_ASSIGN(Verdict verdict, judge_set(engine, *model, *session, set, devices, tolerance));
    if (verdict.kind != Kind::pass) return verdict;
  }
  return Verdict{};
}

}  // namespace

std::string_view name_of(Verdict::Kind kind) {
  constexpr std::string_view names[] = {"pass", "fail", "unsupported", "refused"};
  return names[static_cast<size_t>(kind)];
}

Result<Verdict> judge(const Engine& engine, const TestDirectory& test, const std::string& devices,
                      const Tolerance& tolerance) {
  const auto begin = std::chrono::steady_clock::now();
  TENON_TRY_ASSIGN(Verdict verdict, judge_all(engine, test, devices, tolerance));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  verdict.ms = took.count();
  return verdict;
}

}  // namespace tenon::cli
