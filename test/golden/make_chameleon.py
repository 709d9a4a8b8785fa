"""Makes the golden files for Chameleon: small random models, and what PyTorch computes with them.

    pip install torch==2.13.0 transformers==5.18.0
    python test/golden/make_chameleon.py

The tests read what this writes; they need no Python. Every folder is a Hugging Face model folder plus
input.safetensors and expected.safetensors. Chameleon as published has no image decoder, so `Decoder` below
adds Anole's, with its key names (`model.vqmodel.decoder.*`).
"""

import json
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from transformers import ChameleonConfig, ChameleonForConditionalGeneration
from transformers.models.chameleon import modeling_chameleon as chameleon

HERE = Path(__file__).parent

VARIANTS = {
    # One file, every q and k norm with weight and bias, a tokenizer beside it.
    "a": dict(
        seed=1,
        config=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=4, vocab_size=192),
        vq=dict(channel_multiplier=[1, 1], num_res_blocks=1, resolution=16, num_embeddings=64),
    ),
    # fp16 file, no q and k norm biases, channels that change (1x1 shortcuts), attention at the lowest level.
    "b": dict(
        seed=2, dtype=torch.float16, without_bias=True,
        config=dict(hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
                    num_key_value_heads=6, vocab_size=120, rms_norm_eps=1e-6),
        vq=dict(channel_multiplier=[2, 1], num_res_blocks=1, resolution=32, num_embeddings=48, attn_resolutions=[16]),
    ),
    # Several files, grouped queries, another rotary base, three levels of the tokeniser with attention at one.
    "c": dict(
        seed=3, shard="500KB",
        config=dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, vocab_size=160,
                    rope_parameters=dict(rope_type="default", rope_theta=500.0)),
        vq=dict(channel_multiplier=[1, 1, 1], num_res_blocks=1, resolution=16, num_embeddings=40,
                attn_resolutions=[8]),
    ),
    # The 34B's order of norms, biases everywhere, tied head, no image decoder (as Chameleon was published).
    "d": dict(
        seed=4, decoder=False,
        config=dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2,
                    num_key_value_heads=2, vocab_size=90, swin_norm=True, attention_bias=True, mlp_bias=True,
                    tie_word_embeddings=True),
        vq=dict(channel_multiplier=[1], num_res_blocks=1, resolution=8, num_embeddings=16),
    ),
}


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Decoder(nn.Module):
    """Anole's image decoder: the encoder's blocks in reverse. `up.0` is the highest resolution."""

    def __init__(self, config):
        super().__init__()
        block, attention = chameleon.ChameleonVQVAEEncoderResnetBlock, chameleon.ChameleonVQVAEEncoderAttnBlock
        levels = len(config.channel_multiplier)
        channels = config.base_channels * config.channel_multiplier[-1]
        resolution = config.resolution // 2 ** (levels - 1)
        self.conv_in = nn.Conv2d(config.latent_channels, channels, 3, padding=1)
        self.mid = nn.Module()
        self.mid.block_1 = block(config, channels, channels)
        self.mid.attn_1 = attention(channels)
        self.mid.block_2 = block(config, channels, channels)
        ups = []
        for level in reversed(range(levels)):
            up = nn.Module()
            up.block, up.attn = nn.ModuleList(), nn.ModuleList()
            width = config.base_channels * config.channel_multiplier[level]
            for _ in range(config.num_res_blocks + 1):
                up.block.append(block(config, channels, width))
                channels = width
                if resolution in (config.attn_resolutions or []):
                    up.attn.append(attention(channels))
            if level > 0:
                up.upsample = Upsample(channels)
                resolution *= 2
            ups.insert(0, up)
        self.up = nn.ModuleList(ups)
        self.norm_out = nn.GroupNorm(32, channels, eps=1e-6)
        self.conv_out = nn.Conv2d(channels, config.in_channels, 3, padding=1)

    def forward(self, x):
        x = self.mid.block_2(self.mid.attn_1(self.mid.block_1(self.conv_in(x))))
        for up in reversed(self.up):
            for i, block in enumerate(up.block):
                x = block(x)
                if len(up.attn):
                    x = up.attn[i](x)
            if hasattr(up, "upsample"):
                x = up.upsample(x)
        return self.conv_out(F.silu(self.norm_out(x)))


def letters(code):
    return "".join("ABCDEFGHIJ"[int(digit)] for digit in str(code))


def vocabulary(size, codes, generator):
    """Words and their ids. Image words lie from id 4 on but not in the order of their codes, as in the real one."""
    names = ["<s>", "<pad>", "</s>", "<unk>"]
    names += [f"IMGIMG{letters(code)}Z" for code in torch.randperm(codes, generator=generator).tolist()]
    names += ["<eoss>", "<racm3:break>", "<image>", "<reserved08706>"]
    return {name: i for i, name in enumerate(names)} | {f"<word{i}>": i for i in range(len(names), size)}


def randomise(model, generator):
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            parameter.data = 1 + 0.2 * noise
        elif name.endswith("bias"):
            parameter.data = 0.2 * noise
        elif "embed" in name:
            parameter.data = noise
        else:
            parameter.data = noise / parameter[0].numel() ** 0.5


def margin(scores):
    """By how much the best is ahead of the second: a golden choice must not hang on rounding."""
    best = scores.topk(2, dim=-1).values
    return (best[..., 0] - best[..., 1]).min().item()


def make_tokenizer(folder, vocabulary_map):
    words = [name for name in vocabulary_map if not name.startswith("<word")]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = ["draw the cat in snow .", "is bo the cat here ? yes , bo is here .", "the dog and the cat"] * 4
    trainer = trainers.BpeTrainer(vocab_size=len(vocabulary_map), special_tokens=words, show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = dict(tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    texts = ["draw the cat in snow .", "is bo here ?<reserved08706>", "IMGIMGBAZ the dog<racm3:break>"]
    cases = [dict(text=text, ids=tokenizer.encode(text).ids) for text in texts]
    (folder / "tokenizer_expected.json").write_text(json.dumps(cases, indent=2))
    return tokenizer.get_vocab()


def make(name, seed, config, vq, dtype=torch.float32, without_bias=False, decoder=True, shard="1GB"):
    folder = HERE / f"chameleon-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    generator = torch.Generator().manual_seed(seed)
    vocabulary_map = vocabulary(config["vocab_size"], vq["num_embeddings"], generator)
    if name == "a":
        vocabulary_map = make_tokenizer(folder, vocabulary_map)
        assert max(vocabulary_map.values()) < config["vocab_size"]
    vq = dict(base_channels=32, embed_dim=16, latent_channels=16) | vq
    config = ChameleonConfig(**config, pad_token_id=1, bos_token_id=0, eos_token_id=2, max_position_embeddings=256,
                             vocabulary_map=vocabulary_map, vq_config=vq)
    model = ChameleonForConditionalGeneration(config).eval()
    vq = model.model.vqmodel
    if decoder:
        vq.decoder = Decoder(vq.config)
    randomise(model, generator)
    if without_bias:
        for key, parameter in model.named_parameters():
            if key.endswith(("q_norm.bias", "k_norm.bias")):
                parameter.data.zero_()
    # Parameters only: the rotary frequencies are a buffer, and stay exact.
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    model.config.dtype = dtype
    model.save_pretrained(folder, max_shard_size=shard)
    for parameter in model.parameters():
        parameter.data = parameter.data.float()
    (folder / "generation_config.json").unlink()
    if without_bias:
        path = folder / "model.safetensors"
        tensors = {key: value for key, value in load_file(path).items() if not key.endswith(("q_norm.bias", "k_norm.bias"))}
        save_file(tensors, path)

    # Language: logits (of all words: transformers hides those of image words), greedy words, the learning step.
    length, width = 24, config.hidden_size
    ids = torch.randint(config.vocab_size, (1, length), generator=generator)
    positions = torch.tensor([2, 3, 4, 9, 10])
    rows = torch.randn(len(positions), width, generator=generator)
    head_rows = torch.randn(len(positions), width, generator=generator) / width**0.5
    labels = torch.where(torch.rand(1, length, generator=generator) < 0.4, ids, -100)
    labels[0, 0] = ids[0, 0]  # Nothing comes before it: it must not count.
    extended = labels.clone()
    extended[0, positions] = config.vocab_size + torch.arange(len(positions))

    def loss_of(rows, head_rows=None, targets=labels):
        embeddings = model.model.embed_tokens(ids).clone()
        embeddings = embeddings.index_put((torch.zeros_like(positions), positions), rows)
        hidden = model.model(inputs_embeds=embeddings).last_hidden_state
        logits = model.lm_head(hidden)
        if head_rows is not None:
            logits = torch.cat([logits, hidden @ head_rows.T], dim=-1)
        return logits, F.cross_entropy(logits[0, :-1], targets[0, 1:])

    rows_v, head_v = rows.clone().requires_grad_(), head_rows.clone().requires_grad_()
    logits, loss = loss_of(rows_v)
    (grad_rows,) = torch.autograd.grad(loss, rows_v)
    _, loss_extended = loss_of(rows_v, head_v, extended)
    grad_rows_extended, grad_head_rows = torch.autograd.grad(loss_extended, (rows_v, head_v))

    with torch.no_grad():
        plain = model.lm_head(model.model(input_ids=ids).last_hidden_state)
        greedy = ids[:, :6]
        for _ in range(20):
            last = model.lm_head(model.model(input_ids=greedy).last_hidden_state[:, -1])
            assert margin(last) > 1e-3
            greedy = torch.cat([greedy, last.argmax(-1, keepdim=True)], dim=1)

        # Pictures.
        size = vq.config.resolution
        image = torch.rand(1, 3, size, size, generator=generator) * 2 - 1
        latent = vq.quant_conv(vq.encoder(image)).flatten(2).transpose(1, 2)
        assert margin(-torch.cdist(latent, vq.quantize.embedding.weight[None])) > 1e-4
        codes = vq.encode(image).image_tokens.view(1, -1)
        inputs = dict(ids=ids, rows=rows, row_positions=positions, labels=labels, image=image)
        expected = dict(logits=logits.detach(), loss=loss.detach()[None], grad_rows=grad_rows, image_codes=codes,
                        plain_logits=plain, greedy=greedy[:, 6:], head_rows=head_rows, labels_extended=extended,
                        loss_extended=loss_extended.detach()[None], grad_rows_extended=grad_rows_extended,
                        grad_head_rows=grad_head_rows)
        if decoder:
            inputs["codes"] = torch.randint(vq.config.num_embeddings, codes.shape, generator=generator)
            side = size // 2 ** (len(vq.config.channel_multiplier) - 1)
            latent = vq.quantize.embedding(inputs["codes"]).transpose(1, 2).reshape(1, -1, side, side)
            expected["pixels"] = vq.decoder(vq.post_quant_conv(latent))
    save_file({key: value.contiguous() for key, value in inputs.items()}, folder / "input.safetensors")
    save_file({key: value.contiguous() for key, value in expected.items()}, folder / "expected.safetensors")
    print(name, f"loss {loss.item():.4f}", f"codes {codes.unique().numel()} kinds", f"words {greedy.unique().numel()} kinds")


if __name__ == "__main__":
    for name, variant in VARIANTS.items():
        make(name, **variant)
