// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

// The task: a prompt or a chat in, its continuation out. The model is reached through the host's
// tables only, so a test brings its own. [any thread]
namespace tenon::text_generation {

// For every token, as soon as its text is clear:
// {"event":"token","token":7,"text":" time"}, with "logprob" and "top" where they were asked for.
// Then {"event":"result","prompt_ids":[...],"ids":[...],"text":...,"finish_reason":"stop",
// "seed":1,"timings":{...}}. The reason is "stop" (a token or text that ends it), "length" or
// "cancelled". A failure without text is the host's own, which has kept its text.
Status generate(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events);

}  // namespace tenon::text_generation
