// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

// The task: texts in, their most probable classes out. The model is reached through the host's
// tables only, so a test brings its own. [any thread]
namespace tenon::text_classification {

// {"input": text, [texts] or {"text":..., "pair":...}, "top": 5, "function": "softmax"}. The
// function is "sigmoid" where the model says that classes do not exclude each other or has a single
// one. For every text, in order:
// {"event":"result","index":0,"top":[{"index":1,"label":"POSITIVE","score":0.99},...]}
Status classify(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events);

}  // namespace tenon::text_classification
