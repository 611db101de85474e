"""A Keras Sequential as a graph of ONNX: what each layer becomes, and what a graph may consist of.

Keras keeps channels last, (batch, H, W, C), and the operators of ONNX want them first, (batch, C, H, W). A
Transpose stands wherever one follows the other.
"""

import numpy as np

# Old enough to be read by every program of the last years; nothing newer is needed.
OPERATOR_SET, FILE_VERSION = 15, 8
INPUT, OUTPUT = "images", "logits"
PADDING = {"same": "SAME_UPPER", "valid": "VALID"}
WINDOW = {"auto_pad", "strides"}
# The operators that the layers below become, each with the settings that are written.
OPERATORS = {
    **{name: set() for name in ("Add", "Div", "MatMul", "Mul", "Relu", "Sub")},
    **{name: set() for name in ("GlobalAveragePool", "GlobalMaxPool")},
    **{name: WINDOW | {"kernel_shape"} for name in ("AveragePool", "MaxPool")},
    "Conv": WINDOW | {"dilations", "group"},
    "BatchNormalization": {"epsilon"},
    "Flatten": {"axis"},
    "Transpose": {"perm"},
}


class _Graph:
    """A chain of operators that grows by one at a time."""

    def __init__(self):
        self.nodes, self.constants = [], []
        self.last, self.channels_first = INPUT, False

    def add(self, operator, *constants, **settings):
        """Go on with an operator that takes what the last one gave, and these numbers."""
        from onnx import helper, numpy_helper

        names = [f"constant_{len(self.constants) + n}" for n in range(len(constants))]
        for name, values in zip(names, constants, strict=True):
            self.constants.append(numpy_helper.from_array(_numbers(values), name))
        inputs, self.last = [self.last, *names], f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [self.last], **settings))

    def turn(self, channels_first):
        """Bring channels to where the next operator wants them."""
        if channels_first != self.channels_first:
            self.add("Transpose", perm=[0, 3, 1, 2] if channels_first else [0, 2, 3, 1])
            self.channels_first = channels_first


def _numbers(values):
    """Return the float32 array of a variable, an array or a number, on every backend."""
    import keras

    is_variable = isinstance(values, keras.Variable)
    values = values.numpy() if is_variable else keras.ops.convert_to_numpy(values)
    return np.array(values, np.float32, order="C")


def _activate(graph, layer):
    name = layer.activation.__name__
    if name not in ("linear", "relu"):
        raise TypeError(
            f'`model` holds an activation that is not written to ONNX: got {name} in layer "{layer.name}".\n'
            f"Use relu or none, or keep the model in Keras' own format: models.save."
        )
    if name == "relu":
        graph.add("Relu")


def _rescaling(graph, layer):
    graph.turn(channels_first=False)
    graph.add("Mul", layer.scale)
    graph.add("Add", layer.offset)


def _normalization(graph, layer):
    graph.turn(channels_first=False)
    graph.add("Sub", layer.mean)
    graph.add("Div", np.maximum(np.sqrt(_numbers(layer.variance)), 1e-7))  # as in Keras, never by 0


def _convolution(graph, layer):
    if layer.padding == "same" and max(layer.dilation_rate) > 1:
        raise TypeError(
            f'`model` holds a dilated convolution with padding="same", which ONNX Runtime does not run: got '
            f'"{layer.name}".\nUse padding="valid", or keep the model in Keras\' own format: models.save.'
        )
    graph.turn(channels_first=True)
    graph.add(
        "Conv",
        _numbers(layer.kernel).transpose(3, 2, 0, 1),  # (KH, KW, C, filters) -> (filters, C, KH, KW)
        *([layer.bias] if layer.use_bias else []),
        auto_pad=PADDING[layer.padding],
        strides=layer.strides,
        dilations=layer.dilation_rate,
        group=layer.groups,
    )
    _activate(graph, layer)


def _pooling(operator):
    def write(graph, layer):
        graph.turn(channels_first=True)
        window = {"kernel_shape": layer.pool_size, "strides": layer.strides}
        graph.add(operator, auto_pad=PADDING[layer.padding], **window)

    return write


def _global_pooling(operator):
    def write(graph, layer):
        graph.turn(channels_first=True)
        graph.add(operator)
        graph.add("Flatten", axis=1)  # (batch, C, 1, 1) -> (batch, C)
        graph.channels_first = False

    return write


def _batch_normalization(graph, layer):
    mean, variance = _numbers(layer.moving_mean), _numbers(layer.moving_variance)
    gamma = layer.gamma if layer.scale else np.ones_like(mean)
    beta = layer.beta if layer.center else np.zeros_like(mean)
    graph.turn(channels_first=len(layer.output.shape) == 4)
    graph.add("BatchNormalization", gamma, beta, mean, variance, epsilon=layer.epsilon)


def _flatten(graph, layer):
    graph.turn(channels_first=False)  # else the features would come in another order
    graph.add("Flatten", axis=1)


def _dense(graph, layer):
    graph.turn(channels_first=False)
    graph.add("MatMul", layer.kernel)
    if layer.use_bias:
        graph.add("Add", layer.bias)
    _activate(graph, layer)


def _nothing(graph, layer):
    """What a layer does that works in training alone."""


LAYERS = {
    "Activation": _activate,
    "AveragePooling2D": _pooling("AveragePool"),
    "BatchNormalization": _batch_normalization,
    "Conv2D": _convolution,
    "Dense": _dense,
    "Dropout": _nothing,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pooling("GlobalAveragePool"),
    "GlobalMaxPooling2D": _global_pooling("GlobalMaxPool"),
    "MaxPooling2D": _pooling("MaxPool"),
    "Normalization": _normalization,
    "ReLU": lambda graph, layer: graph.add("Relu"),
    "Rescaling": _rescaling,
}


def graph_of(model):
    """Return a Sequential as an `onnx.ModelProto`; refuses a layer that is not in the table, by its name."""
    import keras
    from onnx import TensorProto, helper

    graph = _Graph()
    for layer in model.layers:
        kind = type(layer)
        if kind.__name__ not in LAYERS or kind is not getattr(keras.layers, kind.__name__):
            raise TypeError(
                f'`model` holds a layer that is not written to ONNX: got "{layer.name}", of the class '
                f"{kind.__name__}.\nUse {', '.join(LAYERS)}; or keep the model in Keras' own format: "
                f"models.save."
            )
        LAYERS[kind.__name__](graph, layer)
    graph.nodes[-1].output[0] = OUTPUT
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *tensor.shape[1:]])
        for name, tensor in ((INPUT, model.inputs[0]), (OUTPUT, model.outputs[0]))
    ]
    return helper.make_model(
        helper.make_graph(graph.nodes, model.name, ends[:1], ends[1:], graph.constants),
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
        ir_version=FILE_VERSION,
        producer_name="cellcnn_helpers",
    )


def refuse_foreign(proto):
    """Refuse a graph that holds anything but what `graph_of` writes."""
    import onnx

    if proto.functions or any(operators.domain for operators in proto.opset_import):
        raise ValueError("it brings operators of its own")
    graph = proto.graph
    if graph.sparse_initializer or any(map(_is_elsewhere, graph.initializer)):
        raise ValueError("it keeps numbers in another file, or in another form")
    for node in graph.node:
        if node.domain or node.op_type not in OPERATORS:
            raise ValueError(f"it has the operator {node.op_type}, which no layer becomes")
        unknown = {setting.name for setting in node.attribute} - OPERATORS[node.op_type]
        if unknown:
            raise ValueError(
                f"its operator {node.op_type} has the setting {min(unknown)}, which no layer gives"
            )
    onnx.checker.check_model(proto, full_check=True)
    ends = [*graph.input, *graph.output]
    num_axes = [len(end.type.tensor_type.shape.dim) for end in ends]
    if [end.name for end in ends] != [INPUT, OUTPUT] or num_axes != [4, 2]:
        raise ValueError("it does not go from images to one score for each class")


def _is_elsewhere(constant):
    import onnx

    return constant.data_type != onnx.TensorProto.FLOAT or constant.data_location or constant.external_data
