// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"

// The task: texts in, token ids out. It needs the files of a tokenizer (parts of the request, or
// beside the model) and no model. [any thread]
namespace tenon::tokenizing {

// {"input": text or [texts], "special": true, "pieces": false} or {"ids": [...]} to go back.
// For every text, in order: {"event":"result","index":0,"ids":[...],"pieces":[...]}; for ids
// {"event":"result","text":...}.
Status tokenize(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events);

}  // namespace tenon::tokenizing
