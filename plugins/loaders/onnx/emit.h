// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "form.h"
#include "frame.h"
#include "host.h"
#include "model.h"
#include "upgrade.h"
#include "weights.h"

#include <set>
#include <string>
#include <tuple>

// Walks a model in order and states each node, weight, input and output to the builder: constants
// become weights, functions their bodies, old forms the newest ones. One per load. [load]
namespace tenon::onnx {

class Emitter {
 public:
  Emitter(const Host& host, const Model& model, std::string_view file)
      : host_(host), model_(model), weights_(host, file) {}

  Status run();

 private:
  // graph.cpp
  Status meta();
  Status check_imports(const Opsets& opsets);
  Status main_inputs(const Graph& graph, Frame& frame);
  Status initializers(const Graph& graph, Frame& frame);
  Status nodes(std::span<const Node> nodes, Frame& frame);
  Status outputs(const Graph& graph, const Frame& frame);
  Status define(Frame& frame, Text name, ValueId value);
  Result<ValueId> read(const Frame& frame, Text name);
  Status count(uint64_t units);

  // emit.cpp
  Status node(const Node& node, Frame& frame);
  Result<Form> form_of(const Node& node, const Frame& frame, int64_t version);
  Status write(Form& form, const Node& node, Frame& frame, Text domain, int64_t version);
  Status write(Form& form, const FormNode& node, const Frame& frame, Text domain, int64_t version,
               const std::string& name);
  Result<int64_t> version_of(const Node& node, const Frame& frame) const;
  // What cannot be expressed is reported and goes on; other failures stop.
  Status tolerate(Status status, Text op, Text name);
  // A value for something that was reported as not expressible.
  Result<ValueId> placeholder(Text name);

  // constant.cpp
  Status constant(const Node& node, Frame& frame);
  Result<ValueId> constant_value(const Attribute& attribute, Text name);

  // settings.cpp
  Result<Binding> resolve(const Attribute& attribute, const Frame& frame) const;
  Status settings_of(const Node& node, const Frame& frame, Form& form);
  Status attribute(const Setting& setting, const std::string& node, tenon_attribute& made,
                   std::vector<tenon_str>& strings);

  // subgraph.cpp
  Result<uint32_t> body(const Graph& graph, const Frame& frame, const std::string& name);

  // function.cpp
  Status index_functions();
  Result<uint64_t> unfolded(std::span<const Node> nodes, std::vector<const Function*>& open);
  Result<uint64_t> unfolded(const Function& function, std::vector<const Function*>& open);
  const Function* function_of(const Node& node) const;
  Status call(const Function& function, const Node& node, Frame& frame);

  static std::string display_name(const Node& node, const Frame& frame);

  const Host& host_;
  const Model& model_;
  Weights weights_;
  Upgrades upgrades_;
  std::map<std::tuple<Text, Text, Text>, const Function*> functions_;
  std::map<const Function*, uint64_t> unfolded_;  // nodes of a call
  uint64_t units_ = 0;
  int open_bodies_ = 0;
};

}  // namespace tenon::onnx
