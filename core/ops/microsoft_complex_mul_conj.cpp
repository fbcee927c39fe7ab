// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/complex.h"

namespace tenon::ops {

Op microsoft_complex_mul_conj() {
  return complex_product("ComplexMulConj", "Products of complex numbers and conjugated ones.",
                         Factor::conjugated);
}

}  // namespace tenon::ops
