// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"
#include "plugins/pipelines/text_classification/classify.h"

namespace tenon::text_classification {
namespace {

std::string_view name() { return "text-classification"; }

using Plugin = text::TaskPlugin<name, classify>;

}  // namespace
}  // namespace tenon::text_classification

TENON_PLUGIN(tenon::text_classification::Plugin)
