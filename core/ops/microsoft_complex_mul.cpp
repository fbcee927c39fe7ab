// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/complex.h"

namespace tenon::ops {

Op microsoft_complex_mul() {
  return complex_product("ComplexMul", "Products of complex numbers.", Factor::plain);
}

}  // namespace tenon::ops
