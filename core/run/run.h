// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"
#include "core/run/session.h"

#include <map>
#include <set>
#include <vector>

// One run of a session, from inputs to outputs. Lives for one call, under the session's lock.
namespace tenon {

class Session::Run final : public BodyRunner {
 public:
  Run(Session& session, std::span<const RunInput> inputs, const Patience& patience,
      std::span<const RunState> states)
      : session_(session),
        plan_(*session.plan_),
        inputs_(inputs),
        given_states_(states),
        patience_(patience) {}

  // On failure, commands may be pending: the session keeps this until they have ended.
  Result<std::vector<RunOutput>> all();
  const RunFigures& figures() const { return figures_; }

  Result<std::vector<HostValue>> run(const Node& node, uint32_t body,
                                     std::span<const HostValue> inputs) override;
  Status poll() const override { return patience_.check(); }

 private:
  using Place = std::pair<size_t, ValueId>;  // (device, value)

  Status match_inputs();
  Status bind_sizes(ValueId value, const HostValue& given);
  // Gives the extents of a tensor to the symbols that stand for them.
  Status bind_extents(ValueId value, std::span<const int64_t> dims);
  // Takes the states' memory and extents; an error when one that is used is not given.
  Status match_states();
  Status run_phase(size_t phase);
  Status run_step(const Node& node);
  Status read_sizes(size_t phase);
  Status check_sizes();
  Status run_island(BoundIsland& bound);
  // Where the value lies on the device, moving it there when it is not.
  Result<tenon_binding> on_device(size_t device, ValueId value);
  const BoundPhase* holder(const Place& place) const;
  tenon_binding slot(const Place& place) const;
  // The value on the host, waiting for its device when it must.
  Result<const HostValue*> on_host(ValueId value);
  // The same for a host node; a wait and the bytes are counted when it was not there yet.
  Result<const HostValue*> for_host_node(ValueId value);
  bool is_on_host(ValueId value) const;
  Status upload(size_t device, const tenon_binding& to, std::span<const std::byte> from);
  Result<HostTensor> host_tensor(ValueId value);
  Status wait(size_t device);
  Status collect();

  Session& session_;
  const Plan& plan_;
  std::span<const RunInput> inputs_;
  std::span<const RunState> given_states_;
  std::map<ValueId, tenon_binding> states_;  // of states and of their next versions
  const Patience& patience_;
  std::vector<int64_t> symbols_;
  std::vector<bool> bound_symbols_;
  std::vector<bool> checked_;
  std::vector<BoundPhase*> phases_;
  std::set<Place> ready_;
  std::map<ValueId, HostValue> host_;  // given, made by host nodes, or brought from devices
  // Kept here so that pending downloads have a target until the session has come to rest.
  std::vector<RunOutput> outputs_;
  RunFigures figures_;
};

}  // namespace tenon
