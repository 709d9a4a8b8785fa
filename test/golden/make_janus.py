"""Makes the golden files for Janus-Pro: small random models, and what PyTorch computes with them.

    pip install torch==2.13.0 transformers==5.18.0 pillow
    python test/golden/make_janus.py

The tests read what this writes; they need no Python. Every folder is a Hugging Face model folder plus the inputs of
`familiar model probe` in both of its modes (input.safetensors, drawing.safetensors) and what is expected of them
(expected.safetensors, drawing_expected.safetensors).

Two things differ from transformers on purpose. Codes of pictures are searched for as in DeepSeek's own code, with
latents and codebook normalised (janus/models/vq_model.py); transformers leaves that out. And `norm_num_groups`, a key
of our own in vq_config, lets a small tokeniser have fewer than 32 channels.
"""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from transformers import JanusConfig, JanusForConditionalGeneration, PreTrainedTokenizerFast
from transformers.models.janus import modeling_janus as janus
from transformers.models.janus.image_processing_pil_janus import JanusImageProcessorPil
from transformers.models.janus.processing_janus import JanusProcessor

HERE = Path(__file__).parent

VARIANTS = {
    # fp16 file, tied head, the tokeniser's real groups, a tokenizer and a template beside it.
    "a": dict(
        seed=9, dtype=torch.float16, tokenizer=True,
        text=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=4, vocab_size=256),
        vision=dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=2,
                    mlp_ratio=2.0),
        vq=dict(base_channels=32, channel_multiplier=[1, 1], num_res_blocks=1, num_embeddings=96, latent_channels=16),
    ),
    # fp32, a head of its own, grouped queries, another rotary base, biases, deeper aligners, three levels.
    "b": dict(
        seed=3,
        text=dict(hidden_size=36, intermediate_size=56, num_hidden_layers=3, num_attention_heads=6,
                  num_key_value_heads=2, vocab_size=120, rms_norm_eps=1e-5, attention_bias=True, mlp_bias=True,
                  rope_parameters=dict(rope_type="default", rope_theta=500.0)),
        tied=False,
        vision=dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, image_size=12, patch_size=4,
                    mlp_ratio=4.0, depth=3),
        vq=dict(base_channels=8, norm_num_groups=4, channel_multiplier=[2, 1, 1], num_res_blocks=1, embed_dim=6,
                num_embeddings=64, latent_channels=12, num_hidden_layers=3),
    ),
    # bf16 file, heads wider than their share, one level, no biases in the tower's attention.
    "c": dict(
        seed=1, dtype=torch.bfloat16, placeholders=False,
        text=dict(hidden_size=40, intermediate_size=56, num_hidden_layers=2, num_attention_heads=2,
                  num_key_value_heads=2, head_dim=16, vocab_size=90),
        tied=False,
        vision=dict(hidden_size=20, num_hidden_layers=1, num_attention_heads=4, image_size=5, patch_size=1,
                    mlp_ratio=3.0, attention_bias=False),
        vq=dict(base_channels=8, norm_num_groups=2, channel_multiplier=[2], num_res_blocks=1, embed_dim=8,
                num_embeddings=48, latent_channels=8),
    ),
}

BOS, EOS, PAD = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>"
PICTURE, BEGIN_PICTURE, END_PICTURE = "<image_placeholder>", "<begin_of_image>", "<end_of_image>"
SPECIAL = [BOS, EOS, PAD, PICTURE, BEGIN_PICTURE, END_PICTURE, "<|User|>", "<|Assistant|>"]

# transformers' convert_janus_weights_to_hf.py writes this into the published folders.
CHAT_TEMPLATE = (
    "{%set seps=['\n\n','<｜end▁of▁sentence｜>']%}{%for message in messages%}"
    "{%if message['role']|lower=='user'%}<|User|>: "
    "{%elif message['role']|lower=='assistant'%}<|Assistant|>:{%if not (loop.last and not add_generation_prompt "
    "and message['content'][0]['type']=='text' and message['content'][0]['text']=='')%} {%endif%}"
    "{%else%}{{message['role'].capitalize()}}: {%endif%}"
    "{%for content in message['content']%}"
    "{%if content['type']=='image'%}{%if not loop.first%}{{'\n'}}{%endif%}<image_placeholder>"
    "{%if not loop.last%}{{'\n'}}{%endif%}"
    "{%elif content['type']=='text'%}{%set text=content['text']%}"
    "{%if loop.first%}{%set text=text.lstrip()%}{%endif%}{%if loop.last%}{%set text=text.rstrip()%}{%endif%}"
    "{%if not loop.first and message['content'][loop.index0-1]['type']=='text'%}{{' '+text}}{%else%}{{text}}{%endif%}"
    "{%endif%}{%endfor%}"
    "{%if not loop.last or add_generation_prompt%}{%if message['role']|lower=='user'%}{{seps[0]}}"
    "{%else%}{{seps[1]}}{%endif%}{%endif%}{%endfor%}{%if add_generation_prompt%}<|Assistant|>:{%endif%}"
)

groups = 32


class GroupNorm(nn.GroupNorm):
    """Janus writes 32 groups; see `norm_num_groups`."""

    def __init__(self, num_groups, num_channels, **options):
        super().__init__(groups, num_channels, **options)


janus.torch.nn.GroupNorm = GroupNorm


def randomise(model, generator):
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            parameter.data = 1 + 0.2 * noise
        elif name.endswith("bias"):
            parameter.data = 0.2 * noise
        elif "embed_tokens" in name:
            # A tied head would say the last word again if it were larger.
            parameter.data = 0.15 * noise
        elif "embedding" in name and parameter.dim() == 2:
            parameter.data = noise
        else:
            parameter.data = noise / parameter[0].numel() ** 0.5


def margin(scores):
    """By how much the best is ahead of the second: a golden choice must not hang on rounding."""
    best = scores.topk(2, dim=-1).values
    return (best[..., 0] - best[..., 1]).min().item()


def make_tokenizer(folder, size):
    """DeepSeek's kind of tokeniser, small: byte-level pairs, numbers and signs apart."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split("\n", "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    words = "yes no Yes No is in the a cat dog picture draw here what you see snow it where not".split()
    corpus = ["".join(f" {word}" for word in words), *words, "\n", "\n\n", " .", " ?"] * 8
    alphabet = [chr(c) for c in range(33, 127)] + ["Ġ", "Ċ"]
    trainer = trainers.BpeTrainer(vocab_size=size - len(SPECIAL) - 40, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    # The published file has them as added words, behind the others and not at the end of the table.
    tokenizer.add_special_tokens([AddedToken(word, normalized=False, special=True) for word in SPECIAL])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD,
        extra_special_tokens=dict(image_token=PICTURE, boi_token=BEGIN_PICTURE, eoi_token=END_PICTURE),
    )
    fast.save_pretrained(folder)
    return fast


def write_conversations(folder, fast, places):
    """What transformers' processor makes of conversations. Begin of sentence is put before, as its own tokenizer does."""
    settings = dict(size=dict(height=8, width=8), min_size=1, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    image_processor = JanusImageProcessorPil(**settings)
    image_processor.save_pretrained(folder)
    processor = JanusProcessor(image_processor, fast, chat_template=CHAT_TEMPLATE, num_image_tokens=places,
                               use_default_system_prompt=True)
    text = lambda value: dict(type="text", text=value)
    user, bot = lambda *content: dict(role="user", content=list(content)), lambda value: dict(role="assistant", content=[text(value)])
    image = dict(type="image")
    cases = [
        dict(name="a question", messages=[user(text("is the cat in the snow?"))]),
        dict(name="a picture and a question", messages=[user(image, text("what do you see?"))]),
        dict(name="a conversation", messages=[user(text("is it a dog?")), bot("no, it is the cat."), user(text("where?"))]),
        dict(name="a wish to draw", mode="image", messages=[user(text("draw the cat in the snow"))]),
    ]
    for case in cases:
        mode = case.get("mode", "text")
        prompt = processor.apply_chat_template(case["messages"], add_generation_prompt=True)
        pictures = [Image.new("RGB", (8, 8))] if any(c["type"] == "image" for m in case["messages"] for c in m["content"]) else None
        ids = processor(text=[prompt], images=pictures, generation_mode=mode, return_tensors="pt").input_ids[0].tolist()
        case["ids"] = [fast.bos_token_id, *ids]
    (folder / "conversations.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False))


def codes_of(vq, image):
    """The nearest words as DeepSeek's own code finds them."""
    latent = F.normalize(vq.quant_conv(vq.encoder(image)).flatten(2).transpose(1, 2), dim=-1)
    scores = latent @ F.normalize(vq.quantize.embedding.weight, dim=-1).T
    assert margin(scores) > 1e-4
    return scores.argmax(-1)


def make(name, seed, text, vision, vq, dtype=torch.float32, tied=True, tokenizer=False, placeholders=True):
    global groups
    folder = HERE / f"janus-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    generator = torch.Generator().manual_seed(seed)
    words, width = text["vocab_size"], text["hidden_size"]
    groups = vq.get("norm_num_groups", 32)
    places = (vision["image_size"] // vision["patch_size"]) ** 2
    ids_of = dict(bos=0, eos=1, pad=2, placeholder=3, boi=4)
    if tokenizer:
        fast = make_tokenizer(folder, words)
        ids_of = dict(bos=fast.bos_token_id, eos=fast.eos_token_id, pad=fast.pad_token_id,
                      placeholder=fast.convert_tokens_to_ids(PICTURE), boi=fast.convert_tokens_to_ids(BEGIN_PICTURE))
        assert len(fast) <= words
        write_conversations(folder, fast, places)
    config = JanusConfig(
        text_config=dict(model_type="llama", max_position_embeddings=512, bos_token_id=ids_of["bos"],
                         eos_token_id=ids_of["eos"], pad_token_id=ids_of["pad"], **text),
        vision_config=dict(projection_dim=width, num_image_tokens=places, **vision),
        vq_config=dict(projection_dim=width, image_token_embed_dim=width) | dict(embed_dim=8) | vq,
        image_token_id=ids_of["placeholder"], tie_word_embeddings=tied,
    )
    model = JanusForConditionalGeneration(config).eval()
    randomise(model, generator)
    if tied:
        model.tie_weights()
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    model.config.dtype = dtype
    model.generation_config.update(bos_token_id=ids_of["bos"], eos_token_id=ids_of["eos"], pad_token_id=ids_of["pad"],
                                   guidance_scale=5.0, do_sample=False)
    model.generation_config.generation_kwargs = dict(boi_token_id=ids_of["boi"])
    model.save_pretrained(folder)
    for parameter in model.parameters():
        parameter.data = parameter.data.float()
    model.config.dtype = model.config.text_config.dtype = torch.float32
    core = model.model

    # Language, behind a picture where there are placeholders for one.
    length = 10 + places if placeholders else 24
    ids = torch.randint(5, words, (1, length), generator=generator)
    ids[ids == ids_of["placeholder"]] = 5
    if placeholders:
        ids[0, 4 : 4 + places] = ids_of["placeholder"]
    pixel_values = torch.rand(1, 3, vision["image_size"], vision["image_size"], generator=generator) * 2 - 1
    first = 4 + places if placeholders else 2
    positions = torch.tensor([1, 2, first + 1, first + 2, first + 4])
    rows = torch.randn(len(positions), width, generator=generator) * 0.5
    head_rows = torch.randn(len(positions), width, generator=generator) / width**0.5
    labels = torch.where(torch.rand(1, length, generator=generator) < 0.5, ids, -100)
    labels[ids == ids_of["placeholder"]] = -100
    labels[0, 0] = ids[0, 0]  # Nothing comes before it: it must not count.
    extended = labels.clone()
    extended[0, positions] = words + torch.arange(len(positions))

    def hidden_of(embeddings):
        return core.language_model(inputs_embeds=embeddings).last_hidden_state

    def put(embeddings, positions, rows):
        return embeddings.index_put((torch.zeros_like(positions), positions), rows)

    with torch.no_grad():
        vision_rows = core.get_image_features(pixel_values).pooler_output
        side = int(places**0.5) * 2 ** (len(vq["channel_multiplier"]) - 1)
        image = torch.rand(1, 3, side, side, generator=generator) * 2 - 1
        image_codes = codes_of(core.vqmodel, image)
        otherwise = core.vqmodel.encode(image).image_tokens.view(1, -1)
        codes = torch.randint(vq["num_embeddings"], (1, places), generator=generator)
        pixels = core.vqmodel.decode(codes)

    def language(rows, head_rows=None, targets=labels):
        embeddings = core.get_input_embeddings()(ids)
        if placeholders:
            where = (ids[0] == ids_of["placeholder"]).nonzero()[:, 0]
            embeddings = put(embeddings, where, vision_rows[0])
        hidden = hidden_of(put(embeddings, positions, rows))
        logits = model.lm_head(hidden)
        if head_rows is not None:
            logits = torch.cat([logits, hidden @ head_rows.T], dim=-1)
        return logits, F.cross_entropy(logits[0, :-1], targets[0, 1:])

    rows_v, head_v = rows.clone().requires_grad_(), head_rows.clone().requires_grad_()
    logits, loss = language(rows_v)
    (grad_rows,) = torch.autograd.grad(loss, rows_v)
    _, loss_extended = language(rows_v, head_v, extended)
    grad_rows_extended, grad_head_rows = torch.autograd.grad(loss_extended, (rows_v, head_v))

    with torch.no_grad():
        seen = dict(pixel_values=pixel_values) if placeholders else {}
        plain = model(input_ids=ids, **seen).logits
        greedy = ids
        for _ in range(12):
            last = model(input_ids=greedy, **seen).logits[:, -1]
            last[:, ids_of["placeholder"]] = -torch.inf  # transformers would ask for more of the picture
            assert margin(last) > 1e-3
            greedy = torch.cat([greedy, last.argmax(-1, keepdim=True)], dim=1)

    # Drawing: the last positions are codes, so are the labels.
    drawn_ids = torch.randint(5, words, (1, 9 + places), generator=generator)
    drawn_ids[0, 8] = ids_of["boi"]
    drawn_codes = torch.randint(vq["num_embeddings"], (1, places), generator=generator)
    drawn_labels = torch.full_like(drawn_ids, -100)
    drawn_labels[0, -places:] = drawn_codes
    drawn_positions = torch.tensor([2, 3, 6])
    drawn_rows = torch.randn(3, width, generator=generator) * 0.5
    drawn_v = drawn_rows.clone().requires_grad_()
    embeddings = torch.cat([core.get_input_embeddings()(drawn_ids[:, :-places]),
                            model.prepare_embeddings_for_image_generation(drawn_codes)], dim=1)
    drawn_logits = core.generation_head(hidden_of(put(embeddings, drawn_positions, drawn_v)))
    drawn_loss = F.cross_entropy(drawn_logits[0, :-1], drawn_labels[0, 1:])
    (drawn_gradient,) = torch.autograd.grad(drawn_loss, drawn_v)

    # Greedy with guidance, by transformers itself; the loop beside it only looks at the margins.
    asked = torch.randint(5, words, (1, 8), generator=generator)
    asked[0, 0], asked[0, -1] = ids_of["bos"], ids_of["boi"]
    guided = model.generate(asked, attention_mask=torch.ones_like(asked), generation_mode="image", do_sample=False)
    with torch.no_grad():
        both = asked.repeat(2, 1)
        both[1, 1:-1] = ids_of["pad"]
        so_far = core.get_input_embeddings()(both)
        for place in range(places):
            scores = core.generation_head(hidden_of(so_far)[:, -1])
            scores = scores[1] + 5 * (scores[0] - scores[1])
            assert margin(scores) > 5e-3, margin(scores)
            assert scores.argmax() == guided[0, place], place
            code = scores.argmax()[None, None].repeat(2, 1)
            so_far = torch.cat([so_far, model.prepare_embeddings_for_image_generation(code)], dim=1)

    def save(file, tensors, metadata=None):
        save_file({key: value.detach().contiguous() for key, value in tensors.items()}, folder / file, metadata)

    save("input.safetensors", dict(ids=ids, rows=rows, row_positions=positions, labels=labels, image=image, codes=codes,
                                   pixel_values=pixel_values))
    save("expected.safetensors", dict(
        logits=logits, loss=loss[None], grad_rows=grad_rows, vision=vision_rows, image_codes=image_codes, pixels=pixels,
        plain_logits=plain, greedy=greedy[:, length:], head_rows=head_rows, labels_extended=extended,
        loss_extended=loss_extended[None], grad_rows_extended=grad_rows_extended, grad_head_rows=grad_head_rows,
        asked=asked, guided=guided))
    save("drawing.safetensors", dict(ids=drawn_ids, codes=drawn_codes, rows=drawn_rows, row_positions=drawn_positions,
                                     labels=drawn_labels), dict(mode="drawing"))
    save("drawing_expected.safetensors", dict(logits=drawn_logits, loss=drawn_loss[None], grad_rows=drawn_gradient))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(name, f"{size} bytes, loss {loss.item():.3f} and {drawn_loss.item():.3f},",
          f"{image_codes.unique().numel()} kinds of codes ({(image_codes != otherwise).sum()} other than transformers'),",
          f"{guided.unique().numel()} drawn, {greedy[:, length:].unique().numel()} words")


SHAPES = [(1, 1), (3, 50), (61, 2), (40, 40), (17, 31), (90, 33), (24, 25), (7, 5), (120, 9), (16, 64)]


def make_preprocessing():
    """Pictures of odd shapes [H, W, 3] and what the reference image processor makes of them."""
    folder = HERE / "janus-preprocessing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    random = np.random.default_rng(7)
    tensors, hashes = {}, {}
    for i, (height, width) in enumerate(SHAPES):
        # Edges and noise: what tells resampling filters apart.
        noise = random.integers(0, 256, (height, width, 3))
        stripes = 255 * ((np.arange(height)[:, None, None] // 3 + np.arange(width)[None, :, None] // 2) % 2)
        picture = np.where(random.random((height, width, 1)) < 0.5, noise, stripes).astype(np.uint8)
        tensors[f"image_{i}"] = torch.from_numpy(picture)
        for side in (16, 384):
            processor = JanusImageProcessorPil(size=dict(height=side, width=side), image_mean=[0.5] * 3, image_std=[0.5] * 3)
            pixels = processor(Image.fromarray(picture), return_tensors="pt").pixel_values[0]
            if side == 16:
                tensors[f"pixels_{i}"] = pixels
            else:
                levels = ((pixels * 0.5 + 0.5) * 255).round().to(torch.uint8)
                hashes[f"image_{i}"] = hashlib.sha256(levels.numpy().tobytes()).hexdigest()
    save_file(tensors, folder / "preprocessing.safetensors", hashes)


if __name__ == "__main__":
    for name, variant in VARIANTS.items():
        make(name, **variant)
    make_preprocessing()
