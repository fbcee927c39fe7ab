// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"

// What pipelines see of a model: tenon.host.models/1 over a session. A tenon_model_ref is made for
// one task run and lives as long as it.
namespace tenon {
class Runs;
}  // namespace tenon

struct tenon_model_ref {
  tenon::Runs* runs = nullptr;
};

namespace tenon {

const tenon_models& models_service();

}  // namespace tenon
