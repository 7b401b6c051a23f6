"""Command-line options generated from the configs, where a setting's name, bounds and help text are defined."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, Optional

import typer

from playground.config import Config


def takes_settings(*configs: type[Config]) -> Callable[[Callable], Callable]:
    """Replace a command's `**settings` by one option for every field of the configs that is not a parameter already.

    Options that are not given are left out of `settings`, so that the values of a preset or a default apply. Bounds are
    checked by the config, not here.

    >>> from playground.config import DecodeConfig
    >>> @takes_settings(DecodeConfig)
    ... def command(run: str, **settings): return settings
    >>> list(inspect.signature(command).parameters)
    ['run', 'max_new_tokens', 'temperature', 'top_k', 'seed', 'stages', 'stop', 'stop_at_end', 'past_context', \
'switched_off']
    >>> command("a", temperature=0.5, top_k=None)
    {'temperature': 0.5}
    """

    def decorate(command: Callable) -> Callable:
        own = [p for p in inspect.signature(command).parameters.values() if p.kind is not p.VAR_KEYWORD]
        own_names = {parameter.name for parameter in own}
        options = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[Optional[field.annotation], typer.Option(help=field.description)],  # noqa: UP045
            )
            for config in configs
            for name, field in config.model_fields.items()
            if name not in own_names
        ]
        signature = inspect.Signature([*own, *options])

        @functools.wraps(command)
        def run(*positional: Any, **named: Any) -> Any:
            given = signature.bind(*positional, **named).arguments
            return command(**{name: value for name, value in given.items() if name in own_names or value is not None})

        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        return run

    return decorate
