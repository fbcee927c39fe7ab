// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

// A run that is like the one before: inputs of the same names, types and sizes, in the same order.
// Then all is known but the data, and what remains is to copy inputs, to run islands and to copy
// outputs, without allocating anything. For plans of one phase without host nodes, on one device
// whose commands are done when their calls return. Used under the session's lock.
namespace tenon {

class Session::Steady {
 public:
  // How to repeat the run that has just ended; null when it cannot be repeated so.
  static std::unique_ptr<Steady> after(Session& session, std::span<const RunInput> inputs,
                                       std::span<const RunState> states,
                                       std::span<const RunOutput> outputs);

  bool fits(std::span<const RunInput> inputs, std::span<const RunState> states) const;
  // For inputs that fit.
  Status run(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
             const Patience& patience, std::span<const RunState> states);

 private:
  struct Input {
    std::string name;
    DType dtype;
    std::vector<int64_t> dims;
    uint64_t bytes;
    std::vector<tenon_binding> places;  // where islands read it
  };
  struct State {
    ValueId value;
    std::vector<int64_t> dims;
  };
  // A binding that is a state's.
  struct StateUse {
    tenon_binding* binding;
    size_t state;
    bool is_next;
  };
  struct Output {
    std::string name;
    DType dtype;
    std::vector<int64_t> dims;
    uint64_t bytes;
    tenon_binding place;
  };

  explicit Steady(Session& session) : session_(session) {}
  // Whether everything has a place.
  bool add_inputs(std::span<const RunInput> inputs);
  bool add_states(std::span<const RunState> states);
  bool add_open_bindings();
  bool add_outputs(std::span<const RunOutput> outputs);
  void bind_states(std::span<const RunState> states);
  Status fetch(RunOutput& output, const Output& from);
  Status wait(const Patience& patience);

  Session& session_;
  BoundPhase* phase_ = nullptr;
  size_t device_ = 0;
  std::vector<Input> inputs_;
  std::vector<ValueId> input_values_;
  std::vector<State> states_;
  std::vector<StateUse> state_uses_;
  std::vector<Output> outputs_;
};

}  // namespace tenon
