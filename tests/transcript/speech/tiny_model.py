"""Writes tiny/: a model of 3 KB without any learning that sherpa-onnx takes for a streaming zipformer2 CTC;
and tiny_transducer/.

`python -m tests.transcript.speech.tiny_model`, with `onnx` installed, which nothing else here needs. It
hears a low voice as 原, a high one as 告, and nothing else: 4 answers for 32 frames of 10 ms.
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "tiny"
TRANSDUCER = Path(__file__).parent / "tiny_transducer"  # the same in three parts: it takes hotwords
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

    floats, whole = TensorProto.FLOAT, TensorProto.INT64
    info, node = helper.make_tensor_value_info, helper.make_node

    def constant(name: str, *values: float, kind: type = np.int64) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, kind), name)

    def save(path: Path, meta: dict[str, str], *parts: list[object]) -> None:
        """`parts`: nodes, inputs, outputs, constants."""
        nodes, inputs, outputs, constants = parts
        graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
        opsets = [helper.make_opsetid("", 13)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        for key, value in meta.items():
            model.metadata_props.add(key=key, value=value)
        onnx.checker.check_model(model)
        path.parent.mkdir(exist_ok=True)
        onnx.save(model, path)
        (path.parent / "tokens.txt").write_text(TOKENS, "utf-8")

    def acoustic(path: Path, result: str, last: list[object]) -> None:
        """From sound to what is said in it, every 80 ms; `last` is what follows on `logits`."""
        inputs = [info("x", floats, ["N", FRAMES, BINS])]
        inputs += [info(name, floats, shape) for name, shape in STATES]
        outputs = [info(result, floats, ["N", "To", VOCABULARY])]
        outputs += [info(f"new_{name}", floats, shape) for name, shape in STATES]
        nodes = [
            node("Slice", ["x", "begin", "end", "axis", "step"], ["every_eighth"]),
            node("MatMul", ["every_eighth", "weights"], ["raw"]),
            node("Add", ["raw", "bias"], ["logits"]),
            *last,
            *(node("Identity", [name], [f"new_{name}"]) for name, _ in STATES),
            node("Add", ["processed_lens", "more"], ["new_processed_lens"]),
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
        inputs.append(info("processed_lens", whole, ["N"]))
        outputs.append(info("new_processed_lens", whole, ["N"]))
        save(path, META, nodes, inputs, outputs, constants)

    acoustic(
        FOLDER / "model.onnx",
        "log_probs",
        [node("LogSoftmax", ["logits"], ["log_probs"], axis=-1)],
    )
    acoustic(
        TRANSDUCER / "encoder.onnx",
        "encoder_out",
        [node("Identity", ["logits"], ["encoder_out"])],
    )
    save(
        TRANSDUCER / "decoder.onnx",
        {"context_size": "2", "vocab_size": str(VOCABULARY)},
        [
            node("Gather", ["none", "y"], ["two"], axis=0),
            node("ReduceSum", ["two", "axis"], ["decoder_out"], keepdims=0),
        ],
        [info("y", whole, ["N", 2])],
        [info("decoder_out", floats, ["N", VOCABULARY])],
        [
            numpy_helper.from_array(np.zeros((VOCABULARY, VOCABULARY), np.float32), "none"),
            constant("axis", 1),
        ],
    )
    save(
        TRANSDUCER / "joiner.onnx",
        {"joiner_dim": str(VOCABULARY)},
        [node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        [
            info("encoder_out", floats, ["N", VOCABULARY]),
            info("decoder_out", floats, ["N", VOCABULARY]),
        ],
        [info("logit", floats, ["N", VOCABULARY])],
        [],
    )


if __name__ == "__main__":
    main()
