# SPDX-License-Identifier: Apache-2.0
"""Networks of well-known shapes with seeded random weights, as exporters write them: batch
normalisation is folded into the convolutions, GELU is spelled out. Their answers mean nothing."""

import math

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


class Net:
    def __init__(self):
        self.random = numpy.random.default_rng(20)
        self.nodes, self.constants = [], []

    def add(self, op, *inputs, **attributes):
        output = f"{op}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], output, **attributes))
        return output

    def keep(self, value, dtype=numpy.float32):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(value, dtype), name))
        return name

    def weight(self, shape, spread):
        return self.keep(self.random.standard_normal(shape, numpy.float32) * spread)

    def conv(self, x, inputs, outputs, kernel, stride=1, group=1, damp=1.0):
        each = inputs // group
        weight = self.weight((outputs, each, kernel, kernel),
                             damp * math.sqrt(2 / (each * kernel * kernel)))
        return self.add("Conv", x, weight, self.weight((outputs,), 0.1), strides=[stride, stride],
                        kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4, group=group)

    def dense(self, x, inputs, outputs):
        product = self.add("MatMul", x, self.weight((inputs, outputs), inputs**-0.5))
        return self.add("Add", product, self.weight((outputs,), 0.02))

    def classes(self, x, channels, count=1000):
        x = self.add("Flatten", self.add("GlobalAveragePool", x), axis=1)
        weight = self.weight((count, channels), channels**-0.5)
        return self.add("Gemm", x, weight, self.weight((count,), 0.1), transB=1)

    def model(self, inputs, outputs, opset=17):
        """inputs and outputs: (name, type, dims)"""
        sides = [[helper.make_tensor_value_info(*value) for value in side]
                 for side in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, "bench", *sides, self.constants)
        return helper.make_model(graph, ir_version=8,
                                 opset_imports=[helper.make_opsetid("", opset)])


PICTURE = [("image", TensorProto.FLOAT, [1, 3, 224, 224])]


def resnet50():
    net = Net()
    x = net.add("Relu", net.conv("image", 3, 64, 7, 2))
    x = net.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for stage, blocks in enumerate([3, 4, 6, 3]):
        inner = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            y = net.add("Relu", net.conv(x, channels, inner, 1))
            y = net.add("Relu", net.conv(y, inner, inner, 3, stride))
            y = net.conv(y, inner, 4 * inner, 1, damp=0.3)
            if block == 0:
                x = net.conv(x, channels, 4 * inner, 1, stride, damp=0.7)
            x, channels = net.add("Relu", net.add("Add", y, x)), 4 * inner
    return net.model(PICTURE, [(net.classes(x, channels), TensorProto.FLOAT, [1, 1000])])


def mobilenetv2():
    net = Net()
    zero, six = net.keep(0), net.keep(6)

    def relu6(x):
        return net.add("Clip", x, zero, six)

    x, channels = relu6(net.conv("image", 3, 32, 3, 2)), 32
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
             (6, 160, 3, 2), (6, 320, 1, 1)]
    for widen, filters, repeats, first in table:
        for repeat in range(repeats):
            stride, wide = first if repeat == 0 else 1, widen * channels
            y = x if widen == 1 else relu6(net.conv(x, channels, wide, 1))
            y = relu6(net.conv(y, wide, wide, 3, stride, group=wide))
            y = net.conv(y, wide, filters, 1, damp=0.7)
            if stride == 1 and filters == channels:
                y = net.add("Add", x, y)
            x, channels = y, filters
    x = relu6(net.conv(x, channels, 1280, 1))
    return net.model(PICTURE, [(net.classes(x, 1280), TensorProto.FLOAT, [1, 1000])])


def bert_base(rows=128, layers=12, width=768, heads=12, inner=3072):
    net = Net()
    size = width // heads

    def whole(*numbers):
        return net.keep(numbers, numpy.int64)

    def norm(x):
        return net.add("LayerNormalization", x, net.keep(numpy.ones(width)),
                       net.keep(numpy.zeros(width)), axis=-1, epsilon=1e-12)

    def heads_of(x, order):
        x = net.add("Reshape", net.dense(x, width, width), whole(1, rows, heads, size))
        return net.add("Transpose", x, perm=order)

    def gelu(x):
        bent = net.add("Add", net.add("Erf", net.add("Div", x, net.keep(2**0.5))), net.keep(1))
        return net.add("Mul", net.add("Mul", x, bent), net.keep(0.5))

    mask = net.add("Cast", net.add("Unsqueeze", "attention_mask", whole(1, 2)), to=1)
    mask = net.add("Mul", net.add("Sub", net.keep(1), mask), net.keep(-10000))
    x = net.add("Add", net.add("Gather", net.weight((30522, width), 0.02), "input_ids"),
                net.add("Gather", net.weight((2, width), 0.02), "token_type_ids"))
    x = norm(net.add("Add", x, net.weight((1, rows, width), 0.02)))
    for _ in range(layers):
        q, k = heads_of(x, [0, 2, 1, 3]), heads_of(x, [0, 2, 3, 1])
        v = heads_of(x, [0, 2, 1, 3])
        scores = net.add("Div", net.add("MatMul", q, k), net.keep(size**0.5))
        scores = net.add("Softmax", net.add("Add", scores, mask), axis=-1)
        y = net.add("Transpose", net.add("MatMul", scores, v), perm=[0, 2, 1, 3])
        y = net.dense(net.add("Reshape", y, whole(1, rows, width)), width, width)
        x = norm(net.add("Add", y, x))
        y = net.dense(gelu(net.dense(x, width, inner)), inner, width)
        x = norm(net.add("Add", y, x))
    first = net.add("Gather", x, net.keep(0, numpy.int64), axis=1)
    pooled = net.add("Tanh", net.dense(first, width, width))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    return net.model([(name, TensorProto.INT64, [1, rows]) for name in names],
                     [(x, TensorProto.FLOAT, [1, rows, width]),
                      (pooled, TensorProto.FLOAT, [1, width])])


def chain(count, width):
    """Additions in a row, each of a constant of its own: what a node costs."""
    net = Net()
    x = "x"
    for _ in range(count):
        x = net.add("Add", x, net.weight((width,), count**-0.5))
    return net.model([("x", TensorProto.FLOAT, [1, width])], [(x, TensorProto.FLOAT, [1, width])])


MODELS = {
    "resnet50": resnet50,
    "mobilenetv2": mobilenetv2,
    "bert-base-128": bert_base,
    "chain-1000": lambda: chain(1000, 2560),
    "chain-40000": lambda: chain(40000, 16),
}


def make(name, folder):
    """The model's file, made when it is not there yet."""
    path = folder / f"{name}.onnx"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(MODELS[name](), path)
    return path
