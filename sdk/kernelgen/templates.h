// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

// The templates: each writes the kernels of one kind of node. [any thread]
namespace tenon::kernelgen {

Result<Kernels> map(const Work& work);  // every node with a formula
Result<Kernels> mat_mul(const Work& work);
Result<Kernels> conv(const Work& work);
Result<Kernels> conv_transpose(const Work& work);
Result<Kernels> reduce(const Work& work);
Result<Kernels> arg_reduce(const Work& work);
Result<Kernels> pool(const Work& work);
Result<Kernels> pool_indices(const Work& work);
Result<Kernels> prefix_scan(const Work& work);
Result<Kernels> top_k(const Work& work);
Result<Kernels> scatter_elements(const Work& work);
Result<Kernels> scatter_nd(const Work& work);
Result<Kernels> compact(const Work& work);
Result<Kernels> sort_rows(const Work& work);
Result<Kernels> select_boxes(const Work& work);
Result<Kernels> tree_ensemble(const Work& work);
Result<Kernels> couple_pairs(const Work& work);
Result<Kernels> recurrent(const Work& work);
Result<Kernels> linear_recurrence(const Work& work);
Result<Kernels> invert_matrix(const Work& work);
Result<Kernels> region_pool(const Work& work);
Result<Kernels> state_write(const Work& work);
Result<Kernels> attend(const Work& work);
Result<Kernels> selective_scan(const Work& work);
Result<Kernels> causal_conv(const Work& work);
Result<Kernels> wkv(const Work& work);

}  // namespace tenon::kernelgen
