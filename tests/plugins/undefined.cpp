// SPDX-License-Identifier: Apache-2.0
#include "tenon/abi/draft/plugin.h"

// A plugin that needs a symbol nobody has.
extern "C" const tenon_plugin* nobody_defines_this(uint32_t minor);
extern "C" __attribute__((visibility("default"))) const tenon_plugin* tenon_plugin_v1(uint32_t);

const tenon_plugin* tenon_plugin_v1(uint32_t minor) { return nobody_defines_this(minor); }
