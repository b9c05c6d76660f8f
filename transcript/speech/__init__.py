"""Live speech recognition: the only home of sherpa-onnx, in a process of its own (worker.py)."""
