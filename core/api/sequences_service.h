// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"

// What pipelines see of sequences: tenon.host.sequences/1.
namespace tenon {

const tenon_sequences_table& sequences_service();

}  // namespace tenon
