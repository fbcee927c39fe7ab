// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"
#include "core/state/past.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the inputs and outputs of an exported decoder mean, by the names that exporters use.
namespace tenon {

struct DecoderPorts {
  std::string tokens;  // input_ids
  // "": the graph has none.
  std::string mask, positions, types, use_cache, past_length, total_length;
  std::vector<std::pair<std::string, std::string>> past;  // input, the output that follows it
  std::string logits;

  // Code::unsupported, with the reason, when the graph is no such decoder.
  static Result<DecoderPorts> of(const Graph& graph);
};

// The past tensors as values of the graph.
std::vector<PastPort> past_ports(const Graph& graph, const DecoderPorts& ports);

// The inputs beside the past for `tokens` behind `before` others, as a batch of one.
Result<std::vector<RunInput>> decoder_inputs(const Graph& graph, const DecoderPorts& ports,
                                             std::span<const int32_t> tokens, uint64_t before);

}  // namespace tenon
