// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

// The task: a question and passages in, how well each passage answers it out, by a model that reads
// both together. The model is reached through the host's tables only, so a test brings its own.
// [any thread]
namespace tenon::rerank {

// {"query": text, "documents": [texts], "top": 3}. One event, the best passage first:
// {"event":"result","results":[{"index":2,"score":0.98,"logit":3.9},...]}. The score is the sigmoid
// of the model's number; of a model of two classes, the probability of the second.
Status rank(const text::Host& host, const tenon_request& request, const tenon_event_sink& events);

}  // namespace tenon::rerank
