// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"
#include "plugins/pipelines/text_generation/generate.h"

namespace tenon::text_generation {
namespace {

std::string_view name() { return "text-generation"; }

using Plugin = text::TaskPlugin<name, generate>;

}  // namespace
}  // namespace tenon::text_generation

TENON_PLUGIN(tenon::text_generation::Plugin)
