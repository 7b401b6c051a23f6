"""Beam search with its tree: which beginnings were kept, which died, where and why."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.sampling.beam import BeamConfig, BeamSearch, beam_search
from playground.sampling.receipt import Receipt
from playground.text.tokenizer import token_ids_to_text, token_text
from playground.ui.context import Context
from playground.ui.exchange import to_json
from playground.ui.forms import Fields
from playground.ui.tabs.generate.answers import use_threads_for
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.log import last_receipt
from playground.ui.tabs.generate.receipts import differences, in_all_forms, open_receipt, receipt_of
from playground.ui.tabs.generate.sheet import STREAMING
from playground.ui.tabs.generate.start import Opened, Start
from playground.ui.widgets.beam_tree.beam_tree import BeamTree
from playground.ui.widgets.token_strip.token_strip import TokenStrip


def make_beams(context: Context, form: Form, strip: TokenStrip) -> BeamTree:
    """Lay the section out here and wire its events; a receipt that is opened at the `strip` may be for it."""
    fields = Fields(BeamConfig(max_new_tokens=12))
    with gr.Column(elem_classes="pg-panel"), gr.Row():
        fields.widgets["width"] = gr.Slider(1, 8, 4, step=1, label="Beams", min_width=200, elem_id="beam-width")
        fields.widgets["length_penalty"] = gr.Slider(
            -2, 2, 1.0, step=0.1, label="Length penalty", min_width=200, elem_id="beam-penalty"
        )
        fields.add("max_new_tokens", info=False, elem_id="beam-tokens", min_width=90)
    tree = BeamTree(elem_id="beams")

    def search(values: dict) -> Iterator[str]:
        """Search from the prompt of the form."""
        yield to_json({"busy": True})
        try:
            yield to_json(search_beams(context, form.start(values), fields.read(values)))
        except PlaygroundError as error:
            yield to_json({"error": str(error)})

    def restore(values: dict) -> Iterator[Any]:
        """Search as a receipt says, if it is that of a beam search; whatever else is opened, the desk takes care of."""
        yield {tree: gr.skip()}  # of a generator that gave nothing, Gradio would empty every output
        with suppress(PlaygroundError):
            receipt = Receipt.from_json(last_receipt(values[strip]) or "")
            if receipt.beams is not None:
                yield {**fields.write(receipt.beams), tree: to_json({"busy": True})}
                try:
                    yield {tree: to_json(search_again(context, receipt))}
                except PlaygroundError as error:
                    yield {tree: to_json({"error": str(error)})}

    strip.restore(restore, {strip}, [tree, *fields.outputs], api_visibility="private", **STREAMING)
    tree.search(search, {*form.inputs, *fields.inputs}, tree, api_name="beam_search", **STREAMING)
    return tree


def search_beams(context: Context, start: Start, config: BeamConfig) -> dict[str, Any]:
    """The tree as the widget draws it: `nodes` of all beams that were kept, and the complete `texts`, best first."""
    opened = start.open(context)
    return _search(context, opened, config.replace(past_context=opened.decode.past_context))


def search_again(context: Context, receipt: Receipt) -> dict[str, Any]:
    """The same for a receipt, with `error` where its text comes out differently; raises as `search_beams`."""
    opened = open_receipt(context, receipt)
    found = _search(context, opened, receipt.beams or BeamConfig())
    if Receipt.from_json(found["receipt"]["json"]).ids != receipt.ids:
        says = ["The text differs from the receipt's.", *differences(context, receipt, opened)]
        found["error"] = " ".join(says)
    return found


def _search(context: Context, opened: Opened, config: BeamConfig) -> dict[str, Any]:
    use_threads_for(opened.model)
    eos_id = opened.tokenizer.eot_token if config.stop_at_end else None
    found = beam_search(opened.model, opened.ids, config, eos_id=eos_id)
    receipt = receipt_of(context, opened, config, found.best.ids)
    return {**describe(found, opened), "receipt": in_all_forms(context, receipt)}


def describe(found: BeamSearch, opened: Opened) -> dict[str, Any]:
    """Plain values of a search; a node's `parent` is a place in `nodes`, or None behind the prompt."""
    nodes = [
        {
            "parent": node.parent,
            "depth": node.depth,
            "text": token_text(node.token_id, opened.tokenizer),
            "p": node.probability,
            "total": node.log_probability,
            "fate": node.fate,
            "why": node.why,
        }
        for node in found.nodes
    ]
    texts = [
        {
            "text": token_ids_to_text(list(text.ids), opened.tokenizer),
            "score": text.score,
            "total": text.log_probability,
            "node": text.node,
        }
        for text in found.texts
    ]
    return {"prompt": opened.prompt, "nodes": nodes, "texts": texts}
