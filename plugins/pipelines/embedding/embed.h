// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

// The task: texts in, a vector for each out. The model is reached through the host's tables only,
// so a test brings its own. [any thread]
namespace tenon::embedding {

// {"input": text or [texts], "pooling": "mean", "normalize": true, "dimensions": 64}; all but the
// input come from the model's files otherwise. For every text, in order:
// {"event":"result","index":0,"tokens":7,"embedding":[...]}
Status embed(const text::Host& host, const tenon_request& request, const tenon_event_sink& events);

}  // namespace tenon::embedding
