// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"

#include <memory>
#include <span>
#include <vector>

// One run of a model of texts as if it were any graph: rows of tokens in, an answer for each token
// or row out. What the model would remember of the rows lives for the run.
namespace tenon {

// The face of graphs that take a step block: inputs input_ids [batch, tokens], attention_mask,
// token_type_ids, and decoder_input_ids with an encoder; outputs as the main graph's, with
// [batch, tokens] or [batch] in front.
Graph text_face(const Graph& main, bool has_encoder);

// Integers of any type; rows of one length, whose tokens behind the last 1 of attention_mask are
// left out and answered by zeros. A vector of tokens is a batch of one and answered without a
// batch.
Result<std::vector<RunOutput>> run_texts(Session& main, Session* encoder,
                                         std::span<const RunInput> inputs,
                                         const Patience& patience);

}  // namespace tenon
