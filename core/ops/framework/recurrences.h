// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <string_view>

// LSTM, GRU and RNN as the one primitive Recurrent, in its canonical form.
namespace tenon::ops {

Status infer_recurrent(InferContext& c);
// kind is "lstm", "gru" or "rnn". Batch-first nodes are transposed.
Status expand_recurrent(ExpandContext& c, std::string_view kind);
// All attributes of Recurrent with their defaults.
Attributes recurrent_attributes(std::string_view kind, int64_t directions);

}  // namespace tenon::ops
