"""Files that are cut short, of the wrong kind or hostile are refused, by a sentence that names file and reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lumina.domain.model import ModelState
from lumina.errors import BadInput, BadModel, LuminaError, Unavailable
from lumina.inference import manifest
from lumina.inference.models import Models
from lumina.services import model_files
from tests.support.tiny_models import DIMENSIONS, install_tiny, picture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

NAME = "clip-vit-b32"
PICTURE = picture(30, 20, 0)


def place(models: Models) -> Path:
    return models.folder(NAME) / "files" / "vision_model.onnx"


def settle(models: Models) -> None:
    """Write the manifest anew, so that only the content of the files is wrong."""
    folder = models.folder(NAME)
    known = manifest.read(folder)
    assert known is not None
    files = {path: manifest.digest(folder / "files" / path) for path in known.files}
    manifest.write(folder, manifest.Manifest(NAME, known.version, files, "test", known.installed_at))


def rewritten(change: Callable[[onnx.ModelProto], None]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        model = onnx.load(str(file), load_external_data=False)
        change(model)
        file.write_bytes(model.SerializeToString())

    return damage


def rename_output(model: onnx.ModelProto) -> None:
    model.graph.node[-1].output[0] = "other"
    model.graph.output[0].name = "other"


def content(data: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.write_bytes(data)

    return damage


def network(dimensions: int, side: int = 224, op: str = "Identity", domain: str = "") -> onnx.ModelProto:
    """Gives the first values of the picture: n x dimensions."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["pixel_values", "flat"], ["all"]),
            helper.make_node("Slice", ["all", "start", "end", "axis"], ["some"]),
            helper.make_node(op, ["some"], ["image_embeds"], domain=domain),
        ],
        "small",
        [value("pixel_values", TensorProto.FLOAT, ["n", 3, side, side])],
        [value("image_embeds", TensorProto.FLOAT, ["n", dimensions])],
        [
            numpy_helper.from_array(np.array([0, -1], dtype=np.int64), "flat"),
            numpy_helper.from_array(np.array([0], dtype=np.int64), "start"),
            numpy_helper.from_array(np.array([dimensions], dtype=np.int64), "end"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "axis"),
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("evil", 1)], ir_version=8
    )


def external(location: str, length: int = 4096) -> Callable[[Path], None]:
    def change(model: onnx.ModelProto) -> None:
        weight = model.graph.initializer[0]
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
            weight.external_data.add(key=key, value=value)

    return rewritten(change)


def as_link(file: Path) -> None:
    elsewhere = file.parent.parent.parent / "elsewhere.onnx"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (content(b""), "is empty"),
    "text": (content(b"<html>404 not found</html>"), "no ONNX model"),
    "pickle": (
        content(b"\x80\x04cposix\nsystem\n(S'touch /tmp/owned'\ntR."),
        "no ONNX model",
    ),
    "zip": (content(b"PK\x03\x04" + bytes(400)), "no ONNX model"),
    "cut short": (lambda file: os.truncate(file, file.stat().st_size * 2 // 3), "no ONNX model, or cut short"),
    "much too large": (lambda file: os.truncate(file, 50 << 20), "about .* are expected"),
    "a link": (as_link, "symbolic link"),
    "other dimensions": (
        content(network(5).SerializeToString()),
        "8 dimensions are expected",
    ),
    "other pictures": (
        content(network(8, 336).SerializeToString()),
        "n x 3 x 336 x 336",
    ),
    "other input": (
        rewritten(lambda model: setattr(model.graph.input[0], "name", "x")),
        "no input 'pixel_values'",
    ),
    "other output": (
        rewritten(rename_output),
        "computes nothing called 'image_embeds'",
    ),
    "code of its own": (
        content(network(8, op="Run", domain="evil").SerializeToString()),
        "evil.Run",
    ),
    "an unknown operator": (
        content(network(8, op="Nonsense").SerializeToString()),
        "cannot be run",
    ),
    "weights by absolute path": (external("/etc/passwd", 10), "no path inside"),
    "weights outside": (external("../../../etc/passwd", 10), "no path inside"),
    "weights that are missing": (external("weights.data"), "cannot be read"),
    "weights that are cut short": (external("tokenizer.json", 1 << 20), "cut short"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_file_is_refused_by_name_and_reason(own_models: Models, damage: str) -> None:
    change, reason = DAMAGES[damage]
    change(place(own_models))
    settle(own_models)
    with pytest.raises(BadModel, match=reason) as refused:
        own_models.image_encoder(NAME).encode([PICTURE])
    assert str(own_models.folder(NAME)) in str(refused.value)
    # every process knows it from now on, and stages wait rather than fail image by image
    standing = Models(own_models.home, entries=own_models.entries()).standing(NAME)
    assert standing.state is ModelState.BROKEN
    assert own_models.waiting(NAME)
    with pytest.raises(Unavailable):
        own_models.image_encoder(NAME).encode([PICTURE])


def test_weights_in_a_file_beside_the_graph_are_read(own_models: Models) -> None:
    before = own_models.image_encoder(NAME).encode([PICTURE])
    model = onnx.load(str(place(own_models)))
    onnx.save(
        model, str(place(own_models)), save_as_external_data=True, location="vision_model.onnx_data", size_threshold=0
    )
    settle(own_models)
    np.testing.assert_allclose(own_models.image_encoder(NAME).encode([PICTURE]), before, atol=1e-6)


def test_vectors_that_are_not_finite_are_refused(own_models: Models) -> None:
    place(own_models).write_bytes(network(DIMENSIONS, op="Log").SerializeToString())
    settle(own_models)
    with pytest.raises(BadModel, match="not finite"):
        own_models.image_encoder(NAME).encode([np.zeros((9, 9, 3), dtype=np.uint8)])


def test_a_model_that_is_put_right_is_used_without_a_restart(own_models: Models) -> None:
    place(own_models).write_bytes(b"rubbish")
    settle(own_models)
    with pytest.raises(BadModel):
        own_models.image_encoder(NAME).encode([PICTURE])
    install_tiny(own_models.home, NAME)
    assert own_models.standing(NAME).state is ModelState.INSTALLED
    assert own_models.image_encoder(NAME).encode([PICTURE]).shape == (1, DIMENSIONS)


def test_missing_damaged_and_outdated_installations_are_told_apart(own_models: Models) -> None:
    assert own_models.standing("dinov2-base").detail.endswith("lumina models pull dinov2-base")
    with pytest.raises(Unavailable, match="not installed"):
        own_models.image_encoder("dinov2-base").encode([PICTURE])
    with pytest.raises(LuminaError, match="knows no words"):
        own_models.text_encoder("dinov2-base")
    with pytest.raises(LuminaError, match="no model 'nonsense'"):
        own_models.standing("nonsense")
    os.truncate(place(own_models), 100)
    assert "damaged" in own_models.standing(NAME).detail
    (own_models.folder(NAME) / manifest.NAME).write_text('{"model": 3')
    assert own_models.standing(NAME).state is ModelState.BROKEN


def test_files_that_were_replaced_while_they_were_read_are_not_called_broken(
    own_models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_half(*_: object) -> object:
        install_tiny(own_models.home, NAME)
        raise BadModel("half of it is of the one before")

    with monkeypatch.context() as patch:
        patch.setattr("lumina.inference.models.open_images", read_half)
        with pytest.raises(Unavailable, match="being replaced"):
            own_models.image_encoder(NAME).load()
    assert own_models.waiting(NAME) is None
    assert own_models.image_encoder(NAME).encode([PICTURE]).shape == (1, DIMENSIONS)


def silent_about_its_output(dimensions: int, op: str = "Identity") -> onnx.ModelProto:
    """A network whose output has another shape than it says."""
    model = network(dimensions, op=op)
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_param = "d"
    return model


def test_what_shows_only_when_it_runs_is_known_from_then_on(own_models: Models) -> None:
    place(own_models).write_bytes(silent_about_its_output(5).SerializeToString())
    settle(own_models)
    with pytest.raises(BadModel, match="8 values for each"):
        own_models.image_encoder(NAME).features(np.zeros((1, 3, 224, 224), np.float32))
    assert "8 values for each" in (own_models.waiting(NAME) or ""), "or stages would try it again for ever"


@pytest.mark.parametrize(("model", "reason"), [((5, "Identity"), "8 values for each"), ((8, "Log"), "not finite")])
def test_a_network_is_tried_before_it_takes_another_s_place(
    own_models: Models, tmp_path: Path, model: tuple[int, str], reason: str
) -> None:
    before = own_models.image_encoder(NAME).encode([PICTURE])
    folder = tmp_path / "given"
    shutil.copytree(own_models.folder(NAME) / "files", folder)
    (folder / "vision_model.onnx").write_bytes(silent_about_its_output(*model).SerializeToString())
    found = model_files.find(own_models, folder, NAME)
    with pytest.raises(BadModel, match=reason):
        model_files.take_in(own_models, found, "test", own=True)
    np.testing.assert_array_equal(own_models.image_encoder(NAME).encode([PICTURE]), before)
    assert not list(own_models.home.glob(".trial-*"))


def test_a_pipe_among_the_files_is_none_of_them_and_old_trials_are_swept(own_models: Models, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    shutil.copytree(own_models.folder(NAME) / "files", folder)
    left = own_models.home / ".trial-killed"
    (left / "files").mkdir(parents=True)
    os.utime(left, (0, 0))
    model_files.take_in(own_models, model_files.find(own_models, folder, NAME), "test", own=True)
    assert not left.exists()
    (folder / "vision_model.onnx").unlink()
    os.mkfifo(folder / "vision_model.onnx")
    with pytest.raises(BadInput, match=r"lacks vision_model\.onnx"):
        model_files.find(own_models, folder, NAME)
