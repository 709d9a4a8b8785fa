"""Familiar beside transformers on PyTorch: Janus-Pro with the same random weights, batches and threads, in one run.

    pip install torch==2.13.0 transformers==5.18.0
    python test/bench/compare_transformers.py --folder /a/disk/with/20/GB [--model janus-pro-1b] [--kinds f32 int8 int4]

Each side has a process for each part, one after the other and by turns, and `familiar bench --random-weights` writes the
checkpoint. transformers computes in float32, the weights' own bfloat16 being slower on most processors. What is measured
is in engine/bench/full-size-parts.ts; this file does the same with PyTorch:

Beside the ratio of the times stands that of the processors' own, which others on the machine change less.

- text: a word at a time behind 200 others. Drawing: a code at a time in the middle of a picture, with guidance as batch 2.
- a lean learning step: the gradients of 33 prompt rows and of their head rows only, logits where there are labels only, one
  drawing (656 positions), and one question behind its picture (651 positions).
- the published recipe's step (Yo'Chameleon): a sample padded to a fixed length, logits at every position, the whole
  embedding and head matrices under AdamW. Its length is 1,500 for pictures of 1,024 codes: 1,052 for Janus-Pro's 576.
  Seeing the picture and copying the other rows back, which it also does, are left out.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HOME = Path(__file__).parents[2]
PROMPT, PAST, SOFT, RESTATED, STEPS, GUIDANCE = 64, 200, 33, 16, 24, 5
QUESTION, LABELS, FIXED_LENGTH_BESIDE_PICTURE = 72, 30, 1500 - 1024
LEARNED = 3
AIMS = dict(text=dict(int4=5, f32=1.3), drawing=dict(int4=5, f32=1.3), published=3, lean=1.2, memory=2)


def timed(count, step):
    """The median of several steps behind one that warms up, and the mean of the time that cores were at work for them."""
    if count > 1:
        step()
    seconds, used = [], time.process_time()
    for _ in range(count):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return dict(seconds=median(seconds), cpuSeconds=(time.process_time() - used) / count)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def load(folder):
    import torch
    from transformers import JanusForConditionalGeneration

    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    return torch, JanusForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()


def answering(folder, asked_at):
    torch, model = load(folder)
    from transformers import DynamicCache

    core, words = model.model, model.config.text_config.vocab_size
    random_ids = lambda batch, count: torch.randint(0, words, (batch, count))

    def hidden(cache, embeddings):
        return core.language_model(inputs_embeds=embeddings, past_key_values=cache, use_cache=True).last_hidden_state[:, -1]

    def read(cache, ids):
        return model.lm_head(hidden(cache, core.get_input_embeddings()(ids)))

    with torch.no_grad():
        read(DynamicCache(), random_ids(1, 1))
        load_seconds = time.time() - asked_at
        cache = DynamicCache()
        read(cache, random_ids(1, PAST))
        text = timed(STEPS, lambda: read(cache, random_ids(1, 1)).argmax(-1))

        drawn, total = DynamicCache(), model.config.vision_config.num_image_tokens
        codes = model.config.vq_config.num_embeddings
        prompt = timed(1, lambda: read(drawn, random_ids(2, PROMPT)))
        before = torch.randint(0, codes, (1, max(1, (total - STEPS) // 2))).repeat(2, 1)
        hidden(drawn, model.prepare_embeddings_for_image_generation(before))
        code = torch.zeros(2, 1, dtype=torch.long)

        def step():
            nonlocal code
            scores = core.generation_head(hidden(drawn, model.prepare_embeddings_for_image_generation(code)))
            guided = scores[1] + GUIDANCE * (scores[0] - scores[1])
            code = torch.multinomial(guided.softmax(-1), 1)[None].repeat(2, 1)

        drawing = timed(min(STEPS, total - before.shape[1] - 1), step)
        decode = lambda: core.vqmodel.decode(torch.randint(0, codes, (1, total)))
        decode()
        pixels = timed(1, decode)
    picture = prompt["seconds"] + total * drawing["seconds"] + pixels["seconds"]
    return dict(loadSeconds=load_seconds, text=text, drawing=drawing, pictureSeconds=picture, peakBytes=peak_bytes())


def lean(folder, _):
    torch, model = load(folder)
    import torch.nn.functional as F

    model.requires_grad_(False)
    core, words, width = model.model, model.config.text_config.vocab_size, model.config.text_config.hidden_size
    codes, total = model.config.vq_config.num_embeddings, model.config.vision_config.num_image_tokens
    rows = (0.02 * torch.randn(SOFT, width)).requires_grad_()
    head_rows = (0.02 * torch.randn(SOFT, width)).requires_grad_()
    optimiser = torch.optim.AdamW([rows, head_rows], lr=1e-3)

    def learn(embeddings, labels, drawn_labels=None):
        """The prompt's rows are at 1 … 33; `labels` are of the last positions but those of `drawn_labels`."""
        embeddings = torch.cat([embeddings[:, :1], rows[None], embeddings[:, 1 + SOFT :]], dim=1)
        hidden = core.language_model(inputs_embeds=embeddings).last_hidden_state[0, :-1]
        behind = 0 if drawn_labels is None else len(drawn_labels)
        at = hidden[len(hidden) - behind - len(labels) : len(hidden) - behind]
        loss = F.cross_entropy(torch.cat([model.lm_head(at), at @ head_rows.T], dim=-1), labels)
        if drawn_labels is not None:
            loss = loss + F.cross_entropy(core.generation_head(hidden[-behind:]), drawn_labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    prompt = core.get_input_embeddings()(torch.randint(0, words, (1, PROMPT)))
    picture = torch.randint(0, codes, (1, total))
    restated = words + 1 + torch.arange(RESTATED)
    drawn = torch.cat([prompt, rows[None, 1 : 1 + RESTATED].detach(), model.prepare_embeddings_for_image_generation(picture)], dim=1)
    drawing = timed(LEARNED, lambda: learn(drawn, restated, picture[0]))
    peak = peak_bytes()
    asked = core.get_input_embeddings()(torch.randint(0, words, (1, total + 3 + QUESTION)))
    question = timed(LEARNED, lambda: learn(asked, torch.randint(0, words, (LABELS,))))
    return dict(drawing=dict(**drawing, positions=drawn.shape[1], peakBytes=peak),
                question=dict(**question, positions=asked.shape[1], peakBytes=peak_bytes()))


def published(folder, _):
    torch, model = load(folder)
    model.requires_grad_(False)
    words, total = model.config.text_config.vocab_size, model.config.vision_config.num_image_tokens
    matrices = list(dict.fromkeys([model.get_input_embeddings().weight, model.lm_head.weight]))
    for matrix in matrices:
        matrix.requires_grad_(True)
    optimiser = torch.optim.AdamW(matrices, lr=1e-3, betas=(0.9, 0.999), weight_decay=1e-4, eps=1e-6)
    length, used = total + FIXED_LENGTH_BESIDE_PICTURE, total + 3 + QUESTION
    ids = torch.randint(0, words, (1, length))
    ids[ids == model.config.image_token_id] = 0
    mask = (torch.arange(length) < used).long()[None]
    labels = torch.full((1, length), -100)
    labels[0, used - LABELS : used] = ids[0, used - LABELS : used]

    def step():
        optimiser.zero_grad()
        model(input_ids=ids, attention_mask=mask, labels=labels).loss.backward()
        optimiser.step()

    return dict(**timed(LEARNED, step), positions=length, peakBytes=peak_bytes())


PARTS = dict(answering=answering, lean=lean, published=published)


def transformers_part(part, folder):
    print(f"transformers: {part}", file=sys.stderr)
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder), "--asked-at", str(time.time())]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])


def familiar_kind(model, kind, folder):
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "bench.json"
        command = ["node", HOME / "bin" / "familiar.js", "bench", "--model", model, "--random-weights", folder, "--json", output]
        subprocess.run(command, check=True, env={**os.environ, "WEIGHTS": kind, "DEVICE": "cpu"}, stdout=sys.stderr)
        return json.loads(output.read_text())["kinds"][0]


def available_bytes():
    try:
        meminfo = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return int(meminfo["MemAvailable"].split()[0]) * 1024
    except OSError:
        return float("inf")


def table(rounds, recipe):
    rows = [["weights", "", "Familiar", "transformers, f32", "times", "in processor time", ""]]

    def add(kind, what, text, mine, theirs, aim=None, processor=None):
        verdict = "" if aim is None else f"aim {aim:g}: {'kept' if theirs / mine >= aim else 'MISSED'}"
        rows.append([kind, what, text(mine), text(theirs), f"{theirs / mine:.2f}", processor or "", verdict])

    def steps(kind, what, unit, mine, theirs, aim=None, each=1):
        """Steps of both sides; `each` examples are in one of mine."""
        text = (lambda value: f"{1 / value:.3g} {unit}") if unit.endswith("/s") else (lambda value: f"{value:.3g} {unit}")
        processor = f"{theirs['cpuSeconds'] * each / mine['cpuSeconds']:.2f}"
        add(kind, what, text, mine["seconds"] / each, theirs["seconds"], aim, processor)

    def memory(kind, what, mine, theirs, aim=AIMS["memory"]):
        add(kind, f"peak memory, {what}", lambda value: f"{value / 1e9:.3g} GB", mine["peakBytes"], theirs["peakBytes"], aim)

    for kind, mine, theirs, slim in rounds:
        answers, learning = mine["answering"], mine.get("learning")
        seconds = lambda value: f"{value:.3g} s"
        add(kind, "start to first word", seconds, answers["loadSeconds"], theirs["loadSeconds"])
        for name, unit in (("text", "words/s"), ("drawing", "steps/s")):
            steps(kind, name, unit, answers[name], theirs[name], AIMS[name].get(kind))
        add(kind, "a picture", seconds, answers["picture"]["seconds"], theirs["pictureSeconds"])
        memory(kind, "answering", answers, theirs)
        if learning is None:
            continue
        drawing, question, asked = learning["drawing"], learning.get("question"), learning.get("questions")
        recipes = [("lean", slim["drawing"], slim["question"]), ("published", recipe, recipe)]
        for name, drawn, answered in recipes:
            if drawn is None:
                continue
            beside = f"beside the {name} step"
            steps(kind, f"learning a drawing, {beside}", "s", drawing, drawn, AIMS[name])
            memory(kind, f"learning a drawing, {beside}", drawing, drawn)
            if not asked:
                continue
            count = asked["examples"]
            steps(kind, f"learning one of {count} questions, {beside}", "s", asked, answered, AIMS[name], count)
            total = lambda one, others, each: {key: one[key] + each * others[key] for key in ("seconds", "cpuSeconds")}
            whole = f"a lesson's step, a drawing and {count} questions, beside {name} ones"
            steps(kind, whole, "s", total(drawing, asked, 1), total(drawn, answered, count), AIMS[name])
            memory(kind, f"learning one question, {beside}", question, answered)
            memory(kind, f"learning {count} questions at once, beside one {name} step", asked, answered, None)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the checkpoint is written, and stays")
    parser.add_argument("--model", default="janus-pro-1b", help="a name or a folder with a config.json")
    parser.add_argument("--kinds", nargs="+", default=["int4", "int8", "f32"], choices=["int4", "int8", "f32"])
    parser.add_argument("--memory", type=float, default=20, help="GB that must be free for the published recipe's step")
    parser.add_argument("--json", type=Path, help="also write the measurements here")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--asked-at", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.folder, given.asked_at)))
        return
    rounds, recipe = [], None
    for kind in given.kinds:
        mine = familiar_kind(given.model, kind, given.folder)
        rounds.append((kind, mine, transformers_part("answering", given.folder), transformers_part("lean", given.folder)))
    if available_bytes() >= given.memory * 1e9:
        recipe = transformers_part("published", given.folder)
    else:
        print(f"The published recipe's step is left out: {given.memory} GB are not free", file=sys.stderr)
    print(table(rounds, recipe))
    if given.json:
        measured = [dict(kind=kind, familiar=mine, answering=theirs, lean=slim) for kind, mine, theirs, slim in rounds]
        given.json.write_text(json.dumps(dict(kinds=measured, published=recipe), indent=2))


if __name__ == "__main__":
    main()
