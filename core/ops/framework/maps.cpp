// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/maps.h"

#include "tenon/strip_vm.h"

namespace tenon::ops {

Result<MapView> map_input(const HostContext& c, size_t i) {
  if (!c.has(i)) return invalid("input {} is missing", i);
  const HostValue& value = c.input(i);
  if (value.wrap != Wrap::map || value.items.size() != 2 || !value.items[0].is_tensor() ||
      !value.items[1].is_tensor()) {
    return invalid("input {}: {}, expected a map to numbers or texts", i, describe(value));
  }
  MapView view{value.items[0].tensor, value.items[1].tensor, {}};
  const bool texts = view.keys.dtype == DType::string;
  if (!texts && !is_integer(view.keys.dtype)) {
    return invalid("input {}: keys of type {}", i, name_of(view.keys.dtype));
  }
  if (view.keys.elements() != view.values.elements()) {
    return invalid("input {}: {} keys and {} values", i, view.keys.elements(),
                   view.values.elements());
  }
  const DType dtype = texts ? DType::i32 : view.keys.dtype;
  for (int64_t k = 0; k < view.keys.elements(); ++k) {
    view.places[load_integer(view.keys.data.get(), dtype, k)] = static_cast<size_t>(k);
  }
  return view;
}

}  // namespace tenon::ops
