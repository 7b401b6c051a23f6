"""Lessons: a question about what the page shows, a guess, a task, and then the answer with one sentence of why."""

from playground.ui.widgets.base import Widget


class LessonCard(Widget):
    """Shows the lesson that the page's address names in its parameter `lesson`, docked so that it covers nothing.

    It has no value. Constants: `lessons`, those of the tour (see `playground/ui/lessons/`), which the address names
    by their ids; a lesson of a teacher stands in the address as JSON (see `lesson_text.js`), and is made here, too.
    """
