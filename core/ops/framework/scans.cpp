// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/scans.h"

#include "core/ops/framework/host_tensors.h"

#include <algorithm>

namespace tenon::ops {
namespace {

std::string dims_attribute(size_t k) { return fmt::format("scan_dims_{}", k); }

Result<HostTensor> no_trip(const HostContext& c, size_t k) {
  const std::vector<int64_t> dtypes = c.integers("scan_dtypes", {});
  if (k >= dtypes.size() || dtypes[k] == 0) {
    return unsupported("output {} of a loop without trips: its type is known only to the body", k);
  }
  return make_tensor(static_cast<DType>(dtypes[k]), c.integers(dims_attribute(k), {}));
}

}  // namespace

void declare_scans(InferContext& c, size_t at, const std::vector<Outlook>& each,
                   const std::vector<size_t>& axes) {
  std::vector<int64_t> dtypes;
  for (size_t k = 0; k < each.size(); ++k) {
    Outlook outlook = each[k];
    dtypes.push_back(outlook.rank ? static_cast<int64_t>(outlook.dtype) : 0);
    if (outlook.rank) {
      const auto axis = static_cast<ptrdiff_t>(std::min(axes[k], *outlook.rank));
      outlook.rank = *outlook.rank + 1;
      outlook.dims.insert(outlook.dims.begin() + axis, std::nullopt);
      std::vector<int64_t> dims;
      for (const auto& dim : outlook.dims) dims.push_back(dim.value_or(0));
      c.set(dims_attribute(k), std::move(dims));
    }
    declare_output(c, at + k, outlook);
  }
  c.set("scan_dtypes", std::move(dtypes));
}

Status Scans::add(std::span<HostValue> values) {
  trips_.resize(values.size());
  for (size_t k = 0; k < values.size(); ++k) {
    if (!values[k].is_tensor()) {
      return invalid("output {} of the body is {}, expected a tensor", k, describe(values[k]));
    }
    trips_[k].push_back(std::move(values[k].tensor));
  }
  return {};
}

Result<HostTensor> Scans::joined(const HostContext& c, size_t k, int64_t axis, bool backwards) {
  if (k >= trips_.size()) return no_trip(c, k);
  std::vector<HostTensor>& rows = trips_[k];
  if (backwards) std::ranges::reverse(rows);
  TENON_TRY_ASSIGN(const size_t at, axis_in(axis, rows.front().dims.size() + 1));
  return stacked(rows, at);
}

Status Scans::output(HostContext& c, size_t at, std::span<const int64_t> axes,
                     std::span<const int64_t> backwards) {
  for (size_t k = 0; at + k < c.outputs(); ++k) {
    const bool is_backwards = k < backwards.size() && backwards[k] != 0;
    TENON_TRY_ASSIGN(HostTensor whole, joined(c, k, k < axes.size() ? axes[k] : 0, is_backwards));
    c.output(at + k, std::move(whole));
  }
  return {};
}

}  // namespace tenon::ops
