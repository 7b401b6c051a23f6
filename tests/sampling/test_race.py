"""Several settings side by side: the same random numbers and prompt, and where the texts diverge."""

import pytest

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling import BeamConfig, Pipeline, TopP, beam_search, race, stream

PROMPT = [7, 3, 60]
GREEDY, CHAPTER = DecodeConfig(temperature=0), DecodeConfig(temperature=1.4, top_k=25)
NUCLEUS = DecodeConfig(stages=Pipeline([TopP(0.9)]).to_json())


def columns(rounds):
    return [[step.id for step in column if step is not None] for column in zip(*rounds, strict=True)]


def first_difference(lane, other):
    """Index of the first token in which two lanes differ; their length if they are equal."""
    return next((index for index, (a, b) in enumerate(zip(lane, other, strict=True)) if a != b), len(lane))


def test_each_lane_writes_what_its_settings_write_alone(tiny):
    lanes = [GREEDY, CHAPTER, NUCLEUS, BeamConfig(width=3)]
    written = columns(race(tiny, PROMPT, lanes, seed=9, max_new_tokens=14))
    for lane, ids in zip(lanes[:3], written, strict=False):
        alone = stream(tiny, PROMPT, lane.replace(seed=9, max_new_tokens=14))
        assert ids == [step.id for step in alone]
    assert written[3] == list(beam_search(tiny, PROMPT, BeamConfig(width=3, max_new_tokens=14)).best.ids)


def test_similar_settings_diverge_later_than_different_ones(tiny):
    near, far = [], []
    for seed in range(12):
        lanes = [DecodeConfig(), DecodeConfig(seed=77), DecodeConfig(temperature=1.05), DecodeConfig(temperature=3.0)]
        written = columns(race(tiny, PROMPT, lanes, seed=seed, max_new_tokens=20))
        apart = [first_difference(written[0], lane) for lane in written]
        assert apart[:2] == [20, 20]
        near.append(apart[2])
        far.append(apart[3])
    assert sum(near) > 2 * sum(far)


def test_a_lane_that_has_ended_gives_none(tiny):
    eos_id = columns(race(tiny, PROMPT, [GREEDY, CHAPTER], max_new_tokens=20))[0][3]
    rounds = list(race(tiny, PROMPT, [GREEDY, GREEDY.replace(stop_at_end=False)], max_new_tokens=20, eos_id=eos_id))
    assert len(rounds) == 20
    assert [steps[0] is None for steps in rounds] == [False] * 3 + [True] * 17
    ended, other = columns(rounds)
    assert other[:3] == ended


def test_fewer_than_two_or_more_than_six_lanes_are_refused(tiny):
    for lanes in ([GREEDY], [GREEDY] * 7):
        with pytest.raises(SettingsError, match="choose 2 to 6"):
            race(tiny, PROMPT, lanes)
