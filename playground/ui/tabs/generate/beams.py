"""Beam search with its tree: which beams were kept, where they ended and why."""

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
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.log import last_receipt
from playground.ui.tabs.generate.receipts import all_forms, difference_sentence, load_receipt, receipt_of_beams
from playground.ui.tabs.generate.start import LoadedStart, Start
from playground.ui.tabs.generate.streams import STREAMING
from playground.ui.widgets.beam_tree.beam_tree import BeamTree
from playground.ui.widgets.token_strip.token_strip import TokenStrip


def build_beams(context: Context, form: Form, strip: TokenStrip) -> BeamTree:
    """Lay out the section and wire its events; a receipt that is opened at the `strip` may be one of a search."""
    fields = form.beams
    tree = BeamTree(elem_id="beams")

    def search(values: dict) -> Iterator[str]:
        """Search from the prompt of the form."""
        yield to_json({"busy": True})
        try:
            yield to_json(search_beams(context, form.start(values), fields.read(values)))
        except PlaygroundError as error:
            yield to_json({"error": str(error)})

    def restore(values: dict) -> Iterator[Any]:
        """Search again as a receipt says, if it is one of a beam search."""
        yield {tree: gr.skip()}  # Gradio empties all outputs of a generator that yields nothing
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
    """What a search finds, as the widget draws it: `prompt`, the `nodes` of its tree, `texts`, best first, `receipt`.

    Raises a `PlaygroundError` for a start that cannot be loaded.
    """
    loaded = start.load(context)
    return _search(context, loaded, config.replace(past_context=loaded.settings.past_context))


def search_again(context: Context, receipt: Receipt) -> dict[str, Any]:
    """The same for the receipt of a search, with an `error` if another text comes out; raises as `search_beams`."""
    start = load_receipt(context, receipt)
    found = _search(context, start, receipt.beams or BeamConfig())
    if Receipt.from_json(found["receipt"]["json"]).ids != receipt.ids:
        found["error"] = difference_sentence(context, receipt, start)
    return found


def _search(context: Context, start: LoadedStart, config: BeamConfig) -> dict[str, Any]:
    eos_id = start.tokenizer.eot_token if config.stop_at_end else None
    found = beam_search(start.model, start.ids, config, eos_id=eos_id)
    receipt = receipt_of_beams(context, start, config, found.best.ids)
    return {**_tree(found, start), "receipt": all_forms(context, receipt)}


def _tree(found: BeamSearch, start: LoadedStart) -> dict[str, Any]:
    """Plain values of a search; a node's `parent` is an index of `nodes`, None for a token after the prompt."""
    nodes = [
        {
            "parent": node.parent,
            "depth": node.depth,
            "text": token_text(node.token_id, start.tokenizer),
            "p": node.probability,
            "total": node.log_probability,
            "fate": node.fate,
            "why": node.why,
        }
        for node in found.nodes
    ]
    texts = [
        {
            "text": token_ids_to_text(list(text.ids), start.tokenizer),
            "score": text.score,
            "total": text.log_probability,
            "node": text.node,
        }
        for text in found.texts
    ]
    return {"prompt": start.prompt, "nodes": nodes, "texts": texts}
