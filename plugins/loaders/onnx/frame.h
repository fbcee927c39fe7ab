// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "model.h"

#include <map>
#include <string>

// Where the names in a node are looked up: the values of its graph and of the graphs around it, and
// inside a function the attributes of the call. Frames live on the stack of the emitter.
namespace tenon::onnx {

struct Frame;

// An attribute of a call, and the frame in which its own references and subgraphs are meant.
struct Binding {
  const Attribute* attribute = nullptr;
  const Frame* frame = nullptr;
};

// One call of a model-local function.
struct Call {
  const Function* function = nullptr;
  std::string prefix;  // of the names of its nodes and values, ends with '/'
  std::map<Text, Binding> attributes;
};

struct Frame {
  const Frame* outer = nullptr;  // of the graph around a subgraph
  const Call* call = nullptr;    // null outside functions
  const Opsets* opsets = nullptr;
  std::map<Text, ValueId> values;

  // Null when no graph from here outwards has the name.
  const ValueId* find(Text name) const {
    for (const Frame* frame = this; frame != nullptr; frame = frame->outer) {
      if (const auto found = frame->values.find(name); found != frame->values.end()) {
        return &found->second;
      }
    }
    return nullptr;
  }
};

}  // namespace tenon::onnx
