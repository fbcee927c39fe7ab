// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/pipeline.h"
#include "tenon/status.h"

// The task: pictures in, one event for each with its most probable classes. The model is reached
// through the host's table only, so a test brings its own. [any thread]
namespace tenon::image_classification {

// For every part of the request, in order:
// {"event":"result","part":NAME,"top":[{"index":7,"label":"seven","score":0.99},...]}
// A failure without text is the host's own, which has kept its text.
Status classify(const tenon_models& models, tenon_model_ref* model, const tenon_request& request,
                const tenon_event_sink& events);

}  // namespace tenon::image_classification
