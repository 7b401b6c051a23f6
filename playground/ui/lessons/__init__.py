"""Lessons: each sets the page, lets the learner guess, waits until they have done its task, and then shows why."""
