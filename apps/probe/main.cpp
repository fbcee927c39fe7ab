// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/probe.h"

// The child in which the engine tries a plugin that it does not know yet.
int main(int argc, char** argv) { return tenon::probe_main(argc, argv); }
