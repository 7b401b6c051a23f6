"""Describes for the widget `StageList` all stages with their settings and bounds, the known orders, and a lesson."""

from typing import Any, get_args

from playground.sampling import ORDERS, AnyStage, Stage, Temperature, TopP
from playground.ui.tabs.decoding.state import CHAPTER_STAGES

_SLIDERS: dict[str, dict[str, Any]] = {
    "temperature.temperature": {"label": "T", "soft_max": 5, "step": 0.01},
    "top_k.k": {"of_vocabulary": True},
    "top_n_sigma.n": {"label": "n", "soft_max": 5, "step": 0.05},
    "epsilon_cutoff.epsilon": {"scale": "log", "min": 1e-6, "soft_max": 0.5},
    "eta_cutoff.epsilon": {"scale": "log", "min": 1e-6, "soft_max": 0.5},
    "repetition_penalty.penalty": {"soft_min": 0.5, "soft_max": 3},
    "frequency_penalty.penalty": {"soft_min": -2, "soft_max": 2},
    "presence_penalty.penalty": {"soft_min": -2, "soft_max": 2},
    "no_repeat_ngram.size": {"soft_max": 6},
    "dry.multiplier": {"soft_max": 5},
    "dry.allowed_length": {"soft_max": 8},
    "mirostat.tau": {"soft_max": 10},
}
"""What a slider cannot take from the bounds of its setting, `stage.setting`: label, range, step, scale."""

_WHY = {
    "temperature": "Above 1 the logits move closer together, so unlikely tokens gain; below 1 the likeliest gains.",
    "top_k": "So no draw can come from the long tail, whose tokens are unlikely one by one but not together.",
    "top_p": "So few are kept where the model is sure, and many where it is not.",
    "min_p": "So the surer the model is, the more it cuts.",
}
"""What the most used stages are good for, after the sentence that says what they do."""

_TOKENS = {"logit_bias.biases": "biases", "ban.ids": "ids", "dry.breakers": "ids"}
"""Settings that are lists of tokens: ids with numbers, or ids alone."""

LESSON = {
    "source": "toy",
    "words": [["first", 3.0], ["second", 2.0], ["third", 1.0]],
    "stages": [
        Temperature(0.5).model_dump(mode="json"),
        TopP(0.8).model_dump(mode="json"),
    ],
}
"""Logits 3, 2, 1: after the temperature top-p keeps one word, before it two."""


def make_catalogue() -> dict[str, Any]:
    """All stages by name, the known orders, and the lesson.

    >>> [field["label"] for field in make_catalogue()["stages"]["temperature"]["fields"]]
    ['T']
    """
    orders = {"the chapter": [stage.model_dump(mode="json") for stage in CHAPTER_STAGES]}
    orders |= {
        name: [stage.model_dump(mode="json") for stage in stages]
        for name, stages in ORDERS.items()
        if name != "chapter"
    }
    stages = {kind.model_fields["name"].default: _describe(kind) for kind in stage_kinds()}
    return {"stages": stages, "orders": orders, "lesson": LESSON}


def stage_kinds() -> tuple[type[Stage], ...]:
    """The classes of all stages."""
    return get_args(get_args(AnyStage)[0])


def _describe(kind: type[Stage]) -> dict[str, Any]:
    properties = kind.model_json_schema()["properties"]
    name = kind.model_fields["name"].default
    return {
        "label": kind.title,
        "help": f"{kind.help_text} {_WHY.get(name, '')}".rstrip(),
        "about": f"{kind.help_text} {kind.details}".rstrip(),
        "fields": [_field(f"{name}.{setting}", properties[setting]) for setting in kind.setting_names()],
    }


def _field(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One setting: the kind of its control, its bounds, and its first value."""
    setting = key.partition(".")[2]
    field = {"name": setting, "label": setting.replace("_", " "), "help": schema.get("description", "")}
    if key in _TOKENS:
        return {**field, "kind": _TOKENS[key], "start": []}
    bounds = next((option for option in schema.get("anyOf", ()) if option.get("type") != "null"), schema)
    kind = "int" if bounds["type"] == "integer" else "number"
    step = 1 if kind == "int" else 0.01
    field |= {
        "kind": f"{kind}?" if "anyOf" in schema else kind,
        "min": bounds.get("minimum", bounds.get("exclusiveMinimum", 0) + step),
        "max": bounds.get("maximum", bounds.get("exclusiveMaximum", 1)),
        "step": step,
        "start": schema.get("default"),
    }
    return field | _SLIDERS.get(key, {})
