"""What can be done with a run from the Runs tab: resume, stop, pin, rename, delete, fork."""

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from playground.config import ModelConfig, TrainConfig
from playground.errors import BusyError, SettingsError
from playground.training.runs.fork import fork, settings_at
from playground.training.runs.run import Which
from playground.ui.access import check_change, check_rename, new_run_name
from playground.ui.context import Context
from playground.ui.exchange import Query

Done = dict[str, Any]
"""`run`: the name of the run afterwards, empty if it is gone. `message`: what was done, in a sentence."""


class ForkSettings(Query):
    """The settings that a fork may change; None keeps the parent's. Their bounds are those of the configs."""

    lr: float | None = None
    epochs: int | None = None
    weight_decay: float | None = None
    lr_schedule: str | None = None
    drop_rate: float | None = None


class Action(Query):
    """Something to do with a run, and the fields that some actions need."""

    action: Literal["resume", "stop", "pin", "pin_checkpoint", "rename", "delete", "undo", "fork"]
    run: str
    """Its name; for `undo`, the token that `delete` gave."""
    pinned: bool = False
    """For `pin` and `pin_checkpoint`; False unpins."""
    step: Annotated[int, Field(ge=0, le=2**53)] | Literal["last", "best"] = "last"
    """The checkpoint, for `pin_checkpoint` and `fork`."""
    new_name: str = ""
    """For `rename` and `fork`; an empty name of a fork is made from its parent's."""
    settings: ForkSettings | None = None
    """For `fork`."""


class RunActions:
    """Does what an `Action` asks for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store, self._jobs = context.store, context.jobs

    def do(self, query: Action, visitor: str) -> Done:
        """Do it for a visitor; raises `RunError`, `SettingsError`, `CheckpointError` or `BusyError` to refuse."""
        if query.action not in ("fork", "undo"):  # a fork is a new run
            check_change(self._context, query.run)
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

    def _resume(self, name: str, visitor: str) -> Done:
        self._context.quota.start(visitor, name, partial(self._jobs.resume, name))
        place = self._jobs.queue_place(name)
        return {"run": name, "message": f"{name} goes on." if place is None else f"{name} waits, place {place}."}

    def _stop(self, name: str) -> Done:
        self._jobs.stop(name)
        return {"run": name, "message": f"{name} stops after the current step and is saved."}

    def _pin(self, name: str, pinned: bool) -> Done:
        self._store.open(name).set_pinned(pinned)
        what = "pinned: it stands first and is not deleted" if pinned else "unpinned"
        return {"run": name, "message": f"{name} is {what}."}

    def _pin_checkpoint(self, name: str, which: Which, pinned: bool) -> Done:
        run = self._store.open(name)
        step = run.find_step(which)
        run.pin_checkpoint(step, pinned)
        what = "kept for good" if pinned else "unpinned"
        return {"run": name, "message": f"The checkpoint of step {step} is {what}."}

    def _rename(self, name: str, new_name: str) -> Done:
        check_rename(self._context)
        self._store.rename(name, new_name)
        self._context.models.forget(name)
        return {"run": new_name, "message": f"{name} is now called {new_name}."}

    def _delete(self, name: str) -> Done:
        token = self._store.delete(name)
        self._context.models.forget(name)
        return {"run": "", "undo": token, "message": f"{name} is deleted."}

    def _undo(self, token: str) -> Done:
        run = self._store.undo(token)
        return {"run": run.name, "message": f"{run.name} is back."}

    def _fork(self, query: Action, visitor: str) -> Done:
        if query.settings is None:
            raise SettingsError(f"settings: they are missing; give some of {', '.join(ForkSettings.model_fields)}.")
        self._context.quota.check(visitor)  # before anything is written
        run = self._store.open(query.run)
        step = run.find_step(query.step)
        made = fork(
            self._store,
            run.name,
            step,
            new_name=new_run_name(self._context, query.new_name.strip() or None),
            train=_changed(settings_at(run, step), query.settings),
            drop_rate=query.settings.drop_rate,
        )
        try:
            self._context.quota.start(visitor, made.name, partial(self._jobs.start, made.name))
        except BusyError:
            self._store.delete(made.name)  # a fork that was refused leaves nothing behind
            raise
        return {"run": made.name, "message": f"{made.name} goes on from step {step} of {run.name}."}


def _changed(train: TrainConfig, settings: ForkSettings) -> TrainConfig:
    """The settings of a fork; raises `SettingsError`."""
    changes = settings.model_dump(exclude=set(ModelConfig.model_fields), exclude_none=True)
    return train.replace(max_steps=None, **changes)
