// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/pipeline.h"
#include "tenon/abi/draft/plugin.h"
#include "tenon/json.h"
#include "tenon/status.h"

// The loops over a model of texts that are timed: those of llama-bench. One thread at a time.
namespace tenon::cli::bench {

// parameters:
//   phase      "pp": a prompt of fixed random tokens; "tg": tokens one at a time, from an empty
//              context or from one of `depth` tokens
//   tokens     of the prompt, or to be made
//   batch      tokens that are read at once
//   depth      tokens that are there before the clock starts
//   sequences  that go side by side, each with as many tokens
// Events: {"event": "ready", "finite": whether all logits are} after one untimed run; then a run
// and {"event": "run", "seconds": S} again and again until an event is answered by
// TENON_CANCELLED, which ends the task and is no failure. refresh: tokens of an untimed run that
// comes before each.
Status time_texts(const tenon_host& host, tenon_model_ref* model, const Json& parameters,
                  const tenon_event_sink& events, const tenon_cancel* cancel);

}  // namespace tenon::cli::bench
