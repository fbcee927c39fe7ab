# SPDX-License-Identifier: Apache-2.0
"""An ONNX model in ONNX Runtime or OpenVINO, as a peer that takes turns, or its creation:

  peer_onnx.py model.onnx onnxruntime THREADS [--inputs DIR] [--create]
"""

import argparse
import os
import pathlib

import numpy
import paced


class OnnxRuntime:
    """All graph optimisations, threads inside nodes; they spin, as they do by default."""

    def __init__(self, model, threads):
        import onnxruntime
        self.ort, self.model, self.threads = onnxruntime, model, threads

    def create(self):
        options = self.ort.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        options.graph_optimization_level = self.ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = self.ort.InferenceSession(self.model, options,
                                                 providers=["CPUExecutionProvider"])

    def drop(self):
        self.session = None

    def inputs(self):
        kinds = {"float": "float32", "double": "float64"}
        for value in self.session.get_inputs():
            kind = value.type[len("tensor("):-1]
            yield value.name, numpy.dtype(kinds.get(kind, kind)), value.shape

    def bind(self, feeds):
        self.feeds, self.binding = feeds, self.session.io_binding()
        for name, array in feeds.items():
            self.binding.bind_cpu_input(name, array)
        for value in self.session.get_outputs():
            self.binding.bind_output(value.name)

    def run(self):
        self.session.run_with_iobinding(self.binding)


class OpenVino:
    """The CPU plugin with the latency hint, one stream, f32."""

    def __init__(self, model, threads):
        import openvino
        self.openvino, self.model, self.threads = openvino, model, threads
        self.core = openvino.Core()
        self.core.get_versions("CPU")  # loading the plugin is no part of a creation

    def create(self):
        self.compiled = self.core.compile_model(self.core.read_model(self.model), "CPU", {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1})
        self.request = self.compiled.create_infer_request()

    def drop(self):
        self.request = self.compiled = None

    def inputs(self):
        for port in self.compiled.inputs:
            dims = [1 if dim.is_dynamic else dim.get_length() for dim in port.partial_shape]
            yield port.any_name, port.element_type.to_dtype(), dims

    def bind(self, feeds):
        self.feeds = feeds
        for name, array in feeds.items():
            self.request.set_tensor(name, self.openvino.Tensor(array, shared_memory=True))

    def run(self):
        self.request.start_async()
        self.request.wait()


PEERS = {"onnxruntime": OnnxRuntime, "openvino": OpenVino}


def stored(folder, inputs):
    """Inputs of a folder as ONNX's tests have it, by name or else by place."""
    import onnx
    folder = pathlib.Path(folder)
    if (folder / "test_data_set_0").is_dir():
        folder = folder / "test_data_set_0"
    protos = []
    for number in range(len(inputs)):
        if (folder / f"input_{number}.pb").exists():
            protos.append(onnx.TensorProto.FromString(
                (folder / f"input_{number}.pb").read_bytes()))
    arrays = {proto.name: onnx.numpy_helper.to_array(proto) for proto in protos}
    if not all(name in arrays for name, _, _ in inputs):
        arrays = {name: onnx.numpy_helper.to_array(proto)
                  for (name, _, _), proto in zip(inputs, protos)}
    return {name: numpy.ascontiguousarray(arrays[name]) for name, _, _ in inputs}


def made_up(inputs, shapes):
    """As tenon bench makes them: floats in [0, 1), whole numbers 0 or 1."""
    random = numpy.random.default_rng(7)
    feeds = {}
    for name, dtype, shape in inputs:
        shape = shapes.get(name) or [size if isinstance(size, int) else 1 for size in shape]
        is_float = numpy.issubdtype(dtype, numpy.floating)
        values = random.random(shape) if is_float else random.integers(0, 2, shape)
        feeds[name] = numpy.ascontiguousarray(values.astype(dtype))
    return feeds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("engine", choices=PEERS)
    parser.add_argument("threads", type=int)
    parser.add_argument("--inputs", help="a folder as ONNX's tests have it")
    parser.add_argument("--shape", action="append", default=[])
    parser.add_argument("--create", action="store_true", help="a run is a creation")
    arguments = parser.parse_args()
    engine = PEERS[arguments.engine](os.fspath(arguments.model), arguments.threads)
    engine.create()
    if arguments.create:
        return paced.serve(engine.create, 1, engine.drop)
    inputs = list(engine.inputs())
    shapes = {name: [int(size) for size in sizes.split(",")]
              for name, sizes in (text.rsplit("=", 1) for text in arguments.shape)}
    engine.bind(stored(arguments.inputs, inputs) if arguments.inputs else made_up(inputs, shapes))
    return paced.serve(engine.run, paced.runs_in(engine.run))


if __name__ == "__main__":
    main()
