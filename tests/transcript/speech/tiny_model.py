"""Writes tiny/: a model of 3 KB without any learning that sherpa-onnx takes for a streaming zipformer2 CTC.

`python -m tests.transcript.speech.tiny_model`, with `onnx` installed, which nothing else here needs. It
hears a low voice as 原, a high one as 告, and nothing else: 4 answers for 32 frames of 10 ms.
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "tiny"
TOKENS = "<blk> 0\n原 1\n告 2\n▁ok 3\n"
BINS, VOCABULARY, FRAMES, CHUNK = 80, 4, 45, 32
META = {
    "model_type": "zipformer2",
    "version": "1",
    "model_author": "test",
    "comment": "streaming zipformer2 ctc",
    "decode_chunk_len": str(CHUNK),
    "T": str(FRAMES),
    "num_encoder_layers": "1",
    "encoder_dims": "4",
    "cnn_module_kernels": "3",
    "left_context_len": "4",
    "query_head_dims": "2",
    "value_head_dims": "2",
    "num_heads": "1",
}
STATES = [
    ("cached_key_0", [4, "N", 2]),
    ("cached_nonlin_attn_0", [1, "N", 4, 3]),
    ("cached_val1_0", [4, "N", 2]),
    ("cached_val2_0", [4, "N", 2]),
    ("cached_conv1_0", ["N", 4, 1]),
    ("cached_conv2_0", ["N", 4, 1]),
    ("embed_states", ["N", 128, 3, 19]),
]
LOW, HIGH = slice(6, 16), slice(50, 66)  # mel bins: about 200 to 500 Hz, and 2 to 4 kHz


def weights() -> np.ndarray:
    """A voice is low or high where its bins stand out from all; silence is the blank."""
    found = np.zeros((BINS, VOCABULARY), np.float32)
    for token, bins in ((1, LOW), (2, HIGH)):
        found[bins, token] = 1 / (bins.stop - bins.start)
        found[:, token] -= 1 / BINS
    return found


def main() -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, *values: float, kind: type = np.int64) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, kind), name)

    floats, whole = TensorProto.FLOAT, TensorProto.INT64
    info = helper.make_tensor_value_info
    inputs = [info("x", floats, ["N", FRAMES, BINS])]
    inputs += [info(name, floats, shape) for name, shape in STATES]
    outputs = [info("log_probs", floats, ["N", "To", VOCABULARY])]
    outputs += [info(f"new_{name}", floats, shape) for name, shape in STATES]
    nodes = [
        helper.make_node("Slice", ["x", "begin", "end", "axis", "step"], ["every_eighth"]),
        helper.make_node("MatMul", ["every_eighth", "weights"], ["raw"]),
        helper.make_node("Add", ["raw", "bias"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
        *(helper.make_node("Identity", [name], [f"new_{name}"]) for name, _ in STATES),
        helper.make_node("Add", ["processed_lens", "more"], ["new_processed_lens"]),
    ]
    constants = [
        numpy_helper.from_array(weights(), "weights"),
        constant("bias", 2.0, 0.0, 0.0, -100.0, kind=np.float32),
        constant("begin", 0),
        constant("end", CHUNK),
        constant("axis", 1),
        constant("step", 8),
        constant("more", CHUNK),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [*inputs, info("processed_lens", whole, ["N"])],
        [*outputs, info("new_processed_lens", whole, ["N"])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in META.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    FOLDER.mkdir(exist_ok=True)
    onnx.save(model, FOLDER / "model.onnx")
    (FOLDER / "tokens.txt").write_text(TOKENS, "utf-8")


if __name__ == "__main__":
    main()
