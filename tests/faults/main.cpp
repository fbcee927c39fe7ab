// SPDX-License-Identifier: Apache-2.0
// Faults at every call, on every model:
//
//   faults [--device D] [--most K] [--step S] [--rounds N]     turns 1, 1+S, ... K of every fault
//   faults --reload N [--device D]                              load and unload, memory at baseline
//
// Prints a line for each model and fault and for each broken promise. Exit code 1 when one was
// broken.
#include "tests/faults/trial.h"

#include <fmt/format.h>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>

namespace {

using namespace tenon;
using namespace tenon::faults;

struct Asked {
  std::string device = "reference";
  uint64_t most = 200, step = 1, rounds = 60, reload = 0;
};

Asked read_words(int count, char** words) {
  Asked asked;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string word = words[i];
    const uint64_t number = std::strtoull(words[i + 1], nullptr, 10);
    if (word == "--device") asked.device = words[i + 1];
    if (word == "--most") asked.most = number;
    if (word == "--step") asked.step = std::max<uint64_t>(number, 1);
    if (word == "--rounds") asked.rounds = number;
    if (word == "--reload") asked.reload = number;
  }
  return asked;
}

struct Sum {
  uint64_t trials = 0, struck = 0, unusable = 0, wrong = 0;
  double most_ms = 0;
};

Sum sweep(const Asked& asked, const TestModel& model, const Answers& answers, Fault fault) {
  Sum sum;
  for (uint64_t turn = 1; turn <= asked.most; turn += asked.step) {
    const Outcome outcome = attempt({model, answers, asked.device, fault, turn});
    ++sum.trials;
    sum.struck += outcome.struck;
    sum.unusable += outcome.unusable;
    sum.most_ms = std::max(sum.most_ms, outcome.ms);
    if (outcome.wrong.empty()) continue;
    ++sum.wrong;
    fmt::print("{}, {} at {}: {}\n", model.name, name_of(fault), turn, outcome.wrong);
  }
  fmt::print(
      "{}, {}: {} trials, {} struck, {} sessions given up, {} wrong, longest failing call "
      "{:.0f} ms\n",
      model.name, name_of(fault), sum.trials, sum.struck, sum.unusable, sum.wrong, sum.most_ms);
  std::fflush(stdout);
  return sum;
}

int run_sweeps(const Asked& asked) {
  Sum all;
  for (const TestModel& model : test_models()) {
    const Answers answers = answers_of(model, asked.device, static_cast<int64_t>(asked.rounds));
    for (const Fault fault : all_faults) {
      const Sum sum = sweep(asked, model, answers, fault);
      all.trials += sum.trials;
      all.struck += sum.struck;
      all.wrong += sum.wrong;
    }
  }
  fmt::print("{} trials on {}, {} struck, {} wrong\n", all.trials, asked.device, all.struck,
             all.wrong);
  return all.wrong == 0 ? 0 : 1;
}

size_t heap_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void load_and_run(const Engine& engine, const TestModel& model, const std::string& device) {
  tenon_model* made = nullptr;
  detail::check(tenon_model_load_memory(engine.handle(), model.bytes.data(), model.bytes.size(),
                                        "test.onnx", nullptr, 0, nullptr, &made));
  const Model loaded(made);
  Session session = loaded.session(device);
  session.run(model.inputs(0));
}

// Heap that stays in use after rounds of engine, models and sessions.
int run_reloads(const Asked& asked) {
  const auto models = test_models();
  size_t before = 0;
  constexpr uint64_t warm_up = 10;
  for (uint64_t round = 0; round < asked.reload + warm_up; ++round) {
    if (round == warm_up) before = heap_in_use();
    const Engine engine = plain_engine();
    for (const TestModel& model : models) load_and_run(engine, model, asked.device);
    if (bytes_held(engine) != 0) {
      fmt::print("round {}: bytes are left on a device\n", round);
      return 1;
    }
  }
  const auto grown = static_cast<int64_t>(heap_in_use()) - static_cast<int64_t>(before);
  constexpr int64_t allowed = 64 * 1024;
  fmt::print("{} rounds of {} models on {}: {} bytes more in use\n", asked.reload, models.size(),
             asked.device, grown);
  return grown <= allowed ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const Asked asked = read_words(count, words);
  try {
    if (plain_engine().describe("devices").find('"' + asked.device) == std::string::npos) {
      fmt::print("SKIPPED: there is no device {}\n", asked.device);
      return 0;
    }
    return asked.reload > 0 ? run_reloads(asked) : run_sweeps(asked);
  } catch (const Error& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
}
