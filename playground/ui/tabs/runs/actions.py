"""What can be done with a run from the Runs tab: resume, stop, pin, rename, delete, fork, *What if?*."""

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from playground.config import ModelConfig, TrainConfig
from playground.cost import memory_advice
from playground.device import free_memory_bytes
from playground.errors import BusyError, SettingsError, TextError
from playground.model.presets import FINE_TUNE
from playground.training.runs.fork import changed_settings, fork, settings_at, what_if
from playground.training.runs.run import Which
from playground.training.runs.weights.fine_tune import fine_tune, settings_for
from playground.ui.access import check_change, check_control, check_rename, new_run_name, start_training
from playground.ui.context import Context
from playground.ui.exchange import Query
from playground.ui.tabs.runs.what_if import setting_label
from playground.ui.tabs.train.choice import check_parameters
from playground.ui.visitors import MAX_TOKEN, Visitor

Done = dict[str, Any]
"""`run`: the name of the run afterwards, empty if it is gone. `message`: what was done, in a sentence."""


class ForkSettings(Query):
    """The settings that a fork may change; None keeps the parent's. Their bounds are those of the configs."""

    lr: float | None = None
    epochs: int | None = None
    weight_decay: float | None = None
    lr_schedule: str | None = None
    drop_rate: float | None = None


class TuneSettings(Query):
    """What may be chosen of a training on another text; their bounds are those of the configs."""

    lr: float | None = None
    epochs: int | None = None
    batch_size: int | None = None
    recompute: bool = False


class Action(Query):
    """Something to do with a run, and the fields that some actions need."""

    action: Literal["resume", "stop", "pin", "pin_checkpoint", "rename", "delete", "undo", "fork", "what_if", "tune"]
    run: str
    """Its name; for `undo`, the token that `delete` gave."""
    pinned: bool = False
    """For `pin` and `pin_checkpoint`; False unpins."""
    step: Annotated[int, Field(ge=0, le=2**53)] | Literal["last", "best", "start"] = "last"
    """The checkpoint, for `pin_checkpoint`, `fork` and `what_if`; "start" for the latter only."""
    new_name: str = ""
    """For `rename`, `fork` and `what_if`; an empty name of a new run is made from the old one's."""
    settings: ForkSettings | None = None
    """For `fork`."""
    text: str = Field(default="", max_length=50_000_000)
    tuning: TuneSettings | None = None
    """For `tune`: the text to train on, and how."""
    visitor: str = Field(default="", max_length=MAX_TOKEN)
    """The visitor's token."""
    setting: str = Field(default="", max_length=40)
    value: bool | int | float | Annotated[str, Field(max_length=100)] | None = None
    """The setting that `what_if` changes, and its new value."""


class RunActions:
    """Does what an `Action` asks for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store, self._jobs = context.store, context.jobs

    def do(self, query: Action, visitor: Visitor) -> Done:
        """Do it for a visitor; raises `RunError`, `SettingsError`, `CheckpointError` or `BusyError` to refuse."""
        if query.action not in ("fork", "what_if", "tune", "undo"):  # these make a new run
            check_change(self._context, query.run)
            check_control(self._context, query.run, visitor)
        match query.action:
            case "resume":
                return self._resume(query.run, visitor)
            case "stop":
                return self._stop(query.run)
            case "pin":
                return self._pin(query.run, query.pinned)
            case "pin_checkpoint":
                return self._pin_checkpoint(query.run, query.step, query.pinned)
            case "rename":
                return self._rename(query.run, query.new_name.strip())
            case "delete":
                return self._delete(query.run)
            case "undo":
                return self._undo(query.run)
            case "fork":
                return self._fork(query, visitor)
            case "what_if":
                return self._what_if(query, visitor)
            case "tune":
                return self._tune(query, visitor)

    def _resume(self, name: str, visitor: Visitor) -> Done:
        start_training(self._context, name, visitor, partial(self._jobs.resume, name))
        place, title = self._jobs.queue_place(name), self._title(name)
        return {"run": name, "message": f"{title} goes on." if place is None else f"{title} waits, place {place}."}

    def _stop(self, name: str) -> Done:
        self._jobs.stop(name)
        return {"run": name, "message": f"{self._title(name)} stops after the current step and is saved."}

    def _pin(self, name: str, pinned: bool) -> Done:
        self._store.open(name).set_pinned(pinned)
        what = "pinned: it stands first and is not deleted" if pinned else "unpinned"
        return {"run": name, "message": f"{self._title(name)} is {what}."}

    def _pin_checkpoint(self, name: str, which: Which | Literal["start"], pinned: bool) -> Done:
        run = self._store.open(name)
        step = run.find_step(_checkpoint(which))
        run.pin_checkpoint(step, pinned)
        what = "kept for good" if pinned else "unpinned"
        return {"run": name, "message": f"The checkpoint of step {step} is {what}."}

    def _rename(self, name: str, new_name: str) -> Done:
        check_rename(self._context)
        title, renamed = self._title(name), self._store.rename(name, new_name)
        self._context.models.forget(name)
        return {"run": renamed.name, "message": f"{title} is now called {renamed.spec.shown_name}."}

    def _delete(self, name: str) -> Done:
        title, token = self._title(name), self._store.delete(name)
        self._context.models.forget(name)
        return {"run": "", "undo": token, "message": f"{title} is deleted."}

    def _undo(self, token: str) -> Done:
        run = self._store.undo(token)
        return {"run": run.name, "message": f"{run.spec.shown_name} is back."}

    def _fork(self, query: Action, visitor: Visitor) -> Done:
        if query.settings is None:
            raise SettingsError(f"settings: they are missing; give some of {', '.join(ForkSettings.model_fields)}.")
        self._context.quota.check(visitor.address)  # before anything is written
        run = self._store.open(query.run)
        step = run.find_step(_checkpoint(query.step))
        made = fork(
            self._store,
            run.name,
            step,
            new_name=new_run_name(self._context, query.new_name.strip() or None),
            train=_changed(settings_at(run, step), query.settings),
            drop_rate=query.settings.drop_rate,
        )
        self._start_new(made.name, visitor)
        return {
            "run": made.name,
            "message": f"{made.spec.shown_name} goes on from step {step} of {run.spec.shown_name}.",
        }

    def _what_if(self, query: Action, visitor: Visitor) -> Done:
        self._context.quota.check(visitor.address)  # before anything is written
        run = self._store.open(query.run)
        start = None if query.step == "start" else run.find_step(_checkpoint(query.step))
        if start is None:
            model, *_ = changed_settings(run, query.setting, query.value)
            check_parameters(model, self._context.limits)
        new_name = new_run_name(self._context, query.new_name.strip() or None)
        made = what_if(self._store, run.name, query.setting, query.value, start=start, new_name=new_name)
        self._start_new(made.name, visitor)
        begun = "is trained from the start" if start is None else f"goes on from step {start:,}"
        label = setting_label(query.setting).lower()
        titles = made.spec.shown_name, run.spec.shown_name
        return {"run": made.name, "message": f"{titles[0]} {begun}: as {titles[1]}, but {label} {query.value}."}

    def _tune(self, query: Action, visitor: Visitor) -> Done:
        self._context.quota.check(visitor.address)  # before anything is written
        run, tuning = self._store.open(query.run), query.tuning or TuneSettings()
        if len(query.text.encode()) > self._context.limits.max_pasted_bytes:
            raise TextError("The text is too long for this server; paste a shorter one.")
        data, train = settings_for(run, run.load_checkpoint())
        changes = tuning.model_dump(include={"lr", "epochs", "recompute"}, exclude_none=True)
        data = data.replace(batch_size=tuning.batch_size or data.batch_size)
        train = train.replace(**changes)
        model = run.spec.model
        shortened = model.replace(context_length=min(FINE_TUNE.model.context_length, model.context_length))
        if advice := memory_advice(shortened, data, train, free_memory_bytes(train.device)):
            raise SettingsError(advice)
        new_name = new_run_name(self._context, query.new_name.strip() or None)
        made = fine_tune(self._store, run.name, query.text, text_name="text", new_name=new_name, data=data, train=train)
        self._start_new(made.name, visitor)
        message = f"{made.spec.shown_name} goes on from {run.spec.shown_name}, on your text."
        return {"run": made.name, "message": message}

    def _title(self, name: str) -> str:
        return self._store.open(name).spec.shown_name

    def _start_new(self, name: str, visitor: Visitor) -> None:
        try:
            start_training(self._context, name, visitor, partial(self._jobs.start, name))
        except BusyError:
            self._store.delete(name)  # a run that was refused leaves nothing behind
            raise


def _checkpoint(which: Which | Literal["start"]) -> Which:
    if which == "start":
        raise SettingsError('step: "start" is for *What if?* only; name a checkpoint.')
    return which


def _changed(train: TrainConfig, settings: ForkSettings) -> TrainConfig:
    """The settings of a fork; raises `SettingsError`."""
    changes = settings.model_dump(exclude=set(ModelConfig.model_fields), exclude_none=True)
    return train.replace(max_steps=None, **changes)
