// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/stored.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"

#include <algorithm>

namespace tenon::cli {

Result<Tensor> read_value(const Engine& engine, const std::string& path, const Tensor& like,
                          const std::string& devices) {
  constexpr std::string_view kinds[] = {"tensor", "sequence", "optional", "tensor"};
  const Options as = {{"onnx.as", std::string(kinds[std::min<size_t>(like.kind, 3)])}};
  TENON_TRY_ASSIGN(const Model model,
                   attempt([&] { return engine.load(path, as, interrupted()); }));
  TENON_TRY_ASSIGN(Session session, attempt([&] { return model.session(devices); }));
  TENON_TRY_ASSIGN(std::vector<Tensor> tensors, attempt([&] { return session.run({}); }));
  if (tensors.size() != 1) return corrupt("{}: {} tensors, expected 1", path, tensors.size());
  return std::move(tensors.front());
}

Result<std::vector<Tensor>> read_inputs(const Engine& engine, const DataSet& set,
                                        const std::vector<Tensor>& wanted,
                                        const std::string& devices) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < set.inputs.size(); ++i) {
    if (set.inputs[i].empty()) continue;
    const Tensor like = i < wanted.size() ? wanted[i] : Tensor();
    TENON_TRY_ASSIGN(Tensor tensor, read_value(engine, set.inputs[i], like, devices));
    const bool known = std::ranges::find(wanted, tensor.name, &Tensor::name) != wanted.end();
    if (!known && i >= wanted.size()) {
      return corrupt("{}: input {} of a model with {}", set.inputs[i], i, wanted.size());
    }
    if (!known) tensor.name = wanted[i].name;
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

}  // namespace tenon::cli
