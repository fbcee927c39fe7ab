// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/protobuf.h"

// Fields of the messages of an ONNX file.
namespace tenon::onnx {

using protobuf::Field;
using protobuf::Message;
using protobuf::take_varint;
using protobuf::WireType;

}  // namespace tenon::onnx
